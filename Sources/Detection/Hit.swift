internal import AuditModel
internal import GrantLedger

/// A rule that matched one event, before it becomes an alert.
struct Hit {
    let rule: Rule
    /// The points that counted.
    let points: [Rule.Points]
    /// Hundredths; nil for a rule without points.
    let score: Int?
    let severity: Severity
    /// What the rule's operation found; empty without one.
    let firing: Firing

    /// The event it matched.
    struct Event {
        let batch: EventBatch
        let row: Int
        let transition: Transition?
    }
}

/// An alert on its way to the desk, with the key that makes two hits one alert.
struct Finding {
    var alert: Alert
    let groupKey: [String]
    let lineage: ID128
    /// See ``Rule/suppress``.
    let suppress: Int64?

    /// Equal for all hits that may be one alert.
    var key: ID128 {
        Alert.identity(ruleID: alert.rule.id, groupKey: groupKey, anchor: .none)
    }
}
