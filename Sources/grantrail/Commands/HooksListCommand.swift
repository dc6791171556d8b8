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
                let rows = try place.reading { (store) throws(StoreError) in
                    try HookRow.rows(place.outline, store)
                }
                if output.choice == .text {
                    let now = ServiceClock.system.wall()
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

        @OptionGroup var arguments: HookArguments

        @Option(help: "Only those of this hook.")
        var hook: String?

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let place = arguments.place()
                let records = try place.reading { (store) throws(StoreError) in
                    try store.deadDeliveries(hook: hook)
                }
                DeadPrinter(output).print(records)
            }
        }
    }
}

/// Prints dead deliveries.
struct DeadPrinter {
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
            "attempts \(record.attempts)", style.escape(record.reason),
        ].joined(separator: "  ")
    }
}

extension EventStore {
    /// All dead deliveries, of one hook or of every one.
    func deadDeliveries(hook: String?) throws(StoreError) -> [DeliveryRecord] {
        var records: [DeliveryRecord] = []
        try pages(hook: hook, status: .dead) { records += $0 }
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
