public import AuditModel

extension EventStore {
    /// Appends the events of a batch that the store does not have yet.
    ///
    /// Nothing is durable before ``flush()`` or ``close()``, though whole blocks are committed
    /// in groups meanwhile. What is committed is always a prefix of what was appended.
    ///
    /// - Parameter batch: rows in the order of the source; codes belong to the batch's own pool.
    /// - Throws: `store.invalid_batch` for a row without id, a code outside the batch's pool or a
    ///   payload over 128 KiB; nothing of the batch is appended then.
    public func append(_ batch: EventBatch) throws(StoreError) -> AppendResult {
        try checkUsable(forWriting: true)
        try validate(batch)
        var result = AppendResult()
        result.first = eventCount
        var table = ContiguousArray<UInt32>(repeating: 0, count: batch.pool.count)
        do {
            var start = 0
            while start < batch.count {
                let end = min(batch.count, start + BlockFormat.rows)
                try append(start..<end, of: batch, &table, &result)
                start = end
            }
        } catch {
            failure = error
            throw error
        }
        return result
    }

    private func append(
        _ chunk: Range<Int>, of batch: EventBatch, _ table: inout ContiguousArray<UInt32>,
        _ result: inout AppendResult
    ) throws(StoreError) {
        let stored = try storedRows(chunk, of: batch)
        var rest = chunk
        var hasSealed = false
        while !rest.isEmpty {
            let fresh = Self.freshRows(
                &rest, of: batch, room: BlockFormat.rows - tail.count, ids: tailIDs,
                sealed: hasSealed ? sealedIDs : nil
            ) { stored?[$0 - chunk.lowerBound] == true }
            take(fresh.rows, of: batch, &table)
            result.appended += fresh.rows.count
            result.duplicates += fresh.duplicates
            if tail.count == BlockFormat.rows {
                try seal()
                hasSealed = true
            }
        }
    }

    /// Rows that are new, up to so many, from the start of some rows, which are taken from them.
    /// Outside the object, so that not every row asks who else uses its parts.
    private static func freshRows(
        _ rest: inout Range<Int>, of batch: EventBatch, room: Int, ids: IDTable,
        sealed: IDTable?, isStored: (Int) -> Bool
    ) -> (rows: ContiguousArray<Int>, duplicates: Int) {
        var rows = ContiguousArray<Int>()
        rows.reserveCapacity(min(rest.count, room))
        var duplicates = 0
        var row = rest.lowerBound
        while row < rest.upperBound, rows.count < room {
            let id = batch.id(.event, row)
            if isStored(row) || sealed?.index(of: id) != nil || !ids.insert(id).isNew {
                duplicates += 1
            } else {
                rows.append(row)
            }
            row += 1
        }
        rest = row..<rest.upperBound
        return (rows, duplicates)
    }

    /// Moves rows to the tail. Codes are given in the order of rows and, in a row, of columns, so
    /// that they do not depend on how events come in batches.
    private func take(
        _ rows: ContiguousArray<Int>, of batch: EventBatch,
        _ table: inout ContiguousArray<UInt32>
    ) {
        if rows.isEmpty { return }
        let start = tail.count
        tail.append(rows, of: batch)
        if tail.recode(rows, of: batch, from: start, table) { return }
        for row in rows {
            for column in CodedColumn.allCases {
                let code = Int(batch.code(column, row))
                if code == 0 || table[code] != 0 { continue }
                table[code] = batch.pool.withBytes(of: UInt32(code)) { pool.code(of: $0) }
            }
        }
        _ = tail.recode(rows, of: batch, from: start, table)
    }

    private func validate(_ batch: EventBatch) throws(StoreError) {
        var reason: String?
        if batch.withIDs(.event, { $0.contains { $0.isNone } }) {
            reason = "an event has no id"
        }
        let limit = UInt32(batch.pool.count)
        for column in CodedColumn.allCases {
            let largest = batch.withCodes(column) { codes in
                var largest: UInt32 = 0
                for code in codes { largest = max(largest, code) }
                return largest
            }
            if largest >= limit { reason = "a code of column \(column) is not in the batch's pool" }
        }
        var start = 0
        for end in batch.payloadEnds {
            if end - start > BlockFormat.payloadLimit {
                reason = "a payload is longer than \(BlockFormat.payloadLimit) bytes"
            }
            start = end
        }
        guard let reason else { return }
        throw StoreError(
            .invalidBatch, "cannot append to \(path): \(reason); correct the decoder")
    }

