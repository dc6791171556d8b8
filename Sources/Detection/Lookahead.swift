internal import AuditModel
internal import GrantLedger

/// Runs the stateless rules over events that are not taken in, on a ledger that forgets them again.
struct Lookahead: Sendable {
    /// Its desk stays empty.
    let engine: Engine
    private var gathering: Engine
    /// Kinds of event that a rule looks at whatever they mean to the ledger, by raw value.
    private let watchedKinds: [Bool]

    /// Events that are looked at together at most.
    static let mostEvents = 64

    init(rules: [Rule]) {
        let engine = Engine(rules: StatelessRules.of(rules))
        self.engine = engine
        gathering = engine
        watchedKinds = EventKind.allCases.map(engine.watches)
    }

    /// What the rules find at the events, in their order.
    mutating func findings(
        at events: ArraySlice<RowReference>, in ledger: inout Ledger, _ pool: StringPool
    ) -> [Finding] {
        gathering.gathered = []
        ledger.trial { ledger in
            for event in events { look(at: event.batch, event.row, &ledger, pool) }
        }
        return gathering.gathered ?? []
    }

    private mutating func look(
        at batch: SharedBatch, _ row: Int, _ ledger: inout Ledger, _ pool: StringPool
    ) {
        guard row >= 0, row < batch.events.count else { return }
        var transition = Transition()
        let isWatched = watchedKinds[Int(batch.events.kind[row].rawValue)]
        let hasMeaning = ledger.apply(batch.events, row: row, pool: pool, into: &transition)
        let hasFacts = hasMeaning && !transition.facts.isDisjoint(with: engine.factMask)
        guard isWatched || hasFacts else { return }
        gathering.step(
            batch.events, row: row, transition: hasMeaning ? transition : nil, ledger: ledger,
            pool: pool)
    }
}
