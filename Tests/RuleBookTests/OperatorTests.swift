import AuditModel
import Detection
import MarkedText
import RuleBook
import Testing

@Suite("Operators of the block")
struct OperatorTests {
    private static let minute: Int64 = 60_000_000_000
    private static let hour = 60 * minute
    private static let day = 24 * hour

    /// A rule on failures and successes with this block.
    static func text(
        _ block: String, condition: String = "failed or passed", level: String = "medium"
    ) -> String {
        let indented = block.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
        return """
            title: Many
            id: 11111111-2222-4333-8444-555555555555
            name: TST-01
            level: \(level)
            logsource: {product: oauth}
            detection:
                failed: {outcome: failure}
                passed: {outcome: success}
                condition: \(condition)
            grantrail:
                key: [issuer, client]
            \(indented)
            """
    }

    private func rule(_ block: String, condition: String = "failed or passed") throws -> Rule {
        let loaded = RuleFixture.load(Self.text(block, condition: condition))
        #expect(loaded.diagnostics.filter { $0.code != .unusedSelection }.map(\.text) == [])
        return try #require(loaded.rules.first?.rule)
    }

    @Test("Counts and distinct values have a window and bounds")
    func counts() throws {
        let count = try rule("count: {gte: 10, lt: 100, within: 5m}")
        #expect(
            count.operation
                == Operation(
                    .count, window: Operation.Window(span: 5 * Self.minute),
                    bounds: [.init(.greaterOrEqual, 10), .init(.less, 100)]))
        #expect(count.inputs.isEmpty)
        let distinct = try rule(
            "distinct: {of: [presented, payload.a.b], gt: 50, within: 2w, window: since_grant}")
        #expect(
            distinct.operation
                == Operation(
                    .distinct([.event(.presented), .payload("a.b")]),
                    window: Operation.Window(.sinceGrant, span: 14 * Self.day),
                    bounds: [.init(.greater, 50)]))
    }

    @Test("A ratio has two streams, in the order part and whole")
    func ratio() throws {
        let rule = try rule("ratio: {of: failed, over: passed, gte: 0.5, min: 20, within: 10m}")
        #expect(
            rule.operation
                == Operation(
                    .ratio(.init(atLeast: 50, minimum: 20)),
                    window: Operation.Window(span: 10 * Self.minute)))
        #expect(rule.inputs.map(\.name) == ["failed", "passed"])
        #expect(rule.inputs.map(\.condition) == [.selection(0), .selection(1)])
        #expect(rule.condition == .any([.selection(0), .selection(1)]))
    }

    @Test("Steps of a sequence may take several events, and keep to the condition")
    func sequences() throws {
        let rule = try rule(
            "sequence: {of: [{failed: 10}, passed], within: 1h}",
            condition: "(failed or passed) and other\n    other: {client: app}")
        #expect(rule.operation?.kind == .temporal(ordered: true))
        #expect(rule.inputs.map(\.least) == [10, 1])
        let whole = Rule.Condition.all([.any([.selection(0), .selection(1)]), .selection(2)])
        #expect(rule.inputs[0].condition == .all([.selection(0), whole]))
        let together = try self.rule("together: {of: [passed, failed], within: 1h}")
        #expect(together.operation?.kind == .temporal(ordered: false))
        #expect(together.inputs.map(\.name) == ["passed", "failed"])
    }

    @Test("A spike's defaults are those of the manual, and every one can be set")
    func spikes() throws {
        let plain = try rule("spike: {}", condition: "failed")
        let usual = Operation.Spike(
            windows: [5 * Self.minute, 30 * Self.minute, 2 * Self.hour], learn: 72 * Self.hour,
            learnEvents: 50, floorCount: 8, floorRatio: 200, tail: 900, absolute: nil)
        #expect(
            plain.operation
                == Operation(.spike(usual), window: Operation.Window(span: 2 * Self.hour)))
        let full = try rule(
            """
            spike:
                within: [1m, 10m]
                learn: 1d
                learn_events: 5
                floor: 3
                times: 1.5
                tail: 2.5e-7
                against: passed
                absolute: {of: failed, count: 10, distinct: {of: presented, gte: 3}, within: 5m}
            """, condition: "failed")
        let absolute = Operation.Spike.Absolute(
            selection: 0, window: 5 * Self.minute, count: 10, fields: [.event(.presented)],
            distinct: 3)
        let spike = Operation.Spike(
            windows: [Self.minute, 10 * Self.minute], learn: Self.day, learnEvents: 5,
            floorCount: 3, floorRatio: 150, tail: 660, absolute: absolute)
        #expect(full.operation?.kind == .spike(spike))
        #expect(full.inputs.map(\.condition) == [.selection(0), .selection(1)])
    }

    @Test("New values, velocity and absence")
    func others() throws {
        let value = try rule("new_value: {of: [asn, user_agent], learn: 2d, peers: 5}")
        #expect(
            value.operation
                == Operation(
                    .newValue(
                        .init(
                            fields: [.event(.asn), .event(.userAgent)], learn: 2 * Self.day,
                            peers: 5)),
                    window: Operation.Window(span: 90 * Self.day)))
        let velocity = try rule(
            """
            geo_velocity: {speed_kmh: 900, foreign: {country: 30, tls: 5}}
            fire_at: 50
            raise: {high: 60, critical: [passed]}
            """)
        #expect(
            velocity.operation?.kind
                == .geoVelocity(
                    .init(
                        speedKmh: 900, distanceKm: 300,
                        foreign: [.init(.country, hundredths: 3000), .init(.tls, hundredths: 500)],
                        knownDays: 2, peers: 5)))
        #expect(velocity.fireAt == Rule.Band(from: 5000))
        #expect(
            velocity.raise == [
                .init(severity: .high, selections: [], score: 6000),
                .init(severity: .critical, selections: [1]),
            ])
        let missing = try rule("absence: {of: passed, after: failed, within: 1h}")
        #expect(missing.operation?.kind == .absence(.init(tail: 0)))
        #expect(missing.inputs.map(\.name) == ["failed", "passed"])
        let silence = try rule("absence: {tail: 1e-6, within: 15m}")
        #expect(silence.operation?.kind == .absence(.init(tail: 600)))
        #expect(silence.inputs.isEmpty)
    }

    @Test("Alerts of what ends are told once; others again the next day, or as the rule says")
    func suppression() {
        func suppress(_ block: String) -> Int64? {
            RuleFixture.load(
                RuleFixture.replacing("key: [issuer, client]", block)
            ).rules.first.map(\.rule.suppress).flatMap { $0 }
        }
        #expect(suppress("key: [issuer, client]") == Self.day)
        #expect(suppress("key: [issuer, lineage]") == nil)
        #expect(suppress("key: [subject, session]") == nil)
        #expect(suppress("key: [issuer, lineage]\n    suppress: 30m") == 30 * Self.minute)
        #expect(suppress("suppress: never\n    key: [issuer]") == nil)
    }

    @Test("Any field can be in a key, the payload's by path")
    func keys() throws {
        let rule = try rule("count: {gte: 2, within: 1h}\nverdict: many")
        #expect(rule.key == [.issuer, .client])
        let other = RuleFixture.load(
            RuleFixture.replacing("[issuer, client]", "[prefix, reason, payload.node.host]"))
        #expect(
            other.rules.first?.rule.key == [
                .prefix, .field(.event(.reason)), .field(.payload("node.host")),
            ])
    }
}

