import AuditModel
import GrantLedger
import Testing

@testable import Detection

@Suite("The engine")
struct EngineTests {
    /// Logouts and failed logins of a few subjects.
    private func events(_ count: Int) -> EventBatch {
        var batch = EventBatch(capacity: count)
        for index in 0..<count {
            var row = EventRow()
            row.time = Int64(index) * 1_000_000_000
            row.id = ID128(high: 1, low: UInt64(index + 1))
            row.kind = index % 3 == 0 ? .authnFailed : .sessionEnded
            row.outcome = index % 3 == 0 ? .failure : .success
            row.subject = batch.pool.code(of: "subject-\(index % 7)")
            row.client = batch.pool.code(of: index % 2 == 0 ? "Web" : "phone")
            row.scopes = batch.pool.code(of: "openid mail.read")
            batch.append(row)
        }
        return batch
    }

    private func rule(
        _ name: String, _ selections: [(String, [Predicate])], _ condition: Rule.Condition,
        key: [Rule.KeyField] = [.subject]
    ) -> Rule {
        var rule = Rule(id: "id-\(name)", name: name, title: name, level: .low)
        rule.selections = selections.map { Rule.Selection(name: $0.0, alternatives: [$0.1]) }
        rule.condition = condition
        rule.key = key
        return rule
    }

    private func text(_ field: Field, _ value: String) -> Predicate {
        Predicate(field: .event(field), matchers: [.text(TextPattern(value))])
    }

    private func alerts(_ rules: [Rule], _ batch: EventBatch, shards: Int = 1) -> [Alert] {
        var run = DetectionRun(rules: rules, shards: shards)
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        return run.alerts()
    }

    @Test("any number of shards gives the same alerts", arguments: [2, 3, 7])
    func shards(count: Int) {
        let failed = rule("FAIL", [("a", [text(.kind, "authn.failed")])], .selection(0))
        let batch = events(90)
        let one = alerts([failed], batch)
        #expect(one.count == 7)
        #expect(alerts([failed], batch, shards: count) == one)
    }

    @Test("hits with one key are one alert that counts them")
    func counting() throws {
        let failed = rule(
            "FAIL", [("a", [text(.kind, "authn.failed")])], .selection(0), key: [.client])
        let alert = try #require(alerts([failed], events(12)).first)
        #expect(alert.count == 2 && alert.revision == 2)
        #expect(alert.firstSeen == 0 && alert.lastSeen == 6_000_000_000)
        #expect(alert.evidence.count == 2)
    }

    @Test("a condition means what it says", arguments: [
        (Rule.Condition.all([.selection(0), .selection(1)]), 2),
        (.any([.selection(0), .selection(1)]), 8),
        (.all([.selection(0), .not(.selection(1))]), 2),
        (.not(.selection(0)), 8),
    ])
    func conditions(condition: Rule.Condition, expected: Int) {
        let rule = rule(
            "COND", [("a", [text(.kind, "authn.failed")]), ("b", [text(.client, "web")])],
            condition)
        let hits = alerts([rule], events(12)).reduce(0) { $0 + $1.count }
        #expect(hits == expected)
    }

    @Test("every one of several values may match, and all can be asked for")
    func values() {
        let any = rule("ANY", [("a", [text(.scopes, "mail.read")])], .selection(0))
        #expect(!alerts([any], events(3)).isEmpty)
        var both = Predicate(
            field: .event(.scopes),
            matchers: [.text(TextPattern("openid")), .text(TextPattern("x"))])
        both.requiresAll = true
        #expect(alerts([rule("ALL", [("a", [both])], .selection(0))], events(3)).isEmpty)
    }

    @Test("a rule waits for those it yields to, in whatever order they come")
    func unless() {
        let first = rule("FIRST", [("a", [text(.kind, "authn.failed")])], .selection(0))
        var second = rule(
            "SECOND", [("a", [Predicate(field: .event(.outcome), matchers: [.exists(true)])])],
            .selection(0))
        second.unless = ["FIRST"]
        let batch = events(9)
        let names = alerts([second, first], batch).map(\.rule.name)
        #expect(names.contains("FIRST") && names.contains("SECOND"))
        #expect(alerts([second, first], batch) == alerts([first, second], batch))
        let failures = Set([1, 4, 7].map { ID128(high: 1, low: $0) })
        for alert in alerts([second, first], batch) where alert.rule.name == "SECOND" {
            #expect(failures.isDisjoint(with: alert.evidence.map(\.event)))
        }
    }

    @Test("a flood of harmless alerts leaves room for a theft")
    func desk() {
        var desk = AlertDesk()
        func admit(_ number: Int, _ severity: Severity) {
            let rule = Alert.Rule(id: "r", name: "r", title: "r", hash: "")
            let alert = Alert(
                id: ID128(high: 9, low: UInt64(number)), rule: rule, severity: severity,
                time: 0, precision: 3)
            desk.admit(
                Finding(alert: alert, groupKey: ["\(number)"], lineage: .none, suppress: nil))
        }
        for number in 1...5000 { admit(number, .info) }
        admit(6000, .critical)
        #expect(desk.alerts.count == 5001 && desk.dropped == 0)
    }

    @Test("log text in a command line is quoted")
    func quoting() {
        var alert = Alert(
            id: .none, rule: Alert.Rule(id: "", name: "", title: "", hash: ""), severity: .high,
            time: 0, precision: 3)
        alert.keys.session = "x'; rm -rf / #"
        alert.keys.client = "-rf"
        let texts = AlertText(alert: alert, realm: nil, transition: nil, figures: []) { _ in "" }
        #expect(
            texts.fillCommand("end {session} of={client} {nothing}")
                == #"end 'x'\''; rm -rf / #' of='-rf' {nothing}"#)
        #expect(
            texts.fillCommand("delete sessions/{session}")
                == "delete sessions/x%27%3B%20rm%20-rf%20%2F%20%23")
        #expect(texts.fillCommand("end {client}") == nil, "it would be an option")
        alert.keys.session = ".."
        alert.keys.subject = "anna\u{202E}\n"
        let others = AlertText(alert: alert, realm: nil, transition: nil, figures: []) { _ in "" }
        #expect(others.fillCommand("delete sessions/{session}") == nil, "it would be another path")
        #expect(others.fillCommand("end {subject}") == nil, "it would look like another")
        #expect(texts.fill("{grant}") == "unknown")
    }
}