    /// Writes the full tail as a segment and takes its rows out of the journal.
    private func seal() throws(StoreError) {
        let statements = try require()
        let info = tailInfo(0..<tail.count)
        let header = header(of: info)
        encoder.encode(tail, rows: 0..<tail.count, header: header)
        let leaf = encoder.leaf()
        let filters = tail.filters()
        let moment = now()
        let digest = leaf.withUnsafeBytes { leaf in
            filters.bytes.withUnsafeBytes { filters in
                RowHash.digest(
                    info, ingestTime: moment, leaf: leaf, filters: filters,
                    block: encoder.storedBytes)
            }
        }
        try begin()
        if let insert = statements.insertSegment {
            insert.bind(info, ingestTime: moment)
            insert.bind(6, leaf)
            insert.bind(7, digest)
            insert.bind(8, filters.bytes)
            insert.bindKept(9, encoder.storedBytes)
            try insert.run()
        }
        try reached(.segmentInserted)
        if journaled > 0 {
            try statements.deleteJournal?.run()
            try reached(.journalDeleted)
        }
        segmentBytes += Int64(encoder.storedBytes.count + filters.bytes.count)
        cache.keep(filters, block: segments.count)
        note(segment: info)
        tree.append(leaf)
        journalHead = leaf
        journaled = 0
        // What was sealed is asked for at once by a live run.
        swap(&tail, &recent)
        recentPosition = info.position
        tail.removeAll()
        swap(&tailIDs, &sealedIDs)
        tailIDs.removeAll()
        blocksInTransaction += 1
        if blocksInTransaction >= blocksPerCommit { try commit() }
    }

    /// The header of a block of tail rows, with the dictionary as it is now.
    func header(of info: BlockInfo) -> BlockHeader {
        dictionary.extend(pool, to: UInt32(pool.count))
        return BlockHeader(
            position: UInt64(info.position), count: info.count,
            dictionaryCount: dictionary.count, dictionaryHead: dictionary.head)
    }

    /// Makes everything that was appended or quarantined durable.
    public func flush() throws(StoreError) {
        if isReadOnly { return }
        try commit(LiveCommit())
    }

    func writeJournal() throws(StoreError) {
        let statements = try require()
        let rows = journaled..<tail.count
        let info = tailInfo(rows)
        encoder.encode(tail, rows: rows, header: header(of: info))
        let moment = now()
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        let digest = RowHash.digest(
            info, ingestTime: moment, leaf: empty, filters: empty, block: encoder.storedBytes)
        let chain = RowHash.link(journalHead, digest)
        try begin()
        if let insert = statements.insertJournal {
            insert.bind(info, ingestTime: moment)
            insert.bind(6, chain)
            insert.bind(7, digest)
            insert.bindKept(8, encoder.storedBytes)
            try insert.run()
        }
        journalHead = chain
        journaled = tail.count
        try reached(.journalInserted)
    }
}

extension Statement {
    /// The first five columns of journal and segment rows.
    func bind(_ info: BlockInfo, ingestTime: Int64) {
        bind(1, info.position)
        bind(2, Int64(info.count))
        bind(3, info.minTime)
        bind(4, info.maxTime)
        bind(5, ingestTime)
    }
}

extension BatchColumns {
    /// The filters over all events.
    func filters() -> FilterPair {
        ids.withUnsafeBufferPointer { all in
            func column(_ column: IDColumn) -> UnsafeBufferPointer<ID128> {
                let start = column.rawValue * stride
                return UnsafeBufferPointer(rebasing: all[start..<(start + count)])
            }
            let table = IDTable(capacity: max(1, count))
            for id in column(.session) where !id.isNone { _ = table.insert(id) }
            return withExtendedLifetime(table) {
                FilterPair(events: column(.event), sessions: table.distinct)
            }
        }
    }
}
