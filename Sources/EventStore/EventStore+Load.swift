internal import AuditModel

extension EventStore {
    /// Reads dictionary, block directory and journal of one moment; only what follows those that
    /// were read before.
    func load() throws(StoreError) {
        try database.execute("BEGIN", doing: "open the store")
        try loadIdentity()
        // A number of this connection: it changes when another one commits.
        dataVersion = try database.number("PRAGMA data_version", doing: "open the store")
        try loadDictionary()
        try loadRetentions()
        try loadSegments()
        try loadJournal()
        try loadChains()
        try database.execute("COMMIT", doing: "open the store")
    }

    func corrupt(_ what: String) -> StoreError {
        StoreError(
            .corrupt, "cannot read \(path): \(what); run `store verify` and restore a backup")
    }

    private func loadDictionary() throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT first_code, count, chain, entries, digest FROM dict
            WHERE first_code >= \(pool.count) ORDER BY first_code
            """, doing: "read the dictionary")
        let zstd = ZstdCodec()
        let scratch = ByteSink()
        var head = writtenLog.head
        while try query.step() {
            guard query.int(0) == Int64(pool.count), query.int(1) < Int64(UInt32.max) else {
                throw corrupt("dictionary row \(query.int(0)) does not follow the one before")
            }
            let digest = DictionaryLog.rowDigest(
                firstCode: query.int(0), count: query.int(1), chain: query.bytes(2),
                entries: query.bytes(3))
            guard digest == query.array(4) else {
                throw corrupt("dictionary row \(query.int(0)) does not match its digest")
            }
            let isWhole = DictionaryLog.read(
                query.bytes(3), count: query.int(1), zstd: zstd, scratch: scratch
            ) { text in
                let next = pool.count
                return Int(pool.code(of: text)) == next
            }
            guard isWhole else { throw corrupt("dictionary row \(query.int(0)) is damaged") }
            head = query.array(2)
        }
        dictionary = DictionaryLog(head: head, count: UInt32(pool.count))
        writtenLog = dictionary
        writtenCodes = UInt32(pool.count)
    }

    private func loadSegments() throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT position, count, min_time, max_time, leaf, length(filters) + length(block)
            FROM segment WHERE position >= \(tailStart) ORDER BY position
            """, doing: "read the block directory")
        while try query.step() {
            guard query.int(0) == tailStart, query.int(1) == Int64(BlockFormat.rows) else {
                throw corrupt("segment \(segments.count) does not follow the one before")
            }
            if tail.count > 0 { dropTail() }
            note(
                segment: BlockInfo(
                    position: query.int(0), count: BlockFormat.rows, minTime: query.int(2),
                    maxTime: query.int(3)))
            journalHead = query.array(4)
            tree.append(journalHead)
            segmentBytes += query.int(5)
        }
    }

    private func loadJournal() throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT position, count, min_time, max_time, ingest_time, block, digest, chain
            FROM journal WHERE position >= \(eventCount) ORDER BY position
            """, doing: "read the journal")
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        while try query.step() {
            let position = query.int(0)
            guard position == eventCount else {
                throw corrupt("the journal row at position \(position) is out of place")
            }
            let info = BlockInfo(
                position: position, count: Int(query.int(1)), minTime: query.int(2),
                maxTime: query.int(3))
            let digest = RowHash.digest(
                info, ingestTime: query.int(4), leaf: empty, filters: empty, block: query.bytes(5))
            guard digest == query.array(6) else {
                throw corrupt("the journal row at position \(position) does not match its digest")
            }
            let columns = try decode(query.bytes(5), position: position)
            guard tail.count + columns.count < BlockFormat.rows else {
                throw corrupt("the journal is longer than a block")
            }
            tail.append(columns)
            for row in 0..<columns.count { _ = tailIDs.insert(columns.ids[row]) }
            journalHead = query.array(7)
        }
        journaled = tail.count
    }

    /// The events of stored bytes; codes are sure to be in the pool.
    func decode(
        _ bytes: UnsafeRawBufferPointer, position: Int64
    ) throws(StoreError) -> BatchColumns {
        do throws(BlockFault) {
            let parts = try decoder.split(bytes)
            guard parts.header.position == UInt64(position) else {
                throw BlockFault("the block belongs to another position")
            }
            guard Int(parts.header.dictionaryCount) <= pool.count else {
                throw BlockFault("the block needs texts that the dictionary lacks")
            }
            return try decoder.columns(parts)
        } catch {
            throw corrupt("the block at position \(position) is damaged (\(error.reason))")
        }
    }
}
