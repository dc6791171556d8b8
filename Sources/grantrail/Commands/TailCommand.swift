import ArgumentParser
import AuditModel
import Delivery
import Detection
import EventStore
import GrantLedger
import Pipeline
import RuleBook
import WireFormat

struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Print events or alerts, one line each.",
        subcommands: [Events.self, Alerts.self])

    struct Events: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "events", abstract: "Print events in order of their own time.",
            discussion: """
                Ends with its input unless --follow is given.

                EXAMPLES
                  grantrail tail events keycloak.jsonl
                  grantrail tail events --store events.db --output ndjson | jq .kind
                  grantrail tail events --store events.db --where 'kind=refresh.rejected'
                  grantrail tail events --follow /var/log/keycloak/events.jsonl
                  grantrail tail events --follow kafka://127.0.0.1:9092/keycloak-events
                """)

        @OptionGroup var history: HistoryArguments
        @OptionGroup var following: FollowArguments
        @OptionGroup var intake: IntakeArguments
        @OptionGroup var output: OutputOptions

        @Option(help: "Only events from this moment on (RFC 3339).")
        var since: Moment?

        @Option(help: "Only events that meet this condition, in the language of rules.")
        var `where`: String?

        func validate() throws { try following.check(history, output, intake) }

        func run() {
            perform { () throws(PipelineError) in
                let printer = EventPrinter(
                    output, filter: `where`.map(eventFilter), from: since?.time ?? .min)
                if following.isAsked {
                    if let store = history.store {
                        return try Following().events(in: store, printer)
                    }
                    return try Following().events(history.paths, try intake.options(), printer)
                }
                let tally = try EventReader(history, intake).read(printer.add)
                printer.finish()
                note(tally)
            }
        }
    }

    struct Alerts: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "alerts", abstract: "Print the alerts that the rules raise.",
            discussion: """
                Ends with its input unless --follow is given. With --follow alerts come as soon as \
                they can be seen, some provisional: these are confirmed in silence, changed, or \
                withdrawn. With --follow and --store nothing is judged anew: what the running \
                service told is printed, and what it tells.

                EXAMPLES
                  grantrail tail alerts keycloak.jsonl
                  grantrail tail alerts --store events.db --color always | less -R
                  grantrail tail alerts --store events.db --where 'severity>=high and client=web'
                  grantrail tail alerts --follow /var/log/keycloak/events.jsonl --color always
                  grantrail tail alerts --follow --store events.db
                """)

        @OptionGroup var history: HistoryArguments
        @OptionGroup var following: FollowArguments
        @OptionGroup var rules: RuleOptions
        @OptionGroup var clients: ClientArguments
        @OptionGroup var intake: IntakeArguments
        @OptionGroup var output: OutputOptions

        @Option(help: "Only alerts from this moment on (RFC 3339).")
        var since: Moment?

        @Option(help: "Only alerts whose members meet this condition.")
        var `where`: String?

        func validate() throws {
            try following.check(history, output, intake)
            let isOwn =
                !rules.rules.isEmpty || rules.experimental || clients.clients != nil
            if following.isAsked, history.store != nil, isOwn {
                throw ValidationError(
                    "with --follow and --store alerts are those of the service; it has its own "
                        + "rules: leave out --rules, --experimental and --clients")
            }
        }

        func run() {
            perform { () throws(PipelineError) in
                let filter = `where`.map(alertFilter)
                if following.isAsked { return try follow(filter) }
                let outcome = try runBacktest(
                    history, rules: rules.load(), clients: clients, intake: intake)
                let from = since?.time ?? .min
                let alerts = outcome.alerts.filter {
                    $0.time >= from && filter?.matches($0) ?? true
                }
                if output.choice == .text {
                    let format = AlertTextFormat(style: output.style)
                    for alert in alerts { Terminal.write(format.line(alert) + "\n") }
                } else {
                    Printer(output).alerts(alerts)
                }
                note(outcome.tally)
            }
        }

        private func follow(_ filter: AlertFilter?) throws(PipelineError) {
            let printer = AlertPrinter(output, filter: filter, from: since?.time ?? .min)
            if let store = history.store { return try Following().alerts(in: store, printer) }
            try Following().alerts(
                history.paths, try intake.options(), rules.load(), clients.registry(), printer)
        }
    }
}

/// Whether to go on with what comes.
struct FollowArguments: ParsableArguments {
    @Flag(
        name: .customLong("follow"),
        help: """
            Go on with what comes, until interrupted. From paths in order of arrival; from a \
            store what another process puts there.
            """)
    var isAsked = false

    /// - Throws: `ValidationError` for arguments that do not go together.
    func check(
        _ history: HistoryArguments, _ output: OutputOptions, _ intake: IntakeArguments
    ) throws {
        if !isAsked { return }
        if history.paths.contains("-") {
            throw ValidationError("standard input is read to its end; leave out --follow")
        }
        if output.choice == .json {
            throw ValidationError("an array has an end; with --follow use --output ndjson")
        }
        let places = intake.places
        let resolves = places.geo != nil || places.asn != nil || places.networks != nil
        if history.store != nil, resolves || places.trustedProxies != nil {
            throw ValidationError("with --follow a store's places are shown as they are stored")
        }
    }
}

/// The filter of `--where`; prints what is wrong with it and ends with status 64.
func eventFilter(_ expression: String) -> EventFilter {
    do throws(WhereExpression.Fault) {
        return try WhereExpression.events(expression)
    } catch {
        refuse(error)
    }
}

/// The filter of `--where`; prints what is wrong with it and ends with status 64.
func alertFilter(_ expression: String) -> AlertFilter {
    do throws(WhereExpression.Fault) {
        return try WhereExpression.alerts(expression)
    } catch {
        refuse(error)
    }
}

private func refuse(_ fault: WhereExpression.Fault) -> Never {
    for diagnostic in fault.diagnostics { Terminal.note(diagnostic.harmlessText) }
    Terminal.fail("--where cannot be read; nothing was done", status: 64)
}

/// Reads events in total order from wherever the command line says.
struct EventReader {
    private let history: HistoryArguments
    private let intake: IntakeArguments
    private let clients: ClientArguments?

    /// - Parameter clients: nil gives events as they are.
    init(
        _ history: HistoryArguments, _ intake: IntakeArguments, _ clients: ClientArguments? = nil
    ) {
        self.history = history
        self.intake = intake
        self.clients = clients
    }

    /// - Parameter showsProgress: for commands that print nothing before the end.
    func read(
        showsProgress: Bool = false,
        _ take: @escaping (EventBatch, Int, StringPool) -> Void
    ) throws(PipelineError) -> IntakeTally {
        var sequence = EventSequence(clients: clients?.registry() ?? .empty)
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
        if LivePlaces.areInKafka(history.paths) {
            let read = try readTopics(history.paths, try intake.options())
            try sequence.run(read.store, take)
            return read.tally
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

    /// Writes what is there.
    mutating func flush() {
        if !writer.bytes.isEmpty { Terminal.write(writer.takeBytes()) }
        if !text.isEmpty { Terminal.write(text) }
        text = ""
    }
}
