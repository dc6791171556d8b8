internal import AuditModel
internal import Detection
internal import EventStore
internal import GrantLedger

/// Grants of which events came too late, waiting to be folded anew from the store.
struct LateGrants {
    /// Rows that only the ledger is to hear of: batches of one row.
    typealias Rows = [EventBatch]

    /// Sessions that wait at most; others are not looked at.
    private static let most = 100_000
    /// Sessions that may wait without the ledger having heard of their events.
    private static let mostUnheard = 100
    /// Blocks of the store that may hold a session which is looked at, about half a second's work.
    private static let mostBlocks = 256
    /// Blocks of the store that are read for one turn, at most, unless one session needs more.
    private let blocksPerTurn: Int

    private struct Session {
        var late: Set<ID128> = []
        var first = Int64.max
        var unheard: Rows = []

        mutating func note(_ batch: EventBatch, _ row: Int) {
            late.insert(batch.id(.event, row))
            first = min(first, batch.time[row])
        }
    }

    private var waiting: [ID128: Session] = [:]
    private var order: [ID128] = []

    init(blocksPerTurn: Int = 32) {
        self.blocksPerTurn = blocksPerTurn
    }

    var isEmpty: Bool { order.isEmpty }

    /// Notes late events by their session.
    ///
    /// - Returns: those of which the ledger should hear now, because their grants are not looked at
    ///   or have to wait: without a session, or too many.
    mutating func add(_ late: [(batch: EventBatch, row: Int)]) -> Rows {
        var heard: Rows = []
        for (batch, row) in late {
            var single = EventBatch(capacity: 1)
            single.append(row: row, of: batch)
            let session = batch.id(.session, row)
            if session.isNone || (waiting[session] == nil && waiting.count >= Self.most) {
                heard.append(single)
                continue
            }
            if waiting[session] == nil { order.append(session) }
            waiting[session, default: Session()].note(batch, row)
            if order.count > Self.mostUnheard {
                heard.append(single)
            } else {
                waiting[session]?.unheard.append(single)
            }
        }
        return heard
    }

    /// What waits and the ledger has not heard of.
    mutating func takeUnheard() -> Rows {
        var rows: Rows = []
        for session in order {
            rows += waiting[session]?.unheard ?? []
            waiting[session]?.unheard = []
        }
        return rows
    }

    /// One grant's events before the frontier, in total order, with those among them that came
    /// late.
    struct Grant {
        var events: [RowReference]
        let late: Set<ID128>
    }

    /// The next grants, as many as a few blocks of the store hold.
    ///
    /// - Parameters:
    ///   - ledger: knows since when a session has grants.
    ///   - passed: gets the events of sessions that too many blocks may hold.
    mutating func next(
        _ store: EventStore, before frontier: Int64, _ ledger: Ledger, passed: inout Rows
    ) throws(StoreError) -> [Grant] {
        var grants: [ID128: Grant] = [:]
        var blocks: Set<Int> = []
        var roles = ClientStage(ledger.registry)
        var taken = 0
        while taken < order.count {
            let session = order[taken]
            let since = ledger.firstTime(ofSession: session) ?? .min
            let found = try Self.blocks(
                of: session, since: min(since, waiting[session]?.first ?? .min), store)
            let isLarge = found.count > Self.mostBlocks
            if !isLarge, !grants.isEmpty, blocks.union(found).count > blocksPerTurn { break }
            taken += 1
            guard let entry = waiting.removeValue(forKey: session) else { continue }
            if isLarge {
                passed += entry.unheard
                continue
            }
            blocks.formUnion(found)
            grants[session] = Grant(events: [], late: entry.late)
        }
        order.removeFirst(taken)
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
        of session: ID128, since time: Int64, _ store: EventStore
    ) throws(StoreError) -> [Int] {
        var found: [Int] = []
        for index in store.blocks.indices where store.blocks[index].maxTime >= time {
            if try store.mayContain(session, column: .session, block: index) { found.append(index) }
        }
        return found
    }
}