@Suite("Mistakes in operators")
struct OperatorMistakeTests {
    @Test("A block with seven mistakes gives seven diagnostics with place and remedy")
    func sevenMistakes() {
        let block = """
            suppress: 2 days
            ratio: {of: faild, over: passed, gte: 50, within: 10min}
            count: {gte: 5, within: 1m}
            raise: {high: 60}
            """
        let found = RuleFixture.load(OperatorTests.text(block)).diagnostics
        #expect(
            found.map { "\($0.line):\($0.column) \($0.code.rawValue)" } == [
                "12:15 rule.wrong_type", "13:5 rule.missing_key", "13:17 rule.unknown_selection",
                "13:43 rule.wrong_type", "13:55 rule.wrong_type", "14:5 rule.modifier_misuse",
                "15:13 rule.missing_key",
            ])
        for diagnostic in found { #expect(diagnostic.isError && diagnostic.remedy != nil) }
    }

    @Test(
        "Each mistake is found at its place",
        arguments: [
            ("count: {within: 5m}", "rule.missing_key 12:5"),
            ("count: 10", "rule.wrong_type 12:12"),
            ("count: {gte: many, within: 5m}", "rule.wrong_type 12:18"),
            ("count: {gte: 1, within: 5m, window: slidng}", "rule.unknown_value 12:41"),
            ("count: {gte: 1, within: 2M}", "rule.wrong_type 12:29"),
            ("count: {gte: 1, within: 99999d}", "rule.wrong_type 12:29"),
            ("count: {gte: 1, withn: 2m}", "rule.unknown_key 12:21"),
            ("distinct: {of: ipp, gte: 5, within: 1h}", "rule.unknown_field 12:20"),
            ("distinct: {of: [], gte: 5, within: 1h}", "rule.wrong_type 12:20"),
            ("sequence: {of: [failed], within: 1h}", "rule.wrong_type 12:20"),
            ("sequence: {of: [failed, failed], within: 1h}", "rule.modifier_misuse 12:29"),
            ("sequence: {of: [{failed: 0}, passed], within: 1h}", "rule.wrong_type 12:30"),
            ("together: {of: [failed, pased], within: 1h}", "rule.unknown_selection 12:29"),
            ("spike: {within: [1h, 5m]}", "rule.wrong_type 12:21"),
            ("spike: {tail: 2}", "rule.wrong_type 12:19"),
            ("spike: {times: 0.5}", "rule.wrong_type 12:20"),
            ("spike: {absolute: {of: failed}}", "rule.missing_key 12:23"),
            ("new_value: {learn: 72h}", "rule.missing_key 12:5"),
            ("geo_velocity: {foreign: {county: 30}}", "rule.unknown_key 12:30"),
            ("absence: {of: passed, within: 1h}", "rule.missing_key 12:5"),
            ("absence: {tail: 1e-6, of: failed, after: passed, within: 1h}",
                "rule.modifier_misuse 12:21"),
            ("spik: {}", "rule.unknown_key 12:5"),
            ("fire_at: 4", "rule.missing_key 12:14"),
        ])
    func mistakes(block: String, place: String) {
        #expect(RuleFixture.places(OperatorTests.text(block)) == [place])
    }

    @Test("A condition that leaves out a step of the operator is refused")
    func leftOut() {
        let text = OperatorTests.text(
            "sequence: {of: [failed, passed], within: 1h}", condition: "passed")
        let found = RuleFixture.load(text).diagnostics
        #expect(found.map(\.code) == [.condition])
        #expect(found.first?.remedy == "write condition: failed or passed")
    }
}
