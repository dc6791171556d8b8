import ArgumentParser
import AuditModel
import Delivery
import Detection
import EventStore
import Pipeline
import RuleBook
import WireFormat

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Say what would have been told, which rules tell too much, and what quiets them.",
        discussion: """
            Runs the rules over history, or over the store of a service with mode observe, and \
            counts alerts by rule, client and severity against the budget of a service. For each \
            rule and client that goes beyond it, loudest first, an entry of an allow-list is \
            tried that is about no more than the noisy events have in common, and shown with \
            all that it would hide. An entry that would hide a critical alert, a label or one \
            closed as a true positive is never suggested; one that hides alerts of severity high \
            says so.

            EXAMPLES
              grantrail tune keycloak.jsonl
              grantrail tune --store events.db --days 14 --pages 3
              grantrail tune --store events.db --rule VAL-01 --client web --write rules.d/local.yml
            """)

    @OptionGroup var history: HistoryArguments
    @OptionGroup var rules: RuleOptions
    @OptionGroup var clients: ClientArguments
    @OptionGroup var intake: IntakeArguments
    @OptionGroup var output: OutputOptions

    @Option(help: "Count alerts of so many last days; rules learn from all that is before.")
    var days: Int?

    @Option(help: "Alerts of severity high and critical that a day may bring.")
    var pages = 5

    @Option(help: "Alerts of severity low and medium that a day may bring.")
    var tickets = 50

    @Option(help: "Labelled attacks (truth.jsonl): nothing is suggested that would hide one.")
    var labels: String?

    @Option(help: "Suggest for this rule, whether or not it goes beyond the budget.")
    var rule: String?

    @Option(help: "Suggest for this client.")
    var client: String?

    @Option(help: "Suggest for this tenant of those that there are.")
    var forTenant: String?

    @Option(help: "Append the suggested entry to this file of overlays; name one with --rule.")
    var write: String?

    @Option(help: "Who answers for an entry; default: the user.")
    var by: String?

    @Option(help: "Why, in your words.")
    var note = ""

    @Option(help: "How long an entry holds, from the newest event on.")
    var expires = Span(nanoseconds: 30 * TuneCommand.day)

    private static let day: Int64 = 86_400_000_000_000
    /// Each costs a run over all events.
    private static let mostTrials = 10
    /// Days that an entry may last.
    private static let longest: Int64 = 179 * day

    func validate() throws {
        guard (1...36_500).contains(days ?? 1) else {
            throw ValidationError("--days takes 1 to 36500")
        }
        guard pages >= 0, tickets >= 0 else { throw ValidationError("a budget is 0 or more") }
        guard expires.nanoseconds > 0 else { throw ValidationError("--expires is too short") }
        if write != nil, rule == nil { throw ValidationError("--write needs --rule") }
        if history.store != nil, intake.places.isNamed {
            throw ValidationError("a store has its places: name databases when ingesting")
        }
    }

    func run() {
        perform { () throws(PipelineError) in
            let store = try EventHistory.open(history, intake)
            let current = rules.loadAll()
            var backtest = Backtest(rules: current.active)
            backtest.clients = clients.registry()
            let progress = ProgressLine(.events)
            backtest.progress = progress.update
            let outcome = try backtest.run(store)
            progress.finish()
            guard let span = outcome.span else {
                Terminal.fail("there are no events to tune by", status: 65)
            }
            let truths = try truths(outcome.alerts, store)
            let table = TuneTable(
                outcome.alerts, span: span, days: days,
                budget: NotificationBudget(pages: pages, tickets: tickets), truths: truths)
            let trial = EntrySearch(
                store: store, rules: rules, current: current, backtest: backtest,
                before: outcome.alerts, truths: truths)
            let found = try suggest(table, trial)
            show(table, found.map(\.suggestion))
            if write != nil { append(found, trial) }
            try onStore { () throws(StoreError) in try store.close() }
        }
    }

    /// Alerts that are labelled, or that somebody closed as true positives.
    private func truths(
        _ alerts: [Alert], _ store: EventStore
    ) throws(PipelineError) -> Set<ID128> {
        let decided = try onStore { () throws(StoreError) in try store.triages() }
        var truths = Set(decided.filter(\.isTruePositive).map(\.alert))
        guard let labels else { return truths }
        let events = Set(try readLabels(labels).flatMap(\.events))
        for alert in alerts where alert.evidence.contains(where: { events.contains($0.event) }) {
            truths.insert(alert.id)
        }
        return truths
    }

    private func suggest(
        _ table: TuneTable, _ search: EntrySearch
    ) throws(PipelineError) -> [EntrySearch.Found] {
        let isNamed = rule != nil || client != nil || forTenant != nil
        let wanted = table.rows.filter { row in
            guard row.told > 0, isNamed || row.isOver else { return false }
            return (rule ?? row.rule) == row.rule && (client ?? row.client) == row.client
                && (forTenant ?? row.tenant) == row.tenant
        }
        if wanted.count > Self.mostTrials {
            Terminal.note(
                "\(wanted.count) rules and clients tell too much; the \(Self.mostTrials) loudest "
                    + "were tried: name others with --rule and --client")
        }
        var found: [EntrySearch.Found] = []
        for row in wanted.prefix(Self.mostTrials) {
            found.append(try search.find(for: row) { scope, rule throws(PipelineError) in
                try entry(row, scope, rule, table, search.store)
            })
        }
        return found
    }

    private func entry(
        _ row: TuneTable.Row, _ scope: AlertScope, _ rule: Rule, _ table: TuneTable,
        _ store: EventStore
    ) throws(PipelineError) -> AllowEntry {
        let last = try EntryTrial.end(after: expires, in: store)
        let first = row.alerts.first { $0.severity > .info }?.firstSeen ?? table.span.lowerBound
        let rate = "\(row.told) alerts from \(Self.dayText(table.span.lowerBound)) to "
            + Self.dayText(table.span.upperBound)
        return AllowEntry(
            name: "tune-\(rule.name)" + (row.client.map { "-\($0.prefix(80))" } ?? ""),
            rule: rule.name, tenant: table.hasTenants ? row.tenant : nil, client: scope.client,
            subject: scope.subject, network: scope.network,
            owner: by ?? DecisionPlace.user, reason: note.isEmpty ? "tuned: \(rate)" : note,
            since: max(first, last - Self.longest), last: last)
    }

    private static func dayText(_ time: Int64) -> String {
        String(TimeText.string(time, precision: 0).prefix(10))
    }

    private func show(_ table: TuneTable, _ suggestions: [TuneSuggestion]) {
        if output.choice == .text {
            Terminal.write(TuneText(style: output.style).draw(table, suggestions))
        } else {
            var writer = JSONWriter()
            table.append(suggestions, to: &writer)
            writer.endLine()
            Terminal.write(writer.bytes)
        }
    }

    /// Appends the one entry that was suggested.
    private func append(_ found: [EntrySearch.Found], _ search: EntrySearch) {
        guard let path = write else { return }
        guard found.count == 1, let only = found.first else {
            Terminal.fail(
                "nothing is written: \(found.count) rules and clients are meant; name one with "
                    + "--rule and --client", status: 64)
        }
        guard let entry = only.entry, only.suggestion.refusal == nil else {
            Terminal.fail(
                "nothing is written: \(only.suggestion.refusal ?? "no entry fits")", status: 1)
        }
        let file = OverlayFile(path)
        if case .failure(let refusal) = EntryTrial.rules(
            with: entry, rules, path: path, text: file.text)
        {
            Terminal.fail("nothing is written: \(refusal.message)", status: 1)
        }
        file.append(entry.addition(to: file.text, comments: only.suggestion.remarks))
        Terminal.note(
            "wrote an entry to \(path); a service that has it among its rules.dirs takes it when "
                + "it loads its rules anew")
    }
}

