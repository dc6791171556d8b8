public import AuditModel
public import GrantLedger

/// Runs rules over events in total order and keeps the alerts they raise.
///
/// No clock, no I/O. One engine of several may be responsible for a share of the group keys: the
/// union of the alerts of `Engine(rules:shard:of:)` over all shards is that of one engine.
public struct Engine: Sendable {
    let rules: [CompiledRule]
    let shard: Int
    let shards: Int
    var predicates = PredicateTable()
    /// Predicate indexes by rule, selection, alternative.
    var tests: [[[[Int]]]] = []
    /// What is remembered over time, by rule.
    var operators: [(any RuleOperator)?]
    /// Rules that may match an event with one of these facts.
    private let factRules: [Int32]
    /// Rules that may match without facts and cannot be found by a value, by kind.
    private var kindRules: [[Int32]]
    /// Kinds that any rule without facts looks at.
    private var watchedKinds: [Bool]
    private var index: CandidateIndex
    /// Rules that wait for another one, by its id.
    private var dependents: [String: [Int32]] = [:]
    /// Rules whose operation has something to say when time passes.
    private let timed: [Int]
    /// The facts that any rule asks for.
    let factMask: FactSet
    var desk: AlertDesk
    /// Takes the findings in the desk's place, if it is not nil.
    var gathered: [Finding]?
    var fired: Set<String> = []
    private var candidates: ContiguousArray<Int32> = []
    var groups: ContiguousArray<InputGroup> = []

    /// - Parameters:
    ///   - rules: in any order; a rule runs after those that its `unless` or its correlation names.
    ///   - shard: which of `shards` shares of the group keys this engine answers for.
    public init(rules: [Rule], shard: Int = 0, of shards: Int = 1) {
        let ordered = RuleOrder.sorted(rules).map(CompiledRule.init)
        self.rules = ordered
        self.shard = shard
        self.shards = max(1, shards)
        desk = AlertDesk()
        let operators = ordered.map { $0.rule.makeOperator() }
        self.operators = operators
        timed = operators.indices.filter { place in
            operators[place].map { type(of: $0).isTimed } ?? false
        }
        factRules = ordered.indices.filter { ordered[$0].facts != nil }.map(Int32.init)
        factMask = ordered.compactMap(\.facts).reduce(FactSet()) { $0.union($1) }
        kindRules = Array(repeating: [], count: EventKind.names.count)
        watchedKinds = Array(repeating: false, count: EventKind.names.count)
        index = CandidateIndex(rules: ordered.count)
        for rule in ordered {
            tests.append(
                rule.rule.selections.map { selection in
                    selection.alternatives.map { $0.map { predicates.index(of: $0) } }
                })
        }
        for place in ordered.indices where ordered[place].facts == nil { enter(place) }
    }

    /// Puts a rule that needs no fact where the events that concern it find it.
    private mutating func enter(_ place: Int) {
        let rule = rules[place]
        if let triggers = rule.triggers {
            for trigger in triggers { dependents[trigger, default: []].append(Int32(place)) }
            return
        }
        for kind in watchedKinds.indices where rule.kinds?[kind] ?? true {
            watchedKinds[kind] = true
            if rule.pivots == nil { kindRules[kind].append(Int32(place)) }
        }
        if let pivots = rule.pivots {
            index.add(place, pivots, kinds: rule.kinds, &predicates)
        }
    }

    /// Whether any rule looks at events of a kind that mean nothing to the ledger.
    public func watches(_ kind: EventKind) -> Bool { watchedKinds[Int(kind.rawValue)] }

    /// Takes one event in.
    ///
    /// - Parameter transition: what the ledger made of it; nil when nothing.
    public mutating func step(
        _ batch: EventBatch, row: Int, transition: Transition?,
        ledger: Ledger, pool: StringPool
    ) {
        let kind = Int(batch.kind[row].rawValue)
        let facts = transition?.facts ?? []
        let hasFacts = !facts.isDisjoint(with: factMask)
        if transition?.isAfterReplay == true {
            noteBranches(transition, batch, row, ledger, pool)
        }
        if !watchedKinds[kind], !hasFacts { return }
        predicates.nextEvent()
        candidates.removeAll(keepingCapacity: true)
        if hasFacts {
            for place in factRules {
                guard let mask = rules[Int(place)].facts, !mask.isDisjoint(with: facts)
                else { continue }
                candidates.append(place)
            }
        }
        if watchedKinds[kind] {
            candidates.append(contentsOf: kindRules[kind])
            index.find(batch, row, transition, pool, &predicates, into: &candidates)
        }
        if candidates.isEmpty { return }
        // Rules that others wait for come first.
        if candidates.count > 1 { candidates.sort() }
        fired.removeAll(keepingCapacity: true)
        var next = 0
        while next < candidates.count {
            let place = Int(candidates[next])
            next += 1
            if run(place, batch, row, transition, ledger, pool) { wake(place, from: next) }
        }
    }

    /// Adds the rules that wait for one that fired.
    private mutating func wake(_ place: Int, from next: Int) {
        guard let waiting = dependents[rules[place].rule.id] else { return }
        for other in waiting where !candidates[next...].contains(other) {
            let later = candidates[next...].firstIndex { $0 > other } ?? candidates.count
            candidates.insert(other, at: later)
        }
    }

    /// Tells operations that wait for something how far event time has come.
    ///
    /// - Parameter time: of the next event in total order; everything before it was taken in.
    public mutating func advance(to time: Int64, ledger: Ledger, pool: StringPool) {
        for place in timed {
            while let firing = operators[place]?.expire(before: time) {
                guard let anchor = firing.anchor else { continue }
                predicates.nextEvent()
                report(place, firing, anchor.batch, 0, anchor.transition, ledger, pool)
            }
        }
    }

    /// Whether ``advance(to:ledger:pool:)`` can have an effect at all.
    public var isTimed: Bool { !timed.isEmpty }

    /// All alerts so far, by (time, id).
    public func alerts() -> [Alert] { desk.sorted() }

    /// Alerts that were dropped because the desk was full.
    public var droppedAlerts: Int { desk.dropped }

    /// Group keys that made room for others because an operation's table was full.
    public var evictedKeys: Int { operators.reduce(0) { $0 + ($1?.evictions ?? 0) } }
}
