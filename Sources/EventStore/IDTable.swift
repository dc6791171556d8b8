internal import AuditModel

/// What a block keeps once for many rows.
protocol BlockValue: Equatable, BitwiseCopyable {
    /// Well-mixed bits, in memory only.
    var slotHash: UInt64 { get }
}

extension ID128: BlockValue {
    var slotHash: UInt64 { tableHash }
}

extension UInt32: BlockValue {
    var slotHash: UInt64 { UInt64((self &* 0x9E37_79B1) >> 8) }
}

typealias IDTable = DistinctTable<ID128>
typealias CodeTable = DistinctTable<UInt32>

/// Finds the distinct values of one block: open addressing over indexes, cleared and reused.
final class DistinctTable<Value: BlockValue> {
    /// Distinct values in order of first sight.
    private(set) var distinct: ContiguousArray<Value> = []
    private var slots: ContiguousArray<UInt16>
    private let mask: Int

    /// - Parameter capacity: the most distinct values, at most 32,767.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = ContiguousArray(repeating: 0, count: size)
        mask = size - 1
        distinct.reserveCapacity(capacity)
    }

    func removeAll() {
        distinct.removeAll(keepingCapacity: true)
        slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }

    /// The index of a value, and whether it was new.
    @inline(__always)
    func insert(_ value: Value) -> (index: Int, isNew: Bool) {
        var slot = Int(truncatingIfNeeded: value.slotHash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if distinct[index] == value { return (index, false) }
            slot = (slot + 1) & mask
        }
        distinct.append(value)
        slots[slot] = UInt16(truncatingIfNeeded: distinct.count)
        return (distinct.count - 1, true)
    }

    @inline(__always)
    func index(of value: Value) -> Int? {
        var slot = Int(truncatingIfNeeded: value.slotHash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if distinct[index] == value { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }
}
