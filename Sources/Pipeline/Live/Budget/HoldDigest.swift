internal import AuditModel
internal import WireFormat

/// What a hook is told of notifications that were held back: an alert like others for whoever
/// renders, delivers and receives it.
enum HoldDigest {
    /// No rule file has it: the service itself speaks.
    static let rule = Alert.Rule(
        id: "7c9e4b0e-52d3-4f0b-9a4e-1d1c8f5b6a27", name: "OPS-07",
        title: "Notifications held back", hash: "7c9e4b0e52d34f0b9a4e1d1c8f5b6a27")

    private static let mostRules = 10
    private static let mostClients = 5

    /// The id of the digests that begin with a notice.
    static func identity(
        hook: String, _ kind: NotificationClass, first notice: BudgetNotice
    ) -> ID128 {
        Alert.identity(
            ruleID: rule.id, groupKey: [hook, kind.name, String(notice.revision)],
            anchor: notice.alert)
    }

    /// - Parameters:
    ///   - until: when the budget has room again; nil when it has.
    ///   - now: nanoseconds UTC.
    static func alert(
        _ held: Gathering, hook: String, _ kind: NotificationClass, limit: Int, until: Int64?,
        at now: Int64
    ) -> Alert {
        let worst = held.tally.severities.keys.max() ?? .info
        var alert = Alert(
            id: held.id, rule: rule, severity: worst, time: held.start, precision: 3)
        alert.revision = held.revision
        alert.confidence = 100
        alert.verdict = verdict(kind)
        alert.lastSeen = max(now - now % 1_000_000, held.start)
        alert.count = held.total
        alert.message = message(held, hook: hook, kind, limit: limit, until: until)
        alert.why = why(held.tally)
        alert.actions = [
            Alert.Action(
                title: "See what was held back",
                command: "grantrail hooks held --hook \(hook)", reversible: true)
        ]
        return alert
    }

    /// What a digest says, to go on from; nil for any other alert.
    ///
    /// - Parameter time: when it was told, nanoseconds UTC.
    static func read(
        _ alert: Alert, told time: Int64
    ) -> (kind: NotificationClass, held: Gathering)? {
        guard alert.rule.id == rule.id,
            let kind = NotificationClass.allCases.first(where: { verdict($0) == alert.verdict })
        else { return nil }
        let held = Gathering(
            id: alert.id, start: alert.time, revision: alert.revision, time: time,
            total: alert.count)
        return (kind, held)
    }

    private static func verdict(_ kind: NotificationClass) -> String { kind.name + "_held" }

    private static func message(
        _ held: Gathering, hook: String, _ kind: NotificationClass, limit: Int, until: Int64?
    ) -> String {
        let (count, total) = (held.tally.count, held.total)
        var text = "Hook \(hook): the budget of \(limit) \(kind.name) a day is spent; \(count) "
        text += count == 1 ? "notification was held back" : "notifications were held back"
        if total > count {
            text += ", \(total) since \(TimeText.string(held.start, precision: 3))"
        }
        text += ". What follows is gathered"
        if let until {
            text += "; there is room again from \(TimeText.string(until - until % 1_000_000_000))"
        }
        return text
    }

    private static func why(_ tally: HeldTally) -> [Alert.Why] {
        var why = [Alert.Why(fact: "held", value: String(tally.count))]
        for severity in Severity.allCases.reversed() {
            guard let count = tally.severities[severity] else { continue }
            why.append(.init(fact: "held_severity", value: "\(severity.name): \(count)"))
        }
        why += rules(tally) + clients(tally)
        if tally.withdrawn > 0 {
            why.append(.init(fact: "held_withdrawn", value: String(tally.withdrawn)))
        }
        return why
    }

    /// The worst first, each with the id of the first of its worst alerts.
    private static func rules(_ tally: HeldTally) -> [Alert.Why] {
        let sorted = tally.rules.sorted { left, right in
            if left.value.worst.severity != right.value.worst.severity {
                return left.value.worst.severity > right.value.worst.severity
            }
            return left.value.count != right.value.count
                ? left.value.count > right.value.count : left.key < right.key
        }
        var why = sorted.prefix(mostRules).map { name, rule in
            Alert.Why(
                fact: "held_rule",
                value: "\(name): \(rule.count), worst \(rule.worst.severity.name) "
                    + rule.worst.alert.hex)
        }
        let others = sorted.dropFirst(mostRules)
        if !others.isEmpty {
            let count = others.reduce(0) { $0 + $1.value.count }
            why.append(.init(fact: "held_rule", value: "\(others.count) other rules: \(count)"))
        }
        return why
    }

    private static func clients(_ tally: HeldTally) -> [Alert.Why] {
        let sorted = tally.clients.sorted { left, right in
            left.value != right.value ? left.value > right.value : left.key < right.key
        }
        var why = sorted.prefix(mostClients).map { client, count in
            Alert.Why(fact: "held_client", value: "\(client): \(count)")
        }
        let count = sorted.dropFirst(mostClients).reduce(tally.otherClients) { $0 + $1.value }
        if count > 0 {
            why.append(.init(fact: "held_client", value: "other clients: \(count)"))
        }
        return why
    }
}
