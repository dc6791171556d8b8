internal import AuditModel

/// The rows that live runs and retention write.
extension Verifier {
    mutating func checkLive(_ database: Database) throws(StoreError) {
        let query = try database.prepare(
            "SELECT value FROM meta WHERE key = 'store_id'", doing: "read the store's id")
        guard try query.step(), let identity = query.id(0), !identity.isNone else {
            report("meta", "the store has no id")
            return
        }
        query.reset()
        try checkRetention(database, identity)
        try checkPositions(database, identity)
        try checkProgress(database, identity)
        try checkControls(database, identity)
        let told = try checkNotices(database, identity)
        try checkAlerts(database, identity, told: told.latest)
        try checkSinks(database, identity, last: told.last)
        if version >= 3 { try checkOutbox(database, identity, last: told.last) }
        if version >= 4 { try checkSilences(database, identity) }
        if version >= 4 { try checkIncidents(database, identity) }
    }

    /// Moves the start of events, and the link before the first, to where retention left them.
    private mutating func checkRetention(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT seq, time, cutoff, first_position, end_position, leaves, chain
            FROM retention ORDER BY seq
            """, doing: "read retention records")
        var chain = RowChain("retention", identity)
        while try query.step() {
            let record = EventStore.retention(query)
            chain = LiveHash.link(chain, record)
            let place = "retention \(chain.count)"
            check(query, &chain, place, column: 6)
            if record.first != position || !record.isWhole {
                report(place, "the range does not follow the record before")
            }
            position = record.end
            if record.leaves.count >= 32 { lastLink = Array(record.leaves.suffix(32)) }
        }
    }

    /// Compares number and link of a chained row, and goes on from what is stored, so that one
    /// bad row is one fault.
    private mutating func check(
        _ query: Statement, _ chain: inout RowChain, _ place: String, column: Int32
    ) {
        if query.int(0) != chain.count { report(place, "rows do not follow one another") }
        if query.array(column) != chain.head { report(place, "the chain is broken") }
        chain.count = query.int(0)
        chain.head = query.array(column)
    }

    private mutating func checkPositions(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT source, partition, offset, detail, digest FROM position
            ORDER BY source, partition
            """, doing: "read the positions of sources")
        var row = 0
        while try query.step() {
            let position = ResumePosition(
                source: query.text(0), partition: query.text(1), offset: query.int(2),
                detail: query.text(3))
            if query.array(4) != LiveHash.position(position, identity) {
                report("position \(row)", "stored values do not match their digest")
            }
            row += 1
        }
    }

    private mutating func checkProgress(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT read, released, watermark, buffer_low, detail, digest FROM progress",
            doing: "read the progress of the rules")
        while try query.step() {
            let progress = LiveHash.released(query.bytes(1)).map { released in
                EngineProgress(
                    read: query.int(0), released: released, watermark: query.int(2),
                    bufferLow: query.int(3), detail: query.array(4))
            }
            guard let progress, query.array(5) == LiveHash.progress(progress, identity) else {
                report("progress", "stored values do not match their digest")
                continue
            }
        }
    }

    private mutating func checkControls(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT seq, time, kind, position, body, chain FROM control ORDER BY seq",
            doing: "read control records")
        var chain = RowChain("control", identity)
        while try query.step() {
            chain = LiveHash.link(chain, EventStore.control(query))
            check(query, &chain, "control \(chain.count)", column: 5)
        }
    }

    /// - Returns: the digest that the alert of each id has if its last notice is its present
    ///   content, and the number of the last notice.
    private mutating func checkNotices(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) -> (latest: [ID128: [UInt8]], last: Int64) {
        let query = try database.prepare(
            "SELECT seq, id, revision, state, severity, time, body, chain FROM notice "
                + "ORDER BY seq", doing: "read notices")
        var chain = RowChain("notice", identity)
        var latest: [ID128: [UInt8]] = [:]
        while try query.step() {
            let place = "notice \(chain.count &+ 1)"
            guard let record = EventStore.alert(query, from: 1, isNotable: true) else {
                report(place, "a column has no meaning")
                chain.count = query.int(0)
                chain.head = query.array(7)
                continue
            }
            chain = LiveHash.link(chain, record)
            check(query, &chain, place, column: 7)
            latest[record.id] = LiveHash.alert(record, identity)
        }
        return (latest, chain.count)
    }

    private mutating func checkAlerts(
        _ database: Database, _ identity: ID128, told: [ID128: [UInt8]]
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT \(EventStore.alertColumns) FROM alert ORDER BY time, id",
            doing: "read alerts")
        var untold = told
        var row = 0
        while try query.step() {
            let place = "alert \(row)"
            row += 1
            let isNotable = query.int(6) != 0
            guard let record = EventStore.alert(query, from: 0, isNotable: isNotable),
                query.int(6) == (isNotable ? 1 : 0)
            else {
                report(place, "a column has no meaning")
                continue
            }
            let digest = LiveHash.alert(record, identity)
            if query.array(7) != digest {
                report(place, "stored values do not match their digest")
            }
            let last = untold.removeValue(forKey: record.id)
            if isNotable, last != digest { report(place, "its last notice says otherwise") }
        }
        for id in untold.keys.sorted() {
            report("alert \(id.hex)", "it is missing, though there are notices of it")
        }
    }

    private mutating func checkSinks(
        _ database: Database, _ identity: ID128, last: Int64
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT name, delivered, digest FROM sink ORDER BY name",
            doing: "read what sinks took")
        while try query.step() {
            let place = "sink \(query.text(0))"
            if query.array(2) != LiveHash.sink(query.text(0), query.int(1), identity) {
                report(place, "stored values do not match their digest")
            }
            if query.int(1) > last { report(place, "it took notices that do not exist") }
        }
    }
}
