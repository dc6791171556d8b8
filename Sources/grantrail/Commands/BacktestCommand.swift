import ArgumentParser
import AuditModel
import Delivery
import Detection
import EventStore
import Intake
import Foundation
import Pipeline
import RuleBook

/// Where history comes from: archives, or a store.
struct HistoryArguments: ParsableArguments {
    @Argument(
        help: "Archives: files, directories, globs, - for standard input, or kafka://HOST/TOPIC.")
    var paths: [String] = []

    @Option(help: "Take the events of this store instead.")
    var store: String?

    func validate() throws {
        if paths.isEmpty == (store == nil) {
            throw ValidationError("name archives, or a store with --store; not both")
        }
    }
}

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Run the rules over history. Writes nothing and sends nothing.",
        discussion: """
            Events are taken in order of their own time, from any number of archives at once. The \
            alerts are the same from an archive, from a store made of it, and from a live run.

            EXAMPLES
              grantrail backtest keycloak.jsonl
              grantrail backtest logs/ --rules my-rules/ --fail-on high
              grantrail backtest sim/keycloak.jsonl --labels sim/truth.jsonl
              grantrail backtest --store events.db --output ndjson | jq .message
              grantrail backtest logs/ --rules new/ --against old/
            """)

    @OptionGroup var history: HistoryArguments
    @OptionGroup var rules: RuleOptions
    @OptionGroup var clients: ClientArguments
    @OptionGroup var intake: IntakeArguments
    @OptionGroup var output: OutputOptions

    @Option(help: "Only events from this moment on (RFC 3339).")
    var from: Moment?

    @Option(help: "Only events before this moment (RFC 3339).")
    var to: Moment?

    @Option(
        name: .customLong("fail-on"),
        help: "End with status 1 if an alert has this severity or a higher one.")
    var failOn: Severity?

    @Option(
        help: """
            Labelled attacks (truth.jsonl): print recall and precision, status 1 if one is missed.
            """)
    var labels: String?

    @Option(
        help: """
            Compare with the pack and the rules of this file or directory: alerts gained, lost \
            and changed, rule by rule. --fail-on then looks at gained ones.
            """)
    var against: String?

    @Option(help: ArgumentHelp("Engines to split the work over.", visibility: .hidden))
    var shards = 1

    func run() {
        var worst: Severity?
        var missed = false
        perform { () throws(PipelineError) in
            let outcome = try runBacktest(
                history, rules: rules.load(), against: against.map(other), clients: clients,
                intake: intake, shards: shards, from: from, to: to)
            note(outcome.tally)
            if let before = outcome.againstAlerts {
                let comparison = AlertComparison(outcome.alerts, against: before)
                print(comparison)
                worst = comparison.gained.map(\.severity).max()
            } else {
                Printer(output).alerts(outcome.alerts)
                worst = outcome.alerts.map(\.severity).max()
            }
            if let labels { missed = try !score(outcome.alerts, labels) }
        }
        if missed { Foundation.exit(1) }
        if let failOn, let worst, worst >= failOn { Foundation.exit(1) }
    }

    /// The rules to compare with.
    private func other(_ path: String) -> [Rule] {
        var loaded = loadRules([path])
        loaded.runsExperimental = rules.experimental
        return loaded.active
    }

    private func print(_ comparison: AlertComparison) {
        if output.choice == .text {
            Terminal.write(ComparisonText(style: output.style).draw(comparison))
        } else {
            Printer(output).objects(comparison.rules) { $0.append(to: &$1) }
        }
    }

    /// Whether every label that expects a rule was found.
    private func score(_ alerts: [Alert], _ path: String) throws(PipelineError) -> Bool {
        let score = LabelScore(alerts, try readLabels(path))
        for line in score.report { Terminal.note(line) }
        return score.missed.isEmpty
    }
}

/// Labelled attacks; lines that are none are counted on standard error.
func readLabels(_ path: String) throws(PipelineError) -> [Label] {
    var labels: [Label] = []
    for input in try resolve([path]) {
        do throws(IntakeError) {
            let read = try Label.read(input)
            labels += read.labels
            if read.unusable > 0 {
                Terminal.note("\(input.name): \(read.unusable) lines are no labels")
            }
        } catch {
            throw .intake(error)
        }
    }
    return labels
}

/// Runs a backtest as the command line asks, with progress on a terminal.
func runBacktest(
    _ history: HistoryArguments, rules: [Rule], against: [Rule]? = nil,
    clients: ClientArguments, intake: IntakeArguments, shards: Int = 1, from: Moment? = nil,
    to: Moment? = nil
) throws(PipelineError) -> Backtest.Outcome {
    var backtest = Backtest(rules: rules, shards: shards)
    backtest.against = against
    backtest.clients = clients.registry()
    backtest.from = from?.time ?? .min
    backtest.until = to?.time ?? .max
    let progress = ProgressLine(history.store == nil ? .bytes : .events)
    backtest.progress = progress.update
    defer { progress.finish() }
    if let path = history.store {
        let store = try openStore(path, .readOnly)
        let outcome = try backtest.run(store, places: try intake.places.book())
        try onStore { () throws(StoreError) in try store.close() }
        return outcome
    }
    if LivePlaces.areInKafka(history.paths) {
        let read = try readTopics(history.paths, try intake.options())
        var outcome = try backtest.run(read.store)
        outcome.tally = read.tally
        return outcome
    }
    let inputs = try resolve(history.paths)
    return try backtest.run(
        inputs, options: try intake.options(),
        spillDirectory: FileManager.default.temporaryDirectory.path)
}
