import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Pipeline
import WireFormat

struct GrantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Look at grants: the families of tokens behind a session.",
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List grants by last activity.",
            discussion: """
                EXAMPLES
                  grantrail grant list --store events.db --replayed
                  grantrail grant list --store events.db --client web-app --limit 5
                """)

        @Option(help: "The event store.")
        var store: String

        @Option(help: "Only grants of this client.")
        var client: String?

        @Option(help: "Only grants of this subject.")
        var subject: String?

        @Flag(help: "Only grants in which a spent refresh token was presented again.")
        var replayed = false

        @Option(help: "How many at most.")
        var limit = 50

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(store, .readOnly)
                let grants = try onStore { () throws(StoreError) in
                    let grants = try GrantQuery(store).list(
                        client: client, subject: subject, onlyReplayed: replayed,
                        limit: max(0, limit))
                    try store.close()
                    return grants
                }
                if output.choice == .text {
                    for grant in grants { Terminal.write(line(grant)) }
                } else {
                    Printer(output).objects(grants) { $0.append(to: &$1) }
                }
            }
        }

        private func line(_ grant: GrantQuery.Summary) -> String {
            let style = output.style
            let replays = grant.replays == 0 ? "" : "  \(grant.replays) replays"
            return [
                style.bold(String(grant.family.prefix(12))),
                style.dim(TimeText.string(grant.lastTime, precision: 0)),
                style.escape(grant.subject ?? "unknown", limit: 60) + " → "
                    + style.escape(grant.client, limit: 60),
                style.dim("session " + style.escape(grant.session, limit: 40)),
                "\(grant.lineages) lineages" + replays + (grant.isEnded ? "  ended" : ""),
            ].joined(separator: "  ") + "\n"
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Draw the life of one grant: lineages, forks, presenters, verdict.",
            discussion: """
                EXAMPLES
                  grantrail grant show 7f3a9c01 --store events.db
                  grantrail grant show 7f3a9c01 --store events.db --output json
                """)

        @Argument(help: "The start of a family id, or a whole session id or subject.")
        var id: String

        @Option(help: "The event store.")
        var store: String

        @Flag(help: "Draw every rotation, also long runs of ordinary ones.")
        var all = false

        @OptionGroup var rules: RuleOptions
        @OptionGroup var clients: ClientArguments
        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(store, .readOnly)
                let history = try GrantQuery(store, clients: clients.registry()).history(
                    of: id, rules: rules.load())
                try onStore { () throws(StoreError) in try store.close() }
                if output.choice == .text || output.output == nil {
                    Terminal.write(
                        GrantTreeText(style: output.style, isComplete: all).draw(history))
                } else {
                    Printer(output).objects([history]) { $0.append(to: &$1) }
                }
            }
        }
    }
}
