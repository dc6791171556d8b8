public import AuditModel

/// What people decided about alerts.
extension EventStore {
    /// What was last decided about an alert; nil if nobody did.
    public func triage(of alert: ID128) throws(StoreError) -> Triage? {
        guard try hasOutbox() else { return nil }
        let kept = statements?.live?.readTriage
        let query = if let kept { kept } else { try Self.readTriage(database) }
        query.bind(1, alert)
        defer { query.reset() }
        return try query.step() ? try checkedTriage(query) : nil
    }

    static func readTriage(_ database: Database) throws(StoreError) -> Statement {
        try database.prepare(
            "SELECT \(triageColumns) FROM triage WHERE alert = ?1", doing: "read what was decided")
    }

    /// All that was decided, by time.
    public func triages() throws(StoreError) -> [Triage] {
        guard try hasOutbox() else { return [] }
        let query = try database.prepare(
            "SELECT \(Self.triageColumns) FROM triage ORDER BY time, alert",
            doing: "read what was decided")
        var found: [Triage] = []
        while try query.step() { found.append(try checkedTriage(query)) }
        return found
    }

    static let triageColumns = "alert, status, actor, reason, note, time, severity, digest"

    private func checkedTriage(_ query: Statement) throws(StoreError) -> Triage {
        guard let triage = Self.triage(query),
            query.array(7) == LiveHash.triage(triage, identity)
        else { throw corrupt("what was decided about an alert does not match its digest") }
        return triage
    }

    static func triage(_ query: Statement) -> Triage? {
        guard let alert = query.id(0), let status = Triage.Status(rawValue: query.text(1)),
            let severity = UInt8(exactly: query.int(6)).flatMap(Severity.init(rawValue:))
        else { return nil }
        return Triage(
            alert: alert, status: status, actor: query.text(2), reason: query.text(3),
            note: query.text(4), time: query.int(5), severity: severity)
    }

    func write(_ triage: Triage, _ statements: LiveStatements) throws(StoreError) {
        try statements.triage.insert(
            triage.alert, triage.status.rawValue, triage.actor, triage.reason, triage.note,
            triage.time, Int64(triage.severity.rawValue), LiveHash.triage(triage, identity))
    }
}
