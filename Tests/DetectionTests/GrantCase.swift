import AuditModel
import GrantLedger
import TestSupport

@testable import Detection

/// A few grants side by side, with everything that rules of the pack ask for: races, thieves,
/// branches that go on, refusals, foreign clients; in total order.
struct GrantCase {
    private var random: SeededGenerator
    private(set) var batch = EventBatch(capacity: 128)
    /// The grant of each event.
    private(set) var grants: [Int] = []
    static let second: Int64 = 1_000_000_000

    private struct Grant {
        var tokens: [UInt64] = []
    }

    init(seed: UInt64, events: Int = 60) {
        random = SeededGenerator(seed: seed)
        var states = Array(repeating: Grant(), count: 3)
        var time: Int64 = 1_700_000_000 * Self.second
        for number in 0..<events {
            // Never equal: event ids need no order then.
            time += Int64(1 + below(4)) * Self.second
            let grant = below(states.count)
            add(number, time, grant, &states[grant])
        }
    }

    var shared: SharedBatch { SharedBatch(batch) }

    /// The rows of one grant from a row on.
    func rows(of grant: Int, from start: Int = 0) -> [Int] {
        (start..<batch.count).filter { grants[$0] == grant }
    }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    private mutating func add(_ number: Int, _ time: Int64, _ grant: Int, _ state: inout Grant) {
        var row = EventRow()
        row.id = ID128(high: 0xE, low: random.next())
        row.time = time
        row.outcome = .success
        row.ipRole = .holder
        row.ip = IPAddress("198.51.\(chance(70) ? grant : 10 + below(3)).7") ?? .none
        row.issuer = batch.pool.code(of: "realm")
        row.dialect = batch.pool.code(of: "keycloak")
        row.subject = batch.pool.code(of: "subject-\(grant)")
        row.client = batch.pool.code(of: chance(92) ? "app-\(grant)" : "other-\(grant)")
        row.session = ID128(high: UInt64(grant + 1) << 32, low: 9)
        row.scopes = batch.pool.code(of: chance(90) ? "openid" : "openid admin")
        let next = UInt64(grant * 1000 + state.tokens.count + 1)
        act(next, &row, &state)
        batch.append(row)
        grants.append(grant)
    }

    private mutating func act(_ next: UInt64, _ row: inout EventRow, _ state: inout Grant) {
        guard let newest = state.tokens.last, !chance(4) else {
            row.kind = .codeRedeemed
            row.issuedRefresh = ID128(high: 7, low: next)
            state.tokens.append(next)
            return
        }
        let choice = below(100)
        if choice < 5 {
            row.kind = choice < 3 ? .sessionEnded : .authnFailed
            return
        }
        let token = chance(60) ? newest : state.tokens[below(state.tokens.count)]
        row.presented = ID128(high: 7, low: token)
        if choice < 75 {
            row.kind = .refreshSucceeded
            row.issuedRefresh = ID128(high: 7, low: next)
            state.tokens.append(next)
        } else {
            row.kind = choice < 80 ? .refreshReuseDetected : .refreshRejected
            row.outcome = .failure
            row.reason = choice < 80 ? .reused : .policy
        }
    }

    // MARK: - Rules

    private static func fact(_ name: String) -> Rule.Selection {
        selection(name, .ledger(.fact), name)
    }

    private static func selection(
        _ name: String, _ field: RuleField, _ text: String
    ) -> Rule.Selection {
        let predicate = Predicate(field: field, matchers: [.text(TextPattern(text))])
        return Rule.Selection(name: name, alternatives: [[predicate]])
    }

    private static func rule(
        _ name: String, _ level: Severity, _ selections: [Rule.Selection],
        _ key: [Rule.KeyField] = [.issuer, .lineage]
    ) -> Rule {
        var rule = Rule(id: "id-\(name)", name: name, title: "{client} {branch}", level: level)
        rule.selections = selections
        rule.condition = .selection(0)
        rule.key = key
        rule.verdict = name.lowercased()
        return rule
    }

    /// Like the pack's, that need no memory of their own.
    static var stateless: [Rule] {
        var theft = rule(
            "THEFT", .high,
            [
                fact("refresh.replayed"), selection("new", .ledger(.presenterNew), "prefix"),
                selection("used", .ledger(.successor), "used"),
            ])
        theft.points = [
            Rule.Points(selection: 1, hundredths: 200), Rule.Points(selection: 2, hundredths: 100),
        ]
        theft.fireAt = Rule.Band(from: 200)
        theft.raise = [Rule.Raise(severity: .critical, selections: [2])]
        var race = rule("RACE", .info, [fact("refresh.replayed")])
        race.unless = ["THEFT"]
        var fork = rule(
            "FORK", .low,
            [fact("refresh.forked"), selection("foreign", .ledger(.branchesForeign), "true")])
        fork.raise = [Rule.Raise(severity: .critical, selections: [1])]
        var foreign = rule("FOREIGN", .medium, [fact("client.mismatch")], [.issuer, .client])
        foreign.suppress = 9 * second
        var both = rule("BOTH", .high, [fact("scope.grown")])
        both.condition = .all([.fired("id-RACE"), .not(.selection(0))])
        both.key = [.session]
        both.suppress = 14 * second
        var refused = rule("REFUSED", .low, [selection("refused", .event(.outcome), "failure")])
        refused.key = [.subject]
        refused.suppress = 5 * second
        return [race, both, theft, fork, foreign, refused]
    }

    /// With rules that count, and one that waits for such a rule.
    static var rules: [Rule] {
        var counting = rule("COUNTING", .medium, [fact("refresh.rotated")], [.subject])
        counting.operation = Operation(
            .count, window: Operation.Window(span: 20 * second),
            bounds: [Operation.Bound(.greaterOrEqual, 3)])
        var waiting = rule("WAITING", .low, [fact("refresh.rotated")])
        waiting.unless = ["COUNTING"]
        return stateless + [waiting, counting]
    }

    static let statelessNames = Set(stateless.map(\.name))
}
