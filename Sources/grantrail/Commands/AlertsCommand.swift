import ArgumentParser
import AuditModel
import EventStore
import Pipeline

struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Look at the alerts that a service stored, and decide about them.",
        subcommands: [
            List.self, AlertsShow.self, AlertsExplain.self, AlertsExport.self,
            AlertsAcknowledge.self, AlertsClose.self, AlertsReopen.self,
            AlertsSilence.self, AlertsSilences.self, AlertsUnsilence.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List stored alerts as they stand, by event time.",
            discussion: """
                What `run` found, with the state of each: provisional, confirmed, or historic \
                for alerts about events that were there before it. Withdrawn ones are left out \
                unless asked for. `backtest --store` runs rules anew instead.

                EXAMPLES
                  grantrail alerts list --store events.db --min medium
                  grantrail alerts list --store events.db --output ndjson | jq .keys.family
                  grantrail alerts list --store events.db --where 'client=web and state=confirmed'
                """)

        @Option(help: "The store's file.")
        var store: String

        @Option(name: .customLong("min"), help: "The least severity.")
        var minimum = Severity.info

        @Flag(help: "Also alerts that were withdrawn.")
        var withdrawn = false

        @Option(help: "Only alerts whose members meet this condition.")
        var `where`: String?

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let printer = AlertPrinter(output, filter: `where`.map(alertFilter))
                let store = try openStore(store, .readOnly)
                let records = try onStore { () throws(StoreError) in
                    let records = try StoredAlerts.all(in: store)
                    try store.close()
                    return records
                }
                printer.printAll(
                    records.filter {
                        $0.severity >= minimum && (withdrawn || $0.state != .withdrawn)
                    })
            }
        }
    }
}
