public import AuditModel

/// Filters and id columns of blocks that were asked for lately.
struct BlockCache {
    /// About 10 MB of filters.
    private static let filterLimit = 1024
    /// About 5 MB of id columns.
    private static let tableLimit = 64

    private var filters: [Int: FilterPair] = [:]
    private var filterOrder: [Int] = []
    private var oldestFilter = 0
    private var tables: [Int: (table: IDTable, lastUse: Int)] = [:]
    private var uses = 0

    func filters(_ block: Int) -> FilterPair? { filters[block] }

    mutating func keep(_ pair: FilterPair, block: Int) {
        if filterOrder.count < Self.filterLimit {
            filterOrder.append(block)
        } else {
            filters[filterOrder[oldestFilter]] = nil
            filterOrder[oldestFilter] = block
            oldestFilter = (oldestFilter + 1) % Self.filterLimit
        }
        filters[block] = pair
    }

    mutating func table(_ block: Int) -> IDTable? {
        guard let entry = tables[block] else { return nil }
        uses += 1
        tables[block]?.lastUse = uses
        return entry.table
    }

    mutating func keep(_ table: IDTable, block: Int) {
        if tables.count >= Self.tableLimit,
            let oldest = tables.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            tables[oldest.key] = nil
        }
        uses += 1
        tables[block] = (table, uses)
    }
}

extension EventStore {
    /// The events of one block of ``blocks``; codes belong to ``pool``.
    public func readBlock(_ index: Int) throws(StoreError) -> EventBatch {
        try checkUsable(forWriting: false)
        if index == segments.count, tail.count > 0 { return EventBatch(tail.compacted()) }
        return EventBatch(try blockColumns(index))
    }

    /// The events of a sealed block.
    func blockColumns(_ index: Int) throws(StoreError) -> BatchColumns {
        guard segments.indices.contains(index) else { throw noBlock(index) }
        let position = segments[index].position
        let query = try require().readBlock
        query.bind(1, position)
        guard try query.step() else { throw try missing(position) }
        defer { query.reset() }
        let digest = RowHash.digest(
            segments[index], ingestTime: query.int(2), leaf: query.bytes(3),
            filters: query.bytes(4), block: query.bytes(0))
        // A flipped bit can decode into other events, which must not pass for what was stored.
        guard digest == query.array(1) else {
            throw corrupt("the stored bytes of segment \(index) do not match their digest")
        }
        let columns = try decode(query.bytes(0), position: position)
        guard columns.count == segments[index].count else {
            throw corrupt("segment \(index) does not hold as many events as it says")
        }
        return columns
    }

