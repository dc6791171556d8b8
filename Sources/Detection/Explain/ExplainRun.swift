public import AuditModel
public import GrantLedger

/// A run that can say how one rule sees the next event.
///
/// Only the rules that the explained one waits for take part, and nothing gives alerts. Beside the
/// rule run easier forms of it, which tell how much was missing.
public struct ExplainRun: Sendable {
    private var ledger: Ledger
    private var engine: Engine
    private let rule: Rule
    private let easier: [EasierRule]
    /// Events taken in.
    public private(set) var eventCount = 0

    /// - Parameters:
    ///   - rules: all there are; those that have no say in the verdict are left out.
    ///   - clients: what is known of clients from elsewhere.
    public init(
        _ rule: Rule, among rules: [Rule], limits: Ledger.Limits = Ledger.Limits(),
        clients: ClientRegistry = .empty
    ) {
        self.rule = rule
        easier = EasierRule.all(rule)
        ledger = Ledger(limits: limits, clients: clients)
        var needed = RuleClosure.of([rule], among: rules)
        needed += easier.map(\.rule)
        for index in needed.indices { needed[index].isSilent = true }
        engine = Engine(rules: needed)
    }

    /// Takes one event in; its key must not come before that of any event taken in already.
    public mutating func take(_ batch: EventBatch, row: Int, pool: StringPool) {
        eventCount += 1
        engine.advance(to: batch.time[row], ledger: ledger, pool: pool)
        var transition = Transition()
        let hasMeaning = ledger.apply(batch, row: row, pool: pool, into: &transition)
        engine.step(
            batch, row: row, transition: hasMeaning ? transition : nil, ledger: ledger, pool: pool)
    }

    /// How the rule sees an event, which is not taken in.
    public func explain(_ batch: EventBatch, row: Int, pool: StringPool) -> Explanation {
        var (ledger, engine) = (ledger, engine)
        engine.advance(to: batch.time[row], ledger: ledger, pool: pool)
        var found = Transition()
        let transition = ledger.apply(batch, row: row, pool: pool, into: &found) ? found : nil
        var after = engine
        after.fired = []
        after.step(batch, row: row, transition: transition, ledger: ledger, pool: pool)
        engine.fired = after.fired
        var event = Event(
            batch: batch, row: row, transition: transition, ledger: ledger, pool: pool,
            engine: engine)
        let tree = ExplainTree(
            rule: rule, batch: batch, row: row, transition: transition, pool: pool,
            fired: after.fired)
        let firing = event.operate(rule)
        var explanation = Self.start(rule, event)
        explanation.facts = transition?.facts.names ?? []
        explanation.fired = after.fired.contains(rule.id)
        explanation.condition = tree.part(rule.condition)
        explanation.inputs = rule.inputs.map {
            Explanation.Input(name: $0.name, part: tree.part($0.condition))
        }
        explanation.silencedBy = rule.unless.filter(after.fired.contains)
        explanation.key = event.key(rule)
        explanation.points = rule.points.map {
            Explanation.Points(part: tree.selection($0.selection), hundredths: $0.hundredths)
        }
        let eased = easier.map { (name: $0.lacks, firing: event.operate($0.rule)) }
        explanation.operation = operation(firing, eased.first { $0.name == nil }?.firing)
        judge(&explanation, firing, tree)
        let lacking = eased.compactMap { $0.firing == nil ? nil : $0.name }
        explanation.nearestMiss = NearestMiss(explanation, rule, lacking: lacking).sentences
        return explanation
    }

    private static func start(_ rule: Rule, _ event: Event) -> Explanation {
        Explanation(
            rule: Alert.Rule(id: rule.id, name: rule.name, title: rule.title, hash: rule.hash),
            event: event.batch.id(.event, event.row), time: event.batch.time[event.row],
            precision: event.batch.precision[event.row], kind: event.batch.kind[event.row],
            dialect: event.pool.text(event.batch.code(.dialect, event.row)), facts: [],
            fired: false, severity: nil,
            condition: Explanation.Part(
                kind: .all, text: "", passed: true, actual: nil, parts: []),
            inputs: [], points: [], score: nil, fireAt: rule.fireAt, raises: [], operation: nil,
            key: [], silencedBy: [], nearestMiss: [])
    }

