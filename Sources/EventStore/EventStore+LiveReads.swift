public import AuditModel

/// What live runs committed. These read what is committed at the moment of the call, also when the
/// store was opened to read earlier.
extension EventStore {
    /// How far each partition of each source was taken in, by source and partition.
    public func positions() throws(StoreError) -> [ResumePosition] {
        guard try hasLiveTables() else { return [] }
        let query = try database.prepare(
            """
            SELECT source, partition, offset, detail, digest FROM position
            ORDER BY source, partition
            """, doing: "read the positions of sources")
        var positions: [ResumePosition] = []
        while try query.step() {
            let position = ResumePosition(
                source: query.text(0), partition: query.text(1), offset: query.int(2),
                detail: query.text(3))
            guard query.array(4) == LiveHash.position(position, identity) else {
                throw corrupt("the position of \(position.source) does not match its digest")
            }
            positions.append(position)
        }
        return positions
    }

    /// How far the rules had come; nil if none ever ran live.
    public func progress() throws(StoreError) -> EngineProgress? {
        guard try hasLiveTables() else { return nil }
        let query = try database.prepare(
            "SELECT read, released, watermark, buffer_low, detail, digest FROM progress",
            doing: "read the progress of the rules")
        defer { query.reset() }
        guard try query.step() else { return nil }
        guard let released = LiveHash.released(query.bytes(1)) else {
            throw corrupt("the progress of the rules is damaged")
        }
        let progress = EngineProgress(
            read: query.int(0), released: released, watermark: query.int(2),
            bufferLow: query.int(3), detail: query.array(4))
        guard query.array(5) == LiveHash.progress(progress, identity) else {
            throw corrupt("the progress of the rules does not match its digest")
        }
        return progress
    }

    /// Control records after a sequence number, in order; they count from 1.
    public func controls(
        after sequence: Int64, limit: Int
    ) throws(StoreError) -> [(sequence: Int64, record: ControlRecord)] {
        guard try hasLiveTables() else { return [] }
        let query = try database.prepare(
            "SELECT seq, time, kind, position, body FROM control WHERE seq > ?1 ORDER BY seq "
                + "LIMIT ?2", doing: "read control records")
        query.bind(1, sequence)
        query.bind(2, Int64(max(0, limit)))
        var records: [(sequence: Int64, record: ControlRecord)] = []
        while try query.step() { records.append((query.int(0), Self.control(query))) }
        return records
    }

    static func control(_ query: Statement) -> ControlRecord {
        ControlRecord(
            time: query.int(1), kind: query.text(2), position: query.int(3), body: query.text(4))
    }

    /// All alerts as they stand, by time and id.
    public func alertRecords() throws(StoreError) -> [AlertRecord] {
        guard try hasLiveTables() else { return [] }
        let query = try database.prepare(
            "SELECT \(Self.alertColumns) FROM alert ORDER BY time, id", doing: "read alerts")
        var records: [AlertRecord] = []
        while try query.step() { records.append(try checkedAlert(query)) }
        return records
    }

    /// Alerts as they stand, by time and id, one at a time, each with what was last decided about
    /// it. Only the one at hand is in memory.
    ///
    /// - Parameters:
    ///   - start: event time of the first, nanoseconds UTC.
    ///   - end: event time before which all others lie.
    public func readAlerts(
        from start: Int64, until end: Int64, minimum: Severity,
        _ take: (AlertRecord, Triage?) -> Void
    ) throws(StoreError) {
        guard try hasLiveTables() else { return }
        // Sorting ids is cheap; sorting whole alerts would copy them all.
        let query = try database.prepare(
            "SELECT id FROM alert WHERE time >= ?1 AND time < ?2 AND severity >= ?3 "
                + "ORDER BY time, id", doing: "read alerts")
        query.bind(from: 1, start, end, Int64(minimum.rawValue))
        while try query.step() {
            guard let id = query.id(0) else { throw corrupt("an alert is damaged") }
            guard let record = try alertRecord(id: id) else { continue }
            take(record, try triage(of: id))
        }
    }

    /// One alert as it stands; nil if the store has none of this id.
    public func alertRecord(id: ID128) throws(StoreError) -> AlertRecord? {
        guard try hasLiveTables() else { return nil }
        let kept = statements?.live?.readAlert
        let query = if let kept { kept } else { try Self.readAlert(database) }
        query.bind(1, id)
        defer { query.reset() }
        return try query.step() ? try checkedAlert(query) : nil
    }

