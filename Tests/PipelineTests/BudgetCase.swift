import AuditModel
import EventStore
import TestSupport
import WireFormat

@testable import Pipeline

/// Alerts for budgets to judge.
enum BudgetCase {
    static let second: Int64 = 1_000_000_000
    static let hour = 3_600 * second
    /// Some moment, in whole milliseconds.
    static let start: Int64 = 1_795_000_000 * second

    static func alert(
        _ number: Int, _ severity: Severity = .high, rule: String = "VAL-07",
        client: String = "web", revision: Int = 1, state: AlertState = .confirmed
    ) -> Alert {
        var alert = Alert(
            id: ID128(high: 5, low: UInt64(number)),
            rule: Alert.Rule(id: rule, name: rule, title: "A rule", hash: ""),
            severity: severity, time: start, precision: 3)
        alert.revision = revision
        alert.state = state
        alert.keys.client = client
        return alert
    }

    static func record(_ alert: Alert) -> AlertRecord {
        AlertBook.record(alert, revision: alert.revision, alert.state, isNotable: true)
    }

    /// A random alert of few rules, clients and severities.
    static func random(_ number: Int, _ random: inout SeededGenerator) -> Alert {
        alert(
            number, random.pick(Severity.allCases),
            rule: random.pick(["REF-01", "VAL-07", "GEO-02"]),
            client: random.pick(["web", "app", ""]))
    }
}

/// The budget of one class as docs/WEBHOOKS.md says it, slowly.
struct NaiveLane {
    let limit: Int
    private var told: [(time: Int64, notice: BudgetNotice, isBeyond: Bool)] = []

    init(limit: Int) { self.limit = limit }

    func recent(_ now: Int64) -> Int {
        told.count { now - $0.time < 24 * BudgetCase.hour }
    }

    mutating func admits(_ notice: BudgetNotice, at now: Int64) -> Bool {
        let recent = told.filter { now - $0.time < 24 * BudgetCase.hour }
        let rules = Dictionary(grouping: recent) { $0.notice.rule }
        let largest = rules.filter { $0.key != notice.rule }.map(\.value.count).max() ?? 0
        let hasRoom = recent.count - largest < limit
        let sameRule = recent.filter {
            $0.notice.rule == notice.rule && $0.notice.severity == notice.severity
        }
        let isFirst = !sameRule.contains { $0.notice.client == notice.client }
            && sameRule.count(where: \.isBeyond) < limit
        if !hasRoom, !isFirst { return false }
        told.append((now, notice, !hasRoom))
        return true
    }
}
