public import AuditModel

extension EventStore {
    /// The position that the next event gets: the number of events that were ever appended,
    /// flushed or not.
    public var eventCount: Int64 { tailStart + Int64(tail.count) }

    /// Position of the oldest event that retention left; ``eventCount`` when there is none.
    public var firstPosition: Int64 { segments.first?.position ?? removedEnd }

    /// Events from a position on, with those that were appended but not flushed. Codes belong to
    /// ``pool``.
    ///
    /// - Parameters:
    ///   - position: removed ones are passed over.
    ///   - limit: the most events wanted; fewer come at the end of a block of 4,096.
    /// - Returns: the events and the position of the first; nil when there is none.
    public func rows(
        from position: Int64, limit: Int
    ) throws(StoreError) -> (batch: EventBatch, first: Int64)? {
        try checkUsable(forWriting: false)
        let first = max(position, firstPosition)
        guard limit > 0, first < eventCount else { return nil }
        if first >= tailStart {
            let start = Int(first - tailStart)
            return (EventBatch(tail.slice(start..<(start + min(limit, tail.count - start)))), first)
        }
        let index = Int(first - firstPosition) / BlockFormat.rows
        let info = segments[index]
        let start = Int(first - info.position)
        let range = start..<(start + min(limit, info.count - start))
        if recentPosition != info.position {
            let columns = try blockColumns(index)
            if range.count == info.count { return (EventBatch(columns), first) }
            recent = columns
            recentPosition = info.position
        }
        return (EventBatch(recent.slice(range)), first)
    }
}

extension BatchColumns {
    /// Some rows as columns of their own.
    func slice(_ rows: Range<Int>) -> BatchColumns {
        var result = BatchColumns(stride: rows.count)
        result.count = rows.count
        if rows.isEmpty { return result }
        result.time = ContiguousArray(time[rows])
        result.at = ContiguousArray(at[rows])
        result.precision = ContiguousArray(precision[rows])
        result.kind = ContiguousArray(kind[rows])
        result.effects = ContiguousArray(effects[rows])
        result.outcome = ContiguousArray(outcome[rows])
        result.reason = ContiguousArray(reason[rows])
        result.ipRole = ContiguousArray(ipRole[rows])
        result.flags = ContiguousArray(flags[rows])
        result.asn = ContiguousArray(asn[rows])
        result.country = ContiguousArray(country[rows])
        result.generation = ContiguousArray(generation[rows])
        copy(IDColumn.count, rows, ids, &result.ids)
        copy(CodedColumn.count, rows, codes, &result.codes)
        let start = rows.lowerBound == 0 ? 0 : payloadEnds[rows.lowerBound - 1]
        for row in rows { result.payloadEnds[row - rows.lowerBound] = payloadEnds[row] - start }
        result.bytes = ContiguousArray(bytes[start..<payloadEnds[rows.upperBound - 1]])
        result.texts.append(texts.indexes(rows), of: texts, shift: -rows.lowerBound)
        return result
    }

    /// Copies some rows of each of several columns that lie one after another.
    private func copy<Value>(
        _ columns: Int, _ rows: Range<Int>, _ source: ContiguousArray<Value>,
        _ target: inout ContiguousArray<Value>
    ) {
        source.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                for column in 0..<columns {
                    let from = column * stride + rows.lowerBound
                    let to = column * rows.count
                    for row in 0..<rows.count { target[to + row] = source[from + row] }
                }
            }
        }
    }
}
