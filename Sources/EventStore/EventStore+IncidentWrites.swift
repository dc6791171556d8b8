internal import AuditModel

/// Incidents, in the transaction of a commit.
extension EventStore {
    func writeIncidents(_ live: LiveCommit, _ statements: LiveStatements) throws(StoreError) {
        if live.members.isEmpty, live.merges.isEmpty, live.tellings.isEmpty { return }
        for member in live.members {
            try statements.incidentFound.insert(
                member.incident.text, LiveHash.incident(member.incident, merged: nil, identity))
            try write(member, statements)
        }
        for merge in live.merges { try join(merge, statements) }
        for telling in live.tellings { try write(telling, statements) }
        try reached(.incidentsWritten)
    }

    private func write(
        _ member: IncidentMember, _ statements: LiveStatements
    ) throws(StoreError) {
        try statements.incidentAlert.insert(
            member.alert, member.incident.text, member.origin.text, Self.number(member.severity),
            member.first, member.last, LiveHash.member(member, identity))
    }

    private func write(
        _ telling: IncidentTelling, _ statements: LiveStatements
    ) throws(StoreError) {
        try statements.incidentHook.insert(
            telling.incident.text, telling.hook, Self.number(telling.severity),
            LiveHash.telling(telling, identity))
    }

    /// Moves all of an incident to another one, and what became part of it earlier.
    private func join(
        _ merge: IncidentMerge, _ statements: LiveStatements
    ) throws(StoreError) {
        for id in try formerNames(of: merge.younger) + [merge.younger] {
            try statements.incidentMerged.insert(
                id.text, merge.older.text,
                LiveHash.incident(id, merged: merge.older, identity))
        }
        for member in try incidentMembers(of: merge.younger) {
            var member = member
            member.incident = merge.older
            try write(member, statements)
        }
        for telling in try tellings(of: merge.younger) {
            let known = try severityTold(of: merge.older, to: telling.hook)
            let severity = [known, telling.severity].compactMap { $0 }.max()
            try write(
                IncidentTelling(
                    incident: merge.older, hook: telling.hook, severity: severity), statements)
        }
    }

    private func formerNames(of id: IncidentID) throws(StoreError) -> [IncidentID] {
        let query = try database.prepare(
            "SELECT id FROM incident WHERE merged = ?1 ORDER BY id", doing: "read incidents")
        query.bind(1, id.text)
        var names: [IncidentID] = []
        while try query.step() {
            guard let name = IncidentID(query.text(0)) else {
                throw corrupt("an incident has no name")
            }
            names.append(name)
        }
        return names
    }

    private func tellings(of id: IncidentID) throws(StoreError) -> [IncidentTelling] {
        let query = try database.prepare(
            "SELECT \(Self.tellingColumns) FROM incident_hook WHERE incident = ?1 ORDER BY hook",
            doing: "read what hooks have heard")
        query.bind(1, id.text)
        var tellings: [IncidentTelling] = []
        while try query.step() {
            guard let telling = Self.telling(query) else {
                throw corrupt("what a hook has heard is damaged")
            }
            tellings.append(telling)
        }
        return tellings
    }

    private static func number(_ severity: Severity?) -> Int64 {
        severity.map { Int64($0.rawValue) } ?? -1
    }
}
