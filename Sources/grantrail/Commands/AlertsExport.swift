import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Pipeline
import TokenScan
import WireFormat

/// Stored alerts for other programs.
struct AlertsExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write stored alerts for other programs, by event time, one a line.",
        discussion: """
            ndjson has the alerts and what was decided about them, csv their texts and numbers in \
            columns, ocsf and cloudevents what hooks of these forms get. Withdrawn ones are left \
            out unless asked for. Takes the same memory for any number of alerts.

            EXAMPLES
              grantrail alerts export --store events.db --output csv > alerts.csv
              grantrail alerts export --store events.db --from 2026-03-01T00:00:00Z --min high \
                --output ocsf --pii pseudonym | gzip > findings.ndjson.gz
            """)

    @Option(help: "The store's file.")
    var store: String

    @Option(help: "Only alerts from this moment on (RFC 3339), by event time.")
    var from: Moment?

    @Option(help: "Only alerts before this moment (RFC 3339).")
    var to: Moment?

    @Option(name: .customLong("min"), help: "The least severity.")
    var minimum = Severity.info

    @Option(help: "Only alerts of this rule, by name or id; repeatable.")
    var rule: [String] = []

    @Option(help: "Only alerts that are open, acknowledged or closed.")
    var status: Triage.Status?

    @Flag(help: "Also alerts that were withdrawn.")
    var withdrawn = false

    @Option(help: "ndjson, csv, ocsf or cloudevents.")
    var output = AlertExport.Form.ndjson

    @Option(help: "What is said of people: full, pseudonym or none.")
    var pii = PIIProfile.full

    @Option(
        name: .customLong("key-file"),
        help: "The key that --pii pseudonym makes pseudonyms with; default: as for `run`.")
    var keyFile: String?

    func run() {
        perform { () throws(PipelineError) in
            let store = try openStore(store, .readOnly)
            let export = AlertExport(output, context: try context(store))
            var batch = export.head
            var count: Int64 = 0
            try onStore { () throws(StoreError) in
                try store.readAlerts(
                    from: from?.time ?? .min, until: to?.time ?? .max, minimum: minimum
                ) { record, triage in
                    guard isWanted(record, triage),
                        let line = export.record(
                            record.body, triage.map(Self.decision), number: count + 1)
                    else { return }
                    count += 1
                    batch += line
                    if batch.count > 1 << 16 {
                        Terminal.write(batch)
                        batch.removeAll(keepingCapacity: true)
                    }
                }
                try store.close()
            }
            Terminal.write(batch)
            Terminal.note("\(count) alerts")
        }
    }

    private func context(_ store: EventStore) throws(PipelineError) -> BodyContext {
        let identity = try onStore { () throws(StoreError) in try store.info().identity }
        var context = BodyContext(
            store: identity.uuidText, version: Grantrail.configuration.version, pii: pii)
        if pii == .pseudonym {
            let key = try fingerprintKey(keyFile)
            let isKnown = try onStore { () throws(StoreError) in
                try store.hasKey(key.checkValue)
            }
            if !isKnown {
                Terminal.note(
                    "note: the store was made with another fingerprint key; these pseudonyms are "
                        + "not those of its service")
            }
            context.pseudonymKey = key.pseudonymKey
        }
        return context
    }

    private func isWanted(_ record: AlertRecord, _ triage: Triage?) -> Bool {
        if record.state == .withdrawn, !withdrawn { return false }
        if let status, status != triage?.status ?? .open { return false }
        if rule.isEmpty { return true }
        guard let alert = AlertJSON.read(record.body) else { return false }
        return rule.contains(alert.rule.name) || rule.contains(alert.rule.id)
    }

    private static func decision(_ triage: Triage) -> AlertDecision {
        AlertDecision(
            status: triage.status.rawValue, time: triage.time, actor: triage.actor,
            reason: triage.reason, note: triage.note)
    }
}
