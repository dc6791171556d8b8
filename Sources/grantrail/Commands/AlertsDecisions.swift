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
            let matches = try onStore { () throws(StoreError) in
                try store.alertRecords(withIDPrefix: id.lowercased(), limit: 6)
            }
            guard let record = matches.first else { throw .noAlert(id) }
            guard matches.count == 1 else {
                throw .ambiguousAlert(id, matches.map(\.id.hex))
            }
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

/// What all decisions have.
struct DecisionArguments: ParsableArguments {
    @Option(help: "The store's file.")
    var store: String

    @Option(help: "The running service's socket; default: beside the store.")
    var socket: String?

    @Option(help: "Who decides; default: the user.")
    var by: String?

    @Option(help: "Why, in your words.")
    var note = ""

    @Argument(help: "Alert ids, or their first digits.")
    var ids: [String]

    /// Asks the service that owns the store; without one decides in the store itself.
    func decide(_ verb: TriageRequest.Verb, reason: String = "") throws(PipelineError) {
        let actor = by ?? ProcessInfo.processInfo.environment["USER"] ?? NSUserName()
        let request = TriageRequest(
            verb: verb, ids: ids, actor: actor, reason: reason, note: note)
        let answer = try answer(to: request)
        if let error = answer.error { Terminal.fail(error, status: 64) }
        for result in answer.results { Terminal.write(Self.line(result) + "\n") }
        let lost = answer.results.filter { $0.status == "unknown" || $0.status == "ambiguous" }
        if !lost.isEmpty {
            Terminal.fail(
                "\(lost.count) of \(ids.count) ids name no alert, or several; `grantrail alerts "
                    + "list` shows them", status: 66)
        }
    }

    private func answer(to request: TriageRequest) throws(PipelineError) -> TriageAnswer {
        try StoreChange.make(
            store: store, socket: socket ?? store + ".sock", isServiceNamed: socket != nil,
            asking: { (socket) throws(ControlError) in
                try ControlClient.ask(request, at: socket)
            },
            changing: { (store) throws(StoreError) in
                try request.perform(on: store, at: ServiceClock.system.wall())
            })
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

            EXAMPLES
              grantrail alerts close --store events.db 3f1c --reason test --note "ours"
            """)

    @Option(help: "Why; see above.")
    var reason: String

    @OptionGroup var arguments: DecisionArguments

    func run() {
        perform { () throws(PipelineError) in try arguments.decide(.close, reason: reason) }
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
