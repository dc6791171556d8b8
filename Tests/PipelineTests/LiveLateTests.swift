import Foundation
import Intake
import TestSupport
import Testing

@testable import EventStore
@testable import Pipeline

/// Lines of a log around one grant whose token is presented twice, dealt to two partitions: the
/// first ends when the grant has had half of its life, the second begins with the grant.
private struct PartedLog {
    /// What others did before.
    var first: [String]
    /// The grant from its beginning, and what others did from then on, until before the replay.
    var second: [String]
    /// The replay, and all that follows.
    var rest: [String]

    /// Nil when no grant of the log is long enough.
    init?(_ lines: [String]) {
        let minute: Int64 = 60_000
        let grants = Dictionary(grouping: lines, by: Self.session).sorted { $0.key < $1.key }
        for (session, own) in grants where !session.isEmpty {
            let times = own.map(Self.time)
            guard let replay = own.firstIndex(where: { $0.contains("REFRESH_TOKEN_ERROR") }),
                replay >= 4,
                let cut = (2..<(replay - 1)).first(where: {
                    times[$0] - times[$0 - 1] > 2 * minute
                }),
                times[replay - 1] - times[cut] > 60 * minute
            else { continue }
            first = lines.filter { Self.session($0) != session && Self.time($0) < times[cut] }
            let others = lines.filter { Self.session($0) != session && Self.time($0) >= times[cut] }
            let end = times[replay - 1]
            second = (own[..<(replay - 1)] + others.filter { Self.time($0) < end })
                .sorted { Self.time($0) < Self.time($1) }
            rest = (own[(replay - 1)...] + others.filter { Self.time($0) >= end })
                .sorted { Self.time($0) < Self.time($1) }
            return
        }
        return nil
    }

    static func session(_ line: String) -> String {
        line.range(of: "\"sessionId\":\"").map { String(line[$0.upperBound...].prefix(36)) } ?? ""
    }

    /// Milliseconds since 1970.
    static func time(_ line: String) -> Int64 {
        line.range(of: "\"time\":").flatMap {
            Int64(line[$0.upperBound...].prefix { $0.isNumber })
        } ?? 0
    }
}

@Suite("Events that come too late", .serialized)
struct LiveLateTests {
    /// Ids of the alerts about refresh tokens.
    private static func replays(_ alerts: [String]) throws -> Set<String> {
        var ids: Set<String> = []
        for text in alerts {
            let alert = try #require(
                JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let rule = try #require(alert["rule"] as? [String: Any])
            if (rule["name"] as? String)?.hasPrefix("REF-") == true {
                ids.insert(try #require(alert["id"] as? String))
            }
        }
        return ids
    }

    @Test("A batch that is half late leaves its grants in one piece", arguments: [3, 4, 5])
    func oneBatch(seed: UInt64) throws {
        let scene = try LiveScene(events: 12_000, seed: seed)
        let log = try #require(PartedLog(scene.lines), "seed \(seed)")
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.condition(SourceCondition(isReady: true)))
            sink.deliver(.records(source.batch("p0", log.first)))
            _ = sink.drain()
            sink.deliver(.closed(partition: "p0"))
            sink.deliver(.opened(partition: "p1"))
            sink.deliver(.records(source.batch("p1", log.second)))
            _ = sink.drain()
            sink.deliver(.records(source.batch("p1", log.rest, from: log.second.count)))
            _ = sink.drain()
            sink.deliver(.closed(partition: "p1"))
        }
        let status = try LiveRestartTests.run(scene, source)
        #expect(status.late > 0)
        #expect(
            try Self.replays(scene.stored()) == Self.replays(scene.backtest()), "seed \(seed)")
    }

    /// What people are told in the end by rules about one grant, but for the incident. Equal for
    /// any order of arrival as long as no client's rotation is learned on the way.
    private static func verdicts(_ alerts: [String]) throws -> [String] {
        try alerts.compactMap { text -> String? in
            var alert = try #require(
                JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let rule = try #require(alert["rule"] as? [String: Any])
            guard let name = rule["name"] as? String, name.hasPrefix("REF-") else { return nil }
            alert["incident"] = nil
            let body = try JSONSerialization.data(
                withJSONObject: alert, options: [.sortedKeys, .prettyPrinted])
            return name + " " + String(decoding: body, as: UTF8.self)
        }.sorted()
    }

    @Test("Rules about one grant say in the end what they say of a log in order",
        arguments: [1, 2, 3, 4])
    func disorder(seed: UInt64) throws {
        let scene = try LiveScene(events: 8_000, seed: seed)
        var random = SeededGenerator(seed: seed)
        let turns = scene.lines.indices.map { line in
            random.chance(5) ? line + 1 + random.below(800) : line
        }
        let lines = turns.indices.sorted { (turns[$0], $0) < (turns[$1], $1) }
            .map { scene.lines[$0] }
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.condition(SourceCondition(isReady: true)))
            for start in stride(from: 0, to: lines.count, by: 400) {
                let end = min(start + 400, lines.count)
                sink.deliver(.records(source.batch("p0", Array(lines[start..<end]), from: start)))
                _ = sink.drain()
            }
            sink.deliver(.closed(partition: "p0"))
        }
        let status = try LiveRestartTests.run(scene, source)
        #expect(status.late > 100)
        let expected = try Self.verdicts(scene.backtest())
        #expect(expected.count > 5)
        #expect(try Self.verdicts(scene.stored()) == expected, "seed \(seed)")
    }

    @Test("Grants of late events that wait when a run fails are looked at by the next",
        arguments: [3, 4, 5])
    func waiting(seed: UInt64) throws {
        let scene = try LiveScene(events: 6_000, seed: seed)
        let refused = Set(
            scene.lines.filter { $0.contains("REFRESH_TOKEN_ERROR") }.map(PartedLog.session))
        let late = scene.lines.filter { refused.contains(PartedLog.session($0)) }
        let others = scene.lines.filter { !refused.contains(PartedLog.session($0)) }
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.condition(SourceCondition(isReady: true)))
            sink.deliver(.records(source.batch("p0", others)))
            _ = sink.drain()
            sink.deliver(.closed(partition: "p0"))
            sink.deliver(.opened(partition: "p1"))
            sink.deliver(.records(source.batch("p1", late)))
            _ = sink.drain()
            throw SourceError(code: "kafka.fenced", message: "fenced", exitStatus: 69)
        }
        #expect(throws: LiveRun.Failure.self) {
            try LiveRestartTests.run(scene, source, isHurried: true)
        }
        let found = try Self.replays(scene.backtest())
        #expect(try Self.replays(scene.stored()) != found, "all were looked at, seed \(seed)")
        let rest = ClosureSource("kc") { (_, sink) throws(SourceError) in
            sink.deliver(.condition(SourceCondition(isReady: true)))
        }
        try LiveRestartTests.run(scene, rest)
        #expect(try Self.replays(scene.stored()) == found, "seed \(seed)")
    }
}
