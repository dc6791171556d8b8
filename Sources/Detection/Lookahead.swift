internal import AuditModel
internal import GrantLedger

/// Runs the stateless rules over events that are not taken in, on a ledger that forgets them again.
struct Lookahead: Sendable {
    /// Its desk stays empty.
    let engine: Engine
    private var gathering: Engine
    /// Kinds of event that a rule looks at whatever they mean to the ledger, by raw value.
    private let watchedKinds: [Bool]
    /// Kinds that may bring a hit about.
    private let concernedKinds: [Bool]

    /// Events that are looked at together at most.
    static let mostEvents = 64

    init(rules: [Rule]) {
        let engine = Engine(rules: StatelessRules.of(rules))
        self.engine = engine
        gathering = engine
        watchedKinds = EventKind.allCases.map(engine.watches)
        concernedKinds = EventKind.allCases.map { kind in
            engine.watches(kind)
                || !FactSet.possible(at: kind).isDisjoint(with: engine.factMask)
        }
    }

    func concerns(_ kind: EventKind) -> Bool { concernedKinds[Int(kind.rawValue)] }

    var concernsLeaks: Bool { engine.factMask.contains(.tokenLeaked) }

    /// What the rules find at the events, in their order.
    mutating func findings(
        at events: ArraySlice<RowReference>, in ledger: inout Ledger, _ pool: StringPool
    ) -> [Finding] {
        gathering.gathered = []
        ledger.trial { ledger in
            for event in events { look(at: event.batch.events, event.row, &ledger, pool) }
        }
        return gathering.gathered ?? []
    }

    private mutating func look(
        at batch: EventBatch, _ row: Int, _ ledger: inout Ledger, _ pool: StringPool
    ) {
        guard row >= 0, row < batch.count else { return }
        var transition = Transition()
        let isWatched = watchedKinds[Int(batch.kind[row].rawValue)]
        let hasMeaning = ledger.apply(batch, row: row, pool: pool, into: &transition)
        let hasFacts = hasMeaning && !transition.facts.isDisjoint(with: engine.factMask)
        guard isWatched || hasFacts else { return }
        gathering.step(
            batch, row: row, transition: hasMeaning ? transition : nil, ledger: ledger, pool: pool)
    }
}
