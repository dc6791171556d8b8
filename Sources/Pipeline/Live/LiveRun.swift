internal import AuditModel
public import Detection
public import EventStore
internal import Foundation
public import GrantLedger
public import Intake
internal import Places
internal import TokenScan

/// The service: sources that grow, through the store and the rules, to people.
///
/// Sources and decoders have threads of their own; everything behind them happens on the thread
/// that calls ``run()``, in cycles: events, positions, alerts and the rules' progress of a cycle
/// are one transaction, and nothing is acknowledged or told before it is durable.
public final class LiveRun: @unchecked Sendable {
    /// Why a live run ended before its sources did.
    public enum Failure: Error, Sendable {
        case store(StoreError)
        case source(SourceError)
        /// All sources came to their ends, and so many deliveries were not taken in time.
        case undelivered(Int)
    }

    let store: EventStore
    let options: LiveOptions
    let clock: LiveClock
    let log: @Sendable (LiveLogLine) -> Void
    let queue: LiveQueue
    let decoders: WorkerPool
    /// How the run fares.
    public let status: LiveStatusBoard

    // The stage's own.
    var engine: LiveEngine
    var board: PartitionBoard
    var book: AlertBook
    var incidents: LiveIncidents
    var origins: EventOrigins
    var rulesInUse: [Rule]
    var timers = LiveTimers()
    var openPositions: [String: ResumePosition] = [:]
    var learning: RuleLearning?
    var late = LateGrants()
    /// What late events change, to be said with what else this cycle says.
    var corrections: [(without: [Alert], with: [Alert])] = []
    var outbox = LiveOutbox()
    /// Those that did not end yet, by id.
    var silences: [Silence] = []
    var budgets = LiveBudgets()
    var paused: Set<PartitionBoard.Name> = []
    /// Of open partitions of sources whose clocks are set twice a year.
    var repeatedHours: [PartitionBoard.Name: RepeatedHour] = [:]
    /// Events below this position were there before or were given to ``LiveOptions/rows``.
    var shown: Int64
    /// What sources are told the store holds.
    let durable = PositionTable()

    private let requests = LiveRequests()
    private let threads = SourceThreads()

    /// - Parameters:
    ///   - store: opened for writing; used by this run alone from here on.
    ///   - log: called on any thread.
    public init(
        store: EventStore, options: LiveOptions, clock: LiveClock,
        log: @escaping @Sendable (LiveLogLine) -> Void
    ) throws(StoreError) {
        var options = options
        if !options.judges {
            (options.rules, options.statePath, options.retention) = ([], nil, nil)
        }
        self.store = store
        self.options = options
        shown = store.eventCount
        self.clock = clock
        self.log = log
        queue = LiveQueue(limit: options.queueBytes)
        let (key, places) = (options.key, options.places)
        decoders = WorkerPool(threads: options.jobs) {
            WorkerContext(
                scanner: TokenScanner(fingerprinter: Fingerprinter(key: key)),
                places: places.map { PlaceStage($0) })
        }
        status = LiveStatusBoard(
            LiveStatus(sources: options.sources.map(\.source.name), rules: options.rules.count))
        rulesInUse = options.rules
        board = PartitionBoard(
            options.sources.map { ($0.lateness, $0.idleAfter) }, now: timers.attended)
        engine = LiveEngine(
            run: DetectionRun(
                rules: options.rules, limits: options.limits, clients: options.clients,
                peeks: true, forgets: true),
            frontier: .min, read: 0)
        origins = EventOrigins()
        incidents = LiveIncidents(rules: options.rules)
        book = AlertBook(provisional: []) { (id) throws(StoreError) in
            try store.alertRecord(id: id)
        }
    }

    deinit { decoders.close() }