    static func readAlert(_ database: Database) throws(StoreError) -> Statement {
        try database.prepare(
            "SELECT \(alertColumns) FROM alert WHERE id = ?1", doing: "read an alert")
    }

    /// Alerts whose ids begin with some hexadecimal digits, by id.
    ///
    /// - Parameter digits: up to 32; nothing matches what is something else.
    public func alertRecords(
        withIDPrefix digits: String, limit: Int
    ) throws(StoreError) -> [AlertRecord] {
        let left = max(0, 32 - digits.utf8.count)
        guard try hasLiveTables(), digits.utf8.count <= 32,
            let low = ID128(hex: digits + String(repeating: "0", count: left)),
            let high = ID128(hex: digits + String(repeating: "f", count: left))
        else { return [] }
        let query = try database.prepare(
            "SELECT \(Self.alertColumns) FROM alert WHERE id BETWEEN ?1 AND ?2 ORDER BY id "
                + "LIMIT ?3", doing: "read alerts")
        query.bind(from: 1, low, high, Int64(max(0, limit)))
        var records: [AlertRecord] = []
        while try query.step() { records.append(try checkedAlert(query)) }
        return records
    }

    static let alertColumns = "id, revision, state, severity, time, body, notable, digest"

    private func checkedAlert(_ query: Statement) throws(StoreError) -> AlertRecord {
        guard let record = Self.alert(query, from: 0, isNotable: query.int(6) != 0) else {
            throw corrupt("an alert is damaged")
        }
        guard query.array(7) == LiveHash.alert(record, identity) else {
            throw corrupt("alert \(record.id.hex) does not match its digest")
        }
        return record
    }

    /// The six columns that alerts and notices share; nil if one has no meaning.
    static func alert(_ query: Statement, from column: Int32, isNotable: Bool) -> AlertRecord? {
        guard let id = query.id(column), let state = AlertState(rawValue: query.text(column + 2)),
            let number = UInt8(exactly: query.int(column + 3)),
            let severity = Severity(rawValue: number),
            let revision = Int(exactly: query.int(column + 1))
        else { return nil }
        return AlertRecord(
            id: id, revision: revision, state: state, severity: severity,
            time: query.int(column + 4), body: query.array(column + 5), isNotable: isNotable)
    }

    /// Notices after a sequence number, in order; they count from 1.
    public func notices(
        after sequence: Int64, limit: Int
    ) throws(StoreError) -> [AlertNotice] {
        guard try hasLiveTables() else { return [] }
        let query = try database.prepare(
            "SELECT seq, id, revision, state, severity, time, body FROM notice WHERE seq > ?1 "
                + "ORDER BY seq LIMIT ?2", doing: "read notices")
        query.bind(1, sequence)
        query.bind(2, Int64(max(0, limit)))
        var notices: [AlertNotice] = []
        while try query.step() {
            guard let record = Self.alert(query, from: 1, isNotable: true) else {
                throw corrupt("notice \(query.int(0)) is damaged")
            }
            notices.append(AlertNotice(sequence: query.int(0), record: record))
        }
        return notices
    }

    /// The sequence of the last notice; 0 before the first.
    public func lastNotice() throws(StoreError) -> Int64 {
        guard try hasLiveTables() else { return 0 }
        if !isReadOnly { return notices.count }
        return try database.number(
            "SELECT seq FROM notice ORDER BY seq DESC LIMIT 1", doing: "read notices")
    }

    /// The sequence of the last notice that a sink took, 0 before the first; nil for a sink that
    /// the store has not heard of.
    public func delivered(to sink: String) throws(StoreError) -> Int64? {
        guard try hasLiveTables() else { return nil }
        if let pending = pendingDelivered[sink] { return pending }
        let query = try database.prepare(
            "SELECT delivered, digest FROM sink WHERE name = ?1", doing: "read what a sink took")
        query.bind(1, sink)
        defer { query.reset() }
        guard try query.step() else { return nil }
        guard query.array(1) == LiveHash.sink(sink, query.int(0), identity) else {
            throw corrupt("what sink \(sink) took does not match its digest")
        }
        return query.int(0)
    }

    private func hasLiveTables() throws(StoreError) -> Bool {
        try checkUsable(forWriting: false)
        return formatVersion >= 2
    }
}
