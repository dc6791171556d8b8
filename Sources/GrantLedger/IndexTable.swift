internal import CProcessor

/// An open-addressing table from a 32-bit hash to a record index, for flat arrays of records.
///
/// Holds no keys: the caller compares the record itself. Linear probing; the home slot follows
/// from the stored hash, so that removal can close the gap without looking at records.
struct IndexTable: Sendable {
    /// `hash << 32 | index + 1`; 0 is free. The count is a power of two.
    var slots: ContiguousArray<UInt64>
    var count = 0

    init() {
        slots = ContiguousArray(repeating: 0, count: 1024)
    }

    /// A walk over the records that have one hash.
    struct Walk {
        fileprivate let hash: UInt32
        fileprivate var slot: Int
    }

    /// Starts a walk. The table must not change until it ends.
    @inline(__always)
    func walk(_ hash: UInt32) -> Walk {
        Walk(hash: hash, slot: Int(hash) & (slots.count - 1))
    }

    /// The next record of a walk; nil at its end.
    @inline(__always)
    func next(_ walk: inout Walk) -> Int? {
        let mask = slots.count - 1
        while true {
            let entry = slots[walk.slot]
            if entry == 0 { return nil }
            walk.slot = (walk.slot + 1) & mask
            if UInt32(truncatingIfNeeded: entry >> 32) == walk.hash {
                return Int(entry & 0xFFFF_FFFF) - 1
            }
        }
    }

    /// Asks memory for the slots of a hash that will be looked up soon.
    @inline(__always)
    func prefetch(_ hash: UInt32) {
        slots.withUnsafeBufferPointer { slots in
            guard let base = slots.baseAddress else { return }
            processor_prefetch(base + (Int(hash) & (slots.count - 1)))
        }
    }

    /// Adds a record that is not in the table.
    mutating func insert(_ hash: UInt32, _ index: Int) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        place(UInt64(hash) << 32 | UInt64(index + 1))
        count += 1
    }

    /// Removes a record; nothing happens when it is not there.
    mutating func remove(_ hash: UInt32, _ index: Int) {
        let mask = slots.count - 1
        let wanted = UInt64(hash) << 32 | UInt64(index + 1)
        var slot = Int(hash) & mask
        while slots[slot] != wanted {
            if slots[slot] == 0 { return }
            slot = (slot + 1) & mask
        }
        count -= 1
        closeGap(at: slot, mask: mask)
    }

    private mutating func closeGap(at start: Int, mask: Int) {
        var gap = start
        var next = (gap + 1) & mask
        while slots[next] != 0 {
            let home = Int(slots[next] >> 32) & mask
            // Move an entry back only if its home is not cyclically between the gap and it.
            if (next &- home) & mask >= (next &- gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = 0
    }

    private mutating func place(_ entry: UInt64) {
        let mask = slots.count - 1
        var slot = Int(entry >> 32) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = entry
    }

    private mutating func grow() {
        let old = slots
        slots = ContiguousArray(repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 { place(entry) }
    }
}
