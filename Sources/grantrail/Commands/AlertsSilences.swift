import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Pipeline
import WireFormat

struct AlertsSilence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Let nobody be told of some alerts for a while: no hook, no file, no output.",
        discussion: """
            They are stored, listed and counted as ever, and name the silence. When it is over \
            nothing is told again; an alert that becomes more severe then is. Critical alerts are \
            told all the same unless --max critical says otherwise. In patterns * stands for any \
            text.

            EXAMPLES
              grantrail alerts silence --store events.db --rule 'REF-*' --client web \\
                  --for 8h --by anna --reason "migration of web"
              grantrail alerts silence --store events.db --attacker 192.0.2.0/24 \\
                  --max critical --until 2026-12-01T18:00:00Z --reason "penetration test"
            """)

    @Option(help: "A pattern of names of rules.")
    var rule: String?

    @Option(help: "A pattern of clients.")
    var client: String?

    @Option(help: "A pattern of subjects.")
    var subject: String?

    @Option(help: "A pattern of tenants.")
    var tenant: String?

    @Option(help: "An address or prefix that the attacker's address lies in; repeatable.")
    var attacker: [String] = []

    @Option(name: .customLong("max"), help: "The greatest severity that is silenced.")
    var most = Severity.high

    @Option(name: .customLong("for"), help: "How long, such as 8h; at most 90d.")
    var duration: Span?

    @Option(help: "Until when.")
    var until: Moment?

    @Option(help: "Why, in your words.")
    var reason: String

    @OptionGroup var place: DecisionPlace

    func run() {
        perform { () throws(PipelineError) in
            var request = SilenceRequest(most: most, actor: place.actor, reason: reason)
            (request.rule, request.client) = (rule, client)
            (request.subject, request.tenant) = (subject, tenant)
            request.attackers = attacker
            request.duration = duration?.nanoseconds
            request.until = until?.time
            let answer = try place.answer(to: request)
            if let error = answer.error { Terminal.fail(error, status: 64) }
            Terminal.write("\(answer.id ?? 0)  active  until \(answer.end ?? "")\n")
        }
    }
}

struct AlertsUnsilence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unsilence", abstract: "Take a silence back before its end.",
        discussion: """
            EXAMPLES
              grantrail alerts unsilence --store events.db 3 --by anna
            """)

    @Argument(help: "The silence's number; `alerts silences` shows it.")
    var id: Int64

    @OptionGroup var place: DecisionPlace

    func run() {
        perform { () throws(PipelineError) in
            let answer = try place.answer(to: UnsilenceRequest(id: id, actor: place.actor))
            if let error = answer.error { Terminal.fail(error, status: 64) }
            guard let status = answer.status, status != "unknown" else {
                Terminal.fail(
                    "there is no silence \(id); `grantrail alerts silences` shows them", status: 66)
            }
            var line = "\(id)  \(status)"
            if !answer.changed {
                line += "  already, at \(answer.end ?? "")"
                if let actor = answer.actor {
                    line += " by \(TextStyle(isColoured: false).escape(actor))"
                }
            }
            Terminal.write(line + "\n")
        }
    }
}

struct AlertsSilences: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silences",
        abstract: "List silences: who wants them, why, until when, and what they held back.",
        discussion: """
            EXAMPLES
              grantrail alerts silences --store events.db
              grantrail alerts silences --store events.db --all --output ndjson | jq .held
            """)

    @Option(help: "The store's file.")
    var store: String

    @Flag(help: "Also those that are over.")
    var all = false

    @OptionGroup var output: OutputOptions

    func run() {
        perform { () throws(PipelineError) in
            let store = try openStore(store, .readOnly)
            let silences = try onStore { () throws(StoreError) in
                let silences = try store.silences(includingEnded: all)
                try store.close()
                return silences
            }
            let now = ServiceClock.system.wall()
            let meant = silences.filter { all || $0.status(at: now) == .active }
            if output.choice == .text {
                for silence in meant { Terminal.write(line(silence, at: now) + "\n") }
            } else {
                Printer(output).objects(meant) { $0.append(to: &$1, at: now) }
            }
        }
    }

    private func line(_ silence: Silence, at now: Int64) -> String {
        let style = output.style
        let status = silence.status(at: now)
        let patterns = [
            ("rule", silence.rule), ("client", silence.client), ("subject", silence.subject),
            ("tenant", silence.tenant),
        ]
        let addresses = silence.attackers.map { ("attacker", Optional($0.text)) }
        let terms = (patterns + addresses).compactMap { name, value in
            value.map { "\(name)=\(style.escape($0))" }
        }
        let end = TimeText.string(silence.ended ?? silence.until, precision: 0)
        var parts = [style.bold(String(silence.id)), status.rawValue]
        parts.append("\(status == .active ? "until" : "ended") \(end)")
        parts.append(terms.joined(separator: " "))
        parts.append("up to \(silence.most.name)")
        parts.append("held back \(silence.held)")
        parts.append("by \(style.escape(silence.actor)): \(style.escape(silence.reason))")
        if !silence.endedBy.isEmpty {
            parts.append("taken back by \(style.escape(silence.endedBy))")
        }
        return parts.joined(separator: "  ")
    }
}
