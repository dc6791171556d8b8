import AuditModel
import TestSupport
import Testing
import WireFormat

@Suite("Reading alerts")
struct AlertReadingTests {
    @Test("What was written is read back", arguments: [UInt64.random(in: 1 ... .max), 1, 2])
    func roundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let alert = random.alert()
            #expect(AlertJSON.read(Self.written(alert)) == alert, "seed \(seed)")
        }
    }

    @Test(
        "What keeps notifications back is set and taken out, whatever the texts say",
        arguments: [UInt64.random(in: 1 ... .max), 4])
    func suppression(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var alert = random.alert()
            alert.suppressedBy = nil
            alert.message += ",\"suppressed_by\":\"silence:1\"}"
            let body = Self.written(alert)
            #expect(AlertJSON.suppression(of: body) == nil, "seed \(seed)")
            let held = AlertJSON.suppressed(body, by: "silence:7")
            #expect(AlertJSON.suppression(of: held) == "silence:7", "seed \(seed)")
            #expect(AlertJSON.suppressed(held, by: nil) == body, "seed \(seed)")
            let again = AlertJSON.restated(held, revision: 9, state: .withdrawn)
            alert.suppressedBy = "silence:8"
            alert.revision = 9
            alert.state = .withdrawn
            let other = AlertJSON.suppressed(again, by: "silence:8")
            #expect(other == Self.written(alert), "seed \(seed)")
        }
    }

    @Test("Only the end of an alert says what keeps it back", arguments: [
        "", "{}", "}", ",\"suppressed_by\":\"", "{\"a\":1,\"suppressed_by\":\"x", "[1]",
    ])
    func noSuppression(text: String) {
        let body = Array(text.utf8)
        #expect(AlertJSON.suppression(of: body) == nil)
        #expect(AlertJSON.suppressed(body, by: nil) == body)
    }

    @Test("Damaged text never traps", arguments: [UInt64.random(in: 1 ... .max), 3])
    func damaged(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<2000 {
            var body = Self.written(random.alert())
            for _ in 0...random.below(3) where !body.isEmpty {
                let place = random.below(body.count)
                switch random.below(4) {
                case 0: body[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: body.removeSubrange(place..<min(body.count, place + 1 + random.below(9)))
                case 2: body.removeSubrange(place...)
                default: body.insert(contentsOf: Array("-9".utf8), at: place)
                }
            }
            if AlertJSON.read(body) == nil { refused += 1 }
        }
        #expect(refused > 1000, "seed \(seed)")
    }

    @Test("An incident can be put in, changed and taken out", arguments: [
        UInt64.random(in: 1 ... .max), 4,
    ])
    func incidents(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var alert = random.alert()
            let incident = random.alert().incident
            // Suppressors have no characters that JSON escapes.
            alert.suppressedBy = alert.suppressedBy.map { _ in "silence:3" }
            // What looks like a member and stands in a text is none.
            alert.message += ",\"incident\":\"in_0000000000000000\"}"
            let body = Self.written(alert)
            alert.incident = incident
            let restated = AlertJSON.restated(body, incident: incident)
            #expect(restated == Self.written(alert), "seed \(seed)")
        }
        #expect(AlertJSON.restated([], incident: nil) == [])
    }

    @Test("A name of an incident that is none of ours is no incident")
    func foreignIncident() {
        let alert = Alert(
            id: ID128(high: 1, low: 2),
            rule: Alert.Rule(id: "r", name: "n", title: "t", hash: "h"),
            severity: .low, time: 0, precision: 0)
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer) { $0.member("incident", "INC-7") }
        #expect(AlertJSON.read(writer.takeBytes()) == alert)
    }

    @Test("What is no alert is nil", arguments: [
        "", "null", "[]", "{}", "{\"schema\":\"grantrail/alert/1\"}", "{\"schema\":1}",
    ])
    func others(text: String) {
        #expect(AlertJSON.read(Array(text.utf8)) == nil)
    }

    @Test("Another schema, too large a number or another type is refused", arguments: [
        ("grantrail/alert/1", "grantrail/alert/2"), ("\"revision\":1", "\"revision\":1.5"),
        ("\"revision\":1", "\"revision\":99999999999999999999"),
        ("\"keys\":{}", "\"keys\":[]"), ("\"visibility\":\"L0\"", "\"visibility\":\"L9\""),
        ("\"score\":4.6", "\"score\":4.611"), ("\"score\":4.6", "\"score\":4e6"),
        ("\"score\":4.6", "\"score\":99999999999999999999"),
    ])
    func wrong(part: String, other: String) throws {
        var alert = Alert(
            id: ID128(high: 1, low: 2),
            rule: Alert.Rule(id: "r", name: "n", title: "t", hash: "h"),
            severity: .low, time: 0, precision: 0)
        alert.score = 460
        let text = String(decoding: Self.written(alert), as: UTF8.self)
        #expect(AlertJSON.read(Array(text.utf8)) == alert)
        let parts = text.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        #expect(AlertJSON.read(Array((parts[0] + other + parts[1]).utf8)) == nil)
    }

    static func written(_ alert: Alert) -> [UInt8] {
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer)
        return writer.takeBytes()
    }
}

