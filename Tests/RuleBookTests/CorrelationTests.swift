import AuditModel
import Detection
import MarkedText
import RuleBook
import Testing

@Suite("Sigma's correlations")
struct CorrelationTests {
    private typealias Event = SigmaFixture.Event

    /// Rules `fail` and `pass` on the user agent, and a correlation of them.
    private func text(_ block: String, level: String = "", extra: String = "") -> String {
        let indented = block.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
        return """
            \(SigmaFixture.rule(
                "s: {user_agent: fail}\ncondition: s", name: "fail",
                id: "aaaaaaaa-2222-4333-8444-555555555555"))
            ---
            \(SigmaFixture.rule(
                "s: {user_agent: pass}\ncondition: s", name: "pass",
                id: "bbbbbbbb-2222-4333-8444-555555555555", level: "high"))
            ---
            title: Together
            id: cccccccc-2222-4333-8444-555555555555
            name: COR
            \(level)
            correlation:
            \(indented)
            \(extra)
            """
    }

    private func load(_ block: String, level: String = "", extra: String = "") -> LoadedRules {
        RuleBook.load(text: text(block, level: level, extra: extra), path: "c.yml")
    }

    private func event(
        _ second: Int64, _ what: String, _ subject: String? = "anna", client: String = "c",
        amount: String? = nil
    ) -> Event {
        var columns: [CodedColumn: String] = [.userAgent: what, .client: client]
        columns[.subject] = subject
        return Event(
            second: second, columns: columns, payload: amount.map { #"{"amount":\#($0)}"# } ?? "")
    }

    /// Seconds at which the correlation has an alert whose hits begin there.
    private func hits(_ loaded: LoadedRules, _ events: [Event]) -> [String] {
        #expect(!loaded.hasErrors, "\(loaded.diagnostics.map(\.text))")
        return SigmaFixture.alerts(loaded, events).map {
            "\($0.rule.name) \($0.time / 1_000_000_000) x\($0.count)"
        }
    }

    private let count = """
        type: event_count
        rules: [fail]
        group-by: [subject]
        timespan: 10s
        condition: {gte: 3}
        """

    @Test("A window is (t - span, t]: an event as old as the span is out")
    func window() {
        let loaded = load(count)
        #expect(loaded.diagnostics.isEmpty)
        let inside = [0, 5, 9].map { event($0, "fail") }
        let edge = [0, 5, 10].map { event($0, "fail") }
        #expect(hits(loaded, inside) == ["COR 9 x1"])
        #expect(hits(loaded, edge) == [])
        #expect(hits(loaded, edge + [event(11, "fail")]) == ["COR 11 x1"])
    }

    @Test("Groups are counted apart, and what lacks a group-by field is in none")
    func groups() {
        let loaded = load(count)
        let mixed = [event(0, "fail"), event(1, "fail", "bob"), event(2, "fail")]
        #expect(hits(loaded, mixed) == [])
        let nobody = (0..<5).map { event($0, "fail", nil) }
        #expect(hits(loaded, nobody) == [])
    }

    @Test("Without group-by all events are one group, which a warning says")
    func ungrouped() {
        let loaded = load(count.replacing("group-by: [subject]\n", with: ""))
        #expect(loaded.diagnostics.map(\.code) == [.undefined])
        let events = ["a", nil, "c"].enumerated().map {
            event(Int64($0.offset), "fail", $0.element)
        }
        #expect(hits(loaded, events) == ["COR 2 x1"])
    }

    @Test(
        "Every bound",
        arguments: [
            ("gt: 2", [3, 4]), ("gte: 2", [2, 3, 4]), ("eq: 2", [2]), ("neq: 2", [1, 3, 4]),
            ("lt: 3", [1, 2]), ("lte: 3", [1, 2, 3]), ("gt: 1, lte: 3", [2, 3]),
        ] as [(String, [Int])])
    func bounds(condition: String, at: [Int]) {
        let loaded = load(count.replacing("gte: 3", with: condition))
        let events = (1...4).map { event(Int64($0), "fail") }
        let alerts = SigmaFixture.alerts(loaded, events)
        #expect(alerts.reduce(0) { $0 + $1.count } == at.count, "\(condition)")
        #expect(alerts.first.map { Int($0.time / 1_000_000_000) } == at.first)
    }

    @Test("value_count counts different values of one field or of several together")
    func values() {
        let block = """
            type: value_count
            rules: [fail]
            group-by: [client]
            timespan: 1m
            condition: {field: FIELD, gte: 3}
            """
        let one = load(block.replacing("FIELD", with: "subject"))
        let same = (0..<5).map { event($0, "fail") }
        #expect(hits(one, same) == [])
        let different = ["a", "b", "a", "c"].enumerated().map {
            event(Int64($0.offset), "fail", $0.element)
        }
        #expect(hits(one, different) == ["COR 3 x1"])
        let both = load(block.replacing("FIELD", with: "[subject, payload.amount]"))
        let pairs = ["1", "2", "3"].enumerated().map {
            event(Int64($0.offset), "fail", amount: $0.element)
        }
        #expect(hits(both, pairs) == ["COR 2 x1"])
    }

    @Test(
        "Sums, means and nearest-rank percentiles of a number",
        arguments: [
            ("value_sum", "gt: 10", ["2", "5", "4"], 2), ("value_avg", "gte: 4.5", ["2", "7"], 1),
            ("value_avg", "gt: 4.5", ["2", "7"], -1),
            ("value_percentile", "percentile: 50, gte: 3", ["1", "9", "3"], 1),
            ("value_percentile", "percentile: 100, gte: 9", ["1", "9", "3"], 1),
            ("value_percentile", "percentile: 50, gt: 3", ["1", "2", "3"], -1),
        ])
    func aggregates(type: String, condition: String, amounts: [String], at: Int64) {
        let loaded = load(
            """
            type: \(type)
            rules: [fail]
            group-by: [subject]
            timespan: 1m
            condition: {field: payload.amount, \(condition)}
            """)
        let events = amounts.enumerated().map {
            event(Int64($0.offset), "fail", amount: $0.element)
        } + [event(20, "fail")]
        let first = SigmaFixture.alerts(loaded, events).first
        // The median of 1 and 9 by nearest rank is 1.
        let expected: Int64 = type == "value_percentile" && condition.contains("50, gte") ? 2 : at
        #expect(first.map { $0.time / 1_000_000_000 } ?? -1 == expected)
    }

    @Test("temporal takes any order, temporal_ordered only the one written, within the span")
    func temporal() {
        let any = load("type: temporal\nrules: [fail, pass]\ngroup-by: [subject]\ntimespan: 10s")
        let ordered = load(
            "type: temporal_ordered\nrules: [fail, pass]\ngroup-by: [subject]\ntimespan: 10s")
        let forth = [event(0, "fail"), event(5, "pass")]
        let back = [event(0, "pass"), event(5, "fail")]
        #expect(hits(any, forth) == ["COR 5 x1"] && hits(any, back) == ["COR 5 x1"])
        #expect(hits(ordered, forth) == ["COR 5 x1"] && hits(ordered, back) == [])
        #expect(hits(any, [event(0, "fail"), event(10, "pass")]) == [])
        #expect(hits(any, [event(0, "fail"), event(9, "pass")]) == ["COR 9 x1"])
        #expect(hits(ordered, [event(0, "fail"), event(5, "pass", "bob")]) == [])
    }

    @Test("The order of loading and of writing does not matter, nor names instead of ids")
    func references() {
        let byID = count.replacing("[fail]", with: "[AAAAAAAA-2222-4333-8444-555555555555]")
        let events = [0, 5, 9].map { event($0, "fail") }
        #expect(hits(load(byID), events) == ["COR 9 x1"])
        let parts = text(count).components(separatedBy: "---\n")
        let sources = parts.reversed().enumerated().map {
            RuleSource(path: "\($0.offset).yml", text: $0.element)
        }
        #expect(hits(RuleBook.load(sources: sources), events) == ["COR 9 x1"])
    }

    @Test("Aliases group by different fields of different rules, whatever columns they are in")
    func aliases() throws {
        let loaded = load(
            """
            type: temporal
            rules: [fail, pass]
            group-by: [who]
            timespan: 1m
            aliases:
                who: {fail: payload.actor.name, pass: subject}
            """)
        #expect(loaded.diagnostics.isEmpty)
        func actor(_ name: String) -> Event {
            Event(
                second: 0, columns: [.userAgent: "fail", .subject: "bob"],
                payload: #"{"actor":{"name":"\#(name)"}}"#)
        }
        #expect(hits(loaded, [actor("anna"), event(5, "pass")]) == ["COR 5 x1"])
        #expect(hits(loaded, [actor("bob"), event(5, "pass")]) == [])
        let again = [actor("anna"), event(5, "pass"), event(6, "pass")]
        #expect(hits(loaded, again) == ["COR 5 x2"])
    }

    @Test("A correlation of correlations fires on what those fired on")
    func chains() {
        let loaded = load(
            count, extra: """
                ---
                title: Many failures, then success
                id: dddddddd-2222-4333-8444-555555555555
                name: CHAIN
                correlation:
                    type: temporal_ordered
                    rules: [COR, pass]
                    group-by: [subject]
                    timespan: 1h
                """)
        let failures = [0, 5, 9].map { event($0, "fail") }
        #expect(hits(loaded, failures) == [])
        #expect(hits(loaded, failures + [event(60, "pass")]) == ["CHAIN 60 x1"])
        #expect(hits(loaded, [event(0, "fail"), event(60, "pass")]) == [])
    }

    @Test("Rules of a correlation are silent unless it says generate, those of the pack never")
    func generate() {
        let events = [0, 5, 9].map { event($0, "fail") }
        let said = hits(load(count + "\ngenerate: true"), events)
        #expect(said.contains("COR 9 x1") && said.contains { $0.hasPrefix("fail") })
        #expect(hits(load(count, extra: "generate: true"), events).count == 2)
        let parts = text(count).components(separatedBy: "---\n")
        let sources = [
            RuleSource(path: "a.yml", text: parts[0], set: 0),
            RuleSource(path: "b.yml", text: parts[2], set: 1),
        ]
        #expect(hits(RuleBook.load(sources: sources), events).count == 2)
    }

    @Test("Without a level it is as severe as the worst of its rules")
    func levels() {
        let block = "type: temporal\nrules: [fail, pass]\ngroup-by: [subject]\ntimespan: 10s"
        func level(_ loaded: LoadedRules) -> Severity? {
            loaded.rules.first { $0.rule.name == "COR" }?.rule.level
        }
        #expect(level(load(block)) == .high)
        #expect(level(load(block, level: "level: low")) == .low)
    }

    @Test(
        "What is wrong with a correlation is said at its place",
        arguments: [
            ("type: event_count", "type: evnt_count", "rule.unknown_value 24:11"),
            ("rules: [fail]", "rules: [fial]", "rule.unknown_rule 25:13"),
            ("rules: [fail]", "rules: [fail, fail]", "rule.correlation 25:19"),
            ("rules: [fail]", "ruels: [fail]", "rule.unknown_key 25:5"),
            ("timespan: 10s", "timespan: 1M", "rule.correlation 27:15"),
            ("timespan: 10s", "timespan: 1y", "rule.correlation 27:15"),
            ("timespan: 10s", "timespan: soon", "rule.correlation 27:15"),
            ("timespan: 10s", "timespan: 99999w", "rule.correlation 27:15"),
            ("timespan: 10s", "timespan: 0s", "rule.correlation 27:15"),
            ("{gte: 3}", "fail and not fail", "rule.correlation 28:16"),
            ("{gte: 3}", "{gte: few}", "rule.wrong_type 28:22"),
            ("{gte: 3}", "{gte: 1.5}", "rule.wrong_type 28:22"),
            ("{gte: 3}", "{at_least: 3}", "rule.unknown_key 28:17"),
            ("{gte: 3}", "{gte: 3, field: client}", "rule.correlation 28:25"),
            ("type: event_count", "type: value_count", "rule.missing_key 28:16"),
            ("group-by: [subject]", "group-by: [subjct]", "rule.unknown_field 26:16"),
            ("{gte: 3}", "{lt: 3}", "rule.undefined 28:16"),
            ("{gte: 3}", "{gte: 20000}", "rule.too_many 28:16"),
            ("type: event_count", "type: temporal", "rule.undefined 28:16"),
        ])
    func mistakes(old: String, new: String, place: String) {
        let lines = text(count).components(separatedBy: "\n")
        #expect(lines.firstIndex(of: "correlation:") == 22)
        let loaded = load(count.replacing(old, with: new))
        let found = loaded.diagnostics.map { "\($0.code.rawValue) \($0.line):\($0.column)" }
        #expect(found.contains(place), "\(found)")
    }

    @Test("Correlations that wait for each other are refused, all of them, and long chains")
    func cycles() {
        func correlation(_ number: Int, on rule: String) -> String {
            """
            title: C\(number)
            id: cccccccc-2222-4333-8444-\(String(100_000_000_000 + number))
            name: c\(number)
            correlation: {type: temporal, rules: [\(rule)], group-by: [subject], timespan: 1m}
            """
        }
        let ring = (0..<3).map { correlation($0, on: "c\(($0 + 1) % 3)") }
        let found = RuleBook.load(text: ring.joined(separator: "\n---\n"), path: "r.yml")
        #expect(found.diagnostics.map(\.code) == [.correlation, .correlation, .correlation])
        #expect(found.rules.isEmpty)
        let base = SigmaFixture.rule("s: {ip: x}\ncondition: s", name: "c0")
        let chain = [base] + (1...900).map { correlation($0, on: "c\($0 - 1)") }
        let long = RuleBook.load(text: chain.joined(separator: "\n---\n"), path: "r.yml")
        #expect(long.rules.count == 17)
        #expect(long.diagnostics.count == 200 && long.hasErrors)
    }

    @Test("A correlation of blind rules is blind")
    func blindness() {
        let text = text(count).replacing("{product: oauth}", with: "{product: windows}")
        let loaded = RuleBook.load(text: text, path: "c.yml")
        #expect(!loaded.hasErrors && loaded.active.isEmpty)
        #expect(loaded.rules.allSatisfy { $0.isBlind })
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