/// Looks for the entry that quiets a rule at a client, and no more than must be.
struct EntrySearch {
    /// What was tried for one row.
    struct Found {
        var suggestion: TuneSuggestion
        /// Nil when there was nothing to try.
        var entry: AllowEntry?
    }

    let store: EventStore
    let rules: RuleOptions
    let current: LoadedRules
    /// Of the rules as they are.
    let backtest: Backtest
    /// What the rules raise as they are.
    let before: [Alert]
    let truths: Set<ID128>

    /// - Parameter made: the entry for a scope.
    func find(
        for row: TuneTable.Row,
        _ made: (AlertScope, Rule) throws(PipelineError) -> AllowEntry
    ) throws(PipelineError) -> Found {
        let noise = row.alerts.filter { $0.severity > .info && !truths.contains($0.id) }
        guard let last = noise.last else {
            return Found(suggestion: TuneSuggestion(
                row, refusal: "all of its alerts are known to be true"))
        }
        let rule = current.named(last.rule.id).rule
        let scope = try onStore { () throws(StoreError) in
            try AlertScope(of: noise, onlyAnchors: rule.operation == nil, in: store)
        }
        if scope.isEmpty {
            return Found(suggestion: TuneSuggestion(
                row, refusal: "its events have no client, subject or network in common; raise a "
                    + "threshold by hand (docs/RULES.md, overlays)"))
        }
        let entry = try made(scope, rule)
        switch EntryTrial.rules(with: entry, rules, path: "local.yml", text: "") {
        case .failure(let refusal):
            return Found(suggestion: TuneSuggestion(row, refusal: refusal.message))
        case .success(let changed):
            var backtest = backtest
            backtest.rules = changed
            backtest.progress = nil
            let trial = try QuietTrial(backtest, before: before, store: store, truths: truths)
            let suggestion = TuneSuggestion(row, trial) { entry.document(comments: $0) }
            return Found(suggestion: suggestion, entry: entry)
        }
    }
}
