internal import CProcessor

/// An open-addressing table from a 32-bit hash to a record index, for flat arrays of records.
///
/// Holds no keys: the caller compares the record itself. Linear probing; the home slot follows
/// from the stored hash, so that removal can close the gap without looking at records.
struct IndexTable: Sendable {
    /// `hash << 32 | index + 1`; 0 is free. The count is a power of two.
    var slots: ContiguousArray<UInt64>
    var count = 0
    private var trial = TableTrial()

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
        if (count + 1) * 4 > slots.count * 3 { makeRoom() }
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
                write(slots[next], at: gap)
                gap = next
            }
            next = (next + 1) & mask
        }
        write(0, at: gap)
    }

    private mutating func place(_ entry: UInt64) {
        let mask = slots.count - 1
        var slot = Int(entry >> 32) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        write(entry, at: slot)
    }

    @inline(__always)
    private mutating func write(_ entry: UInt64, at slot: Int) {
        if trial.isLogging { trial.keep(slots[slot], of: slot) }
        slots[slot] = entry
    }

    /// Growing is dear and would be undone, so a trial may fill the table further.
    @inline(never)
    private mutating func makeRoom() {
        if trial.isLogging {
            if (count + 1) * 16 <= slots.count * 15 { return }
            trial.slots = slots
            trial.isLogging = false
        }
        grow()
    }

    private mutating func grow() {
        let old = slots
        slots = ContiguousArray(unsafeUninitializedCapacity: old.count * 2) { room, count in
            processor_use_large_pages(room.baseAddress, room.count * MemoryLayout<UInt64>.stride)
            room.initialize(repeating: 0)
            count = room.count
        }
        for entry in old where entry != 0 { place(entry) }
    }
}

// MARK: - Trials

extension IndexTable {
    /// From here to ``rollBack()`` every change can be undone.
    mutating func beginTrial() {
        trial.isLogging = true
        trial.count = count
    }

    /// Undoes every change since ``beginTrial()``.
    mutating func rollBack() {
        if let whole = trial.slots { slots = whole }
        for (slot, entry) in trial.entries.reversed() { slots[slot] = entry }
        count = trial.count
        trial.slots = nil
        trial.isLogging = false
        trial.entries.removeAll(keepingCapacity: true)
    }
}

/// What a trial has overwritten in a table.
private struct TableTrial: Sendable {
    var isLogging = false
    var count = 0
    /// Oldest first.
    var entries: ContiguousArray<(slot: Int, entry: UInt64)> = []
    /// The slots as they were before the table had to grow; later changes need no log.
    var slots: ContiguousArray<UInt64>?

    @inline(never)
    mutating func keep(_ entry: UInt64, of slot: Int) { entries.append((slot, entry)) }
}
