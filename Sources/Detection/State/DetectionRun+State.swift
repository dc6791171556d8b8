public import AuditModel
public import GrantLedger

extension DetectionRun {
    /// Raised when a run makes something else of the same events, or keeps it differently, in a
    /// way that no other version says.
    private static let stateVersion: UInt8 = 3

    /// What a state image belongs to: the rules as they are, what is known of clients, how the work
    /// is split, what is kept at most, and the program. A run is only ever restored under the key
    /// it was stored under.
    ///
    /// - Parameter program: names the program's version, so that an image of another one, which
    ///   may see other things in the same events, is not used.
    public static func stateKey(
        rules: [Rule], shards: Int = 1, limits: Ledger.Limits = Ledger.Limits(),
        clients: ClientRegistry = .empty, program: String = ""
    ) -> ID128 {
        var hash = IdentityHash("state/1")
        hash.add(program)
        // As the machine has it: images hold numbers in its byte order.
        withUnsafeBytes(of: 1 as UInt32) { hash.add($0) }
        let vocabulary = [
            EventKind.allCases.count, Outcome.allCases.count, Reason.allCases.count,
            IPRole.allCases.count, NetworkClass.allCases.count, IDColumn.allCases.count,
            LeakStatus.allCases.count, FactSet.names.count,
        ]
        for number in vocabulary { hash.add(Int64(number)) }
        for number in [shards, limits.families, limits.tokens, AlertDesk.capacity] {
            hash.add(Int64(number))
        }
        hash.add(clients.digest)
        for rule in rules {
            hash.add(rule.id)
            hash.add(rule.name)
            hash.add(rule.hash)
            // What is switched outside of rule files is not in their hash.
            hash.add(Int64(rule.isSilent ? 1 : 0))
        }
        return hash.id()
    }

    /// Stores everything that the events taken in have left behind. The writer's key must be this
    /// run's ``stateKey(rules:shards:limits:clients:program:)``.
    public func write(to writer: inout StateWriter) {
        let start = writer.begin("run", version: Self.stateVersion)
        writer.put(eventCount)
        ledger.write(to: &writer)
        writer.put(engines.count)
        for engine in engines { engine.write(to: &writer) }
        writer.end(start)
    }

    /// A run that goes on where another one was stored: given the same events from there on, it
    /// comes to the same alerts and, stored again, to the same bytes.
    ///
    /// - Parameters:
    ///   - peeks: whether the run can ``peek(_:pool:)`` and ``correct(_:late:pool:)``; not part
    ///     of the image.
    ///   - forgets: what the other run was told; an image of one that was told otherwise is
    ///     foreign.
    ///   - codes: texts in the pool that the image's codes belong to, the absent one included. An
    ///     image that has greater codes is foreign.
    ///   - reader: of an image under the ``stateKey(rules:shards:limits:clients:program:)`` of the
    ///     other parameters.
    public init(
        rules: [Rule], shards: Int = 1, limits: Ledger.Limits = Ledger.Limits(),
        clients: ClientRegistry = .empty, peeks: Bool = false, forgets: Bool = false,
        codes: Int = .max, from reader: inout StateReader
    ) throws(StateFault) {
        let fresh = DetectionRun(
            rules: rules, shards: shards, limits: limits, clients: clients, peeks: peeks,
            forgets: forgets)
        try self.init(fresh, limits: limits, codes: codes, from: &reader)
    }

    /// Takes over what a run stored that began as a fresh one.
    init(
        _ fresh: DetectionRun, limits: Ledger.Limits, codes: Int = .max,
        from reader: inout StateReader
    ) throws(StateFault) {
        self = fresh
        let start = try reader.begin("run", version: Self.stateVersion)
        eventCount = try reader.get()
        ledger = try Ledger(
            limits: limits, clients: fresh.ledger.registry, from: &reader)
        let count: Int = try reader.get()
        guard count == engines.count else { throw .foreign("it was made with other shards") }
        for index in engines.indices { try engines[index].read(from: &reader) }
        try reader.end(start)
        guard Int(reader.largestCode) < codes else {
            throw .foreign("it belongs to a pool with more texts")
        }
    }
}
