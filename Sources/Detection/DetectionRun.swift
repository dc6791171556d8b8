public import AuditModel
public import GrantLedger

/// A ledger and its engines over one sequence of events in total order.
///
/// The one fold behind backtest, live run and rule tests. Feeding the same events in any batches,
/// with any number of shards, gives the same alerts.
public struct DetectionRun: Sendable {
    public internal(set) var ledger: Ledger
    var engines: [Engine]
    /// Kinds that any rule looks at even if they mean nothing to the ledger, by raw value.
    private let watchedKinds: [Bool]
    private let isTimed: Bool
    private let factMask: FactSet
    /// Nil in a run that is never asked what events to come would mean.
    var lookahead: Lookahead?
    /// Which events ``peek(_:pool:)`` is worth calling for.
    public private(set) var peekFilter = PeekFilter()
    /// Events taken in.
    public internal(set) var eventCount = 0

    /// - Parameters:
    ///   - shards: into how many engines the work is split; does not change the result.
    ///   - clients: what is known of clients from elsewhere.
    ///   - peeks: whether the run can ``peek(_:pool:)`` and ``correct(_:late:pool:)``.
    ///   - forgets: whether the oldest alerts make room when there are too many, for a run without
    ///     end whose ``takeChanges()`` is kept elsewhere; else new ones are dropped. A later hit on
    ///     what was forgotten is a new alert with an id of its own.
    public init(
        rules: [Rule], shards: Int = 1, limits: Ledger.Limits = Ledger.Limits(),
        clients: ClientRegistry = .empty, peeks: Bool = false, forgets: Bool = false
    ) {
        self.init(
            rules: rules, shards: shards, limits: limits, clients: clients, peeks: peeks,
            desk: AlertDesk(forgets: forgets))
    }

    /// - Parameter desk: an empty one for each engine.
    init(
        rules: [Rule], shards: Int = 1, limits: Ledger.Limits = Ledger.Limits(),
        clients: ClientRegistry = .empty, peeks: Bool = false, desk: AlertDesk
    ) {
        let engines = (0..<max(1, shards)).map {
            Engine(rules: rules, shard: $0, of: max(1, shards))
        }
        self.init(ledger: Ledger(limits: limits, clients: clients), engines: engines)
        for index in self.engines.indices { self.engines[index].desk = desk }
        guard peeks else { return }
        let lookahead = Lookahead(rules: rules)
        peekFilter = PeekFilter(lookahead.engine)
        self.lookahead = lookahead
    }

    /// A run over a ledger and engines as they stand.
    init(ledger: Ledger, engines: [Engine]) {
        self.ledger = ledger
        self.engines = engines
        watchedKinds = EventKind.allCases.map { kind in engines.contains { $0.watches(kind) } }
        isTimed = engines.contains { $0.isTimed }
        factMask = engines.reduce(FactSet()) { $0.union($1.factMask) }
    }

    /// Takes one event in; its key must not come before that of any event taken in already.
    public mutating func take(_ batch: EventBatch, row: Int, pool: StringPool) {
        eventCount += 1
        ledger.prefetch(batch, after: row)
        if isTimed {
            for index in engines.indices {
                engines[index].advance(to: batch.time[row], ledger: ledger, pool: pool)
            }
        }
        var transition = Transition()
        let isWatched = watchedKinds[Int(batch.kind[row].rawValue)]
        if ledger.apply(batch, row: row, pool: pool, into: &transition) {
            // Nearly every event is an ordinary rotation that no rule asks for.
            guard isWatched || transition.isAfterReplay
                || !transition.facts.isDisjoint(with: factMask)
            else { return }
            for index in engines.indices {
                engines[index].step(
                    batch, row: row, transition: transition, ledger: ledger, pool: pool)
            }
        } else if isWatched {
            for index in engines.indices {
                engines[index].step(batch, row: row, transition: nil, ledger: ledger, pool: pool)
            }
        }
    }

    /// All alerts so far that were not forgotten, by (time, id).
    public func alerts() -> [Alert] {
        engines.flatMap { $0.alerts() }
            .sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
    }

    /// Alerts that were dropped because a desk was full.
    public var droppedAlerts: Int { engines.reduce(0) { $0 + $1.droppedAlerts } }

    /// Alerts that made room for others in a run that forgets; part of a state image.
    public var evictedAlerts: Int { engines.reduce(0) { $0 + ($1.desk.memory?.evicted ?? 0) } }

    /// Alerts that were forgotten before ``takeChanges()`` was asked for their last content, which
    /// takes tens of thousands between two calls.
    public var untoldAlerts: Int { engines.reduce(0) { $0 + $1.desk.untold } }

    /// Group keys that made room for others because a rule's state was full.
    public var evictedKeys: Int { engines.first?.evictedKeys ?? 0 }
}
