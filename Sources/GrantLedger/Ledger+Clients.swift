internal import AuditModel

// What is known of clients: registered by people, or seen in what they do.

extension Ledger {
    /// An empty ledger that knows what another one knows of clients; their codes must belong to the
    /// same pool.
    public init(limits: Limits, clientsOf other: Ledger) {
        self.init(limits: limits)
        directory = other.directory
        policies = other.policies
        backEnds = other.backEnds
    }

    /// What is known of clients from elsewhere.
    public var registry: ClientRegistry { directory.registry }

    /// The event as the ledger takes it: what a client's back end presents shows no holder.
    func event(_ batch: borrowing EventBatch, _ row: Int) -> EventRow {
        var event = batch[row]
        if event.ipRole == .holder, backEnds.contains(event) { event.ipRole = .caller }
        return event
    }

    /// Takes over what is registered of a client that redeemed something.
    mutating func noteRegistered(
        _ batch: borrowing EventBatch, _ row: Int, _ pool: StringPool
    ) {
        guard batch.kind[row].isRedemption, batch.outcome[row] == .success,
            let place = directory.place(batch, row: row, pool: pool)
        else { return }
        policies.register(batch.owner(row), directory.registry.clients[place])
    }

    /// Learns from a redemption where the back ends are of clients that are not registered.
    mutating func learnBackEnd(_ batch: borrowing EventBatch, _ row: Int) {
        // A trial is undone, and would copy what is known of all clients.
        guard !isTrial, !isRepeating, batch.outcome[row] == .success,
            batch.ipRole[row] == .holder
        else { return }
        let owner = batch.owner(row)
        if !directory.isEmpty, policies.hasKnownType(owner) { return }
        backEnds.learn(
            owner, subject: batch.code(.subject, row), at: IPAddress(bits: batch.id(.ip, row)))
    }
}