    private func operation(_ firing: Firing?, _ eased: Firing?) -> Explanation.Operation? {
        guard let operation = rule.operation else { return nil }
        let shown = firing ?? eased
        return Explanation.Operation(
            text: operation.text, fired: firing != nil,
            figures: (shown?.figures ?? []).map { figure in
                // What the easier form was held against is not what the rule asks.
                Explanation.Figure(
                    name: figure.name, value: figure.value,
                    comparedTo: firing == nil ? nil : figure.comparedTo)
            }, score: shown?.score)
    }

    /// Score and severity.
    private func judge(_ explanation: inout Explanation, _ firing: Firing?, _ tree: ExplainTree) {
        let matched = explanation.points.filter { $0.part.passed }
        let own = explanation.operation?.score
        if !rule.points.isEmpty || own != nil {
            explanation.score = matched.reduce(own ?? 0) { $0 + $1.hundredths }
        }
        explanation.raises = rule.raise.map { raise in
            let byScore = raise.score.flatMap { from in explanation.score.map { $0 >= from } }
            let bySelection = raise.selections.contains { tree.selection($0).passed }
            return Explanation.Raise(
                severity: raise.severity, passed: bySelection || byScore ?? false)
        }
        guard explanation.fired else { return }
        let raised = explanation.raises.filter(\.passed).map(\.severity)
        explanation.severity = min(
            raised.reduce(rule.level) { max($0, $1) }, firing?.ceiling ?? .critical)
    }
}

extension ExplainRun {
    /// One event, and an engine that stands just before it.
    fileprivate struct Event {
        let batch: EventBatch
        let row: Int
        let transition: Transition?
        let ledger: Ledger
        let pool: StringPool
        var engine: Engine

        /// What a rule's operation makes of the event; nil when it does not fire.
        mutating func operate(_ rule: Rule) -> Firing? {
            guard rule.operation != nil,
                let place = engine.rules.firstIndex(where: { $0.rule.id == rule.id })
            else { return nil }
            engine.predicates.nextEvent()
            guard engine.holds(rule.condition, place, batch, row, transition, pool)
            else { return nil }
            return engine.operate(place, batch, row, transition, ledger, pool)
        }

        func key(_ rule: Rule) -> [Explanation.KeyPart] {
            rule.key.map { field in
                let isThere =
                    GroupKey.of([field], batch, row, transition, ledger, pool) != nil
                return Explanation.KeyPart(name: field.name, value: isThere ? text(field) : nil)
            }
        }

        private func text(_ field: Rule.KeyField) -> String {
            let family = transition.flatMap { ledger.family($0.family) }
            func coded(_ column: CodedColumn, _ known: KeyPath<FamilyFacts, UInt32>) -> String {
                let own = batch.code(column, row)
                return pool.text(own == 0 ? family?[keyPath: known] ?? 0 : own)
            }
            switch field {
            case .issuer: return coded(.issuer, \.issuer)
            case .tenant: return coded(.tenant, \.tenant)
            case .client: return coded(.client, \.client)
            case .subject: return coded(.subject, \.subject)
            case .session: return batch.text(.session, row: row) ?? ""
            case .ip: return batch.text(.ip, row: row) ?? ""
            case .prefix: return IPAddress(bits: batch.id(.ip, row)).networkText
            case .family, .lineage:
                guard let family, let transition else { return "" }
                let id = FamilyFacts.identity(
                    issuer: pool.text(family.issuer), anchor: family.anchor,
                    client: pool.text(family.client))
                if field == .family { return id.hex }
                return FamilyFacts.lineageIdentity(family: id, root: transition.lineageRoot).hex
            case .field(let field):
                return FieldReader.value(field, batch, row, transition, pool).firstText
            }
        }
    }
}
