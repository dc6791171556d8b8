internal import AuditModel

extension EventStore {
    /// Writes everything of a commit in the transaction of the events that were appended since
    /// the last flush, and makes all of it durable.
    ///
    /// Positions, progress and alerts replace those that were there; controls and notable
    /// alerts are added to their sequences. After a crash either all of it is there or nothing.
    ///
    /// - Throws: `store.invalid_batch` for an alert without id or what is over 1 MiB; nothing is
    ///   written then and the store stays usable. After any other error nothing is durable.
    public func commit(_ live: LiveCommit) throws(StoreError) {
        try checkUsable(forWriting: true)
        try validate(live)
        do {
            try writeEverything(live)
        } catch {
            failure = error
            throw error
        }
    }

    /// Notes the last notice that a sink took. Durable with the next ``commit(_:)``, ``flush()`` or
    /// ``close()``, so that it costs nothing by itself: after a crash the sink gets again what it
    /// took since. A sequence below the last one is no news.
    ///
    /// - Throws: `store.invalid_batch` for a notice that the store does not have.
    public func setDelivered(_ sequence: Int64, to sink: String) throws(StoreError) {
        try checkUsable(forWriting: true)
        guard sequence <= notices.count, sink.utf8.count <= Self.textLimit else {
            throw invalid("sink \(sink.prefix(80)) cannot have taken notice \(sequence)")
        }
        let known = try delivered(to: sink) ?? -1
        if sequence > known { pendingDelivered[sink] = sequence }
    }

    /// Writes the journal, a live commit and what sinks took, and commits.
    func writeEverything(_ live: LiveCommit) throws(StoreError) {
        if tail.count > journaled, !isTemporary { try writeJournal() }
        if !live.isEmpty || !pendingDelivered.isEmpty {
            try begin()
            guard let statements = try require().live else { return }
            try write(live.positions, statements)
            for record in live.controls { try write(record, statements) }
            if !live.controls.isEmpty { try reached(.controlsWritten) }
            for record in live.alerts { try write(record, statements, live) }
            if !live.alerts.isEmpty { try reached(.alertsWritten) }
            try write(live.deliveries, statements)
            for state in live.hooks { try write(state, statements) }
            for triage in live.triages { try write(triage, statements) }
            for silence in live.silences { try write(silence, statements) }
            try writeIncidents(live, statements)
            if let progress = live.progress { try write(progress, statements) }
            try writeDelivered(statements)
        }
        if isInTransaction { try commit() }
    }

    private func write(
        _ positions: [ResumePosition], _ statements: LiveStatements
    ) throws(StoreError) {
        if positions.isEmpty { return }
        for position in positions {
            try statements.position.insert(
                position.source, position.partition, position.offset, position.detail,
                LiveHash.position(position, identity))
        }
        try reached(.positionsWritten)
    }

    private func write(
        _ record: ControlRecord, _ statements: LiveStatements
    ) throws(StoreError) {
        controls = LiveHash.link(controls, record)
        try statements.control.insert(
            controls.count, record.time, record.kind, record.position, record.body, controls.head)
    }

    private func write(
        _ record: AlertRecord, _ statements: LiveStatements, _ live: LiveCommit
    ) throws(StoreError) {
        let upsert = statements.alert
        bind(record, to: upsert, from: 1)
        upsert.bind(from: 7, Int64(record.isNotable ? 1 : 0), LiveHash.alert(record, identity))
        try upsert.run()
        guard record.isNotable else { return }
        notices = LiveHash.link(notices, record)
        let insert = statements.notice
        insert.bind(1, notices.count)
        bind(record, to: insert, from: 2)
        insert.bind(8, notices.head)
        try insert.run()
        for hook in live.route(record) {
            let delivery = HeldDelivery(hook: hook, alert: record.id, revision: record.revision)
            try insertDelivery(
                to: hook, live.held.contains(delivery) ? .held : .pending, statements)
        }
    }

    private func bind(_ record: AlertRecord, to statement: Statement, from index: Int32) {
        statement.bind(
            from: index, record.id, Int64(record.revision), record.state.rawValue,
            Int64(record.severity.rawValue), record.time, record.body)
    }

    private func write(
        _ progress: EngineProgress, _ statements: LiveStatements
    ) throws(StoreError) {
        try statements.progress.insert(
            progress.read, LiveHash.released(progress.released), progress.watermark,
            progress.bufferLow, progress.detail, LiveHash.progress(progress, identity))
        try reached(.progressWritten)
    }

    private func writeDelivered(_ statements: LiveStatements) throws(StoreError) {
        if pendingDelivered.isEmpty { return }
        for (sink, sequence) in pendingDelivered {
            try statements.sink.insert(sink, sequence, LiveHash.sink(sink, sequence, identity))
        }
        pendingDelivered.removeAll(keepingCapacity: true)
        try reached(.sinksWritten)
    }

    /// The longest text or body of a row, bytes.
    private static let textLimit = 1 << 20

    private func validate(_ live: LiveCommit) throws(StoreError) {
        let limit = Self.textLimit
        for position in live.positions {
            let length =
                position.source.utf8.count + position.partition.utf8.count
                + position.detail.utf8.count
            if length > limit { throw invalid("a position is longer than \(limit) bytes") }
        }
        for record in live.controls where record.kind.utf8.count + record.body.utf8.count > limit {
            throw invalid("a control record is longer than \(limit) bytes")
        }
        for record in live.alerts {
            if record.id.isNone { throw invalid("an alert has no id") }
            if record.body.count > limit { throw invalid("an alert is longer than \(limit) bytes") }
        }
    }

    private func invalid(_ reason: String) -> StoreError {
        StoreError(.invalidBatch, "cannot commit to \(path): \(reason); report it")
    }
}
