public import AuditModel

extension Ledger {
    /// Raised when the ledger makes something else of the same events, or keeps it differently.
    private static let stateVersion: UInt8 = 3

    /// Stores everything the ledger knows. Codes of the run's pool go in as they are.
    public func write(to writer: inout StateWriter) {
        let start = writer.begin("ledger", version: Self.stateVersion)
        writer.put(serial)
        writer.put(anchorTexts)
        families.write(to: &writer)
        lineages.write(to: &writer)
        nodes.write(to: &writer)
        forks.write(to: &writer)
        codes.write(to: &writer)
        writer.put(policies)
        writer.put(backEnds)
        familyTable.write(to: &writer)
        nodeTable.write(to: &writer)
        codeTable.write(to: &writer)
        writer.end(start)
    }

    /// Reads what a ledger with the same limits and the same registry stored.
    public init(
        limits: Limits, clients: ClientRegistry = .empty, from reader: inout StateReader
    ) throws(StateFault) {
        self.init(limits: limits, clients: clients)
        let start = try reader.begin("ledger", version: Self.stateVersion)
        serial = try reader.get()
        anchorTexts = try reader.get()
        try readRings(from: &reader)
        policies = try reader.get()
        backEnds = try reader.get()
        familyTable = try IndexTable(from: &reader, records: families.count)
        nodeTable = try IndexTable(from: &reader, records: nodes.count)
        codeTable = try IndexTable(from: &reader, records: codes.count)
        try reader.end(start)
    }

    /// A record that is followed without a check elsewhere must lead to one that is there.
    private mutating func readRings(from reader: inout StateReader) throws(StateFault) {
        let texts = anchorTexts.count
        try families.read(from: &reader) { Int($0.anchorText) < texts }
        let families = families.count
        try lineages.read(from: &reader) { Int($0.family) < families }
        let lineages = lineages.count
        try nodes.read(from: &reader) { Int($0.lineage) < lineages }
        try forks.read(from: &reader) { Int($0.lineage) < lineages }
        try codes.read(from: &reader) { _ in true }
    }
}
