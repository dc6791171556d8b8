internal import AuditModel

/// Appending to columns of a fixed stride. The caller sees to it that there is room.
extension BatchColumns {
    /// Drops all events and keeps the memory.
    mutating func removeAll() {
        count = 0
        bytes.removeAll(keepingCapacity: true)
        texts.removeAll()
    }

    /// Appends some rows of a batch, in their order, everything but the codes.
    mutating func append(_ rows: ContiguousArray<Int>, of batch: borrowing EventBatch) {
        copy(rows, batch.time, &time)
        copy(rows, batch.at, &at)
        copy(rows, batch.precision, &precision)
        copy(rows, batch.kind, &kind)
        copy(rows, batch.effects, &effects)
        copy(rows, batch.outcome, &outcome)
        copy(rows, batch.reason, &reason)
        copy(rows, batch.ipRole, &ipRole)
        copy(rows, batch.flags, &flags)
        copy(rows, batch.asn, &asn)
        copy(rows, batch.country, &country)
        copy(rows, batch.generation, &generation)
        for column in IDColumn.allCases {
            let start = column.rawValue * stride + count
            batch.withIDs(column) { source in
                ids.withUnsafeMutableBufferPointer { target in
                    for index in 0..<rows.count { target[start + index] = source[rows[index]] }
                }
            }
        }
        appendVariable(rows, of: batch)
        count += rows.count
    }

    @inline(__always)
    private func copy<Value>(
        _ rows: ContiguousArray<Int>, _ source: ContiguousArray<Value>,
        _ target: inout ContiguousArray<Value>
    ) {
        let start = count
        source.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                for index in 0..<rows.count { target[start + index] = source[rows[index]] }
            }
        }
    }

    private mutating func appendVariable(
        _ rows: ContiguousArray<Int>, of batch: borrowing EventBatch
    ) {
        let ends = batch.payloadEnds
        let source = batch.bytes
        for index in 0..<rows.count {
            let row = rows[index]
            let start = row == 0 ? 0 : ends[row - 1]
            if ends[row] > start { bytes.append(contentsOf: source[start..<ends[row]]) }
            payloadEnds[count + index] = bytes.count
        }
        if batch.texts.isEmpty { return }
        var next = 0
        for index in 0..<rows.count {
            let row = rows[index]
            while next < batch.texts.count, batch.texts.row(next) < row { next += 1 }
            let first = next
            while next < batch.texts.count, batch.texts.row(next) == row { next += 1 }
            texts.append(first..<next, of: batch.texts, shift: count + index - row)
        }
    }

    /// Writes the codes of rows from `start` on through a table; false if the table lacks one.
    mutating func recode(
        _ rows: ContiguousArray<Int>, of batch: borrowing EventBatch, from start: Int,
        _ table: ContiguousArray<UInt32>
    ) -> Bool {
        var isComplete = true
        for column in CodedColumn.allCases {
            let offset = column.rawValue * stride + start
            batch.withCodes(column) { source in
                codes.withUnsafeMutableBufferPointer { target in
                    for index in 0..<rows.count {
                        let code = source[rows[index]]
                        let mapped = table[Int(code)]
                        if mapped == 0, code != 0 { isComplete = false }
                        target[offset + index] = mapped
                    }
                }
            }
        }
        return isComplete
    }

    /// Appends all events of other columns whose codes mean the same.
    mutating func append(_ other: borrowing BatchColumns) {
        let start = count
        append(ContiguousArray(0..<other.count), of: EventBatch(copy other))
        for column in 0..<CodedColumn.count {
            for row in 0..<other.count {
                codes[column * stride + start + row] = other.codes[column * other.stride + row]
            }
        }
    }
}
