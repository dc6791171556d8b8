import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Pipeline
import WireFormat

struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Print events or alerts, one line each.",
        subcommands: [Events.self, Alerts.self])

    struct Events: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "events", abstract: "Print events in order of their own time.",
            discussion: """
                EXAMPLES
                  grantrail tail events keycloak.jsonl
                  grantrail tail events --store events.db --output ndjson | jq .kind
                """)

        @OptionGroup var history: HistoryArguments
        @OptionGroup var intake: IntakeArguments
        @OptionGroup var output: OutputOptions

        @Option(help: "Only events from this moment on (RFC 3339).")
        var since: Moment?

        func run() {
            perform { () throws(PipelineError) in
                var lines = EventLines(output)
                let from = since?.time ?? .min
                let tally = try EventReader(history, intake).read { batch, row, pool in
                    if batch.time[row] >= from { lines.add(batch, row, pool) }
                }
                lines.finish()
                note(tally)
            }
        }
    }

    struct Alerts: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "alerts", abstract: "Print the alerts that the rules raise.",
            discussion: """
                EXAMPLES
                  grantrail tail alerts keycloak.jsonl
                  grantrail tail alerts --store events.db --color always | less -R
                """)

        @OptionGroup var history: HistoryArguments
        @OptionGroup var rules: RuleOptions
        @OptionGroup var intake: IntakeArguments
        @OptionGroup var output: OutputOptions

        @Option(help: "Only alerts from this moment on (RFC 3339).")
        var since: Moment?

        func run() {
            perform { () throws(PipelineError) in
                let outcome = try runBacktest(history, rules: rules.load(), intake: intake)
                let from = since?.time ?? .min
                let alerts = outcome.alerts.filter { $0.time >= from }
                if output.choice == .text {
                    let format = AlertTextFormat(style: output.style)
                    for alert in alerts { Terminal.write(format.line(alert) + "\n") }
                } else {
                    Printer(output).alerts(alerts)
                }
                note(outcome.tally)
            }
        }
    }
}

/// Reads events in total order from wherever the command line says.
struct EventReader {
    private let history: HistoryArguments
    private let intake: IntakeArguments

    init(_ history: HistoryArguments, _ intake: IntakeArguments) {
        self.history = history
        self.intake = intake
    }

    /// - Parameter showsProgress: for commands that print nothing before the end.
    func read(
        showsProgress: Bool = false,
        _ take: @escaping (EventBatch, Int, StringPool) -> Void
    ) throws(PipelineError) -> IntakeTally {
        var sequence = EventSequence()
        let progress = ProgressLine(history.store == nil ? .bytes : .events)
        if showsProgress { sequence.progress = progress.update }
        defer { progress.finish() }
        if let path = history.store {
            let store = try openStore(path, .readOnly)
            var tally = IntakeTally()
            try sequence.run(store, places: try intake.places.book()) { batch, row, pool in
                tally.events += 1
                take(batch, row, pool)
            }
            try onStore { () throws(StoreError) in try store.close() }
            return tally
        }
        return try sequence.run(try resolve(history.paths), options: try intake.options(), take)
    }
}

/// Event lines on standard output, written in large pieces.
struct EventLines {
    private var writer = JSONWriter()
    private var text = ""
    private let output: OutputOptions
    private let style: TextStyle

    init(_ output: OutputOptions) {
        self.output = output
        style = output.style
        if output.choice == .json { writer.beginArray() }
    }

    mutating func add(_ batch: EventBatch, _ row: Int, _ pool: StringPool) {
        switch output.choice {
        case .text: text += EventTextFormat(style: style).line(batch, row, pool) + "\n"
        case .ndjson:
            EventJSON.append(batch, row: row, pool: pool, to: &writer)
            writer.endLine()
        case .json: EventJSON.append(batch, row: row, pool: pool, to: &writer)
        }
        if writer.bytes.count + text.utf8.count > 1 << 16 { flush() }
    }

    /// Writes what is left, and the end of an array.
    mutating func finish() {
        if output.choice == .json {
            writer.endArray()
            writer.endLine()
        }
        flush()
    }

    private mutating func flush() {
        Terminal.write(writer.takeBytes())
        Terminal.write(text)
        text = ""
    }
}
