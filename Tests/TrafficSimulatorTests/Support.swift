import AuditModel
import Foundation
import TrafficSimulator

/// Keeps the events of a simulation.
struct Recorder: SimulatedEventSink {
    var events: [SimulatedEvent] = []
    var world: SimulatedWorld?

    mutating func accept(
        _ event: SimulatedEvent, world: SimulatedWorld
    ) throws(SimulationError) {
        events.append(event)
        if self.world == nil { self.world = world }
    }

    static func events(of plan: SimulationPlan) throws -> [SimulatedEvent] {
        var recorder = Recorder()
        try Simulation(plan: plan).run(into: &recorder)
        return recorder.events
    }
}

extension SimulationPlan {
    /// A few thousand events with every kind of attack and much benign reuse.
    static func small(seed: UInt64) -> SimulationPlan {
        var plan = SimulationPlan(seed: seed, startTime: defaultStart, days: 4, subjects: 60)
        plan.quietDays = 1
        plan.attacks = [
            .attackerFirst: 2, .victimFirst: 2, .victimFirstOlder: 2, .silentTakeover: 1, .fork: 1,
        ]
        plan.rates.race = 9_000
        plan.rates.lostResponse = 9_000
        plan.rates.lateResume = 4_000
        plan.dialects = SimulatedDialect.allCases
        return plan
    }
}

extension SimulationPlan {
    /// Ten days with one attack of every scenario in the last three.
    static func full(seed: UInt64) -> SimulationPlan {
        var plan = SimulationPlan(seed: seed, startTime: defaultStart, days: 10, subjects: 110)
        plan.quietDays = 7
        plan.attacks = Dictionary(
            uniqueKeysWithValues: AttackScenario.allCases.map { ($0, 1) })
        return plan
    }
}

/// A directory that goes away with its test.
final class TemporaryDirectory {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory
            .appendingPathComponent("simulator-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
    }

    func lines(_ name: String) throws -> [Substring] {
        String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n")
    }

    func objects(_ name: String) throws -> [[String: Any]] {
        try lines(name).map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }
}

/// Reads one line of the text dialect: its pairs, and the fixed part before them.
func readTextLine(_ line: Substring) -> (head: Substring, pairs: [String: String])? {
    guard let start = line.range(of: ") type=\"") else { return nil }
    let head = line[..<start.lowerBound]
    var rest = line[line.index(start.lowerBound, offsetBy: 2)...]
    var pairs: [String: String] = [:]
    while !rest.isEmpty {
        guard let opening = rest.range(of: "=\"") else { return nil }
        let key = String(rest[..<opening.lowerBound])
        let value = rest[opening.upperBound...]
        guard let closing = value.firstIndex(of: "\""), pairs[key] == nil else { return nil }
        pairs[key] = String(value[..<closing])
        rest = value[value.index(after: closing)...]
        if rest.isEmpty { break }
        guard rest.hasPrefix(", ") else { return nil }
        rest = rest.dropFirst(2)
    }
    return (head, pairs)
}
