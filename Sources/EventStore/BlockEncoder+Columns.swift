internal import AuditModel

extension BlockEncoder {
    func encodeNumbers(_ columns: borrowing BatchColumns, _ rows: Range<Int>) {
        column(BlockFormat.time) { deltas(columns.time, rows) }
        column(BlockFormat.at) { deltas(columns.at, rows) }
        column(BlockFormat.precision) { bytes(columns.precision, rows) { $0 } }
        column(BlockFormat.kind) { bytes(columns.kind, rows) { $0.rawValue } }
        column(BlockFormat.effects) { numbers(columns.effects, rows) { UInt32($0.rawValue) } }
        column(BlockFormat.outcome) { bytes(columns.outcome, rows) { $0.rawValue } }
        column(BlockFormat.reason) { bytes(columns.reason, rows) { $0.rawValue } }
        column(BlockFormat.ipRole) { bytes(columns.ipRole, rows) { $0.rawValue } }
        column(BlockFormat.flags) { bytes(columns.flags, rows) { $0.rawValue } }
        column(BlockFormat.asn) { numbers(columns.asn, rows) { $0 } }
        column(BlockFormat.country) { numbers(columns.country, rows) { UInt32($0) } }
        column(BlockFormat.generation) {
            numbers(columns.generation, rows) { UInt32(bitPattern: $0 &+ 1) }
        }
    }

    func encodeCodes(_ columns: borrowing BatchColumns, _ rows: Range<Int>) {
        columns.codes.withUnsafeBufferPointer { all in
            for coded in CodedColumn.allCases {
                let start = coded.rawValue * columns.stride
                let values = UnsafeBufferPointer(
                    rebasing: all[(start + rows.lowerBound)..<(start + rows.upperBound)])
                column(BlockFormat.number(coded)) { codes(values) }
            }
        }
    }

    func encodeIDs(_ columns: borrowing BatchColumns, _ rows: Range<Int>) {
        columns.ids.withUnsafeBufferPointer { all in
            func values(_ column: IDColumn) -> UnsafeBufferPointer<ID128> {
                let start = column.rawValue * columns.stride
                return UnsafeBufferPointer(
                    rebasing: all[(start + rows.lowerBound)..<(start + rows.upperBound)])
            }
            // `presented` comes last: it may point into `issuedRefresh`.
            for id in IDColumn.allCases.filter({ $0 != .presented }) + [.presented] {
                let ids = values(id)
                if ids.allSatisfy({ $0.isNone }) { continue }
                column(BlockFormat.number(id)) {
                    let encoding = BlockFormat.encoding(id)
                    switch encoding {
                    case .freshIDs: freshIDs(ids)
                    case .referencedIDs: referencedIDs(ids, issued: values(.issuedRefresh))
                    case .addresses: addresses(ids)
                    default: localIDs(ids)
                    }
                    return encoding
                }
            }
        }
    }

    @inline(__always)
    private func bytes<Value>(
        _ values: borrowing ContiguousArray<Value>, _ rows: Range<Int>, _ raw: (Value) -> UInt8
    ) -> BlockFormat.Encoding? {
        numbers(values, rows) { UInt32(raw($0)) }
    }

    /// Nothing for zeros, one varint for equal values, else as many byte planes as the largest
    /// value needs.
    @inline(__always)
    private func numbers<Value>(
        _ values: borrowing ContiguousArray<Value>, _ rows: Range<Int>, _ raw: (Value) -> UInt32
    ) -> BlockFormat.Encoding? {
        guard let first = rows.first.map({ raw(values[$0]) }) else { return nil }
        var different: UInt32 = 0
        var union: UInt32 = 0
        for row in rows {
            let value = raw(values[row])
            different |= value ^ first
            union |= value
        }
        if union == 0 { return nil }
        if different == 0 {
            packed.appendVarint(UInt64(first))
            return .constant
        }
        let width = (32 - union.leadingZeroBitCount + 7) / 8
        packed.append(UInt8(width))
        for plane in 0..<width {
            let target = packed.reserve(rows.count)
            var offset = 0
            for row in rows {
                let byte = UInt8(truncatingIfNeeded: raw(values[row]) >> UInt32(8 * plane))
                target.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
                offset += 1
            }
            packed.advance(rows.count)
        }
        return .planes
    }

