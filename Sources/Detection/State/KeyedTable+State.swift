internal import AuditModel

extension KeyedTable {
    /// Stores keys and states from the one that was not used for longest to the newest: where they
    /// lie in memory decides nothing.
    func write(
        to writer: inout StateWriter, _ write: (inout StateWriter, State) -> Void
    ) {
        writer.put(evictions)
        writer.put(count)
        var place = oldest
        while place >= 0 {
            writer.put(links[Int(place)].key)
            write(&writer, states[Int(place)])
            place = links[Int(place)].newer
        }
    }

    /// Reads what an equally large table stored.
    mutating func read(
        from reader: inout StateReader,
        _ read: (inout StateReader) throws(StateFault) -> State
    ) throws(StateFault) {
        var table = KeyedTable(capacity: capacity)
        table.evictions = try reader.get()
        let count = try reader.count(ofBytes: 16)
        try reader.require(
            count <= capacity && table.evictions >= 0, "a table has more keys than it can have")
        for _ in 0..<count {
            let key: ID128 = try reader.get()
            let state = try read(&reader)
            table.with(key, fresh: { state }) { _ in }
        }
        try reader.require(table.count == count, "a table has one key twice")
        self = table
    }
}

extension KeyedTable where State: StateCodable {
    func write(to writer: inout StateWriter) {
        write(to: &writer) { writer, state in writer.put(state) }
    }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try read(from: &reader) { reader throws(StateFault) in try reader.get() }
    }
}
