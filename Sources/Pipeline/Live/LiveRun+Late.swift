internal import AuditModel
internal import Detection
internal import EventStore

extension LiveRun {
    /// Looks once more, from the store, at grants of which events came too late: a few each cycle,
    /// so that nothing else waits for them. Before event time goes on, because what is on time may
    /// be of the same grants.
    ///
    /// Rules over windows have passed such events for good; they are counted.
    func correctLate(_ news: [(batch: EventBatch, row: Int)]) throws(StoreError) {
        hear(late.add(news))
        if late.isEmpty { return }
        var passed: LateGrants.Rows = []
        let grants = try late.next(
            store, before: engine.frontier, engine.run.ledger, passed: &passed)
        hear(passed)
        for grant in grants {
            corrections.append(
                engine.run.correct(grant.events, late: grant.late, pool: store.pool))
        }
    }

    /// Lets the ledger know of events whose grants are not looked at, or not yet.
    func hear(_ rows: LateGrants.Rows) {
        for batch in rows { engine.run.takeLate(batch, row: 0, pool: store.pool) }
    }

    /// What the late events of a cycle change, and not what the run knew beyond their grants.
    func takeCorrections() throws(StoreError) -> [AlertRecord] {
        defer { corrections = [] }
        var records: [AlertRecord] = []
        for correction in corrections {
            records += try book.correct(
                before: correction.without, after: correction.with,
                isHistoric: origins.isHistoric)
        }
        return records
    }
}
