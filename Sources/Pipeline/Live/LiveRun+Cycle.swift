internal import AuditModel
internal import Detection
internal import EventStore
internal import Intake
internal import WireFormat

extension LiveRun {
    /// Takes in what a source said.
    ///
    /// - Returns: why the source cannot go on.
    func take(
        _ content: LiveQueue.Content, from source: Int, _ turn: inout LiveTurn
    ) throws(StoreError) -> SourceError? {
        switch content {
        case .records(let batch, let partition, let position, let lag):
            try append(batch, source, partition, lag, &turn)
            if let position {
                turn.positions[position.source + "\u{0}" + position.partition] = position
            }
        case .message(let message): hear(message, source, &turn)
        case .drain(let drain): turn.drains.append(drain)
        case .finished(let error):
            board.finish(source: source, now: timers.attended)
            status.change { status in
                status.sources[source].condition = SourceCondition(
                    isReady: error == nil, code: error?.code ?? "",
                    message: error?.message ?? "")
            }
            if let error { log(LiveLogLine(.error, error.code, error.message)) }
            return error
        }
        return nil
    }

    private func append(
        _ batch: DecodedBatch, _ source: Int, _ partition: String, _ lag: Int64?,
        _ turn: inout LiveTurn
    ) throws(StoreError) {
        let name = PartitionBoard.Name(source: source, partition: partition)
        var batch = batch
        settleTimes(of: &batch, name)
        board.observe(batch.events.time, name, now: timers.attended)
        let result = try store.append(batch.events)
        if !batch.rejected.isEmpty { try store.quarantine(batch.rejected) }
        for doubt in batch.tally.doubts {
            log(LiveLogLine(.warning, "dialect.unclear", doubt.text))
        }
        turn.appended += result.appended
        // At once, while the store has at hand what it sealed last.
        if options.judges { try feed(isNews: board.isLive(name) && !turn.isBehind) }
        status.change { status in
            status.appended += result.appended
            status.tally.add(batch.tally)
            status.tally.duplicates += result.duplicates
            status.sources[source].events += batch.events.count
            status.sources[source].records += batch.tally.records
            if let lag { status.sources[source].lag[partition] = lag }
            if let last = batch.events.time.max() {
                status.sources[source].lastTime = max(status.sources[source].lastTime ?? .min, last)
            }
        }
    }

    private func hear(_ message: SourceMessage, _ source: Int, _ turn: inout LiveTurn) {
        let now = timers.attended
        switch message {
        case .records: break
        case .opened(let partition):
            board.open(PartitionBoard.Name(source: source, partition: partition), now: now)
        case .caughtUp(let partition):
            board.caughtUp(PartitionBoard.Name(source: source, partition: partition), now: now)
        case .closed(let partition):
            let name = PartitionBoard.Name(source: source, partition: partition)
            board.close(name, now: now)
            repeatedHours[name] = nil
            status.change { $0.sources[source].lag[partition] = nil }
        case .condition(let condition):
            board.condition(source: source, isReady: condition.isReady, now: now)
            status.change { $0.sources[source].condition = condition }
            note(
                "source.condition", source, partition: "",
                detail: condition.message, more: condition.code, &turn)
            log(
                LiveLogLine(
                    condition.isReady ? .info : .warning,
                    condition.code.isEmpty ? "source.ready" : condition.code,
                    condition.message.isEmpty
                        ? "\(options.sources[source].source.name) is read" : condition.message))
        case .note(let note):
            self.note(note.kind, source, partition: note.partition, detail: note.detail, &turn)
            log(LiveLogLine(.warning, note.kind, note.detail))
        }
    }

    /// Keeps something that happened in the audit trail.
    func note(
        _ kind: String, _ source: Int, partition: String, detail: String, more: String = "",
        _ turn: inout LiveTurn
    ) {
        turn.commit.controls.append(
            .about(kind, at: clock.wall(), in: store) { writer in
                writer.member("source", options.sources[source].source.name)
                if !partition.isEmpty { writer.member("partition", partition) }
                if !more.isEmpty { writer.member("code", more) }
                if !detail.isEmpty { writer.member("detail", detail) }
            })
    }

