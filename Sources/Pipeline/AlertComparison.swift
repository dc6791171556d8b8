public import AuditModel
public import WireFormat

/// What two sets of rules make of the same events, rule by rule.
///
/// An alert is the same one when its id is: of the same rule id, group key and first event.
public struct AlertComparison: Sendable {
    /// Alerts of one rule, by (time, id).
    public struct Difference: Sendable {
        public var id: String
        public var name: String
        /// Alerts that both sets give alike.
        public var same = 0
        /// Those that only the first set gives, and those that only the second one does.
        public var gained: [Alert] = []
        public var lost: [Alert] = []
        /// Those that both give, with another severity or score: as the second set and as the
        /// first one has it.
        public var changed: [(before: Alert, after: Alert)] = []

        public var isDifferent: Bool { !gained.isEmpty || !lost.isEmpty || !changed.isEmpty }
    }

    /// Alerts that a report shows of each kind at most.
    public static let samples = 3

    /// By name, then id.
    public let rules: [Difference]

    /// - Parameters:
    ///   - alerts: of the rules in question.
    ///   - before: of the rules they are held against.
    public init(_ alerts: [Alert], against before: [Alert]) {
        var found: [String: Difference] = [:]
        func note(_ alert: Alert, _ change: (inout Difference) -> Void) {
            let fresh = Difference(id: alert.rule.id, name: alert.rule.name)
            change(&found[alert.rule.id, default: fresh])
        }
        let old = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Set(alerts.map(\.id))
        for alert in alerts {
            guard let other = old[alert.id] else {
                note(alert) { $0.gained.append(alert) }
                continue
            }
            let isSame = other.severity == alert.severity && other.score == alert.score
            note(alert) { difference in
                if isSame {
                    difference.same += 1
                } else {
                    difference.changed.append((other, alert))
                }
            }
        }
        for alert in before where !new.contains(alert.id) {
            note(alert) { $0.lost.append(alert) }
        }
        rules = found.values.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// Every alert that the second set does not give.
    public var gained: [Alert] { rules.flatMap(\.gained) }
}

extension AlertComparison.Difference {
    /// Writes one JSON object: `{rule,id,same,gained,lost,changed,samples{…}}`.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("rule", name)
        writer.member("id", id)
        writer.member("same", Int64(same))
        writer.member("gained", Int64(gained.count))
        writer.member("lost", Int64(lost.count))
        writer.member("changed", Int64(changed.count))
        writer.key("samples")
        writer.beginObject()
        samples("gained", gained, &writer)
        samples("lost", lost, &writer)
        writer.key("changed")
        writer.beginArray()
        for (before, after) in changed.prefix(AlertComparison.samples) {
            writer.beginObject()
            writer.key("before")
            AlertJSON.append(before, to: &writer)
            writer.key("after")
            AlertJSON.append(after, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private func samples(_ key: String, _ alerts: [Alert], _ writer: inout JSONWriter) {
        writer.key(key)
        writer.beginArray()
        for alert in alerts.prefix(AlertComparison.samples) {
            AlertJSON.append(alert, to: &writer)
        }
        writer.endArray()
    }
}
