public import AuditModel

/// Incidents as live runs keep them.
extension EventStore {
    /// The incident that an alert is in; nil for an alert that no run has put into one.
    public func incidentMember(of alert: ID128) throws(StoreError) -> IncidentMember? {
        guard try hasIncidents() else { return nil }
        let kept = statements?.live?.readMember
        let query = if let kept { kept } else { try Self.readMember(database) }
        query.bind(1, alert)
        defer { query.reset() }
        return try query.step() ? try checkedMember(query) : nil
    }

    static func readMember(_ database: Database) throws(StoreError) -> Statement {
        try database.prepare(
            "SELECT \(memberColumns) FROM incident_alert WHERE alert = ?1",
            doing: "read an incident")
    }

    /// All alerts of an incident, by (time, id).
    public func incidentMembers(of id: IncidentID) throws(StoreError) -> [IncidentMember] {
        guard try hasIncidents() else { return [] }
        let query = try database.prepare(
            "SELECT \(Self.memberColumns) FROM incident_alert WHERE incident = ?1 "
                + "ORDER BY first, alert", doing: "read an incident")
        query.bind(1, id.text)
        var members: [IncidentMember] = []
        while try query.step() { members.append(try checkedMember(query)) }
        return members
    }

    /// Every alert that was last hit at a time or later, by (time, id).
    public func incidentMembers(since time: Int64) throws(StoreError) -> [IncidentMember] {
        guard try hasIncidents() else { return [] }
        let query = try database.prepare(
            "SELECT \(Self.memberColumns) FROM incident_alert WHERE last >= ?1 "
                + "ORDER BY first, alert", doing: "read incidents")
        query.bind(1, time)
        var members: [IncidentMember] = []
        while try query.step() { members.append(try checkedMember(query)) }
        return members
    }

    /// What the alerts of an incident that stand for good say together; nil for one without any.
    public func incidentBounds(of id: IncidentID) throws(StoreError) -> IncidentBounds? {
        guard try hasIncidents() else { return nil }
        let query = try database.prepare(
            """
            WITH member AS (
            SELECT alert, first, last FROM incident_alert WHERE incident = ?1 AND severity >= 0
            AND NOT EXISTS (SELECT 1 FROM alert a
            WHERE a.id = incident_alert.alert AND a.state = 'provisional'))
            SELECT (SELECT alert FROM member ORDER BY first, alert LIMIT 1), min(first),
            max(last), count(*) FROM member
            """, doing: "read an incident")
        query.bind(1, id.text)
        defer { query.reset() }
        guard try query.step(), let alert = query.id(0) else { return nil }
        return IncidentBounds(
            alert: alert, first: query.int(1), last: query.int(2), alerts: Int(query.int(3)))
    }

    /// The highest severity of an incident that a hook has heard of; nil when it heard of none.
    public func severityTold(
        of id: IncidentID, to hook: String
    ) throws(StoreError) -> Severity? {
        guard try hasIncidents() else { return nil }
        let query = try database.prepare(
            "SELECT \(Self.tellingColumns) FROM incident_hook WHERE incident = ?1 AND hook = ?2",
            doing: "read what hooks have heard")
        query.bind(from: 1, id.text, hook)
        defer { query.reset() }
        return try query.step() ? try checkedTelling(query).severity : nil
    }

    /// What an incident is part of, by the whole name or its beginning; itself if it stands.
    ///
    /// - Returns: at most so many, by name.
    public func incidents(
        named text: String, limit: Int
    ) throws(StoreError) -> [IncidentID] {
        guard try hasIncidents() else { return [] }
        let query = try database.prepare(
            "SELECT id, merged, digest FROM incident WHERE substr(id, 1, length(?1)) = ?1 "
                + "ORDER BY id LIMIT ?2", doing: "read incidents")
        query.bind(from: 1, text, Int64(max(0, limit)))
        var found: [IncidentID] = []
        while try query.step() {
            guard let (id, merged) = Self.incident(query),
                query.array(2) == LiveHash.incident(id, merged: merged, identity)
            else { throw corrupt("an incident does not match its digest") }
            let name = merged ?? id
            if !found.contains(name) { found.append(name) }
        }
        return found
    }

    /// Incidents as people see them, those that were hit last first.
    ///
    /// - Parameter id: only this one.
    public func incidentRows(of id: IncidentID? = nil) throws(StoreError) -> [IncidentRow] {
        guard try hasIncidents() else { return [] }
        let query = try database.prepare(
            """
            SELECT id, former, title, severity, severity_level, status, alerts, first_seen,
            last_seen, client, subject, attacker_ip FROM v_incidents WHERE ?1 = '' OR id = ?1
            ORDER BY last_seen_s DESC, id
            """, doing: "read incidents")
        query.bind(1, id?.text ?? "")
        var rows: [IncidentRow] = []
        while try query.step() {
            let texts: [String?] = ([9, 10, 11] as [Int32]).map { column in
                let text = query.text(column)
                return text.isEmpty ? nil : text
            }
            rows.append(
                IncidentRow(
                    id: query.text(0),
                    former: query.text(1).split(separator: " ").map(String.init).sorted(),
                    title: query.text(2), severity: query.text(3), severityLevel: query.int(4),
                    status: query.text(5), alerts: query.int(6), firstSeen: query.text(7),
                    lastSeen: query.text(8), client: texts[0], subject: texts[1],
                    attackerIP: texts[2]))
        }
        return rows
    }

    static let memberColumns = "alert, incident, origin, severity, first, last, digest"
    static let tellingColumns = "incident, hook, severity, digest"

    private func checkedMember(_ query: Statement) throws(StoreError) -> IncidentMember {
        guard let member = Self.member(query),
            query.array(6) == LiveHash.member(member, identity)
        else { throw corrupt("an alert's incident does not match its digest") }
        return member
    }

    private func checkedTelling(_ query: Statement) throws(StoreError) -> IncidentTelling {
        guard let telling = Self.telling(query),
            query.array(3) == LiveHash.telling(telling, identity)
        else { throw corrupt("what a hook has heard does not match its digest") }
        return telling
    }

    /// The first two columns of an incident; nil when one has no meaning.
    static func incident(_ query: Statement) -> (id: IncidentID, merged: IncidentID?)? {
        guard let id = IncidentID(query.text(0)) else { return nil }
        let merged = query.text(1)
        if merged.isEmpty { return (id, nil) }
        return IncidentID(merged).map { (id, $0) }
    }

    static func member(_ query: Statement) -> IncidentMember? {
        guard let alert = query.id(0), let incident = IncidentID(query.text(1)),
            let origin = IncidentID(query.text(2)), let severity = severity(query.int(3))
        else { return nil }
        return IncidentMember(
            alert: alert, incident: incident, origin: origin, severity: severity,
            first: query.int(4), last: query.int(5))
    }

    static func telling(_ query: Statement) -> IncidentTelling? {
        guard let incident = IncidentID(query.text(0)), let severity = severity(query.int(2))
        else { return nil }
        return IncidentTelling(incident: incident, hook: query.text(1), severity: severity)
    }

    /// A stored severity: -1 for none; the outer nil for what is no severity.
    private static func severity(_ number: Int64) -> Severity?? {
        if number == -1 { return .some(nil) }
        return UInt8(exactly: number).flatMap(Severity.init(rawValue:)).map { .some($0) }
    }

    private func hasIncidents() throws(StoreError) -> Bool {
        try checkUsable(forWriting: false)
        return formatVersion >= 4
    }
}