    /// Why a segment that was there at opening is gone.
    private func missing(_ position: Int64) throws(StoreError) -> StoreError {
        let removed = try database.number(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'retention'", doing: "read events")
        guard removed > 0,
            try database.number(
                "SELECT end_position FROM retention ORDER BY seq DESC LIMIT 1",
                doing: "read events") > position
        else { return corrupt("there is no segment at position \(position)") }
        return StoreError(
            .removed,
            "cannot read the events from position \(position) in \(path): retention removed them"
                + " meanwhile; run again")
    }

    private func noBlock(_ index: Int) -> StoreError {
        corrupt("there is no block \(index)")
    }

    /// Whether a block may hold an event with this id, or events of this session. False is
    /// certain; true is wrong for about one block in a hundred. Other columns: always true.
    public func mayContain(
        _ id: ID128, column: IDColumn, block: Int
    ) throws(StoreError) -> Bool {
        try checkUsable(forWriting: false)
        guard column == .event || column == .session else { return true }
        if block == segments.count {
            let start = column.rawValue * tail.stride
            return tail.ids[start..<(start + tail.count)].contains(id)
        }
        guard segments.indices.contains(block) else { throw noBlock(block) }
        let hash = BlockFilter.hash(id)
        let pair = try filters(block)
        return column == .event
            ? pair.mayContain(event: hash) : pair.mayContain(session: hash)
    }

    private func filters(_ block: Int) throws(StoreError) -> FilterPair {
        if let pair = cache.filters(block) { return pair }
        let query = try require().readFilters
        query.bind(1, segments[block].position)
        guard try query.step() else { throw try missing(segments[block].position) }
        let pair = FilterPair(bytes: query.array(0))
        query.reset()
        cache.keep(pair, block: block)
        return pair
    }

    private func holds(_ id: ID128, block: Int) throws(StoreError) -> Bool {
        if let table = cache.table(block) { return table.index(of: id) != nil }
        let query = try require().readBlock
        query.bind(1, segments[block].position)
        guard try query.step() else { throw try missing(segments[block].position) }
        defer { query.reset() }
        let table = IDTable(capacity: BlockFormat.rows)
        do throws(BlockFault) {
            let ids = try BlockDecoder.eventIDs(query.bytes(0))
            guard ids.count <= BlockFormat.rows else { throw BlockFault("it has too many rows") }
            for id in ids { _ = table.insert(id) }
        } catch {
            throw corrupt("segment \(block) is damaged (\(error.reason))")
        }
        cache.keep(table, block: block)
        return table.index(of: id) != nil
    }

    /// Which rows of a chunk are in sealed blocks already; nil when none can be. A merge join by
    /// time: equal ids have equal times.
    func storedRows(_ chunk: Range<Int>, of batch: EventBatch) throws(StoreError) -> [Bool]? {
        let times = batch.time
        var low = Int64.max
        var high = Int64.min
        var isSorted = true
        for row in chunk {
            if times[row] < high { isSorted = false }
            low = min(low, times[row])
            high = max(high, times[row])
        }
        let candidates = segments(overlapping: low, high)
        if candidates.isEmpty { return nil }
        var order = ContiguousArray(chunk)
        if !isSorted { order.sort { times[$0] < times[$1] } }
        var hashes = ContiguousArray<UInt64>()
        hashes.reserveCapacity(order.count)
        for row in order { hashes.append(BlockFilter.hash(batch.id(.event, row))) }
        var stored = [Bool](repeating: false, count: chunk.count)
        for block in candidates {
            let info = segments[block]
            let pair = try filters(block)
            var place = Self.firstPlace(order) { times[$0] >= info.minTime }
            while place < order.count, times[order[place]] <= info.maxTime {
                if pair.mayContain(event: hashes[place]) {
                    let row = order[place]
                    if try holds(batch.id(.event, row), block: block) {
                        stored[row - chunk.lowerBound] = true
                    }
                }
                place += 1
            }
        }
        return stored
    }

    private static func firstPlace(
        _ order: ContiguousArray<Int>, _ isReached: (Int) -> Bool
    ) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if isReached(order[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The store in figures.
    public func info() throws(StoreError) -> StoreInfo {
        try checkUsable(forWriting: false)
        let all = blocks
        let kept = try database.number(
            "SELECT count(*) FROM quarantine", doing: "count the kept records")
        return StoreInfo(
            events: eventCount - firstPosition, firstPosition: firstPosition,
            bytes: StoreFiles.size(path) + StoreFiles.size(path + "-wal"),
            segments: segments.count, segmentBytes: segmentBytes, texts: pool.count - 1,
            quarantined: kept, firstTime: all.map(\.minTime).min(),
            lastTime: all.map(\.maxTime).max(), formatVersion: Int(formatVersion),
            identity: identity, alerts: try count("alert"), controls: try count("control"),
            root: hexText(root()))
    }

    private func count(_ table: String) throws(StoreError) -> Int64 {
        if formatVersion < 2 { return 0 }
        return try database.number("SELECT count(*) FROM \(table)", doing: "count \(table) rows")
    }

    /// The tree's root; the tail counts as one more block.
    private func root() -> [UInt8] {
        if tail.count == 0 { return tree.root(with: nil) }
        let rows = 0..<tail.count
        encoder.encode(tail, rows: rows, header: header(of: tailInfo(rows)))
        return tree.root(with: encoder.leaf())
    }
}
