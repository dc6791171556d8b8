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
///
/// Raw memory that never moves: with arrays inside an object every look would ask who else is
/// changing them.
final class DistinctTable<Value: BlockValue> {
    private let capacity: Int
    private let mask: Int
    private let values: UnsafeMutablePointer<Value>
    private let slots: UnsafeMutablePointer<UInt16>
    /// One number: how many values there are.
    private let size: UnsafeMutablePointer<Int>

    /// - Parameter capacity: the most distinct values, at most 32,767.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity <= 32_767)
        var room = 16
        while room < capacity * 2 { room *= 2 }
        self.capacity = capacity
        mask = room - 1
        values = .allocate(capacity: capacity)
        slots = .allocate(capacity: room)
        slots.initialize(repeating: 0, count: room)
        size = .allocate(capacity: 1)
        size.initialize(to: 0)
    }

    deinit {
        values.deallocate()
        slots.deallocate()
        size.deallocate()
    }

    /// Distinct values in order of first sight; valid until the table changes or is gone.
    var distinct: UnsafeBufferPointer<Value> {
        UnsafeBufferPointer(start: values, count: size.pointee)
    }

    func removeAll() {
        size.pointee = 0
        slots.update(repeating: 0, count: mask + 1)
    }

    /// The index of a value, and whether it was new. There must be room for a new one.
    @inline(__always)
    func insert(_ value: Value) -> (index: Int, isNew: Bool) {
        var slot = Int(truncatingIfNeeded: value.slotHash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if values[index] == value { return (index, false) }
            slot = (slot + 1) & mask
        }
        let index = size.pointee
        precondition(index < capacity)
        (values + index).initialize(to: value)
        size.pointee = index + 1
        slots[slot] = UInt16(truncatingIfNeeded: index + 1)
        return (index, true)
    }

    @inline(__always)
    func index(of value: Value) -> Int? {
        var slot = Int(truncatingIfNeeded: value.slotHash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if values[index] == value { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }
}
