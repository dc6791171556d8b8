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
            wait(for: news)
        }
        if late.isEmpty { return [] }
        var records: [AlertRecord] = []
        let grants = try late.next(store, before: engine.frontier, clients: clientsInUse)
        for grant in grants {
            // What the late events change, and not what the run knew beyond this grant.
            let (without, with) = engine.run.correct(
                grant.events, late: grant.late, pool: store.pool)
            records += try book.correct(
                before: without, after: with, isHistoric: origins.isHistoric)
        }
        return records
    }

    /// Puts late events by until their grants are looked at; what of them is not, the ledger hears
    /// of now.
    func wait(for news: [(batch: EventBatch, row: Int)]) {
        for (batch, row) in late.add(news) {
            engine.run.takeLate(batch, row: row, pool: store.pool)
        }
    }
}
