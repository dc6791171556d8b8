internal import AuditModel

extension ColumnReader {
    mutating func freshIDs(_ target: UnsafeMutableBufferPointer<ID128>) -> Bool {
        if packed.isAtEnd {
            guard let bytes = raw.take(16 * count), let base = bytes.baseAddress else {
                return false
            }
            for row in 0..<count { target[row] = ID128(bigEndianBytes: base + row &* 16) }
            return true
        }
        guard let bits = packed.take((count + 7) / 8) else { return false }
        let bytes = raw.rest
        var offset = 0
        for row in 0..<count where bits[row >> 3] >> UInt8(row & 7) & 1 == 1 {
            guard let base = bytes.baseAddress, offset + 16 <= bytes.count else { return false }
            target[row] = ID128(bigEndianBytes: base + offset)
            offset += 16
        }
        return raw.take(offset) != nil
    }

    mutating func localIDs(_ target: UnsafeMutableBufferPointer<ID128>) -> Bool {
        guard let distinct = packed.length(atMost: count), distinct > 0,
            let bytes = raw.take(16 * distinct), let base = bytes.baseAddress
        else { return false }
        return references(distinct: distinct, introduced: 0) { row, index in
            target[row] = ID128(bigEndianBytes: base + index &* 16)
        }
    }

    mutating func addresses(_ target: UnsafeMutableBufferPointer<ID128>) -> Bool {
        guard let distinct = packed.length(atMost: count), distinct > 0,
            let kinds = packed.take(distinct)
        else { return false }
        var list = ContiguousArray<ID128>(repeating: .none, count: distinct)
        for index in 0..<distinct where kinds[index] == 4 {
            guard let word = packed.word32() else { return false }
            list[index] = IPAddress(v4: word.byteSwapped).bits
        }
        for index in 0..<distinct where kinds[index] == 6 {
            guard let base = packed.take(16)?.baseAddress else { return false }
            list[index] = ID128(bigEndianBytes: base)
        }
        guard kinds.allSatisfy({ $0 == 0 || $0 == 4 || $0 == 6 }) else { return false }
        return list.withUnsafeBufferPointer { list in
            references(distinct: distinct, introduced: 0) { target[$0] = list[$1] }
        }
    }

    mutating func referencedIDs(
        _ target: UnsafeMutableBufferPointer<ID128>, issued: UnsafeBufferPointer<ID128>
    ) -> Bool {
        guard let tags = packed.take(count) else { return false }
        for row in 0..<count {
            switch tags[row] {
            case 0: break
            case 1:
                guard let base = raw.take(16)?.baseAddress else { return false }
                target[row] = ID128(bigEndianBytes: base)
            case 2:
                guard let place = packed.word16(), Int(place) < count,
                    !issued[Int(place)].isNone
                else { return false }
                target[row] = issued[Int(place)]
            default: return false
            }
        }
        return true
    }

    /// Reads a text list: where each text lies in the bytes that follow. Text 0 is empty.
    private mutating func textList(
        atMost limit: Int
    ) -> (ends: [Int], bytes: UnsafeRawBufferPointer)? {
        guard let distinct = packed.length(atMost: limit), distinct > 0 else { return nil }
        var ends = [0]
        ends.reserveCapacity(distinct)
        var end = 0
        for _ in 1..<distinct {
            guard let length = packed.length(atMost: BlockFormat.packedLimit) else { return nil }
            end += length
            ends.append(end)
        }
        guard let bytes = packed.take(end) else { return nil }
        return (ends, bytes)
    }

    mutating func payloads(_ columns: inout BatchColumns) -> Bool {
        guard encoding == .texts, let list = textList(atMost: count + 1) else { return false }
        var indexes = ContiguousArray<Int>(repeating: 0, count: count)
        guard references(distinct: list.ends.count, introduced: 1, { indexes[$0] = $1 }) else {
            return false
        }
        func start(_ index: Int) -> Int { index == 0 ? 0 : list.ends[index - 1] }
        var total = 0
        for row in 0..<count {
            total += list.ends[indexes[row]] - start(indexes[row])
            columns.payloadEnds[row] = total
        }
        guard total <= BlockFormat.payloadLimit * BlockFormat.rows else { return false }
        columns.bytes = ContiguousArray(unsafeUninitializedCapacity: total) { target, filled in
            var offset = 0
            for row in 0..<count {
                let from = start(indexes[row])
                let length = list.ends[indexes[row]] - from
                if length > 0, let base = target.baseAddress, let source = list.bytes.baseAddress {
                    UnsafeMutableRawPointer(base + offset).copyMemory(
                        from: source + from, byteCount: length)
                }
                offset += length
            }
            filled = total
        }
        return true
    }

    mutating func idTexts(_ columns: inout BatchColumns) -> Bool {
        let limit = count * IDColumn.count
        guard encoding == .idTexts, let list = textList(atMost: limit + 1),
            let entries = packed.length(atMost: limit)
        else { return false }
        var row = 0
        for _ in 0..<entries {
            guard let delta = packed.length(atMost: count), let column = packed.byte(),
                let index = packed.length(atMost: list.ends.count - 1),
                let id = IDColumn(rawValue: Int(column)), row + delta < count
            else { return false }
            row += delta
            let from = index == 0 ? 0 : list.ends[index - 1]
            let bytes = UnsafeRawBufferPointer(rebasing: list.bytes[from..<list.ends[index]])
            columns.texts.append(bytes, row: row, column: id)
        }
        return true
    }
}
