import AuditModel
import EventStore
import WireFormat

/// Stored alerts with the incidents that they are in by now; their own bodies have the incidents
/// of when they were last written.
enum StoredAlerts {
    /// By (time, id).
    static func all(in store: EventStore) throws(StoreError) -> [AlertRecord] {
        var incidents: [ID128: IncidentID] = [:]
        for member in try store.incidentMembers(since: .min) {
            incidents[member.alert] = member.incident
        }
        return try store.alertRecords().map { record in
            var record = record
            record.body = AlertJSON.restated(
                record.body, incident: incidents[record.id].map { Alert.Incident(id: $0) })
            return record
        }
    }

    /// The alerts of an incident that stand, by (time, id).
    static func all(of id: IncidentID, in store: EventStore) throws(StoreError) -> [AlertRecord] {
        var records: [AlertRecord] = []
        for member in try store.incidentMembers(of: id) where member.severity != nil {
            guard var record = try store.alertRecord(id: member.alert) else { continue }
            record.body = AlertJSON.restated(record.body, incident: Alert.Incident(id: id))
            records.append(record)
        }
        return records
    }

    /// Other alerts that are named at most.
    private static let most = 8

    /// The incident of an alert, and a line that names it and what else is in it.
    static func siblings(
        of alert: ID128, in store: EventStore
    ) throws(StoreError) -> (incident: IncidentID?, note: String?) {
        guard let id = try store.incidentMember(of: alert)?.incident else { return (nil, nil) }
        let others = try store.incidentMembers(of: id)
            .filter { $0.severity != nil && $0.alert != alert }
        let names = others.prefix(most).map { String($0.alert.hex.prefix(12)) }
        let more = others.count > most ? " and \(others.count - most) more" : ""
        let rest = names.isEmpty ? "no other alert" : names.joined(separator: ", ") + more
        return (id, "incident \(id.text), also: \(rest)")
    }
}
