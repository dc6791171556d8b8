internal import AuditModel

extension Engine {
    /// Raised when an engine makes something else of the same events, or keeps it differently.
    private static let stateVersion: UInt8 = 2

    /// Stores what the operators remember and the alerts. Left out is what predicates found out
    /// about texts of the pool, which they find out again.
    func write(to writer: inout StateWriter) {
        let start = writer.begin("engine", version: Self.stateVersion)
        writer.put(operators.count)
        for place in operators.indices {
            let operation = operators[place]
            writer.put(operation != nil)
            guard let operation else { continue }
            let kind = type(of: operation)
            let start = writer.begin(kind.stateName, version: kind.stateVersion)
            operation.write(to: &writer)
            writer.end(start)
        }
        desk.write(to: &writer)
        writer.end(start)
    }

    /// Takes over what an engine with the same rules stored.
    mutating func read(from reader: inout StateReader) throws(StateFault) {
        let start = try reader.begin("engine", version: Self.stateVersion)
        let count: Int = try reader.get()
        guard count == operators.count else { throw .foreign("it was made with other rules") }
        for place in operators.indices {
            let isThere: Bool = try reader.get()
            guard isThere == (operators[place] != nil) else {
                throw .foreign("it was made with other rules")
            }
            guard let kind = operators[place].map({ type(of: $0) }) else { continue }
            let start = try reader.begin(kind.stateName, version: kind.stateVersion)
            try operators[place]?.read(from: &reader)
            try reader.end(start)
        }
        try desk.read(from: &reader)
        try reader.end(start)
    }
}
