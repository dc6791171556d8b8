internal import AuditModel

extension Ring where Record: StateRecord {
    /// Stores the records by index.
    func write(to writer: inout StateWriter) {
        writer.put(next)
        writer.put(evicted)
        writer.records(count) { self[$0] }
    }

    /// Reads what an equally large ring stored.
    ///
    /// - Parameter isPossible: whether a record's links lead somewhere.
    mutating func read(
        from reader: inout StateReader, _ isPossible: (Record) -> Bool
    ) throws(StateFault) {
        next = try reader.get()
        let evicted: Int = try reader.get()
        var ring = Ring(capacity: capacity)
        try reader.records(Record.self, most: capacity) { record in
            if !isPossible(record) { return false }
            _ = ring.add(record) { _, _ in }
            return true
        }
        let isFull = ring.count == capacity
        guard next >= 0, evicted >= 0, isFull ? next < capacity : next == 0 && evicted == 0 else {
            throw .damaged("a ring of records begins outside of itself")
        }
        ring.next = next
        ring.evicted = evicted
        self = ring
    }
}

extension IndexTable {
    /// Stores the slots as they are.
    func write(to writer: inout StateWriter) { writer.numbers(slots) }

    /// Reads slots that lead to one of so many records each.
    init(from reader: inout StateReader, records: Int) throws(StateFault) {
        let slots = try reader.numbers(UInt64.self)
        var entries = 0
        var isPossible = true
        for slot in slots where slot != 0 {
            entries += 1
            let place = slot & 0xFFFF_FFFF
            isPossible = isPossible && place > 0 && place <= UInt64(records)
        }
        // A walk ends at a free slot.
        let hasRoom = slots.count >= 1024 && slots.count.nonzeroBitCount == 1
            && entries * 4 <= slots.count * 3
        guard isPossible, hasRoom else { throw .damaged("a table leads nowhere") }
        self.slots = slots
        count = entries
    }
}

extension RotationPolicies: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.array(policies)
        table.write(to: &writer)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        policies = try reader.array()
        table = try IndexTable(from: &reader, records: policies.count)
    }
}

extension BackEndNetworks: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.array(records)
        table.write(to: &writer)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        records = try reader.array()
        found = records.count { $0.isBackEnd }
        table = try IndexTable(from: &reader, records: records.count)
    }
}
