internal import AuditModel

/// Reads one column of a block. Every method gives false, and traps on nothing, when the bytes
/// are not what the encoding asks for.
struct ColumnReader {
    var packed: ByteCursor
    var raw: ByteCursor
    let encoding: BlockFormat.Encoding
    let count: Int
    let codeLimit: UInt32

    var isAtEnd: Bool { packed.isAtEnd && raw.isAtEnd }

    mutating func read(_ column: UInt8, into columns: inout BatchColumns) -> Bool {
        switch column {
        case BlockFormat.time: return deltas(&columns.time)
        case BlockFormat.at: return deltas(&columns.at)
        case BlockFormat.precision:
            return numbers(&columns.precision) { UInt8(exactly: $0) }
        case BlockFormat.kind:
            return numbers(&columns.kind) { UInt8(exactly: $0).flatMap(EventKind.init(rawValue:)) }
        case BlockFormat.effects:
            return numbers(&columns.effects) {
                UInt16(exactly: $0).map(EffectSet.init(rawValue:))
            }
        case BlockFormat.outcome:
            return numbers(&columns.outcome) {
                UInt8(exactly: $0).flatMap(Outcome.init(rawValue:))
            }
        case BlockFormat.reason:
            return numbers(&columns.reason) { UInt8(exactly: $0).flatMap(Reason.init(rawValue:)) }
        case BlockFormat.ipRole:
            return numbers(&columns.ipRole) { UInt8(exactly: $0).flatMap(IPRole.init(rawValue:)) }
        case BlockFormat.flags:
            return numbers(&columns.flags) { UInt8(exactly: $0).map(EventFlags.init(rawValue:)) }
        case BlockFormat.asn: return numbers(&columns.asn) { $0 }
        case BlockFormat.country: return numbers(&columns.country) { UInt16(exactly: $0) }
        case BlockFormat.generation:
            return numbers(&columns.generation) { Int32(bitPattern: $0) &- 1 }
        case BlockFormat.payload: return payloads(&columns)
        case BlockFormat.idTexts: return idTexts(&columns)
        default: return readWide(column, into: &columns)
        }
    }

    private mutating func readWide(_ column: UInt8, into columns: inout BatchColumns) -> Bool {
        let code = Int(column) - Int(BlockFormat.firstCode)
        if code >= 0, code < CodedColumn.count {
            let start = code * count
            return columns.codes.withUnsafeMutableBufferPointer {
                codes(UnsafeMutableBufferPointer(rebasing: $0[start..<(start + count)]))
            }
        }
        guard let id = IDColumn(rawValue: Int(column) - Int(BlockFormat.firstID)),
            encoding == BlockFormat.encoding(id)
        else { return false }
        let start = id.rawValue * count
        let issuedStart = IDColumn.issuedRefresh.rawValue * count
        return columns.ids.withUnsafeMutableBufferPointer { all in
            let target = UnsafeMutableBufferPointer(rebasing: all[start..<(start + count)])
            switch encoding {
            case .freshIDs: return freshIDs(target)
            case .localIDs: return localIDs(target)
            case .addresses: return addresses(target)
            default:
                let issued = UnsafeBufferPointer(rebasing: all[issuedStart..<(issuedStart + count)])
                return referencedIDs(target, issued: issued)
            }
        }
    }

    /// Decodes a constant or byte planes; false if a value is out of the column's range.
    @inline(__always)
    private mutating func numbers<Value>(
        _ target: inout ContiguousArray<Value>, _ convert: (UInt32) -> Value?
    ) -> Bool {
        if encoding == .constant {
            guard let word = packed.varint(), let number = UInt32(exactly: word),
                let value = convert(number)
            else { return false }
            for row in 0..<count { target[row] = value }
            return true
        }
        guard encoding == .planes, let width = packed.byte(), width >= 1, width <= 4,
            let planes = packed.take(Int(width) * count), let base = planes.baseAddress
        else { return false }
        for row in 0..<count {
            var number: UInt32 = 0
            for plane in 0..<Int(width) {
                let byte = base.load(fromByteOffset: plane &* count &+ row, as: UInt8.self)
                number |= UInt32(byte) << UInt32(8 &* plane)
            }
            guard let value = convert(number) else { return false }
            target[row] = value
        }
        return true
    }

    private mutating func deltas(_ target: inout ContiguousArray<Int64>) -> Bool {
        guard encoding == .deltas, let exponent = packed.byte() else { return false }
        let scale: Int64
        switch exponent {
        case 0: scale = 1
        case 3: scale = 1000
        case 6: scale = 1_000_000
        case 9: scale = 1_000_000_000
        default: return false
        }
        var value: Int64 = 0
        for row in 0..<count {
            guard let delta = packed.signed() else { return false }
            value = value &+ delta
            let (time, overflow) = value.multipliedReportingOverflow(by: scale)
            if overflow { return false }
            target[row] = time
        }
        return true
    }

    private mutating func codes(_ target: UnsafeMutableBufferPointer<UInt32>) -> Bool {
        if encoding == .constant {
            guard let code = packed.varint(), code < UInt64(codeLimit) else { return false }
            target.update(repeating: UInt32(code))
            return true
        }
        guard encoding == .codes, let distinct = packed.length(atMost: count), distinct > 0
        else { return false }
        var list = ContiguousArray<UInt32>()
        list.reserveCapacity(distinct)
        var code: Int64 = 0
        for _ in 0..<distinct {
            guard let delta = packed.signed() else { return false }
            code = code &+ delta
            guard code >= 0, code < Int64(codeLimit) else { return false }
            list.append(UInt32(code))
        }
        return list.withUnsafeBufferPointer { list in
            references(distinct: distinct, introduced: 0) { target[$0] = list[$1] }
        }
    }

    /// Calls `assign(row, index)` for each row with an index below `distinct`.
    @inline(__always)
    mutating func references(
        distinct: Int, introduced: Int, _ assign: (Int, Int) -> Void
    ) -> Bool {
        if distinct == 1 {
            for row in 0..<count { assign(row, 0) }
            return true
        }
        if distinct <= 256 {
            guard let bytes = packed.take(count) else { return false }
            for row in 0..<count {
                let index = Int(bytes[row])
                guard index < distinct else { return false }
                assign(row, index)
            }
            return true
        }
        guard let planes = packed.take(2 * count), let base = planes.baseAddress else {
            return false
        }
        var next = introduced
        for row in 0..<count {
            let low = base.load(fromByteOffset: row, as: UInt8.self)
            let high = base.load(fromByteOffset: count &+ row, as: UInt8.self)
            let index = next &- (Int(high) << 8 | Int(low))
            guard index >= 0, index < distinct else { return false }
            if index == next { next &+= 1 }
            assign(row, index)
        }
        return true
    }
}
