import AuditModel
import GrantLedger
import TestSupport

@testable import Detection

/// Random rules and events, one rule of every kind of operation among them, and places and networks
/// in the events.
struct StateCase {
    let rules: [Rule]
    let limits: Ledger.Limits
    let shards: Int
    /// Events there are.
    let count: Int
    private let batch: EventBatch
    private var random: SeededGenerator

    init(seed: UInt64) {
        let sample = RandomCase(seed: seed)
        var random = SeededGenerator(seed: seed ^ 0x5DEE_CE66)
        var plain = EventBatch(capacity: 64)
        for event in sample.events { event.append(to: &plain) }
        batch = Self.placed(plain, &random)
        count = batch.count
        rules = sample.rules + Self.everyKind()
        shards = [1, 1, 2, 3][Int(random.next() % 4)]
        limits =
            random.next() % 2 == 0
            ? Ledger.Limits() : Ledger.Limits(families: 2, tokens: 3 + Int(random.next() % 5))
        self.random = random
    }

    mutating func cut() -> Int { Int(random.next() % UInt64(count + 1)) }

    var fresh: DetectionRun { DetectionRun(rules: rules, shards: shards, limits: limits) }

    var key: ID128 { DetectionRun.stateKey(rules: rules, shards: shards, limits: limits) }

    var codes: Int { batch.pool.count }

    func take(_ rows: Range<Int>, into run: inout DetectionRun) {
        for row in rows { run.take(batch, row: row, pool: batch.pool) }
    }

    func image(of run: DetectionRun) throws(StateFault) -> [UInt8] {
        let image = Image()
        var writer = StateWriter(key: key) { image.bytes += $0 }
        run.write(to: &writer)
        _ = try writer.finish()
        return image.bytes
    }

    private final class Image {
        var bytes: [UInt8] = []
    }

    func restored(_ image: [UInt8], codes: Int? = nil) throws -> DetectionRun {
        try image.withUnsafeBytes { bytes in
            var reader = try StateReader(bytes, key: key)
            let run = try DetectionRun(
                rules: rules, shards: shards, limits: limits, codes: codes ?? self.codes,
                from: &reader)
            try reader.finish()
            return run
        }
    }

    // Events.

    private static func placed(_ plain: EventBatch, _ random: inout SeededGenerator) -> EventBatch {
        let places = ["52.52,13.41,20", "-23.55,-46.63,50", "40.71,-74.01,20", "nowhere"]
        let networks = ["residential", "vpn", "hosting", ""]
        let codes = [1, 2, 99]
        var batch = EventBatch(capacity: plain.count)
        batch.pool = plain.pool
        for number in 0..<plain.count {
            var row = plain[number]
            let word = random.next()
            row.place = batch.pool.code(of: places[Int(word & 3)])
            row.network = batch.pool.code(of: networks[Int(word >> 2 & 3)])
            row.city = batch.pool.code(of: "city \(word & 3)")
            row.tls = batch.pool.code(of: "tls \(word >> 4 & 1)")
            row.country = UInt16(0x4445 + Int(word >> 5 & 1))
            row.code = ID128(high: 5, low: UInt64(codes[Int(word >> 8) % 3]))
            if word >> 10 & 7 == 0 { row.kind = .codeRedeemed }
            if word >> 13 & 7 == 0 {
                row.leaked = batch.pool.code(
                    of: LeakedToken(kind: "rt", id: row.presented, isExpired: false).text)
            }
            plain.withPayload(number) { batch.append(row, payload: $0) }
            if !row.session.isNone {
                batch.keepText("session \(row.session.low)", of: .session)
            }
        }
        return batch
    }

    // Rules.

