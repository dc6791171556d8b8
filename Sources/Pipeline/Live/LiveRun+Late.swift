internal import AuditModel
internal import Detection
internal import EventStore

extension LiveRun {
    /// Grants that are folded anew in one cycle at most; of others only the count is kept.
    private static let mostRefolds = 8

    /// Looks at the grants of events that came too late once more, from the store.
    ///
    /// Rules over windows have passed them for good; they are counted.
    func refold(
        _ late: [(batch: EventBatch, row: Int)]
    ) throws(StoreError) -> [AlertRecord] {
        if late.isEmpty { return [] }
        status.change { $0.late += late.count }
        let ids = Set(late.map { $0.batch.id(.event, $0.row) })
        var sessions: [ID128] = []
        for (batch, row) in late {
            let session = batch.id(.session, row)
            if !session.isNone, !sessions.contains(session) { sessions.append(session) }
        }
        var records: [AlertRecord] = []
        for session in sessions.prefix(Self.mostRefolds) {
            let events = try events(of: session)
            let known = events.filter { !ids.contains($0.batch.events.id(.event, $0.row)) }
            // What the late events change, and not what the run knew beyond this grant.
            records += try book.correct(
                before: engine.run.refold(known, pool: store.pool),
                after: engine.run.refold(events, pool: store.pool),
                isHistoric: origins.isHistoric)
        }
        return records
    }

    /// All events of a session before the frontier, in total order.
    private func events(of session: ID128) throws(StoreError) -> [RowReference] {
        var found: [RowReference] = []
        for index in store.blocks.indices
        where try store.mayContain(session, column: .session, block: index) {
            let batch = SharedBatch(try store.readBlock(index))
            for row in 0..<batch.events.count
            where batch.events.id(.session, row) == session
                && batch.events.time[row] < engine.frontier
            {
                found.append(RowReference(batch, row: row))
            }
        }
        return found.sorted {
            $0.batch.events.orderKey($0.row) < $1.batch.events.orderKey($1.row)
        }
    }
}