    /// Runs until every source is at its end or ``stop()`` was called, and leaves a tidy store.
    public func run() throws(Failure) {
        var failure: Failure?
        do throws(StoreError) {
            if let places = options.places { try store.note(places: places.provenance) }
            if options.judges {
                try recover()
                try openSilences()
                try openOutbox()
            }
            status.change { status in
                status.isLearning = false
                status.stored = store.eventCount
            }
            try startSources()
            failure = try cycle()
            let waiting = try wind(up: failure, isStopped: requests.isStopRequested)
            if waiting > 0, failure == nil { failure = .undelivered(waiting) }
        } catch {
            for source in options.sources { source.source.stop() }
            queue.close()
            failure = .store(error)
        }
        requests.end()
        threads.wait(seconds: Double(options.drainTimeout) / 1e9)
        if let failure { throw failure }
    }

    /// Lets the sources come to an end, takes in what is under way, and ends ``run()``. From any
    /// thread.
    public func stop() { requests.stop() }

    /// Lets somebody work on the store between two cycles, such as one who answers a request; what
    /// waits for hooks and what is silenced is then looked for anew. From any thread but the run's
    /// own.
    ///
    /// - Returns: what `body` gives; nil when the run ended before.
    public func withStore<Answer: Sendable>(
        _ body: @escaping @Sendable (EventStore) -> Answer
    ) -> Answer? {
        let box = AnswerBox<Answer>()
        let isTaken = requests.add { [self] in
            box.answer = body(store)
            box.done.signal()
            return
        } abandoned: {
            box.done.signal()
        }
        guard isTaken else { return nil }
        box.done.wait()
        return box.answer
    }

    /// Exchanges the rules, what is known of clients, or both, once the rules have learned anew
    /// from the store; nil keeps what is in use. From any thread.
    public func replaceRules(_ rules: [Rule]?, clients: ClientRegistry? = nil) {
        requests.replace(rules, clients)
    }

    /// What is known of clients from elsewhere.
    var clientsInUse: ClientRegistry { engine.run.ledger.registry }

    private func startSources() throws(StoreError) {
        durable.note(try store.positions())
        let start = ControlRecord(
            time: clock.wall(), kind: "run.started", position: store.eventCount,
            body: inputs)
        var commit = LiveCommit()
        commit.controls = [start]
        try store.commit(commit)
        // What an earlier process committed and told nobody.
        try tell()
        for (index, source) in options.sources.enumerated() {
            let inlet = LiveInlet(
                index: index, source, queue: queue, pool: decoders,
                stored: { [durable] name in durable.positions(of: name) })
            threads.start(source.source, inlet) { [queue] error in
                _ = queue.add(source: index, .finished(error))
            }
        }
        log(LiveLogLine(.info, "run.started", "\(rulesInUse.count) rules, reading from "
            + options.sources.map(\.source.name).joined(separator: ", ")))
    }

    /// The main loop.
    private func cycle() throws(StoreError) -> Failure? {
        var failure: Failure?
        var isStopping = false
        while !board.isFinished {
            if requests.isStopRequested, !isStopping {
                isStopping = true
                status.change { $0.isStopping = true }
                log(LiveLogLine(.info, "run.stopping", "sources are being closed"))
                for source in options.sources { source.source.stop() }
                timers.stopBy = clock.steady() + options.drainTimeout
            }
            if let limit = timers.stopBy, clock.steady() > limit {
                log(LiveLogLine(.warning, "run.drain_timeout",
                    "a source did not stop in time; what it holds is read again next time"))
                return failure
            }
            let entries = queue.take(mostBytes: Self.cycleBytes, within: 0.05)
            timers.attend(clock.steady(), isQueueEmpty: queue.isEmpty)
            status.turn(at: clock.steady())
            var turn = LiveTurn()
            turn.isBehind = queue.waitingBytes > Self.cycleBytes
            for (source, content) in entries {
                if let error = try take(content, from: source, &turn), failure == nil {
                    failure = .source(error)
                    requests.stop()
                }
            }
            // What ends because it must, or failed, goes on at the next start: its partitions
            // have not come to their ends.
            try finish(&turn, isStopping: isStopping || failure != nil)
            if isStopping { continue }
            try serveRequests()
            if let news = requests.exchange(), options.judges {
                beginExchange(news.rules ?? rulesInUse, news.clients ?? clientsInUse)
            }
            try finishExchange()
        }
        return failure
    }

