internal import AuditModel

/// The rows of incidents.
extension Verifier {
    mutating func checkIncidents(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let merged = try checkNames(database, identity)
        try checkMembers(database, identity, merged)
        let query = try database.prepare(
            "SELECT \(EventStore.tellingColumns) FROM incident_hook ORDER BY incident, hook",
            doing: "read what hooks have heard")
        while try query.step() {
            let telling = EventStore.telling(query)
            if telling.map({ LiveHash.telling($0, identity) }) != query.array(3) {
                report(
                    "incident_hook \(query.text(0)) \(query.text(1))",
                    "stored values do not match their digest")
            }
        }
    }

    /// - Returns: every incident, and what it became part of.
    private mutating func checkNames(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) -> [IncidentID: IncidentID?] {
        let query = try database.prepare(
            "SELECT id, merged, digest FROM incident ORDER BY id", doing: "read incidents")
        var found: [IncidentID: IncidentID?] = [:]
        while try query.step() {
            let incident = EventStore.incident(query)
            let digest = incident.map { LiveHash.incident($0.id, merged: $0.merged, identity) }
            if digest != query.array(2) {
                report(
                    "incident \(query.text(0))", "stored values do not match their digest")
            }
            if let incident { found[incident.id] = .some(incident.merged) }
        }
        for (id, merged) in found.sorted(by: { $0.key < $1.key }) {
            guard let merged else { continue }
            if found[merged] != .some(nil) {
                report("incident \(id.text)", "what it became part of is no incident")
            }
        }
        return found
    }

    private mutating func checkMembers(
        _ database: Database, _ identity: ID128, _ incidents: [IncidentID: IncidentID?]
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT \(EventStore.memberColumns), EXISTS (SELECT 1 FROM alert WHERE alert.id = "
                + "incident_alert.alert) FROM incident_alert ORDER BY first, alert",
            doing: "read incidents")
        var row = 0
        // The place of the first member of each incident that none was found to lend its name.
        var nameless: [IncidentID: String] = [:]
        var empty = Set(incidents.filter { $0.value == nil }.keys)
        while try query.step() {
            let place = "incident_alert \(row)"
            row += 1
            guard let member = EventStore.member(query),
                query.array(6) == LiveHash.member(member, identity)
            else {
                report(place, "stored values do not match their digest")
                continue
            }
            if query.int(7) == 0 { report(place, "there is no such alert") }
            if incidents[member.incident] != .some(nil) {
                report(place, "it is in an incident that does not stand")
            }
            // An incident has the name of an alert of its own: the first, but for guesses.
            if empty.remove(member.incident) != nil { nameless[member.incident] = place }
            if member.incident == IncidentID(first: member.alert) {
                nameless[member.incident] = nil
            }
        }
        for place in nameless.values.sorted() { report(place, "its incident is another alert's") }
        for id in empty.sorted() { report("incident \(id.text)", "it has no alerts") }
    }
}
