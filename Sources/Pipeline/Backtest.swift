public import AuditModel
public import Detection
public import EventStore
public import GrantLedger
public import Intake
public import Places

/// Rules over history: archives or a store, in event-time order. Writes nothing, sends nothing.
public struct Backtest {
    /// What came of a backtest.
    public struct Outcome: Sendable {
        /// Final revisions, by (time, id).
        public var alerts: [Alert]
        /// What ``Backtest/against`` gave over the same events; nil without it.
        public var againstAlerts: [Alert]?
        public var tally: IntakeTally
        /// Event time span of what was read, nanoseconds; nil when nothing was.
        public var span: ClosedRange<Int64>?
    }

    public var rules: [Rule]
    /// Another set of rules, run over the same events in the same pass.
    public var against: [Rule]?
    /// What is known of clients from elsewhere.
    public var clients: ClientRegistry
    /// Into how many engines the work is split; does not change the alerts.
    public var shards: Int
    /// Only events from here on, and before there, count.
    public var from: Int64
    public var until: Int64
    /// Called now and then with bytes or events done and their total, where known.
    public var progress: ((Int64, Int64?) -> Void)?

    public init(rules: [Rule], shards: Int = 1) {
        self.rules = rules
        against = nil
        clients = .empty
        self.shards = shards
        from = .min
        until = .max
        progress = nil
    }

    /// Runs over archives.
    ///
    /// An archive more disordered than the lateness allows is sorted through a temporary store in
    /// `spillDirectory`; so are pipes and standard input, which cannot be read twice.
    ///
    /// - Throws: ``PipelineError``; `nothingUsable` when no record gave an event.
    public func run(
        _ inputs: [Input], options: IntakeOptions, spillDirectory: String
    ) throws(PipelineError) -> Outcome {
        if inputs.allSatisfy({ $0.size != nil }),
            let outcome = try runDirectly(inputs, options: options)
        {
            return outcome
        }
        return try runSorted(inputs, options: options, spillDirectory: spillDirectory)
    }

    /// Runs over the events of a store.
    ///
    /// - Parameter places: resolves every address anew; nil takes the places that are stored.
    public func run(
        _ store: EventStore, places: PlaceBook? = nil
    ) throws(PipelineError) -> Outcome {
        var fold = Fold(self)
        do throws(StoreError) {
            try StoreReplay(store, places: places, clients: clients).run(
                progress: progress
            ) { batch, row, pool in
                fold.take(batch, row, pool: pool)
            }
        } catch {
            throw .store(error)
        }
        var tally = IntakeTally()
        tally.events = fold.eventCount
        return fold.outcome(tally: tally)
    }

    /// Nil when the input is too disordered to be run while it is read.
    private func runDirectly(
        _ inputs: [Input], options: IntakeOptions
    ) throws(PipelineError) -> Outcome? {
        var fold = Fold(self)
        var interner = Interner()
        var roles = ClientStage(clients)
        var reorderer = Reorderer()
        var tally = IntakeTally()
        do throws(IntakeError) {
            let feeds = try FeedSet(inputs, options: options)
            while var batch = try feeds.next() {
                interner.intern(&batch.events)
                roles.fill(&batch.events, pool: interner.pool)
                guard reorderer.push(OrderedBatch(batch.events)) else { return nil }
                reorderer.release(below: feeds.watermark) { batch, row in
                    fold.take(batch, row, pool: interner.pool)
                }
                progress?(feeds.progress.read, feeds.progress.total)
            }
            tally = feeds.tally
        } catch {
            throw .intake(error)
        }
        reorderer.finish { batch, row in fold.take(batch, row, pool: interner.pool) }
        tally.duplicates = reorderer.duplicates
        guard tally.events > 0 else { throw .nothingUsable(tally) }
        return fold.outcome(tally: tally)
    }

    private func runSorted(
        _ inputs: [Input], options: IntakeOptions, spillDirectory: String
    ) throws(PipelineError) -> Outcome {
        let store: EventStore
        do throws(StoreError) {
            store = try EventStore(temporaryIn: spillDirectory)
        } catch {
            throw .store(error)
        }
        var ingestor = Ingestor(progress: progress)
        ingestor.keepsRejected = false
        let tally = try ingestor.run(inputs, into: store, options: options)
        var outcome = try run(store)
        let folded = outcome.tally
        outcome.tally = tally
        outcome.tally.evictedFamilies = folded.evictedFamilies
        outcome.tally.evictedTokens = folded.evictedTokens
        outcome.tally.evictedKeys = folded.evictedKeys
        outcome.tally.droppedAlerts = folded.droppedAlerts
        do throws(StoreError) {
            try store.close()
        } catch {
            throw .store(error)
        }
        return outcome
    }
}

/// A detection run held to a stretch of time, with what it saw.
private struct Fold {
    private var run: DetectionRun
    private var against: DetectionRun?
    private let rules: [Rule]
    private let otherRules: [Rule]
    private let from: Int64
    private let until: Int64
    private var first: Int64?
    private var last: Int64 = .min

    var eventCount: Int { run.eventCount }

    init(_ backtest: Backtest) {
        func run(_ rules: [Rule]) -> DetectionRun {
            DetectionRun(rules: rules, shards: backtest.shards, clients: backtest.clients)
        }
        self.run = run(backtest.rules)
        against = backtest.against.map(run)
        rules = backtest.rules
        otherRules = backtest.against ?? []
        from = backtest.from
        until = backtest.until
    }

    mutating func take(_ batch: EventBatch, _ row: Int, pool: StringPool) {
        let time = batch.time[row]
        guard time >= from, time < until else { return }
        if first == nil { first = time }
        last = time
        run.take(batch, row: row, pool: pool)
        against?.take(batch, row: row, pool: pool)
    }

    func outcome(tally: IntakeTally) -> Backtest.Outcome {
        var tally = tally
        tally.evictedFamilies = run.ledger.evicted.families
        tally.evictedTokens = run.ledger.evicted.tokens
        tally.evictedKeys = run.evictedKeys + (against?.evictedKeys ?? 0)
        tally.droppedAlerts = run.droppedAlerts + (against?.droppedAlerts ?? 0)
        return Backtest.Outcome(
            alerts: IncidentMap.named(run.alerts(), by: rules),
            againstAlerts: against.map { IncidentMap.named($0.alerts(), by: otherRules) },
            tally: tally,
            span: first.map { $0...max($0, last) })
    }
}