    private func serveRequests() throws(StoreError) {
        let tasks = requests.takeTasks()
        for task in tasks { task() }
        if tasks.isEmpty || !options.judges { return }
        try openSilences()
        try reloadOutbox()
    }

    /// Raw bytes of one transaction at most, but for one batch.
    private static let cycleBytes = 16 << 20
}

/// What was asked of a run from other threads.
private final class LiveRequests: @unchecked Sendable {
    private let lock = NSLock()
    private var isStopping = false
    private var rules: [Rule]?
    private var clients: ClientRegistry?
    private var tasks: [(run: @Sendable () -> Void, abandoned: @Sendable () -> Void)] = []
    private var hasEnded = false

    var isStopRequested: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isStopping
    }

    func stop() {
        lock.lock()
        isStopping = true
        lock.unlock()
    }

    func replace(_ rules: [Rule]?, _ clients: ClientRegistry?) {
        lock.lock()
        self.rules = rules ?? self.rules
        self.clients = clients ?? self.clients
        lock.unlock()
    }

    /// - Returns: false when the run has ended.
    func add(
        _ task: @escaping @Sendable () -> Void, abandoned: @escaping @Sendable () -> Void
    ) -> Bool {
        lock.lock()
        defer { lock.unlock() }
        if hasEnded { return false }
        tasks.append((task, abandoned))
        return true
    }

    func takeTasks() -> [@Sendable () -> Void] {
        lock.lock()
        defer { lock.unlock() }
        defer { tasks = [] }
        return tasks.map(\.run)
    }

    /// Nothing is done any more that is asked for.
    func end() {
        lock.lock()
        hasEnded = true
        let left = tasks
        tasks = []
        lock.unlock()
        for task in left { task.abandoned() }
    }

    /// What is to be exchanged; nil for nothing.
    func exchange() -> (rules: [Rule]?, clients: ClientRegistry?)? {
        lock.lock()
        defer { lock.unlock() }
        if rules == nil, clients == nil { return nil }
        defer { (rules, clients) = (nil, nil) }
        return (rules, clients)
    }
}

/// What one thread waits for and another one gives.
private final class AnswerBox<Answer: Sendable>: @unchecked Sendable {
    let done = DispatchSemaphore(value: 0)
    var answer: Answer?
}

/// When something is due that time brings, by the steady clock.
struct LiveTimers {
    var stopBy: Int64?
    var snapshot: Int64?
    var housekeeping: Int64 = .min
    var positions: Int64 = .min
    var hooks: Int64 = .min
    var recounts: Int64 = .min
    var isLow = false
    var holding: [Int] = []
    var snapshotRead: Int64 = 0
    var committedFrontier: Int64 = .min
    var isAhead = false
    /// When sinks that refused what they were told are asked again.
    var refusals: [String: Int64] = [:]
    /// A clock that goes only while the stage has nothing to do but listen, so that no partition
    /// counts as silent for what is already on its way.
    private(set) var attended: Int64 = 0
    private var looked: Int64?

    /// The longest step of the clock, nanoseconds: whoever stopped the process stopped its sources.
    private static let longestStep: Int64 = 250_000_000

    mutating func attend(_ now: Int64, isQueueEmpty: Bool) {
        let step = min(max(0, now - (looked ?? now)), Self.longestStep)
        looked = now
        if isQueueEmpty { attended += step }
    }
}

/// What one cycle gathers for its transaction.
struct LiveTurn {
    var commit = LiveCommit()
    var positions: [String: ResumePosition] = [:]
    var drains: [LiveQueue.Drain] = []
    /// Whether more waits than a cycle takes. Event time then passes faster than the clock's, and
    /// final alerts come as soon as provisional ones would.
    var isBehind = false
    var appended = 0
    /// Hooks that are told of what was held back, by the alert that tells them.
    var digests: [ID128: String] = [:]
    /// What of the budgets is left when the turn is durable; nil when it spent nothing.
    var budgets: LiveBudgets?
}
