internal import AuditModel

/// State by group key, bounded: when full, the key that was not used for longest makes room.
///
/// Flat arrays with an open-addressing index; nothing here is ever iterated into output.
struct KeyedTable<State>: Sendable where State: Sendable {
    struct Link: Sendable {
        var key: ID128
        var newer: Int32
        var older: Int32
    }

    private var slots: ContiguousArray<Int32>
    var links: ContiguousArray<Link> = []
    var states: ContiguousArray<State> = []
    var newest: Int32 = -1
    var oldest: Int32 = -1
    let capacity: Int
    /// Keys that had to make room.
    var evictions = 0

    var count: Int { links.count }

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        slots = ContiguousArray(repeating: -1, count: 64)
    }

    /// Lends the state of a key, a fresh one if it has none, and makes it the newest.
    @inline(__always)
    mutating func with<Result>(
        _ key: ID128, fresh: () -> State, _ body: (inout State) -> Result
    ) -> Result {
        let index = place(of: key, fresh)
        return body(&states[index])
    }

    /// Lends the state of a key that has one; does not make it newer.
    mutating func existing<Result>(_ key: ID128, _ body: (inout State) -> Result) -> Result? {
        guard let index = find(key) else { return nil }
        return body(&states[index])
    }

    /// The key that was not used for longest, with its state.
    var oldestEntry: (key: ID128, state: State)? {
        oldest < 0 ? nil : (links[Int(oldest)].key, states[Int(oldest)])
    }

    /// Forgets a key.
    mutating func removeValue(_ key: ID128) -> State? {
        guard let index = find(key) else { return nil }
        unlink(Int32(index))
        remove(key)
        let last = links.count - 1
        if index != last {
            links.swapAt(index, last)
            states.swapAt(index, last)
            relocate(from: Int32(last), to: Int32(index))
        }
        links.removeLast()
        return states.removeLast()
    }

    /// A copy of the state of a key.
    subscript(key: ID128) -> State? { find(key).map { states[$0] } }

    private func find(_ key: ID128) -> Int? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.tableHash) & mask
        while slots[slot] >= 0 {
            if links[Int(slots[slot])].key == key { return Int(slots[slot]) }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private mutating func place(of key: ID128, _ fresh: () -> State) -> Int {
        if let index = find(key) {
            if newest != Int32(index) {
                unlink(Int32(index))
                link(Int32(index))
            }
            return index
        }
        if links.count == capacity {
            let index = oldest
            unlink(index)
            remove(links[Int(index)].key)
            evictions += 1
            links[Int(index)].key = key
            states[Int(index)] = fresh()
            insert(key, index)
            link(index)
            return Int(index)
        }
        if (links.count + 1) * 4 > slots.count * 3 { grow() }
        links.append(Link(key: key, newer: -1, older: -1))
        states.append(fresh())
        let index = Int32(links.count - 1)
        insert(key, index)
        link(index)
        return Int(index)
    }

    private mutating func link(_ index: Int32) {
        links[Int(index)].newer = -1
        links[Int(index)].older = newest
        if newest >= 0 { links[Int(newest)].newer = index }
        newest = index
        if oldest < 0 { oldest = index }
    }

    private mutating func unlink(_ index: Int32) {
        let (newer, older) = (links[Int(index)].newer, links[Int(index)].older)
        if newer >= 0 { links[Int(newer)].older = older } else { newest = older }
        if older >= 0 { links[Int(older)].newer = newer } else { oldest = newer }
    }

    /// Makes everything point at the new place of a link that moved.
    private mutating func relocate(from old: Int32, to new: Int32) {
        let link = links[Int(new)]
        if link.newer >= 0 { links[Int(link.newer)].older = new } else { newest = new }
        if link.older >= 0 { links[Int(link.older)].newer = new } else { oldest = new }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: link.key.tableHash) & mask
        while slots[slot] >= 0, slots[slot] != old { slot = (slot + 1) & mask }
        if slots[slot] == old { slots[slot] = new }
    }

    private mutating func insert(_ key: ID128, _ index: Int32) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.tableHash) & mask
        while slots[slot] >= 0 { slot = (slot + 1) & mask }
        slots[slot] = index
    }

    private mutating func remove(_ key: ID128) {
        let mask = slots.count - 1
        var gap = Int(truncatingIfNeeded: key.tableHash) & mask
        while slots[gap] >= 0, links[Int(slots[gap])].key != key { gap = (gap + 1) & mask }
        if slots[gap] < 0 { return }
        var next = (gap + 1) & mask
        while slots[next] >= 0 {
            let home = Int(truncatingIfNeeded: links[Int(slots[next])].key.tableHash) & mask
            // Move an entry back only if its home is not cyclically between the gap and it.
            if (next &- home) & mask >= (next &- gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = -1
    }

    private mutating func grow() {
        slots = ContiguousArray(repeating: -1, count: slots.count * 2)
        for index in links.indices { insert(links[index].key, Int32(index)) }
    }
}
