public import AuditModel
public import Detection
public import EventStore
public import GrantLedger
public import Intake
internal import LogFormats

/// Explains how a rule sees an event, from a few records or from a store.
public struct ExplainQuery {
    let rules: [Rule]
    let clients: ClientRegistry

    /// - Parameters:
    ///   - rules: all that may have a say, those that run.
    ///   - clients: what is known of clients from elsewhere.
    public init(rules: [Rule], clients: ClientRegistry = .empty) {
        self.rules = rules
        self.clients = clients
    }

    /// Explains one event of some records; those before it are history.
    ///
    /// - Parameter number: which event in total order, from 1; nil is the last.
    /// - Returns: the explanation, nil when there are fewer events; and what became of the records.
    public func explain(
        _ rule: Rule, _ inputs: [Input], options: IntakeOptions, number: Int? = nil
    ) throws(PipelineError) -> (explanation: Explanation?, tally: IntakeTally) {
        var walk = Walk(ExplainRun(rule, among: rules, clients: clients), number: number)
        let tally = try EventSequence(clients: clients).run(
            inputs, options: options
        ) { batch, row, pool in
            walk.take(batch, row, pool)
        }
        return (walk.finish(), tally)
    }

    /// Derives the alerts of a store anew.
    ///
    /// - Parameter id: the start of an alert's id.
    /// - Returns: the alert and the explanation of the event that raised it first; nil when the
    ///   rules no longer raise it.
    /// - Throws: ``PipelineError``; `ambiguousAlert` when several begin so.
    public func explain(
        alert id: String, _ store: EventStore
    ) throws(PipelineError) -> (alert: Alert, explanation: Explanation)? {
        let alerts = try alerts(of: store)
        let found = alerts.filter { $0.id.hex.hasPrefix(id.lowercased()) }
        guard found.count < 2 else { throw .ambiguousAlert(id, found.map(\.id.hex)) }
        guard let alert = found.first else { return nil }
        return try explanation(of: alert, store).map { (alert, $0) }
    }

    /// What the rules raise over all of a store.
    func alerts(of store: EventStore) throws(PipelineError) -> [Alert] {
        var backtest = Backtest(rules: rules)
        backtest.clients = clients
        return try backtest.run(store).alerts
    }

    /// How the alert's rule sees the first event that raised it; nil without such a rule, or when
    /// the store does not hold the event.
    func explanation(
        of alert: Alert, _ store: EventStore
    ) throws(PipelineError) -> Explanation? {
        // Overlays make versions of a rule, with one id and hashes of their own.
        let versions = rules.filter { $0.id == alert.rule.id }
        guard let rule = versions.first(where: { $0.hash == alert.rule.hash }) ?? versions.first
        else { return nil }
        var run = ExplainRun(rule, among: rules, clients: clients)
        var result: Explanation?
        let candidates = Set(alert.evidence.filter { $0.time == alert.time }.map(\.event))
        try EventSequence(clients: clients).run(store) { batch, row, pool in
            guard batch.time[row] <= alert.time else { return }
            if candidates.contains(batch.id(.event, row)), result?.fired != true {
                result = run.explain(batch, row: row, pool: pool)
            }
            run.take(batch, row: row, pool: pool)
        }
        return result
    }
}

/// Runs over events, always one behind, so that the last one is still to come when they end.
private struct Walk {
    private var run: ExplainRun
    private let number: Int?
    private var held: (batch: EventBatch, pool: StringPool)?
    private var count = 0
    private var found: Explanation?

    init(_ run: ExplainRun, number: Int?) {
        self.run = run
        self.number = number
    }

    mutating func take(_ batch: EventBatch, _ row: Int, _ pool: StringPool) {
        guard found == nil else { return }
        if let held { run.take(held.batch, row: 0, pool: held.pool) }
        count += 1
        var one = EventBatch(capacity: 1)
        one.append(row: row, of: batch)
        held = (one, pool)
        if count == number { found = explanation }
    }

    func finish() -> Explanation? {
        if let found { return found }
        return number == nil ? explanation : nil
    }

    private var explanation: Explanation? {
        held.map { run.explain($0.batch, row: 0, pool: $0.pool) }
    }
}

extension IntakeOptions {
    /// The same options, to read events in Grantrail's own JSON if that is what the text is.
    public func readingCanonical(_ start: [UInt8]) -> IntakeOptions {
        guard format == nil, FormatRegistry.isCanonical(start) else { return self }
        var options = self
        options.format = CanonicalFormat()
        return options
    }
}