    private static func everyKind() -> [Rule] {
        let second = ReferenceEvent.second
        let kinds: [Operation.Kind] = [
            .spike(
                Operation.Spike(
                    windows: [60 * second, 300 * second], learn: 0, learnEvents: 1,
                    floorCount: 2, floorRatio: 150, tail: 50,
                    absolute: Operation.Spike.Absolute(
                        selection: 0, window: 5 * second, count: 2, fields: [.event(.ip)],
                        distinct: 1))),
            .spike(
                Operation.Spike(
                    windows: [60 * second], learn: 0, learnEvents: 1, floorCount: 1,
                    floorRatio: 100, tail: 10, absolute: nil)),
            .newValue(Operation.NewValue(fields: [.event(.ip)], learn: 0, peers: 2)),
            .absence(Operation.Absence(tail: 1)),
            .geoVelocity(
                Operation.GeoVelocity(
                    speedKmh: 100, distanceKm: 100,
                    foreign: [.init(.country, hundredths: 3000), .init(.tls, hundredths: 2000)],
                    knownDays: 1, peers: 1)),
            .count, .distinct([.event(.ip)]), .sum(.event(.asn)),
            .ratio(Operation.Ratio(atLeast: 50, minimum: 2)), .temporal(ordered: true),
            .temporal(ordered: false), .absence(Operation.Absence(tail: 0)),
        ]
        return kinds.enumerated().map { number, kind in rule(number, kind) }
    }

    private static func rule(_ number: Int, _ kind: Operation.Kind) -> Rule {
        var rule = Rule(id: "op-\(number)", name: "OP\(number)", title: "t", level: .low)
        let all = Predicate(field: .event(.outcome), matchers: [.exists(true)])
        let failed = Predicate(
            field: .event(.outcome), matchers: [.text(TextPattern("failure"))])
        rule.selections = [
            Rule.Selection(name: "all", alternatives: [[all]]),
            Rule.Selection(name: "failed", alternatives: [[failed]]),
        ]
        rule.condition = .selection(0)
        switch kind {
        case .ratio, .temporal:
            rule.inputs = [
                Rule.Input(name: "failed", condition: .selection(1)),
                Rule.Input(name: "all", condition: .selection(0)),
            ]
        case .spike(let spike) where spike.absolute == nil:
            rule.inputs = [
                Rule.Input(name: "failed", condition: .selection(1)),
                Rule.Input(name: "all", condition: .selection(0)),
            ]
        case .absence(let absence) where absence.tail == 0:
            // The last wait of a key goes on to the end.
            rule.inputs = [
                Rule.Input(name: "all", condition: .selection(0)),
                Rule.Input(name: "failed", condition: .selection(1)),
            ]
        default: break
        }
        rule.key = [.client]
        rule.hash = "hash \(number)"
        rule.message = "{count} {expected} {window} {value} {silence} {distance_km}"
        rule.operation = Operation(
            kind, window: Operation.Window(span: 30 * ReferenceEvent.second),
            bounds: [Operation.Bound(.greaterOrEqual, 1)])
        return rule
    }
}

extension DetectionRun {
    /// The kinds of what is remembered.
    var remembered: Set<String> {
        var names: Set<String> = []
        func note(_ name: String, _ count: Int) { if count > 0 { names.insert(name) } }
        for engine in engines {
            for case let kind? in engine.operators {
                switch kind {
                case let kind as AbsenceOperator: note("absence", kind.table.count)
                case let kind as AggregateOperator: note("aggregate", kind.table.count)
                case let kind as CountOperator: note("count", kind.table.count)
                case let kind as RatioOperator: note("ratio", kind.table.count)
                case let kind as TemporalOperator: note("temporal", kind.table.count)
                case let kind as SilenceOperator:
                    note("silence", kind.table.count)
                    note("checks", kind.checks.count)
                case let kind as SpikeOperator:
                    note(kind.countsAttempts ? "spikeOfTwo" : "spike", kind.table.count)
                case let kind as NewValueOperator:
                    note("newValue", kind.table.count)
                    note("sharedValues", kind.shared.count)
                case let kind as GeoVelocityOperator:
                    note("geoVelocity", kind.trails.count)
                    note("geoKnowledge", kind.knowledge.subjects.count)
                    note("geoShared", kind.knowledge.shared.count)
                default: names.insert("unknown \(type(of: kind))")
                }
            }
            note("alerts", engine.alerts().count)
            note("known", engine.desk.byPlace.count)
        }
        note("families", ledger.familyCount)
        note("evictedFamilies", ledger.evicted.families)
        note("evictedTokens", ledger.evicted.tokens)
        return names
    }
}
