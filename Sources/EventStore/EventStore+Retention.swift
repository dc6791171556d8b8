internal import AuditModel

/// What a run of retention did.
public struct RetentionResult: Sendable, Equatable {
    /// Events and whole blocks of 4,096 that were removed.
    public var removedEvents: Int64 = 0
    public var removedSegments = 0
    /// Position of the oldest event that is left.
    public var firstPosition: Int64 = 0
    /// Blocks that are wholly older than the cutoff and stay, because an older block in position
    /// has a younger event or the rules still need it.
    public var heldBack = 0
    /// By how much the file became shorter, bytes. What is not given back is used again.
    public var freedBytes: Int64 = 0
}

extension EventStore {
    /// So many segments go in one transaction, about 100 MB of events.
    private static let segmentsPerRecord = 256

    /// Removes the oldest blocks whose every event is older than a cutoff, each group in one
    /// transaction with the record that keeps their leaves. Flushes first.
    ///
    /// Only a prefix of positions goes, and nothing that the rules of a live run still wait for.
    /// Root and positions stay as they are, the dictionary keeps its texts. An event that was
    /// removed and is appended again is a new one. Free pages are used again; when they are more
    /// than a quarter of the file, it is made shorter.
    ///
    /// - Parameter cutoff: event time, nanoseconds UTC.
    public func retain(after cutoff: Int64) throws(StoreError) -> RetentionResult {
        try checkUsable(forWriting: true)
        try flush()
        var result = RetentionResult()
        let needed = try progress()?.bufferLow ?? .max
        let isOld = { (info: BlockInfo) in info.maxTime < cutoff }
        let kept =
            segments.firstIndex { !isOld($0) || $0.position + Int64($0.count) > needed }
            ?? segments.count
        result.heldBack = segments[kept...].count(where: isOld)
        result.removedSegments = kept
        result.removedEvents = Int64(kept) * Int64(BlockFormat.rows)
        if kept > 0 {
            do {
                try remove(kept, cutoff: cutoff)
                result.freedBytes = try giveSpaceBack()
            } catch {
                failure = error
                throw error
            }
        }
        result.firstPosition = firstPosition
        return result
    }

    private func remove(_ segmentCount: Int, cutoff: Int64) throws(StoreError) {
        var left = segmentCount
        while left > 0 {
            let count = min(left, Self.segmentsPerRecord)
            try removeGroup(count, cutoff: cutoff)
            left -= count
        }
    }

    private func removeGroup(_ count: Int, cutoff: Int64) throws(StoreError) {
        let task = "remove old events"
        try begin()
        let query = try database.prepare(
            """
            SELECT leaf, length(filters) + length(block) FROM segment ORDER BY position
            LIMIT \(count)
            """, doing: task)
        var bytes: Int64 = 0
        var leaves: [UInt8] = []
        while try query.step() {
            leaves += query.array(0)
            bytes += query.int(1)
        }
        let end = firstPosition + Int64(count) * Int64(BlockFormat.rows)
        let record = RetentionRecord(
            time: now(), cutoff: cutoff, first: firstPosition, end: end, leaves: leaves)
        guard record.isWhole else { throw corrupt("the block directory changed") }
        try insert(record)
        try reached(.retentionInserted)
        try database.execute("DELETE FROM segment WHERE position < \(end)", doing: task)
        try reached(.segmentsDeleted)
        var live = LiveCommit()
        live.controls = [
            ControlRecord(
                time: record.time, kind: "retention.removed", position: eventCount,
                body: "{\"cutoff\":\(cutoff),\"end_position\":\(end),\"first_position\":"
                    + "\(record.first)}")
        ]
        try writeEverything(live)
        forgetSegments(count)
        removedEnd = end
        segmentBytes -= bytes
        cache = BlockCache()
    }

    private func insert(_ record: RetentionRecord) throws(StoreError) {
        retentions = LiveHash.link(retentions, record)
        let statement = try database.prepare(
            "INSERT INTO retention VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            doing: "record what is removed")
        try statement.insert(
            retentions.count, record.time, record.cutoff, record.first, record.end, record.leaves,
            retentions.head)
    }

    /// Shortens the file if that is worth while. Moving pages costs as much as writing them, and a
    /// store that is kept at one size needs them again at once.
    private func giveSpaceBack() throws(StoreError) -> Int64 {
        let task = "give space back"
        let pages = try database.number("PRAGMA page_count", doing: task)
        let free = try database.number("PRAGMA freelist_count", doing: task)
        let isIncremental = try database.number("PRAGMA auto_vacuum", doing: task) == 2
        if isTemporary || !isIncremental || free < pages / 4 { return 0 }
        let before = StoreFiles.size(path)
        // In steps, so that no transaction is larger than one of events.
        for _ in 0..<(free / 4096 + 1) {
            try database.execute("PRAGMA incremental_vacuum(4096)", doing: task)
        }
        // The file itself becomes shorter when the log is copied back; a reader can prevent it.
        database.busyTimeout(milliseconds: 100)
        defer { database.busyTimeout(milliseconds: 5000) }
        try database.execute("PRAGMA wal_checkpoint(TRUNCATE)", doing: task)
        return max(0, before - StoreFiles.size(path))
    }
}
