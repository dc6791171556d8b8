internal import AuditModel

extension EventStore {
    /// Lets a store that was opened to read see what was committed since. Blocks may have been
    /// sealed or removed: indexes of ``blocks`` are new, positions and codes stay.
    ///
    /// Costs next to nothing when nothing is new. Does nothing to a store that this object writes.
    /// An error leaves the object unusable unless it is `store.locked`.
    public func refresh() throws(StoreError) {
        try checkUsable(forWriting: false)
        guard isReadOnly else { return }
        let task = "read what is new in the store"
        if try database.number("PRAGMA data_version", doing: task) == dataVersion { return }
        do {
            try load()
        } catch {
            _ = try? database.execute("ROLLBACK", doing: task)
            if error.code != .locked { failure = error }
            throw error
        }
    }

    /// Forgets the tail: a segment or a retention record covers it.
    func dropTail() {
        tail.removeAll()
        tailIDs.removeAll()
        journaled = 0
    }

    /// The store's id: 16 random bytes, made once.
    func loadIdentity() throws(StoreError) {
        formatVersion = try database.number("PRAGMA user_version", doing: "open the store")
        guard formatVersion <= Schema.version else { throw Schema.newer(formatVersion, path) }
        guard formatVersion >= 2, identity.isNone else { return }
        let query = try database.prepare(
            "SELECT value FROM meta WHERE key = 'store_id'", doing: "read the store's id")
        defer { query.reset() }
        guard try query.step(), let id = query.id(0), !id.isNone else {
            throw corrupt("the store has no id")
        }
        identity = id
        controls = RowChain("control", id)
        notices = RowChain("notice", id)
        retentions = RowChain("retention", id)
    }

    /// The ends of the chains, which the next rows continue.
    func loadChains() throws(StoreError) {
        guard formatVersion >= 2 else { return }
        try loadEnd(of: "control", &controls)
        try loadEnd(of: "notice", &notices)
    }

    private func loadEnd(of table: String, _ chain: inout RowChain) throws(StoreError) {
        let query = try database.prepare(
            "SELECT seq, chain FROM \(table) ORDER BY seq DESC LIMIT 1",
            doing: "read the end of a chain")
        defer { query.reset() }
        guard try query.step() else { return }
        chain.count = query.int(0)
        chain.head = query.array(1)
    }

    /// What was removed: its leaves stay in the tree, its blocks are no more.
    func loadRetentions() throws(StoreError) {
        guard formatVersion >= 2 else { return }
        let query = try database.prepare(
            """
            SELECT seq, time, cutoff, first_position, end_position, leaves, chain
            FROM retention WHERE seq > \(retentions.count) ORDER BY seq
            """, doing: "read retention records")
        let known = retentions.count
        while try query.step() {
            let record = Self.retention(query)
            let next = LiveHash.link(retentions, record)
            guard query.int(0) == next.count, query.array(6) == next.head,
                record.first == removedEnd, record.isWhole
            else { throw corrupt("retention record \(query.int(0)) is damaged") }
            take(record)
            retentions = next
        }
        guard retentions.count > known else { return }
        cache = BlockCache()
        segmentBytes = 0
        if segments.isEmpty { return }
        segmentBytes = try database.number(
            """
            SELECT sum(length(filters) + length(block)) FROM segment
            WHERE position < \(tailStart)
            """, doing: "read the block directory")
    }

    private func take(_ record: RetentionRecord) {
        let known = max(0, tailStart - record.first) / Int64(BlockFormat.rows)
        let leaves = stride(from: 0, to: record.leaves.count, by: 32).map {
            Array(record.leaves[$0..<($0 + 32)])
        }
        for leaf in leaves.dropFirst(Int(clamping: known)) { tree.append(leaf) }
        if record.end > tailStart {
            dropTail()
            journalHead = leaves.last ?? journalHead
        }
        forgetSegments(segments.prefix { $0.position < record.end }.count)
        removedEnd = record.end
    }

    static func retention(_ query: Statement) -> RetentionRecord {
        RetentionRecord(
            time: query.int(1), cutoff: query.int(2), first: query.int(3), end: query.int(4),
            leaves: query.array(5))
    }
}

extension RetentionRecord {
    /// Whether the range is one of whole segments and has as many leaves.
    var isWhole: Bool {
        guard first >= 0, end > first, end < Int64.max / 2 else { return false }
        let rows = Int64(BlockFormat.rows)
        return first % rows == 0 && end % rows == 0
            && Int64(leaves.count) == (end - first) / rows * 32
    }
}
