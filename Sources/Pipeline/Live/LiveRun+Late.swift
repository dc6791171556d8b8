internal import AuditModel
internal import Detection
internal import EventStore

extension LiveRun {
    /// Looks once more, from the store, at grants of which events came too late: a few each cycle,
    /// so that nothing else waits for them.
    ///
    /// Rules over windows have passed such events for good; they are counted.
    func refold(
        _ news: [(batch: EventBatch, row: Int)]
    ) throws(StoreError) -> [AlertRecord] {
        if !news.isEmpty {
            status.change { $0.late += news.count }
            late.add(news)
        }
        if late.isEmpty { return [] }
        var records: [AlertRecord] = []
        let grants = try late.next(store, before: engine.frontier, clients: clientsInUse)
        for grant in grants {
            let known = grant.events.filter {
                !grant.late.contains($0.batch.events.id(.event, $0.row))
            }
            // What the late events change, and not what the run knew beyond this grant.
            records += try book.correct(
                before: engine.run.refold(known, pool: store.pool),
                after: engine.run.refold(grant.events, pool: store.pool),
                isHistoric: origins.isHistoric)
        }
        return records
    }
}
