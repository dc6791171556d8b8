import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Pipeline
import WireFormat

extension HooksCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Say of each hook what waits, what is dead and what is wrong.",
            discussion: """
                EXAMPLES
                  grantrail hooks list --config config.yaml
                  grantrail hooks list --store events.db --output ndjson | jq 'select(.dead > 0)'
                """)

        @OptionGroup var arguments: HookArguments

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let place = arguments.place()
                let now = ServiceClock.system.wall()
                let rows = try place.reading { (store) throws(StoreError) in
                    try HookRow.rows(place.outline, store, now: now)
                }
                if output.choice == .text {
                    for row in rows { Terminal.write(row.text(output.style, now: now) + "\n") }
                } else {
                    Printer(output).objects(rows) { $0.append(to: &$1) }
                }
                for row in rows where row.isConfigured == false && row.pending > 0 {
                    Terminal.note(
                        "note: no hook '\(row.hook)' is configured, and deliveries wait for it: "
                            + "configure it again, or give them up with "
                            + "`grantrail hooks drop --hook \(row.hook) --yes`")
                }
            }
        }
    }

    struct Dead: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dead",
            abstract: "List deliveries that are not tried any more, in the order of commits.",
            discussion: """
                EXAMPLES
                  grantrail hooks dead --config config.yaml --hook soc
                  grantrail hooks dead --store events.db --output ndjson | jq -r .reason | sort
                """)

        @OptionGroup var deliveries: DeliveryArguments

        func run() { deliveries.show(.dead) }
    }

    struct Held: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "held",
            abstract: "List notifications that were held back because a budget was spent.",
            discussion: """
                A digest told of them (docs/WEBHOOKS.md); `grantrail alerts show` has each alert.

                EXAMPLES
                  grantrail hooks held --config config.yaml --hook soc
                  grantrail hooks held --store events.db --output ndjson |
                    jq -r 'select(.severity == "critical") | .alert'
                """)

        @OptionGroup var deliveries: DeliveryArguments

        func run() { deliveries.show(.held) }
    }
}

/// Which deliveries are listed, and how.
struct DeliveryArguments: ParsableArguments {
    @OptionGroup var arguments: HookArguments

    @Option(help: "Only those of this hook.")
    var hook: String?

    @OptionGroup var output: OutputOptions

    /// Prints all that have come to a state.
    func show(_ status: DeliveryRecord.Status) {
        perform { () throws(PipelineError) in
            let records = try arguments.place().reading { (store) throws(StoreError) in
                try store.allDeliveries(hook: hook, status: status)
            }
            DeliveryPrinter(output).print(records)
        }
    }
}

/// Prints deliveries that are not tried.
struct DeliveryPrinter {
    private let output: OutputOptions

    init(_ output: OutputOptions) { self.output = output }

    func print(_ records: [DeliveryRecord]) {
        if output.choice == .text {
            for record in records { Terminal.write(line(record) + "\n") }
            return
        }
        Printer(output).objects(records) { record, json in
            json.beginObject()
            json.member("hook", record.hook)
            json.member("sequence", record.sequence)
            json.member("alert", record.alert.hex)
            json.member("revision", Int64(record.revision))
            json.member("severity", record.severity.name)
            json.member("attempts", Int64(record.attempts))
            json.member("created", time: record.created, precision: 3)
            json.member("last_status", record.lastStatus.map { Int64($0) })
            if !record.reason.isEmpty { json.member("reason", record.reason) }
            json.endObject()
        }
    }

    private func line(_ record: DeliveryRecord) -> String {
        let style = output.style
        return [
            style.dim(TimeText.string(record.created, precision: 3)),
            style.bold(style.escape(record.hook)), "\(record.alert.hex).\(record.revision)",
            record.severity.name,
            record.attempts > 0 ? "attempts \(record.attempts)" : "",
            style.escape(record.reason),
        ].filter { !$0.isEmpty }.joined(separator: "  ")
    }
}

extension EventStore {
    /// All deliveries of a status, of one hook or of every one.
    func allDeliveries(
        hook: String?, status: DeliveryRecord.Status
    ) throws(StoreError) -> [DeliveryRecord] {
        var records: [DeliveryRecord] = []
        try pages(hook: hook, status: status) { records += $0 }
        return records
    }

    /// Goes through deliveries a page at a time, in the order of commits.
    func pages(
        hook: String?, status: DeliveryRecord.Status,
        _ body: ([DeliveryRecord]) -> Void
    ) throws(StoreError) {
        // Sequences count for one hook; several may have a delivery of the same.
        if hook == nil {
            for count in try deliveryCounts() {
                try pages(hook: count.hook, status: status, body)
            }
            return
        }
        var last: Int64 = 0
        while true {
            let page = try deliveries(hook: hook, status: status, after: last, limit: 1_000)
            guard let end = page.last else { return }
            body(page)
            last = end.sequence
        }
    }
}
