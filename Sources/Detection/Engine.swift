public import AuditModel
public import GrantLedger

/// Runs rules over events in total order and keeps the alerts they raise.
///
/// No clock, no I/O. One engine of several may be responsible for a share of the group keys: the
/// union of the alerts of `Engine(rules:shard:of:)` over all shards is that of one engine.
public struct Engine: Sendable {
    private let rules: [CompiledRule]
    private let shard: Int
    private let shards: Int
    private var predicates = PredicateTable()
    /// Predicate indexes by rule, selection, alternative.
    private var tests: [[[[Int]]]] = []
    /// Rules that may match an event with one of these facts.
    private let factRules: [Int]
    /// Rules that may match without facts, by kind.
    private var kindRules: [[Int]]
    /// The facts that any rule asks for.
    let factMask: FactSet
    private var desk: AlertDesk
    private var fired: Set<String> = []
    /// The alerts of rules and lineages, to count a repeated hit without building it anew.
    private var known: [Place: Int] = [:]

    /// - Parameters:
    ///   - rules: in any order; a rule runs after those its `unless` names.
    ///   - shard: which of `shards` shares of the group keys this engine answers for.
    public init(rules: [Rule], shard: Int = 0, of shards: Int = 1) {
        let ordered = Self.ordered(rules).map(CompiledRule.init)
        self.rules = ordered
        self.shard = shard
        self.shards = max(1, shards)
        desk = AlertDesk()
        factRules = ordered.indices.filter { ordered[$0].facts != nil }
        factMask = ordered.compactMap(\.facts).reduce(FactSet()) { $0.union($1) }
        kindRules = Array(repeating: [], count: EventKind.allCases.count)
        for (index, rule) in ordered.enumerated() where rule.facts == nil {
            for kind in rule.kinds ?? EventKind.allCases {
                kindRules[Int(kind.rawValue)].append(index)
            }
        }
        for rule in ordered {
            tests.append(
                rule.rule.selections.map { selection in
                    selection.alternatives.map { $0.map { predicates.index(of: $0) } }
                })
        }
    }

    /// Whether any rule looks at events that mean nothing to the ledger.
    public var watchesEvents: Bool { kindRules.contains { !$0.isEmpty } }

    /// Takes one event in.
    ///
    /// - Parameter transition: what the ledger made of it; nil when nothing.
    public mutating func step(
        _ batch: EventBatch, row: Int, transition: Transition?,
        ledger: Ledger, pool: StringPool
    ) {
        let candidates = kindRules[Int(batch.kind[row].rawValue)]
        let facts = transition?.facts ?? []
        let hasFacts = !facts.isDisjoint(with: factMask)
        if let transition, transition.isAfterReplay {
            noteBranches(transition, batch, row, ledger, pool)
        }
        if candidates.isEmpty, !hasFacts { return }
        predicates.nextEvent()
        fired.removeAll(keepingCapacity: true)
        let event = Hit.Event(batch: batch, row: row, transition: transition)
        if hasFacts {
            for index in factRules {
                guard let mask = rules[index].facts, !mask.isDisjoint(with: facts) else { continue }
                run(index, event, ledger, pool)
            }
        }
        for index in candidates { run(index, event, ledger, pool) }
    }

    /// All alerts so far, by (time, id).
    public func alerts() -> [Alert] { desk.sorted() }

    /// Alerts that were dropped because the desk was full.
    public var droppedAlerts: Int { desk.dropped }
}

/// A rule and a lineage: what decides the group key of most rules.
private struct Place: Hashable {
    let rule: Int
    let family: UInt32
    let lineage: ID128

    /// Nil when the key depends on more than the lineage.
    init?(rule: Int, _ transition: Transition?, _ key: [Rule.KeyField]) {
        let decided: Set<Rule.KeyField> = [.issuer, .client, .family, .lineage]
        guard let transition, key.contains(.lineage), decided.isSuperset(of: key) else {
            return nil
        }
        self.rule = rule
        family = transition.familySerial
        lineage = transition.lineageRoot
    }
}

extension Engine {
    private mutating func run(
        _ index: Int, _ event: Hit.Event, _ ledger: Ledger,
        _ pool: StringPool
    ) {
        let rule = rules[index].rule
        guard !rule.unless.contains(where: fired.contains),
            holds(rule.condition, index, event, pool)
        else { return }
        let points = rule.points.filter { matches($0.selection, index, event, pool) }
        let score = points.reduce(0) { $0 + $1.hundredths }
        if let band = rule.fireAt, !band.contains(score) { return }
        fired.insert(rule.name)
        let raised = rule.raise.filter { raise in
            raise.selections.contains { matches($0, index, event, pool) }
        }
        let hit = Hit(
            rule: rule, points: points, score: rule.points.isEmpty ? nil : score,
            severity: raised.map(\.severity).reduce(rule.level) { max($0, $1) })
        let builder = AlertBuilder(ledger: ledger, pool: pool)
        let place = Place(rule: index, event.transition, rule.key)
        if let place, let known = known[place], desk.recount(known, hit, event, builder) { return }
        let finding = builder.alert(hit, event)
        guard owns(finding.groupKey), let admitted = desk.admit(finding) else { return }
        if let place, known.count < AlertDesk.capacity { known[place] = admitted }
    }

    private func owns(_ groupKey: [String]) -> Bool {
        if shards == 1 { return true }
        var hash = IdentityHash("shard/1")
        for part in groupKey { hash.add(part) }
        return Int(hash.id().low % UInt64(shards)) == shard
    }

    private mutating func holds(
        _ condition: Rule.Condition, _ rule: Int, _ event: Hit.Event,
        _ pool: StringPool
    ) -> Bool {
        switch condition {
        case .selection(let index): return matches(index, rule, event, pool)
        case .not(let part): return !holds(part, rule, event, pool)
        case .all(let parts):
            for part in parts where !holds(part, rule, event, pool) { return false }
            return true
        case .any(let parts):
            for part in parts where holds(part, rule, event, pool) { return true }
            return false
        }
    }

    private mutating func matches(
        _ selection: Int, _ rule: Int, _ event: Hit.Event, _ pool: StringPool
    ) -> Bool {
        alternatives: for alternative in tests[rule][selection].indices {
            for predicate in tests[rule][selection][alternative].indices {
                let index = tests[rule][selection][alternative][predicate]
                guard predicates.test(index, event.batch, event.row, event.transition, pool)
                else { continue alternatives }
            }
            return true
        }
        return false
    }

    private mutating func noteBranches(
        _ transition: Transition, _ batch: EventBatch, _ row: Int,
        _ ledger: Ledger, _ pool: StringPool
    ) {
        guard !desk.isEmpty, let family = ledger.family(transition.family) else { return }
        let lineage = AlertBuilder.lineage(of: transition, family, pool)
        desk.noteBranches(
            Int(transition.branchesActive), lineage: lineage, time: batch.time[row])
    }

    /// Rules after those they wait for; cycles are cut where they are met.
    private static func ordered(_ rules: [Rule]) -> [Rule] {
        var result: [Rule] = []
        var placed: Set<String> = []
        var waiting = rules
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.name))
            let ready = waiting.filter { rule in
                rule.unless.allSatisfy { placed.contains($0) || !names.contains($0) }
            }
            let next = ready.isEmpty ? [waiting[0]] : ready
            let taken = Set(next.map(\.id))
            result += next
            placed.formUnion(next.map(\.name))
            waiting.removeAll { taken.contains($0.id) }
        }
        return result
    }
}