    /// `scale exponent ‖ signed varints` of the differences, in units of the largest of 10^9,
    /// 10^6, 10^3 and 1 that divides every value.
    private func deltas(
        _ values: borrowing ContiguousArray<Int64>, _ rows: Range<Int>
    ) -> BlockFormat.Encoding? {
        var exponent: UInt8 = 9
        var scale: Int64 = 1_000_000_000
        var isZero = true
        for row in rows {
            let value = values[row]
            if value != 0 { isZero = false }
            while value % scale != 0 {
                scale /= 1000
                exponent -= 3
            }
        }
        if isZero { return nil }
        packed.append(exponent)
        var previous: Int64 = 0
        for row in rows {
            let value = values[row] / scale
            packed.appendSigned(value &- previous)
            previous = value
        }
        return .deltas
    }

    private func codes(_ values: UnsafeBufferPointer<UInt32>) -> BlockFormat.Encoding? {
        guard let first = values.first else { return nil }
        if values.allSatisfy({ $0 == first }) {
            if first == 0 { return nil }
            packed.appendVarint(UInt64(first))
            return .constant
        }
        codeTable.removeAll()
        var last = first
        var index = codeTable.insert(first).index
        for row in 0..<values.count {
            let code = values[row]
            if code != last {
                index = codeTable.insert(code).index
                last = code
            }
            indexes[row] = UInt16(truncatingIfNeeded: index)
        }
        packed.appendVarint(UInt64(codeTable.distinct.count))
        var previous: Int64 = 0
        for code in codeTable.distinct {
            packed.appendSigned(Int64(code) - previous)
            previous = Int64(code)
        }
        appendReferences(count: values.count, distinct: codeTable.distinct.count, introduced: 0)
        return .codes
    }

    private func freshIDs(_ values: UnsafeBufferPointer<ID128>) {
        if values.contains(where: { $0.isNone }) {
            let size = (values.count + 7) / 8
            let target = packed.reserve(size)
            target.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            let bits = target.assumingMemoryBound(to: UInt8.self)
            for row in 0..<values.count where !values[row].isNone {
                bits[row >> 3] |= 1 << UInt8(row & 7)
            }
            packed.advance(size)
        }
        appendRaw(values)
    }

    /// Appends the ids that are not absent to the raw part.
    private func appendRaw(_ values: some Sequence<ID128>) {
        for value in values where !value.isNone { raw.append(value) }
    }

    /// Gives every row of ``indexes`` the place of its id among the distinct ones.
    private func index(_ values: UnsafeBufferPointer<ID128>) {
        idTable.removeAll()
        var last = ID128.none
        var index = -1
        for row in 0..<values.count {
            let value = values[row]
            if index < 0 || value != last {
                index = idTable.insert(value).index
                last = value
            }
            indexes[row] = UInt16(truncatingIfNeeded: index)
        }
    }

    private func localIDs(_ values: UnsafeBufferPointer<ID128>) {
        index(values)
        packed.appendVarint(UInt64(idTable.distinct.count))
        for id in idTable.distinct { raw.append(id) }
        appendReferences(count: values.count, distinct: idTable.distinct.count, introduced: 0)
    }

    private func addresses(_ values: UnsafeBufferPointer<ID128>) {
        index(values)
        packed.appendVarint(UInt64(idTable.distinct.count))
        for id in idTable.distinct {
            packed.append(id.isNone ? 0 : IPAddress(bits: id).isIPv4 ? 4 : UInt8(6))
        }
        for id in idTable.distinct where IPAddress(bits: id).isIPv4 {
            packed.append(UInt32(truncatingIfNeeded: id.low).byteSwapped)
        }
        for id in idTable.distinct where !id.isNone && !IPAddress(bits: id).isIPv4 {
            packed.append(id)
        }
        appendReferences(count: values.count, distinct: idTable.distinct.count, introduced: 0)
    }

    /// Ids that another column of the block holds already cost a row number instead of 16 bytes.
    private func referencedIDs(
        _ values: UnsafeBufferPointer<ID128>, issued: UnsafeBufferPointer<ID128>
    ) {
        issuedTable.removeAll()
        issuedRows.removeAll(keepingCapacity: true)
        for row in 0..<issued.count where !issued[row].isNone {
            if issuedTable.insert(issued[row]).isNew {
                issuedRows.append(UInt16(truncatingIfNeeded: row))
            }
        }
        let tags = packed.reserve(values.count).assumingMemoryBound(to: UInt8.self)
        packed.advance(values.count)
        var found = 0
        for row in 0..<values.count {
            let value = values[row]
            if value.isNone {
                tags[row] = 0
            } else if let place = issuedTable.index(of: value) {
                tags[row] = 2
                indexes[found] = issuedRows[place]
                found += 1
            } else {
                tags[row] = 1
                raw.append(value)
            }
        }
        for place in 0..<found { packed.append(indexes[place]) }
    }
}
