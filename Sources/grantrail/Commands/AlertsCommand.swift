import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Pipeline

struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Look at the alerts that a service stored.",
        subcommands: [List.self])

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
                """)

        @Option(help: "The store's file.")
        var store: String

        @Option(name: .customLong("min"), help: "The least severity.")
        var minimum = Severity.info

        @Flag(help: "Also alerts that were withdrawn.")
        var withdrawn = false

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(store, .readOnly)
                let records = try onStore { () throws(StoreError) in
                    let records = try store.alertRecords()
                    try store.close()
                    return records
                }
                print(
                    records.filter {
                        $0.severity >= minimum && (withdrawn || $0.state != .withdrawn)
                    })
            }
        }

        private func print(_ records: [AlertRecord]) {
            let lines = AlertTextFormat(style: output.style)
            var bytes: [UInt8] = output.choice == .json ? [0x5B] : []
            for (index, record) in records.enumerated() {
                switch output.choice {
                case .text: bytes += Array((lines.line(stored: record.body) ?? "").utf8) + [0x0A]
                case .ndjson: bytes += record.body + [0x0A]
                case .json: bytes += (index > 0 ? [0x2C] : []) + record.body
                }
            }
            if output.choice == .json { bytes += [0x5D, 0x0A] }
            Terminal.write(bytes)
        }
    }
}
