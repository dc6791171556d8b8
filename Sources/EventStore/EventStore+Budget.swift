public import AuditModel

/// What hooks were told, for budgets to be counted from.
extension EventStore {
    /// Goes through what a hook was told since a time, with the alerts that were carried: the last
    /// first within a status, so many of each at most. Nothing in a store before format 4.
    public func tellings(
        of hook: String, since time: Int64, limit: Int,
        _ body: (DeliveryRecord, [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard try hasBudgets() else { return }
        let query = try database.prepare(
            Self.deliveryQuery + " WHERE d.status = ?1 AND d.hook = ?2"
                + " ORDER BY d.seq DESC LIMIT ?3", doing: "read deliveries")
        for status in [DeliveryRecord.Status.pending, .delivered, .dead] {
            query.bind(from: 1, status.rawValue, hook, Int64(max(0, limit)))
            defer { query.reset() }
            while try query.step() {
                let record = try delivery(query)
                if record.created < time { break }
                try body(record, query.array(11))
            }
        }
    }

    /// When a notification of such severities for a hook was last held back, nanoseconds UTC;
    /// nil when none was.
    public func lastHeld(
        at hook: String, _ severities: ClosedRange<Severity>
    ) throws(StoreError) -> Int64? {
        guard try hasBudgets() else { return nil }
        let query = try database.prepare(
            """
            SELECT d.created FROM delivery d JOIN notice n ON n.seq = d.seq
            WHERE d.status = 'held' AND d.hook = ?1 AND n.severity BETWEEN ?2 AND ?3
            ORDER BY d.seq DESC LIMIT 1
            """, doing: "read deliveries")
        query.bind(
            from: 1, hook, Int64(severities.lowerBound.rawValue),
            Int64(severities.upperBound.rawValue))
        defer { query.reset() }
        return try query.step() ? query.int(0) : nil
    }

    /// What a hook knows of an alert.
    ///
    /// - Parameter sequence: only notices before it count.
    public func knowledge(
        of alert: ID128, at hook: String, before sequence: Int64 = .max
    ) throws(StoreError) -> HookKnowledge {
        guard try hasBudgets() else { return .nothing }
        let query = try database.prepare(
            """
            SELECT count(*), max(CASE d.status WHEN 'held' THEN -1 ELSE n.severity END)
            FROM notice n JOIN delivery d ON d.hook = ?2 AND d.seq = n.seq
            WHERE n.id = ?1 AND n.seq < ?3
            """, doing: "read deliveries")
        query.bind(from: 1, alert, hook, sequence)
        defer { query.reset() }
        guard try query.step(), query.int(0) > 0 else { return .nothing }
        if query.int(1) < 0 { return .held }
        guard let severity = UInt8(exactly: query.int(1)).flatMap(Severity.init(rawValue:))
        else { throw corrupt("a notice has no severity") }
        return .told(severity)
    }

    private func hasBudgets() throws(StoreError) -> Bool {
        try checkUsable(forWriting: false)
        return formatVersion >= 4
    }
}
