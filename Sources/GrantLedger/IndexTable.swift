/// An open-addressing table from a 32-bit hash to a record index, for flat arrays of records.
///
/// Holds no keys: the caller compares the record itself. Linear probing; the home slot follows
/// from the stored hash, so that removal can close the gap without looking at records.
struct IndexTable: Sendable {
    /// `hash << 32 | index + 1`; 0 is free. The count is a power of two.
    private var slots: ContiguousArray<UInt64>
    private(set) var count = 0

    init() {
        slots = ContiguousArray(repeating: 0, count: 1024)
    }

    /// The first record with this hash for which `matches` holds.
    @inline(__always)
    func find(_ hash: UInt32, _ matches: (Int) -> Bool) -> Int? {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while true {
            let entry = slots[slot]
            if entry == 0 { return nil }
            if UInt32(truncatingIfNeeded: entry >> 32) == hash {
                let index = Int(entry & 0xFFFF_FFFF) - 1
                if matches(index) { return index }
            }
            slot = (slot + 1) & mask
        }
    }

    /// The first record of a ring with this hash for which `matches` holds.
    @inline(__always)
    func find<Record>(
        _ hash: UInt32, in records: Ring<Record>, _ matches: (Record) -> Bool
    ) -> Int? {
        find(hash) { matches(records[$0]) }
    }

    /// Every record with this hash.
    func forEach(_ hash: UInt32, _ body: (Int) -> Void) {
        _ = find(hash) { index in
            body(index)
            return false
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
