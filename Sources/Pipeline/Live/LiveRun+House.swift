internal import AuditModel
internal import Detection
internal import EventStore
internal import Foundation

extension LiveRun {
    /// What is due now and then: the snapshot, retention, a look at the disk.
    func keepHouse(_ now: Int64, isStopping: Bool) throws(StoreError) {
        if isStopping { return }
        if let due = timers.snapshot, now >= due, engine.read > timers.snapshotRead,
            late.isEmpty || now >= due + options.snapshotEvery * 10
        {
            hear(late.takeUnheard())
            try settleRecounts()
            saveState()
            // Nothing is told meanwhile: a snapshot that takes long is taken seldom, so that it
            // delays fewer than one alert of two hundred.
            let took = clock.steady() - now
            timers.snapshot = clock.steady() + max(options.snapshotEvery, took * 250)
        }
        guard now >= timers.housekeeping else { return }
        timers.housekeeping = now + 10_000_000_000
        watchDisk()
        try retain()
        sampleDisk()
    }

    /// Writes the rules' memory down; a failure costs time at the next start and nothing else.
    ///
    /// Best while no grant of late events waits: after a kill, those that came before the snapshot
    /// are looked at no more.
    func saveState() {
        guard let path = options.statePath else { return }
        let head = StateFile.Head(
            store: store.identity, read: engine.read, bufferLow: engine.bufferLow,
            frontier: engine.frontier)
        do throws(StateFault) {
            try StateFile(
                path: path, program: options.program, limits: options.limits,
                clients: clientsInUse
            ).save(engine.run, rules: rulesInUse, head)
            timers.snapshotRead = engine.read
            let moment = clock.wall()
            status.change { $0.lastSnapshot = moment }
        } catch {
            log(LiveLogLine(.warning, "state.not_saved",
                "the rules' memory could not be saved: \(error.description); the next start "
                    + "learns from the store"))
        }
    }

    private func watchDisk() {
        guard let free = store.freeSpace else { return }
        let isLow = free < options.lowWater
        if isLow != timers.isLow {
            log(LiveLogLine(isLow ? .warning : .info, isLow ? "disk.low" : "disk.well",
                isLow
                    ? "only \(free >> 20) MiB are free beside the store; when they are gone the "
                        + "run ends and nothing more is acknowledged: free some space, or keep "
                        + "less with store.retention"
                    : "\(free >> 20) MiB are free beside the store again"))
        }
        timers.isLow = isLow
    }

    private func retain() throws(StoreError) {
        guard let retention = options.retention, engine.frontier > .min, engine.frontier < .max
        else { return }
        // By event time, and never by a clock that jumped ahead of all events.
        let cutoff = min(engine.frontier, clock.wall()) - retention
        let result = try store.retain(after: cutoff)
        if result.removedEvents > 0 {
            log(LiveLogLine(.info, "retention.removed",
                "\(result.removedEvents) events older than the retention were removed"))
        }
    }

    /// Leaves a tidy store behind.
    ///
    /// - Parameter isStopped: somebody asked for the end: what waits for hooks is for the next run.
    /// - Returns: how many deliveries still wait that a run to the end of its sources owes.
    func wind(up failure: Failure?, isStopped: Bool) throws(StoreError) -> Int {
        var turn = LiveTurn()
        // What sources still said after the last cycle.
        for (source, content) in queue.take(mostBytes: .max, within: 0) {
            _ = try take(content, from: source, &turn)
        }
        try finish(&turn, isStopping: true)
        queue.close()
        // Grants of late events are looked at now or never.
        let limit = clock.steady() + options.drainTimeout
        while !late.isEmpty, clock.steady() < limit {
            var turn = LiveTurn()
            try finish(&turn, isStopping: true)
        }
        let isComplete = board.isFinished && failure == nil && !isStopped
        if isComplete { try tellRest() }
        let waiting = try drainOutbox(isComplete: isComplete)
        timers.hooks = .min
        try sampleHooks(clock.steady())
        var commit = LiveCommit()
        commit.controls = [
            ControlRecord(
                time: clock.wall(), kind: "run.stopped", position: store.eventCount, body: "{}")
        ]
        try store.commit(commit)
        if late.isEmpty { saveState() }
        log(LiveLogLine(.info, "run.stopped",
            "\(status.now.appended) events were appended, \(status.now.late) came late"))
        return isComplete ? waiting : 0
    }
}
