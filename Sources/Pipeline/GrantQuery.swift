internal import AuditModel
public import Detection
public import EventStore
public import GrantLedger

/// Finds grants in a store and folds one on demand.
public struct GrantQuery {
    private let store: EventStore
    private let clients: ClientRegistry

    /// - Parameter clients: what is known of clients from elsewhere.
    public init(_ store: EventStore, clients: ClientRegistry = .empty) {
        self.store = store
        self.clients = clients
    }

    /// One line of a listing.
    public struct Summary: Sendable {
        public var family: String
        public var issuer: String
        public var tenant: String?
        public var client: String
        public var subject: String?
        public var session: String
        public var firstTime: Int64
        public var lastTime: Int64
        public var lineages: Int
        public var replays: Int
        public var isBorn: Bool
        public var isEnded: Bool
    }

    /// Grants by last activity, latest first; those with replays only, if so wished.
    public func list(
        client: String?, subject: String?, onlyReplayed: Bool, limit: Int
    ) throws(StoreError) -> [Summary] {
        var ledger = Ledger()
        var transition = Transition()
        let pool = store.pool
        try StoreReplay(store).run { batch, row, _ in
            _ = ledger.apply(batch, row: row, pool: pool, into: &transition)
        }
        let clientCode = client.map { pool.existingCode(of: $0) ?? .max }
        let subjectCode = subject.map { pool.existingCode(of: $0) ?? .max }
        let families = (0..<ledger.familyCount).compactMap { ledger.family($0) }.filter { family in
            (clientCode.map { family.client == $0 } ?? true)
                && (subjectCode.map { family.subject == $0 } ?? true)
                && (!onlyReplayed || family.replays > 0)
        }
        let latest = families.sorted {
            $0.lastTime != $1.lastTime ? $0.lastTime > $1.lastTime : $0.anchor < $1.anchor
        }
        return latest.prefix(limit).map { summary($0, pool) }
    }

    /// The history of one grant, with the verdicts of `rules`.
    ///
    /// - Parameter id: the start of a family id, or a whole session id or subject.
    /// - Throws: ``PipelineError``; `noGrant`, `ambiguousGrant`, or what the store says.
    public func history(of id: String, rules: [Rule]) throws(PipelineError) -> GrantHistory {
        var found: [GrantKey] = []
        var history: GrantHistory?
        do throws(StoreError) {
            found = try find(id)
            if found.count == 1 { history = try fold(found[0], rules: rules) }
        } catch {
            throw .store(error)
        }
        guard found.count < 2 else { throw .ambiguousGrant(id, found.map(\.family)) }
        guard let history else { throw .noGrant(id) }
        return history
    }
}

/// What names a grant in its store.
private struct GrantKey: Hashable {
    let issuer: UInt32
    let client: UInt32
    let anchor: ID128
    let column: IDColumn
    var family: String

    init?(_ batch: EventBatch, _ row: Int) {
        switch batch.kind[row] {
        case .codeRedeemed, .tokenIssued, .tokenExchanged, .deviceCodeRedeemed, .cibaRedeemed,
            .refreshSucceeded, .refreshRejected, .refreshReuseDetected:
            break
        default: return nil
        }
        let native = batch.id(.family, row)
        column = native.isNone ? .session : .family
        anchor = native.isNone ? batch.id(.session, row) : native
        issuer = batch.code(.issuer, row)
        client = batch.code(.client, row)
        family = ""
        if anchor.isNone { return nil }
    }
}

extension GrantQuery {
    private func find(_ id: String) throws(StoreError) -> [GrantKey] {
        let pool = store.pool
        var seen: Set<GrantKey> = []
        var found: [GrantKey] = []
        let subject = pool.existingCode(of: id)
        for index in store.blocks.indices {
            let batch = try store.readBlock(index)
            for row in 0..<batch.count {
                guard var key = GrantKey(batch, row) else { continue }
                let isSubject = subject.map { $0 != 0 && batch.code(.subject, row) == $0 } ?? false
                guard !seen.contains(key) || isSubject else { continue }
                seen.insert(key)
                let anchor = batch.text(key.column, row: row) ?? ""
                let family = FamilyFacts.identity(
                    issuer: pool.text(key.issuer), anchor: anchor, client: pool.text(key.client)
                ).hex
                guard isSubject || anchor == id || family.hasPrefix(id.lowercased())
                else { continue }
                key.family = family
                if !found.contains(key) { found.append(key) }
            }
        }
        return found
    }

    private func fold(_ key: GrantKey, rules: [Rule]) throws(StoreError) -> GrantHistory? {
        let pool = store.pool
        var builder = GrantHistoryBuilder(clients: clients)
        var run = DetectionRun(rules: rules, clients: clients)
        // All grants of the client, not this one alone: verdicts depend on the rotation policy
        // that the client's other grants show.
        try StoreReplay(store, clients: clients).run { batch, row, _ in
            guard batch.code(.issuer, row) == key.issuer else { return }
            let isOfClient = batch.code(.client, row) == key.client
            let isOfSession = batch.id(key.column, row) == key.anchor
            let endsSession = batch.kind[row] == .sessionEnded && isOfSession
            if isOfClient || endsSession { run.take(batch, row: row, pool: pool) }
            if isOfSession, isOfClient || endsSession { builder.take(batch, row, pool: pool) }
        }
        let alerts = run.alerts().filter { $0.keys.family == key.family }
        return builder.finish(alerts: alerts, pool: pool)
    }

    private func summary(_ family: FamilyFacts, _ pool: StringPool) -> Summary {
        let issuer = pool.text(family.issuer)
        let client = pool.text(family.client)
        return Summary(
            family: FamilyFacts.identity(issuer: issuer, anchor: family.anchor, client: client).hex,
            issuer: issuer, tenant: family.tenant == 0 ? nil : pool.text(family.tenant),
            client: client, subject: family.subject == 0 ? nil : pool.text(family.subject),
            session: family.anchor, firstTime: family.firstTime, lastTime: family.lastTime,
            lineages: family.lineages, replays: family.replays, isBorn: family.isBorn,
            isEnded: family.isEnded)
    }
}