extension SeededGenerator {
    fileprivate mutating func text() -> String {
        let pieces = [
            "a", "client", "\"", "\\", "\n", "\u{0}", "\u{7F}", "é", "漢", "👩‍🚀", "\u{202E}", " ",
            "{", "]", ":", "1.5", "\u{FEFF}",
        ]
        return (0..<below(6)).map { _ in pick(pieces) }.joined()
    }

    fileprivate mutating func maybe() -> String? { chance(50) ? text() : nil }

    fileprivate mutating func id() -> ID128 { ID128(high: next(), low: next()) }

    fileprivate mutating func texts() -> [String] { (0..<below(3)).map { _ in text() } }

    fileprivate mutating func number() -> Int {
        chance(10) ? pick([0, 1, -1, .max, .min, -50, 7]) : Int(truncatingIfNeeded: next() >> 40)
    }

    private mutating func incident() -> Alert.Incident {
        Alert.Incident(
            id: IncidentID(first: id()), alerts: chance(50) ? number() : nil,
            before: chance(30) ? IncidentID(first: id()) : nil,
            joined: (0..<below(3)).map { _ in IncidentID(first: id()) })
    }

    /// A time that has no more digits than it says.
    fileprivate mutating func time(_ precision: UInt8) -> Int64 {
        let unit: Int64 = [0: 1_000_000_000, 3: 1_000_000, 6: 1000][precision] ?? 1
        let span: UInt64 = 8_000_000_000_000_000_000
        return (Int64(next() % span) - 4_000_000_000_000_000_000) / unit * unit
    }

    fileprivate mutating func presenter() -> Alert.Presenter? {
        if chance(50) { return nil }
        var presenter = Alert.Presenter()
        presenter.ip = maybe()
        presenter.asn = chance(50) ? UInt32(truncatingIfNeeded: next()) : nil
        presenter.place = maybe()
        presenter.userAgent = maybe()
        return presenter
    }

    fileprivate mutating func alert() -> Alert {
        let precision: UInt8 = pick([0, 3, 6, 9])
        var alert = Alert(
            id: id(), rule: Alert.Rule(id: text(), name: text(), title: text(), hash: text()),
            severity: pick(Severity.allCases), time: time(precision), precision: precision)
        alert.revision = number()
        alert.state = pick([.provisional, .confirmed, .withdrawn, .historic])
        alert.confidence = number()
        alert.score = chance(50) ? number() : nil
        alert.verdict = text()
        alert.branch = chance(50) ? pick([.attackerFirst, .victimFirst, .undetermined]) : nil
        alert.firstSeen = time(precision)
        alert.lastSeen = time(precision)
        alert.count = number()
        alert.tenant = maybe()
        alert.keys.issuer = maybe()
        alert.keys.client = maybe()
        alert.keys.subject = maybe()
        alert.keys.session = maybe()
        alert.keys.grant = maybe()
        alert.keys.family = maybe()
        alert.keys.lineage = maybe()
        alert.keys.token = maybe()
        alert.attacker = presenter()
        alert.victim = presenter()
        alert.message = text()
        alert.why = (0..<below(3)).map { _ in
            Alert.Why(
                fact: text(), value: text(), comparedTo: maybe(),
                points: chance(50) ? number() : nil, evidence: (0..<below(3)).map { _ in id() })
        }
        alert.evidence = (0..<below(3)).map { _ in
            let precision: UInt8 = pick([0, 3, 6, 9])
            return Alert.Evidence(
                event: id(), time: time(precision), precision: precision,
                kind: EventKind(name: pick(EventKind.names)) ?? .refreshRejected, source: text())
        }
        if chance(50) { alert.blastRadius = Alert.BlastRadius(families: number(), scopes: texts()) }
        alert.actions = (0..<below(3)).map { _ in
            Alert.Action(title: text(), command: maybe(), reversible: chance(50))
        }
        alert.attack = texts()
        alert.references = texts()
        alert.visibility = pick([.l0, .l1, .l2, .l3, .l4])
        if chance(50) { alert.incident = incident() }
        alert.suppressedBy = maybe()
        return alert
    }
}
