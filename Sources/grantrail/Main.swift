import ArgumentParser

@main
struct Grantrail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grantrail",
        abstract: "Audit trail and anomaly monitor for OAuth 2.0 and OpenID Connect tokens.",
        discussion: """
            Reads what an authorization server logs, rebuilds the life of every grant, and says \
            when a token does what its grant never allowed.

            EXAMPLES
              grantrail demo
              grantrail ingest /var/log/keycloak/events.jsonl --store events.db
              grantrail backtest --store events.db
              grantrail grant show 7f3a9c --store events.db
              grantrail scan /var/log/nginx --store events.db

            EXIT STATUS
              0 done, alerts or not   1 scan finding, failed test, verification or --fail-on
              2 invalid rule   64 usage   65 no record of the input usable   66 input missing
              69 Kafka unreachable   74 store input/output   78 configuration
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, IngestCommand.self, BacktestCommand.self, TailCommand.self,
            SimulateCommand.self, GrantCommand.self, RulesCommand.self, StoreCommand.self,
            ScanCommand.self, RunCommand.self, ConfigCommand.self, ControlCommand.self,
            ClientsCommand.self, MapsCommand.self, AlertsCommand.self, IncidentsCommand.self,
            HooksCommand.self, TuneCommand.self, DoctorCommand.self, MeasureCommand.self,
        ])

    static func main() {
        ProcessLimits.keepLargeBlocks()
        ProcessLimits.raiseOpenFiles()
        Cryptography.outliveTheProcess()
        main(nil)
    }
}
