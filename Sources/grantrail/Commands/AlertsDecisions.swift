import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Foundation
import Pipeline
import WireFormat

/// One stored alert, whole.
struct AlertsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one stored alert, its incident, and what was decided about it.",
        discussion: """
            EXAMPLES
              grantrail alerts show --store events.db 3f1c
              grantrail alerts show --store events.db 3f1c --output json | jq .why
            """)

    @Option(help: "The store's file.")
    var store: String

    @Argument(help: "The alert's id, or its first digits.")
    var id: String

    @OptionGroup var output: OutputOptions

    func run() {
        perform { () throws(PipelineError) in
            let store = try openStore(store, .readOnly)
            let record = try storedAlert(id, store)
            let triage = try onStore { () throws(StoreError) in
                try store.triage(of: record.id)
            }
            let siblings = try onStore { () throws(StoreError) in
                try StoredAlerts.siblings(of: record.id, in: store)
            }
            if var alert = AlertJSON.read(record.body) {
                alert.incident = siblings.incident.map { Alert.Incident(id: $0) }
                Printer(output).alerts([alert])
            }
            if let note = siblings.note { Terminal.note(note) }
            if let triage {
                Terminal.note(
                    "\(triage.status.rawValue) by \(output.style.escape(triage.actor)) at "
                        + TimeText.string(triage.time, precision: 0)
                        + (triage.reason.isEmpty ? "" : ": \(triage.reason)")
                        + (triage.note.isEmpty ? "" : " (\(output.style.escape(triage.note)))"))
            }
            try onStore { () throws(StoreError) in try store.close() }
        }
    }
}

/// The one stored alert whose id begins so.
func storedAlert(_ id: String, _ store: EventStore) throws(PipelineError) -> AlertRecord {
    let matches = try onStore { () throws(StoreError) in
        try store.alertRecords(withIDPrefix: id.lowercased(), limit: 6)
    }
    guard let record = matches.first else { throw .noAlert(id) }
    guard matches.count == 1 else { throw .ambiguousAlert(id, matches.map(\.id.hex)) }
    return record
}

/// Where decisions are made, and by whom.
struct DecisionPlace: ParsableArguments {
    @Option(help: "The store's file.")
    var store: String

    @Option(help: "The running service's socket; default: beside the store.")
    var socket: String?

    @Option(help: "Who decides; default: the user.")
    var by: String?

    var actor: String { by ?? Self.user }

    /// Who decides where nobody is named.
    static var user: String { ProcessInfo.processInfo.environment["USER"] ?? NSUserName() }

    /// Asks the service that owns the store; without one decides in the store itself.
    func answer<Decision: StoreDecision>(
        to decision: Decision
    ) throws(PipelineError) -> Decision.Answer {
        try StoreChange.make(
            store: store, socket: socket ?? store + ".sock", isServiceNamed: socket != nil,
            asking: { (socket) throws(ControlError) in
                try ControlClient.ask(decision, at: socket)
            },
            changing: { (store) throws(StoreError) in
                try decision.perform(on: store, at: ServiceClock.system.wall(), by: .own)
            })
    }
}

/// What decisions about alerts have.
struct DecisionArguments: ParsableArguments {
    @OptionGroup var place: DecisionPlace

    @Option(help: "Why, in your words.")
    var note = ""

    @Argument(help: "Alert ids, or their first digits.")
    var ids: [String]

    func decide(_ verb: TriageRequest.Verb, reason: String = "") throws(PipelineError) {
        let answer = try place.answer(
            to: TriageRequest(
                verb: verb, ids: ids, actor: place.actor, reason: reason, note: note))
        if let error = answer.error { Terminal.fail(error, status: 64) }
        for result in answer.results { Terminal.write(Self.line(result) + "\n") }
        let lost = answer.results.filter { $0.status == "unknown" || $0.status == "ambiguous" }
        if !lost.isEmpty {
            Terminal.fail(
                "\(lost.count) of \(ids.count) ids name no alert, or several; `grantrail alerts "
                    + "list` shows them", status: 66)
        }
    }

    private static func line(_ result: TriageAnswer.Result) -> String {
        var line = "\(result.id)  \(result.status)"
        if !result.changed, let actor = result.actor, let time = result.time {
            line += "  already, by \(TextStyle(isColoured: false).escape(actor)) at \(time)"
        }
        return line
    }
}

struct AlertsAcknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Say that somebody looks after alerts: nobody hears of them again unless they "
            + "become more severe.",
        discussion: """
            Works while a service runs and without one. Kept in the store with who and when; \
            rules may change and the alert stays acknowledged.

            EXAMPLES
              grantrail alerts ack --store events.db 3f1c --by anna
            """)

    @OptionGroup var arguments: DecisionArguments

    func run() {
        perform { () throws(PipelineError) in try arguments.decide(.ack) }
    }
}

struct AlertsClose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close alerts with a reason.",
        discussion: """
            Reasons: \(TriageRequest.reasons.joined(separator: ", ")).

            With --overlay a benign alert also gives an entry of an allow-list: for its rule, its \
            client, its subject and its network, with an end. It is tried on the store first and \
            shown with the alerts that it would have quieted; only --write writes it, and closes \
            the alert. An entry that would quiet a critical alert, or one that was closed as a \
            true positive, is refused with status 1.

            EXAMPLES
              grantrail alerts close --store events.db 3f1c --reason test --note "ours"
              grantrail alerts close --store events.db 3f1c --reason benign --by anna \
                --overlay rules.d/benign.yml --scope client,network --expires 30d --write
            """)

    @Option(help: "Why; see above.")
    var reason: String

    @OptionGroup var arguments: DecisionArguments
    @OptionGroup var benign: BenignArguments

    func validate() throws {
        guard benign.overlay != nil else { return }
        if reason != "benign" { throw ValidationError("--overlay is for --reason benign") }
        if arguments.ids.count != 1 { throw ValidationError("--overlay takes one alert") }
    }

    func run() {
        perform { () throws(PipelineError) in
            if let file = benign.overlay {
                guard try benign.writeEntry(to: file, for: arguments) else { return }
            }
            try arguments.decide(.close, reason: reason)
        }
    }
}

struct AlertsReopen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen", abstract: "Take back that alerts were acknowledged or closed.",
        discussion: """
            EXAMPLES
              grantrail alerts reopen --store events.db 3f1c
            """)

    @OptionGroup var arguments: DecisionArguments

    func run() {
        perform { () throws(PipelineError) in try arguments.decide(.reopen) }
    }
}
