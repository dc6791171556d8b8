internal import AuditModel
public import EventStore
public import GrantLedger

/// Looks leaked tokens up in a store: one replay, however many tokens.
public struct LeakLookup {
    private struct Entry {
        var event = EventRow()
        var family = -1
        var ended: String?
    }

    private var wanted: [ID128: Entry?] = [:]
    private var ledger: Ledger
    private var issuers: Set<UInt32> = []
    private var lastTime = Int64.min
    private var events = 0

    /// - Parameters:
    ///   - findings: the tokens to look up.
    ///   - clients: what is known of clients from elsewhere.
    public init(_ findings: [LeakFinding], clients: ClientRegistry = .empty) {
        ledger = Ledger(clients: clients)
        for finding in findings {
            for id in finding.aliases { wanted[id] = .some(nil) }
        }
    }

    /// Replays a store.
    ///
    /// - Parameters:
    ///   - asOf: the moment asked about, nanoseconds UTC; nil for the store's last event.
    ///   - keyCheck: the key's ``TokenScan/FingerprintKey/checkValue``.
    /// - Throws: ``PipelineError``.
    public mutating func run(
        _ store: EventStore, asOf: Int64?, keyCheck: [UInt8],
        progress: ((Int64, Int64?) -> Void)? = nil
    ) throws(PipelineError) -> LeakKnowledge {
        do throws(StoreError) {
            try StoreReplay(store).run(progress: progress) { batch, row, pool in
                if batch.time[row] <= asOf ?? .max { take(batch, row, pool) }
            }
            var knowledge = knowledge(pool: store.pool, asOf: asOf)
            knowledge.hasSameKey = try store.hasKey(keyCheck)
            return knowledge
        } catch {
            throw .store(error)
        }
    }

    private mutating func take(_ batch: EventBatch, _ row: Int, _ pool: StringPool) {
        events += 1
        lastTime = max(lastTime, batch.time[row])
        issuers.insert(batch.code(.issuer, row))
        issuers.insert(batch.code(.tenant, row))
        var transition = Transition()
        let hasMeaning = ledger.apply(batch, row: row, pool: pool, into: &transition)
        let family = hasMeaning ? transition.family : -1
        note(batch, row, .issuedAccess, family)
        note(batch, row, .issuedRefresh, family)
        note(batch, row, .presented, family)
        note(batch, row, .code, family)
    }

    private mutating func note(
        _ batch: EventBatch, _ row: Int, _ column: IDColumn, _ family: Int
    ) {
        let id = batch.id(column, row)
        guard !id.isNone, let known = wanted[id] else { return }
        var entry = known ?? Entry(event: batch[row])
        if entry.family < 0 { entry.family = family }
        if batch.outcome[row] == .success, let ended = Self.end(batch, row, column) {
            entry.ended = ended
        }
        wanted[id] = .some(entry)
    }

    /// What an event ends of the token that one of its columns names.
    private static func end(_ batch: EventBatch, _ row: Int, _ column: IDColumn) -> String? {
        switch (batch.kind[row], column) {
        case (.tokenRevoked, .presented), (.consentRevoked, .presented): return "it was revoked"
        case (.refreshSucceeded, .presented):
            let next = batch.id(.issuedRefresh, row)
            return next.isNone || next == batch.id(.presented, row) ? nil : "it was spent"
        case (.codeRedeemed, .code): return "it was spent"
        default: return nil
        }
    }

    private func knowledge(pool: StringPool, asOf: Int64?) -> LeakKnowledge {
        var knowledge = LeakKnowledge(asOf: asOf ?? max(0, lastTime))
        knowledge.events = events
        for code in issuers where code != 0 { knowledge.issuers.insert(pool.text(code)) }
        for (id, entry) in wanted {
            if let entry { knowledge.tokens[id] = known(id, entry, pool) }
        }
        return knowledge
    }

    private func known(_ id: ID128, _ entry: Entry, _ pool: StringPool) -> KnownToken {
        let event = entry.event
        let text = { (code: UInt32) in code == 0 ? nil : pool.text(code) }
        var token = KnownToken(
            issuer: text(event.issuer), client: text(event.client), subject: text(event.subject),
            ended: entry.ended, event: event.id, time: event.time, precision: event.precision,
            eventKind: event.kind, dialect: pool.text(event.dialect))
        guard let facts = ledger.family(entry.family) else { return token }
        token.session = facts.anchor
        token.family =
            FamilyFacts.identity(
                issuer: pool.text(facts.issuer), anchor: facts.anchor,
                client: pool.text(facts.client)
            ).hex
        if token.subject == nil { token.subject = text(facts.subject) }
        token.scopes = (text(facts.scopes) ?? "").split(separator: " ").map(String.init)
        // The ledger knows the client's policy: a token that may be used again is not spent.
        switch ledger.status(ofToken: id).state {
        case .live: token.ended = nil
        case .spent: token.ended = token.ended ?? "it was spent"
        case .ended: token.ended = token.ended ?? "its grant has ended"
        case .unknown: if facts.isEnded { token.ended = token.ended ?? "its grant has ended" }
        }
        return token
    }
}
