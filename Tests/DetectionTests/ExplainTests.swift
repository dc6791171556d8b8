import AuditModel
import GrantLedger
import Testing

@testable import Detection

@Suite("Explanations")
struct ExplainTests {
    private static func predicate(_ field: Field, _ text: String) -> Predicate {
        Predicate(field: .event(field), matchers: [.text(TextPattern(text))])
    }

    /// Failed sign-ins of one client, a second apart; the last one has a reason.
    private static func events(_ count: Int) -> EventBatch {
        var batch = EventBatch(capacity: count)
        for index in 0..<count {
            var row = EventRow()
            row.time = Int64(index) * 1_000_000_000
            row.id = ID128(high: 7, low: UInt64(index))
            row.kind = .authnFailed
            row.outcome = .failure
            row.reason = index == count - 1 ? .signature : .none
            row.client = batch.pool.code(of: "web")
            row.issuer = batch.pool.code(of: "issuer")
            batch.append(row)
        }
        return batch
    }

    private static func rule(_ fields: [(Field, String)]) -> Rule {
        var rule = Rule(id: "r", name: "R", title: "r", level: .low)
        rule.selections = fields.map { field, text in
            Rule.Selection(name: "s_\(field.name)", alternatives: [[predicate(field, text)]])
        }
        rule.condition = .all(rule.selections.indices.map { .selection($0) })
        rule.key = [.client]
        return rule
    }

    /// How the rule sees the last event, those before it taken in.
    private static func explain(
        _ rule: Rule, among rules: [Rule] = [], _ batch: EventBatch
    ) -> Explanation {
        var run = ExplainRun(rule, among: [rule] + rules)
        for row in 0..<(batch.count - 1) { run.take(batch, row: row, pool: batch.pool) }
        return run.explain(batch, row: batch.count - 1, pool: batch.pool)
    }

    @Test("Every leaf has its verdict and its value, and one that fails is the nearest miss")
    func leaves() {
        let rule = Self.rule([(.kind, "authn.failed"), (.client, "app"), (.reason, "signature")])
        let seen = Self.explain(rule, Self.events(1))
        #expect(!seen.fired && seen.severity == nil)
        #expect(seen.condition.parts.map(\.passed) == [true, false, true])
        #expect(seen.condition.parts.flatMap(\.parts).map(\.actual) == [
            "authn.failed", "web", "signature",
        ])
        #expect(seen.nearestMiss == ["one field decides: client is web, wanted: client = app"])
        #expect(seen.key == [Explanation.KeyPart(name: "client", value: "web")])
    }

    @Test("Of several ways the shortest is the nearest miss; what is negated must go")
    func shortestWay() {
        var rule = Self.rule([(.client, "app"), (.subject, "anna"), (.reason, "signature")])
        rule.condition = .any([
            .all([.selection(0), .selection(1)]), .not(.selection(2)),
        ])
        let seen = Self.explain(rule, Self.events(1))
        #expect(seen.nearestMiss == [
            "one field decides: reason is signature, wanted: not reason = signature"
        ])
    }

    @Test("Points that were missing name the selection that has them")
    func points() {
        var rule = Self.rule([(.kind, "authn.failed"), (.client, "app"), (.reason, "signature")])
        rule.condition = .selection(0)
        rule.points = [
            Rule.Points(selection: 1, hundredths: 220), Rule.Points(selection: 2, hundredths: 360),
        ]
        rule.fireAt = Rule.Band(from: 400)
        let seen = Self.explain(rule, Self.events(1))
        #expect(seen.score == 360 && !seen.fired)
        #expect(seen.nearestMiss == ["score 3.6 of 4: s_client would add 2.2"])
        rule.points[1].hundredths = -360
        rule.fireAt = Rule.Band(from: -100)
        #expect(Self.explain(rule, Self.events(1)).nearestMiss == [
            "score -3.6 of -1: without s_reason it would be 0"
        ])
        rule.fireAt = Rule.Band(from: -500, below: -360)
        #expect(Self.explain(rule, Self.events(1)).nearestMiss == [
            "score -3.6 is not below -3.6"
        ])
        rule.fireAt = Rule.Band(from: -500)
        #expect(Self.explain(rule, Self.events(1)).fired)
    }

    @Test("An operation shows how far it got, and fires where the engine does", arguments: 1...6)
    func counting(events: Int) {
        var rule = Self.rule([(.kind, "authn.failed")])
        rule.operation = Operation(
            .count, window: Operation.Window(span: 60_000_000_000),
            bounds: [Operation.Bound(.greaterOrEqual, 4)])
        let batch = Self.events(events)
        let seen = Self.explain(rule, batch)
        #expect(seen.fired == (events >= 4))
        #expect(seen.operation?.fired == seen.fired)
        #expect(seen.operation?.figures.map(\.name) == ["count", "window"])
        let missed = "count \(events), window 60 s; wanted: count >= 4 in 60 s"
        #expect(seen.nearestMiss == (events >= 4 ? [] : [missed]))
        var run = DetectionRun(rules: [rule])
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        #expect(run.alerts().isEmpty != seen.fired)
    }

    @Test("A pattern in time names the part that did not come")
    func patterns() {
        var rule = Self.rule([(.kind, "authn.failed"), (.kind, "session.started")])
        rule.inputs = [
            Rule.Input(name: "failures", condition: .selection(0)),
            Rule.Input(name: "login", condition: .selection(1)),
        ]
        rule.condition = .any(rule.inputs.map(\.condition))
        rule.operation = Operation(
            .temporal(ordered: false), window: Operation.Window(span: 60_000_000_000))
        let seen = Self.explain(rule, Self.events(3))
        #expect(!seen.fired && seen.inputs.map(\.part.passed) == [true, false])
        #expect(seen.nearestMiss == ["missing in the window: login"])
    }

    @Test("A rule that another one keeps silent says which")
    func silenced() {
        var other = Self.rule([(.kind, "authn.failed")])
        (other.id, other.name) = ("o", "O")
        var rule = Self.rule([(.kind, "authn.failed")])
        rule.unless = ["O"]
        let seen = Self.explain(rule, among: [other], Self.events(1))
        #expect(!seen.fired && seen.silencedBy == ["O"])
        #expect(seen.nearestMiss == ["O fired for the same event and keeps this rule silent"])
        #expect(Self.explain(rule, Self.events(1)).fired)
    }

    @Test("An event without a field of the group key says so")
    func ungrouped() {
        var rule = Self.rule([(.kind, "authn.failed")])
        rule.key = [.client, .subject]
        rule.operation = Operation(
            .count, window: Operation.Window(span: 60_000_000_000),
            bounds: [Operation.Bound(.greaterOrEqual, 1)])
        let seen = Self.explain(rule, Self.events(1))
        #expect(seen.nearestMiss == ["the event has no subject, by which the rule groups"])
    }

    @Test("What fired for the event before does not count for this one")
    func noLeftovers() {
        var first = Self.rule([(.reason, "signature")])
        (first.id, first.name) = ("o", "O")
        var rule = Self.rule([(.kind, "authn.failed")])
        rule.unless = ["O"]
        var run = ExplainRun(rule, among: [first, rule])
        let batch = Self.events(2)
        // The last event of the batch first: the other rule fires there.
        run.take(batch, row: 1, pool: batch.pool)
        #expect(run.explain(batch, row: 0, pool: batch.pool).fired)
    }
}
