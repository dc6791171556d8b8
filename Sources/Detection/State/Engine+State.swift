internal import AuditModel

extension LineagePlace {
    fileprivate init(rule: Int, family: UInt32, lineage: ID128) {
        self.rule = rule
        self.family = family
        self.lineage = lineage
    }
}

extension Engine {
    /// Raised when an engine makes something else of the same events, or keeps it differently.
    private static let stateVersion: UInt8 = 1

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
        writer.put(desk)
        writeKnown(to: &writer)
        writer.end(start)
    }

    private func writeKnown(to writer: inout StateWriter) {
        writer.put(known.count)
        let entries = known.sorted { left, right in
            (left.value, left.key.rule, left.key.family, left.key.lineage)
                < (right.value, right.key.rule, right.key.family, right.key.lineage)
        }
        for (place, alert) in entries {
            writer.put(place.rule)
            writer.put(place.family)
            writer.put(place.lineage)
            writer.put(alert)
        }
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
        desk = try reader.get()
        try readKnown(from: &reader)
        try reader.end(start)
    }

    private mutating func readKnown(from reader: inout StateReader) throws(StateFault) {
        known = [:]
        for _ in 0..<(try reader.count(ofBytes: 36)) {
            let place = LineagePlace(
                rule: try reader.get(), family: try reader.get(), lineage: try reader.get())
            let alert: Int = try reader.get()
            try reader.require(desk.holds(alert), "there is no such alert")
            known[place] = alert
        }
    }
}