    /// Ends a cycle: rules look at what came, everything is committed, then told and acknowledged.
    func finish(_ turn: inout LiveTurn, isStopping: Bool) throws(StoreError) {
        let now = clock.steady()
        if options.judges { try judge(isStopping: isStopping, &turn) }
        collectOutcomes(&turn)
        try oweOutcomes(&turn.commit)
        try spend(&turn)
        openPositions.merge(turn.positions) { $1 }
        let hasMoved = !openPositions.isEmpty || engine.frontier != timers.committedFrontier
        let isDue = turn.appended > 0 || !turn.commit.isEmpty || !turn.drains.isEmpty
            || (hasMoved && now >= timers.positions)
        if isDue {
            try commit(&turn)
            timers.positions = now + 1_000_000_000
        } else if timers.refusals.values.contains(where: { $0 <= now }) {
            try tell()
        }
        try refill()
        try sampleHooks(now)
        holdBack()
        try keepHouse(now, isStopping: isStopping)
    }

    /// Lets the rules look at what came, and at what event time has passed.
    private func judge(isStopping: Bool, _ turn: inout LiveTurn) throws(StoreError) {
        let news = engine.takeLate()
        if !news.isEmpty { status.change { $0.late += news.count } }
        try correctLate(news)
        if !isStopping {
            if queue.isEmpty { noteIdle(&turn) }
            advance()
        }
        try gatherAlerts(&turn, isStopping: isStopping || board.isFinished)
    }

    /// Events that wait for the watermark at most, before partitions that ran ahead are held back.
    private static let mostPending = 400_000

    /// Lets partitions that are behind in event time catch up, so that what waits stays bounded.
    private func holdBack() {
        let pending = engine.pendingCount
        if paused.isEmpty ? pending < Self.mostPending : pending > Self.mostPending / 2 { return }
        let ahead = paused.isEmpty ? board.ahead() : []
        for (index, source) in options.sources.enumerated() {
            source.source.pause(Set(ahead.filter { $0.source == index }.map(\.partition)))
        }
        paused = ahead
    }

    /// Lets the rules go on to where event time has come.
    ///
    /// Not beyond an hour after the clock: a few events from the far future would else make all
    /// that follow late. A clock that is slow delays that and is passed over once too much waits.
    private func advance() {
        let isPressed = engine.pendingCount > Self.mostPending
        guard let watermark = board.watermark(now: timers.attended, isPressed: isPressed)
        else { return }
        let limit = clock.wall().addingReportingOverflow(WatermarkTracker.jump)
        let most = limit.overflow ? .max - 1 : limit.partialValue
        if board.isFinished {
            let end = board.greatest.map { min($0, most - 1) + 1 }
            return engine.finish(pool: store.pool, until: end ?? .min)
        }
        let isAhead = watermark > most
        if isAhead, !timers.isAhead {
            log(
                LiveLogLine(
                    .warning, "time.ahead",
                    "events are dated more than an hour after this machine's clock; final alerts "
                        + "wait for it: set the clock here or where they come from"))
        }
        timers.isAhead = isAhead
        engine.release(below: isPressed ? watermark : min(watermark, most), pool: store.pool)
    }

    /// Gives the rules what the store has and they have not seen.
    private func feed(isNews: Bool) throws(StoreError) {
        while engine.read < store.eventCount,
            let rows = try store.rows(from: engine.read, limit: 4096)
        {
            engine.add(rows.batch, first: rows.first, isNews: isNews, pool: store.pool)
        }
    }

    private func noteIdle(_ turn: inout LiveTurn) {
        let now = timers.attended
        let isPressed = !paused.isEmpty
        for name in board.noteIdle(now: now, isPressed: isPressed) {
            let detail = isPressed ? "too much waits for it" : ""
            note("source.idle", name.source, partition: name.partition, detail: detail, &turn)
        }
        let holding = board.holding(now: now)
        if holding != timers.holding, !holding.isEmpty, timers.housekeeping > .min {
            let names = holding.map { options.sources[$0].source.name }
            log(
                LiveLogLine(
                    .debug, "run.held", "final alerts wait for " + names.joined(separator: ", ")))
        }
        timers.holding = holding
    }

