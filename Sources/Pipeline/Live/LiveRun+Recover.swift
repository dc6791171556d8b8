internal import AuditModel
internal import Detection
internal import EventStore
internal import Foundation
internal import GrantLedger

extension LiveRun {
    /// Brings the rules to where the store is: from the snapshot if it fits, else by learning from
    /// all events that are kept.
    func recover() throws(StoreError) {
        announceRules()
        let progress = try store.progress() ?? EngineProgress()
        origins = EventOrigins(encoded: progress.detail)
        let foreign = min(progress.read, store.eventCount)..<store.eventCount
        origins.add(foreign)
        book = AlertBook(
            provisional: try store.alertRecords().filter { $0.state == .provisional }
        ) { [store] (id) throws(StoreError) in try store.alertRecord(id: id) }
        let last = try store.lastNotice()
        for sink in options.sinks {
            // A sink that is new hears of what comes.
            let delivered = try store.delivered(to: sink.name)
            if delivered == nil { try store.setDelivered(last, to: sink.name) }
        }
        let isOvertaken = try hasEvents(foreign, before: progress.watermark)
        let isResumed = isOvertaken ? false : try resume(progress)
        if !isResumed { try learn(progress, isOvertaken: isOvertaken) }
        try loadIncidents(frontier: engine.frontier)
        try settleLearned(frontier: engine.frontier)
        timers.snapshot = clock.steady() + options.snapshotEvery
    }

    /// Whether events that others brought lie before what the rules have passed.
    private func hasEvents(
        _ positions: Range<Int64>, before time: Int64
    ) throws(StoreError) -> Bool {
        if positions.isEmpty || time == .min { return false }
        return store.blocks.contains { block in
            block.minTime < time && block.position + Int64(block.count) > positions.lowerBound
        }
    }

    /// Takes the snapshot up, if it fits.
    private func resume(_ progress: EngineProgress) throws(StoreError) -> Bool {
        guard let path = options.statePath, progress.read > 0 else { return false }
        let loaded: (run: DetectionRun, head: StateFile.Head)?
        do throws(StateFault) {
            loaded = try StateFile(
                path: path, program: options.program, limits: options.limits,
                clients: clientsInUse
            ).load(
                rules: rulesInUse, store: store.identity, codes: store.pool.count)
        } catch {
            log(LiveLogLine(.warning, "state.unusable",
                "the rules' memory is learned anew from the store, because \(path) does not fit: "
                    + error.description))
            unlink(path)
            return false
        }
        guard let loaded else { return false }
        guard loaded.head.read <= progress.read, loaded.head.frontier <= progress.watermark,
            loaded.head.bufferLow >= store.firstPosition
        else {
            // A store that was put back would else grow to where the memory of another past fits.
            unlink(path)
            return false
        }
        engine = LiveEngine(
            run: loaded.run, frontier: loaded.head.frontier, read: loaded.head.bufferLow)
        timers.snapshotRead = loaded.head.read
        // What waited then, without what had been folded already.
        try refill(until: loaded.head.read, dropsLate: true)
        try refill(until: progress.read, dropsLate: false)
        engine.release(below: progress.watermark, pool: store.pool)
        try refill(until: store.eventCount, dropsLate: false)
        return true
    }

    /// Gives events of the store to the engine again.
    private func refill(until end: Int64, dropsLate: Bool) throws(StoreError) {
        while engine.read < end {
            let limit = Int(min(4096, end - engine.read))
            guard let rows = try store.rows(from: engine.read, limit: limit) else { return }
            origins.note(rows.batch, first: rows.first)
            engine.add(rows.batch, first: rows.first, isNews: false, pool: store.pool)
            if dropsLate { _ = engine.takeLate() }
        }
        // Late ones were counted when they came. Whether their grants were looked at before the end
        // is not known; once more changes nothing that was told.
        try correctLate(engine.takeLate())
        while !late.isEmpty { try correctLate([]) }
    }

