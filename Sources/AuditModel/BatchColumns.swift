/// The columns of a batch as plain arrays: how a store takes events over and hands them back
/// without touching them row by row.
///
/// Every array of single values has `stride` elements, of which the first `count` mean
/// something. `ids` holds one run of `stride` elements for each ``IDColumn`` by raw value, `codes`
/// one for each ``CodedColumn``.
public struct BatchColumns: Sendable {
    public var count = 0
    public let stride: Int

    public var time: ContiguousArray<Int64>
    public var at: ContiguousArray<Int64>
    public var precision: ContiguousArray<UInt8>
    public var kind: ContiguousArray<EventKind>
    public var effects: ContiguousArray<EffectSet>
    public var outcome: ContiguousArray<Outcome>
    public var reason: ContiguousArray<Reason>
    public var ipRole: ContiguousArray<IPRole>
    public var flags: ContiguousArray<EventFlags>
    public var asn: ContiguousArray<UInt32>
    public var country: ContiguousArray<UInt16>
    public var generation: ContiguousArray<Int32>
    public var ids: ContiguousArray<ID128>
    public var codes: ContiguousArray<UInt32>
    /// Where each row's payload ends in `bytes`; `stride` elements as well.
    public var payloadEnds: ContiguousArray<Int>
    public var bytes: ContiguousArray<UInt8> = []
    public var texts = IDTexts()

    /// Columns of zeros and absent values; `generation` is 0 as well, not -1.
    public init(stride: Int) {
        self.stride = max(0, stride)
        time = ContiguousArray(repeating: 0, count: self.stride)
        at = ContiguousArray(repeating: 0, count: self.stride)
        precision = ContiguousArray(repeating: 0, count: self.stride)
        kind = ContiguousArray(repeating: .other, count: self.stride)
        effects = ContiguousArray(repeating: [], count: self.stride)
        outcome = ContiguousArray(repeating: .unknown, count: self.stride)
        reason = ContiguousArray(repeating: .none, count: self.stride)
        ipRole = ContiguousArray(repeating: .unknown, count: self.stride)
        flags = ContiguousArray(repeating: [], count: self.stride)
        asn = ContiguousArray(repeating: 0, count: self.stride)
        country = ContiguousArray(repeating: 0, count: self.stride)
        generation = ContiguousArray(repeating: 0, count: self.stride)
        ids = ContiguousArray(repeating: .none, count: self.stride * IDColumn.count)
        codes = ContiguousArray(repeating: 0, count: self.stride * CodedColumn.count)
        payloadEnds = ContiguousArray(repeating: 0, count: self.stride)
    }

    /// The same events in columns that are exactly `count` long.
    public func compacted() -> BatchColumns {
        if stride == count { return self }
        var result = BatchColumns(stride: count)
        result.count = count
        result.time = ContiguousArray(time[..<count])
        result.at = ContiguousArray(at[..<count])
        result.precision = ContiguousArray(precision[..<count])
        result.kind = ContiguousArray(kind[..<count])
        result.effects = ContiguousArray(effects[..<count])
        result.outcome = ContiguousArray(outcome[..<count])
        result.reason = ContiguousArray(reason[..<count])
        result.ipRole = ContiguousArray(ipRole[..<count])
        result.flags = ContiguousArray(flags[..<count])
        result.asn = ContiguousArray(asn[..<count])
        result.country = ContiguousArray(country[..<count])
        result.generation = ContiguousArray(generation[..<count])
        for column in 0..<IDColumn.count {
            for row in 0..<count {
                result.ids[column * count + row] = ids[column * stride + row]
            }
        }
        for column in 0..<CodedColumn.count {
            for row in 0..<count {
                result.codes[column * count + row] = codes[column * stride + row]
            }
        }
        result.payloadEnds = ContiguousArray(payloadEnds[..<count])
        result.bytes = bytes
        result.texts = texts
        return result
    }
}

extension IDColumn {
    /// The number of columns.
    public static let count = allCases.count
}

extension CodedColumn {
    /// The number of columns.
    public static let count = allCases.count
}
