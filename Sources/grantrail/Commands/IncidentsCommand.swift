import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Pipeline
import WireFormat

struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Look at incidents: stored alerts about one grant or one attacker.",
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List incidents, those that were hit last first.",
            discussion: """
                Title, client, subject and attacker are those of the first alert of the highest \
                severity. An incident is closed when all of its alerts are, and acknowledged when \
                none is left open. Those of which every alert was withdrawn are left out.

                EXAMPLES
                  grantrail incidents list --store events.db --min high --status open
                  grantrail incidents list --store events.db --output ndjson | jq .alerts
                """)

        @Option(help: "The store's file.")
        var store: String

        @Option(name: .customLong("min"), help: "The least severity.")
        var minimum = Severity.info

        @Option(help: "Only open, acknowledged, closed or withdrawn ones.")
        var status: IncidentStatus?

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(store, .readOnly)
                let rows = try onStore { () throws(StoreError) in
                    let rows = try store.incidentRows()
                    try store.close()
                    return rows
                }
                let meant = rows.filter { row in
                    row.severityLevel >= Int64(minimum.rawValue)
                        && (status.map { $0.rawValue == row.status } ?? (row.status != "withdrawn"))
                }
                if output.choice == .text {
                    for row in meant { Terminal.write(row.line(output.style) + "\n") }
                } else {
                    Printer(output).objects(meant) { row, writer in
                        writer.beginObject()
                        row.append(to: &writer)
                        writer.endObject()
                    }
                }
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one incident and its alerts.",
            discussion: """
                The name of an incident that became part of another one shows that one.

                EXAMPLES
                  grantrail incidents show --store events.db in_3f1c9a0b7d2e4f68
                  grantrail incidents show --store events.db in_3f1c --output json | jq .members
                """)

        @Option(help: "The store's file.")
        var store: String

        @Argument(help: "The incident's name, or its beginning.")
        var id: String

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(store, .readOnly)
                let found = try onStore { () throws(StoreError) in
                    try store.incidents(named: id, limit: 6)
                }
                guard let incident = found.first else { throw .noIncident(id) }
                guard found.count == 1 else {
                    throw .ambiguousIncident(id, found.map(\.text))
                }
                let (row, records) = try onStore { () throws(StoreError) in
                    let row = try store.incidentRows(of: incident).first
                    let records = try StoredAlerts.all(of: incident, in: store)
                    try store.close()
                    return (row, records)
                }
                guard let row else { throw .noIncident(id) }
                show(row, records)
            }
        }

        private func show(_ row: IncidentRow, _ records: [AlertRecord]) {
            if output.choice == .text {
                Terminal.write(row.line(output.style) + "\n")
                if !row.former.isEmpty {
                    Terminal.write("  before: " + row.former.joined(separator: ", ") + "\n")
                }
                return AlertPrinter(output, filter: nil).print(records)
            }
            var writer = JSONWriter()
            writer.beginObject()
            row.append(to: &writer)
            writer.key("members")
            writer.beginArray()
            for alert in records.compactMap({ AlertJSON.read($0.body) }) {
                AlertJSON.append(alert, to: &writer)
            }
            writer.endArray()
            writer.endObject()
            writer.endLine()
            Terminal.write(writer.bytes)
        }
    }
}

/// What people made of an incident.
enum IncidentStatus: String, ExpressibleByArgument, CaseIterable {
    case open, acknowledged, closed, withdrawn
}

extension IncidentRow {
    /// Writes its members, those that it has.
    func append(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("former", former)
        writer.member("title", title)
        writer.member("severity", severity)
        writer.member("status", status)
        writer.member("alerts", alerts)
        writer.member("first_seen", firstSeen)
        writer.member("last_seen", lastSeen)
        writer.member("client", client)
        writer.member("subject", subject)
        writer.member("attacker_ip", attackerIP)
    }

    /// One line without its end.
    func line(_ style: TextStyle) -> String {
        let shown = severity.uppercased()
        let padded = shown + String(repeating: " ", count: max(0, 8 - shown.count))
        let level = UInt8(exactly: severityLevel).flatMap(Severity.init(rawValue:)) ?? .info
        let who = [client, subject, attackerIP].compactMap { $0 }.map { style.escape($0) }
        return [
            style.dim(lastSeen), style.severity(level, padded), style.bold(id), status,
            alerts == 1 ? "1 alert" : "\(alerts) alerts", style.escape(title),
            style.dim(who.joined(separator: " ")),
        ].joined(separator: "  ")
    }
}
