internal import AuditModel

/// Finds the distinct ids of one block: open addressing over indexes, cleared and reused.
final class IDTable {
    /// Distinct ids in order of first sight.
    private(set) var distinct: ContiguousArray<ID128> = []
    private var slots: ContiguousArray<UInt16>
    private let mask: Int

    /// - Parameter capacity: the most distinct ids, at most 32,767.
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

    /// The index of an id, and whether it was new.
    @inline(__always)
    func insert(_ id: ID128) -> (index: Int, isNew: Bool) {
        var slot = Int(truncatingIfNeeded: id.tableHash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if distinct[index] == id { return (index, false) }
            slot = (slot + 1) & mask
        }
        distinct.append(id)
        slots[slot] = UInt16(truncatingIfNeeded: distinct.count)
        return (distinct.count - 1, true)
    }

    @inline(__always)
    func index(of id: ID128) -> Int? {
        var slot = Int(truncatingIfNeeded: id.tableHash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if distinct[index] == id { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }
}

/// Finds the distinct codes of one block; like ``IDTable``.
final class CodeTable {
    private(set) var distinct: ContiguousArray<UInt32> = []
    private var slots: ContiguousArray<UInt16>
    private let mask: Int

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

    @inline(__always)
    func insert(_ code: UInt32) -> Int {
        var slot = Int(truncatingIfNeeded: (code &* 0x9E37_79B1) >> 8) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if distinct[index] == code { return index }
            slot = (slot + 1) & mask
        }
        distinct.append(code)
        slots[slot] = UInt16(truncatingIfNeeded: distinct.count)
        return distinct.count - 1
    }
}