    private func gatherAlerts(
        _ turn: inout LiveTurn, isStopping: Bool
    ) throws(StoreError) {
        let now = clock.steady()
        let isDue = now >= timers.recounts || isStopping || !turn.drains.isEmpty
        if isDue { timers.recounts = now + 1_000_000_000 }
        // First: late events were looked at before event time went on.
        turn.commit.alerts += try takeCorrections()
        let changes = book.sift(engine.run.takeChanges(), all: isDue)
        turn.commit.alerts += try book.settle(changes) { origins.isHistoric($0) }
        let expired = try book.expire(before: engine.settled)
        turn.commit.alerts += expired
        turn.commit.alerts += try book.foresee(engine.peek(pool: store.pool))
        turn.commit.alerts = try book.conclude(turn.commit.alerts)
        try assignIncidents(&turn.commit)
        try hush(&turn)
        try silence(&turn)
        if options.mode == .observe {
            for index in turn.commit.alerts.indices { turn.commit.alerts[index].isNotable = false }
        }
        let told = turn.commit.alerts
        if told.isEmpty { return }
        status.change { status in
            status.withdrawn += expired.count
            status.confirmed.add(book.takeConfirmed())
            for record in told where record.isNotable && record.state == .confirmed {
                status.alerts[record.severity, default: 0] += 1
            }
        }
    }

    /// Nobody hears again of an alert that somebody has acknowledged or closed, unless it became
    /// more severe; what it is stays up to date.
    private func hush(_ turn: inout LiveTurn) throws(StoreError) {
        for index in turn.commit.alerts.indices where turn.commit.alerts[index].isNotable {
            let record = turn.commit.alerts[index]
            guard record.state != .withdrawn, let triage = try store.triage(of: record.id),
                triage.status != .open, record.severity <= triage.severity
            else { continue }
            turn.commit.alerts[index].isNotable = false
        }
    }

    func commit(_ turn: inout LiveTurn) throws(StoreError) {
        turn.commit.positions = openPositions.values.sorted {
            ($0.source, $0.partition) < ($1.source, $1.partition)
        }
        if options.judges {
            origins.forget(below: engine.bufferLow)
            turn.commit.progress = EngineProgress(
                read: engine.read,
                released: OrderKey(time: engine.frontier, rank: 0, id: .none),
                watermark: engine.frontier, bufferLow: engine.bufferLow,
                detail: origins.encoded)
        }
        turn.commit.route = route(turn.digests)
        try timedCommit(turn.commit)
        budgets = turn.budgets ?? budgets
        timers.committedFrontier = engine.frontier
        durable.note(turn.commit.positions)
        try showRows()
        try tell()
        for (index, source) in options.sources.enumerated() {
            let own = turn.commit.positions.filter { $0.source == source.source.name }
            if !own.isEmpty { options.sources[index].source.acknowledge(own) }
        }
        openPositions = [:]
        for drain in turn.drains { drain.finish(true) }
        turn.drains = []
        status.change { status in
            status.commits += 1
            status.stored = store.eventCount
            status.pending = engine.pendingCount
            status.frontier = engine.frontier == .min ? nil : engine.frontier
            status.provisional = book.provisionalCount
            status.forgottenAlerts = engine.run.evictedAlerts
        }
    }

    /// Writes what stands against saving the rules' memory: an alert whose count it knows already.
    func settleRecounts() throws(StoreError) {
        guard book.hasRecounts else { return }
        var commit = LiveCommit()
        commit.alerts = try book.conclude(
            book.settle(book.sift([], all: true)) { origins.isHistoric($0) })
        try assignIncidents(&commit)
        try store.commit(commit)
    }

    /// Shows what is new in the store.
    private func showRows() throws(StoreError) {
        guard let show = options.rows else { return }
        while shown < store.eventCount, let rows = try store.rows(from: shown, limit: 4096) {
            show(rows.batch, store.pool)
            shown = rows.first + Int64(rows.batch.count)
        }
    }

    /// Tells every sink what it has not heard; that it did becomes durable with the next commit.
    func tell() throws(StoreError) {
        if options.mode == .observe { return }
        for sink in options.sinks {
            if let due = timers.refusals[sink.name], clock.steady() < due { continue }
            timers.refusals[sink.name] = nil
            var last = try store.delivered(to: sink.name) ?? 0
            while last < (try store.lastNotice()) {
                let notices = try store.notices(after: last, limit: 1000)
                guard let end = notices.last?.sequence else { break }
                let records = notices.map(\.record).filter { $0.severity >= sink.minimum }
                if !records.isEmpty, !sink.write(records) {
                    timers.refusals[sink.name] = clock.steady() + 1_000_000_000
                    break
                }
                try store.setDelivered(end, to: sink.name)
                last = end
            }
        }
    }
}
