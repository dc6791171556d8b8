internal import AuditModel
internal import Detection
internal import EventStore
internal import GrantLedger

/// Grants of which events came too late, waiting to be folded anew from the store.
struct LateGrants {
    /// Sessions that wait at most; others are not looked at.
    private static let most = 100_000
    /// Blocks of the store that are read for one turn, at most, unless one session needs more.
    private let blocksPerTurn: Int

    private var waiting: [ID128: Set<ID128>] = [:]
    private var order: [ID128] = []
    private var head = 0

    init(blocksPerTurn: Int = 32) {
        self.blocksPerTurn = blocksPerTurn
    }

    var isEmpty: Bool { head == order.count }

    /// Notes late events by their session.
    ///
    /// - Returns: those whose grant is not looked at: without a session, or beyond the bound.
    mutating func add(
        _ late: [(batch: EventBatch, row: Int)]
    ) -> [(batch: EventBatch, row: Int)] {
        late.filter { batch, row in
            let session = batch.id(.session, row)
            if session.isNone || (waiting[session] == nil && waiting.count >= Self.most) {
                return true
            }
            if waiting[session] == nil { order.append(session) }
            waiting[session, default: []].insert(batch.id(.event, row))
            return false
        }
    }

    /// One grant's events before the frontier, in total order, with those among them that came
    /// late.
    struct Grant {
        var events: [RowReference]
        let late: Set<ID128>
    }

    /// The next grants, as many as a few blocks of the store hold.
    ///
    /// - Parameter clients: what is known of clients from elsewhere.
    mutating func next(
        _ store: EventStore, before frontier: Int64, clients: ClientRegistry
    ) throws(StoreError) -> [Grant] {
        var grants: [ID128: Grant] = [:]
        var blocks: Set<Int> = []
        var roles = ClientStage(clients)
        while head < order.count {
            let session = order[head]
            let found = try Self.blocks(of: session, store)
            if !grants.isEmpty, blocks.union(found).count > blocksPerTurn { break }
            blocks.formUnion(found)
            grants[session] = Grant(events: [], late: waiting.removeValue(forKey: session) ?? [])
            head += 1
        }
        if isEmpty {
            order = []
            head = 0
        }
        for index in blocks.sorted() {
            var block = try store.readBlock(index)
            roles.fill(&block, pool: store.pool)
            let batch = SharedBatch(block)
            for row in 0..<batch.events.count where batch.events.time[row] < frontier {
                let session = batch.events.id(.session, row)
                grants[session]?.events.append(RowReference(batch, row: row))
            }
        }
        return grants.sorted { $0.key < $1.key }.map { entry in
            var grant = entry.value
            grant.events.sort {
                $0.batch.events.orderKey($0.row) < $1.batch.events.orderKey($1.row)
            }
            return grant
        }
    }

    private static func blocks(
        of session: ID128, _ store: EventStore
    ) throws(StoreError) -> [Int] {
        var found: [Int] = []
        for index in store.blocks.indices
        where try store.mayContain(session, column: .session, block: index) {
            found.append(index)
        }
        return found
    }
}