    /// Teaches rules from all events that are kept.
    private func learn(
        _ progress: EngineProgress, isOvertaken: Bool
    ) throws(StoreError) {
        // Without a past of its own a run takes all that is there, but for what new events may
        // still overtake, as history.
        var frontier = progress.watermark
        if progress.read == 0, let last = store.blocks.map(\.maxTime).max() {
            let lateness = options.sources.map(\.lateness).max() ?? 0
            // One event from the future must not make all that come late.
            let mark = min(last, clock.wall()).subtractingReportingOverflow(lateness)
            frontier = mark.overflow ? .min : mark.partialValue
        }
        if store.eventCount > store.firstPosition {
            let count = store.eventCount - store.firstPosition
            let reason = isOvertaken ? "older events were ingested meanwhile" : "no snapshot fits"
            log(LiveLogLine(
                .info, "run.learning", "rules learn from \(count) stored events: \(reason)"))
        }
        let run = try Learner(
            store: store, rules: rulesInUse, clients: clientsInUse, limits: options.limits,
            progress: noteLearning
        ).learn(before: frontier)
        engine = LiveEngine(run: run, frontier: frontier, read: store.eventCount)
        for index in store.blocks.indices where store.blocks[index].maxTime >= frontier {
            let batch = try store.readBlock(index)
            origins.note(batch, first: store.blocks[index].position)
            engine.add(
                batch, first: store.blocks[index].position, isNews: false, pool: store.pool)
            _ = engine.takeLate()
        }
    }

    /// What the rules found over history is kept, and told to nobody.
    func settleLearned(frontier: Int64) throws(StoreError) {
        var commit = LiveCommit()
        let changes = engine.run.takeChanges()
        commit.alerts = try book.learn(changes)
        try incidents.learn(changes.map(\.alert), &commit, from: store)
        sweepIncidents()
        if !commit.isEmpty { try store.commit(commit) }
        let untold = engine.run.untoldAlerts
        if untold > 0 {
            log(LiveLogLine(.warning, "rules.alerts_untold",
                "\(untold) of the oldest alerts found in the past were not stored: there are more "
                    + "than rules remember"))
        }
        announceRules()
    }

    /// Begins to teach other rules, or the same ones what else is known of clients; they are
    /// exchanged when they have learned.
    func beginExchange(_ rules: [Rule], _ clients: ClientRegistry) {
        if rules.map(\.hash).sorted() == rulesInUse.map(\.hash).sorted(),
            clients.digest == clientsInUse.digest
        {
            log(LiveLogLine(.info, "rules.unchanged", "the rules are those in use"))
            return
        }
        log(LiveLogLine(.info, "rules.learning", "\(rules.count) rules learn from the store"))
        learning = RuleLearning(
            path: store.path, rules: rules, clients: clients, limits: options.limits,
            until: engine.frontier)
    }

    /// Puts rules to use that have learned, after they caught up with those in use.
    func finishExchange() throws(StoreError) {
        guard let learning, let outcome = learning.outcome else { return }
        self.learning = nil
        var run: DetectionRun
        switch outcome {
        case .success(let learned): run = learned
        case .failure(let error):
            log(LiveLogLine(.error, "rules.refused",
                "the new rules could not learn and the old ones stay: \(error.message)"))
            return
        }
        // The other run has late events in their places already.
        while !late.isEmpty { try correctLate([]) }
        if learning.until < engine.frontier {
            try Learner(
                store: store, rules: learning.rules, clients: learning.clients,
                limits: options.limits, progress: noteLearning
            ).teach(&run, times: learning.until ... (engine.frontier - 1))
        }
        try settleRecounts()
        try use(run)
        rulesInUse = learning.rules
        incidents.use(rulesInUse)
        try settleLearned(frontier: engine.frontier)
        var commit = LiveCommit()
        commit.controls = [
            ControlRecord(
                time: clock.wall(), kind: "rules.loaded", position: store.eventCount,
                body: inputs)
        ]
        try store.commit(commit)
        log(LiveLogLine(.info, "rules.loaded", "\(rulesInUse.count) rules are in use"))
    }

    /// Puts a run to use. If it knows other things of clients, what waits is read again and seen
    /// with them; what came late was told of already.
    private func use(_ run: DetectionRun) throws(StoreError) {
        if run.ledger.registry.digest == clientsInUse.digest {
            engine.run = run
            return
        }
        let read = engine.read
        engine = LiveEngine(run: run, frontier: engine.frontier, read: engine.bufferLow)
        try refill(until: read, dropsLate: true)
    }

    /// What alerts depend on beside the events, for the audit trail.
    var inputs: String {
        let clients =
            clientsInUse.isEmpty
            ? ""
            : ",\"clients\":\(clientsInUse.clients.count)"
                + ",\"registry\":\"\(clientsInUse.digest.hex)\""
        return "{\"rules\":\(rulesInUse.count)\(clients)}"
    }
}
