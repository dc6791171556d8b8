import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Foundation
import Pipeline
import Places
import RuleBook
import TokenScan
import TrafficSimulator

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Simulate nine days of a server's traffic, find the stolen tokens, show one.",
        discussion: """
            Needs no account, no Kafka and no network. Eight quiet days and one with labelled \
            attacks go into a store; the rules run over it; the stolen grant is drawn.

            EXAMPLES
              grantrail demo
              grantrail demo --dir /tmp/demo --seed 3
              grantrail demo --benign
            """)

    @Option(help: "Where to put the demo's files; default: a new directory below /tmp.")
    var dir: String?

    @Option(help: "Any number; equal seeds give equal traffic.")
    var seed: UInt64 = 7

    @Flag(help: "The same days without the attacks: what honest clients alone raise.")
    var benign = false

    @OptionGroup var output: OutputOptions

    func run() {
        perform { () throws(PipelineError) in
            let directory = makeDirectory()
            let style = output.style
            let file = simulate(into: directory)
            let path = directory + "/events.db"
            let alerts = try ingestAndDetect(file: file, directory: directory, path: path)
            print(alerts, style)
            if let stolen = Self.example(alerts) {
                try draw(stolen, path: path, style)
            }
            printNextSteps(alerts, directory: directory, path: path, style)
        }
    }

    private func makeDirectory() -> String {
        let path =
            dir ?? FileManager.default.temporaryDirectory.path
            + "/grantrail-demo-\(ProcessInfo.processInfo.processIdentifier)"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: dir == nil ? [.posixPermissions: 0o700] : nil)
        } catch {
            Terminal.fail("cannot make the directory \(path): \(error)", status: 74)
        }
        return path
    }

    private func simulate(into directory: String) -> String {
        var plan = SimulationPlan.demo(seed: seed)
        if benign { plan = plan.benignTwin }
        plan.dialects = [.keycloakJSON]
        do throws(SimulationError) {
            let summary = try SimulationOutput.write(plan: plan, directory: directory)
            Terminal.note(
                "simulated \(summary.events) events of a Keycloak server over 9 days, "
                    + "\(summary.attacks) attacks among them")
        } catch {
            Terminal.fail(error.description, status: 74)
        }
        return directory + "/" + SimulatedDialect.keycloakJSON.fileName
    }

    private func ingestAndDetect(
        file: String, directory: String, path: String
    ) throws(PipelineError) -> [Alert] {
        var options = try IntakeArguments.parseDefaults().options()
        options.places = try Self.places(directory + "/places")
        let store = try openStore(path, .readWrite(keyCheck: options.key.checkValue))
        let tally = try Ingestor().run(try resolve([file]), into: store, options: options)
        Terminal.note("stored: \(tally.report.first ?? "")")
        let outcome = try Backtest(rules: RuleBook.pack().active).run(store)
        try onStore { () throws(StoreError) in try store.close() }
        return outcome.alerts
    }

    /// The simulated world's own databases.
    private static func places(_ directory: String) throws(PipelineError) -> PlaceBook {
        do throws(PlacesError) {
            return try PlaceBook(
                city: directory + "/city.mmdb", asn: directory + "/asn.mmdb",
                networks: directory + "/networks.csv")
        } catch {
            throw .places(error)
        }
    }

    private func print(_ alerts: [Alert], _ style: TextStyle) {
        let serious = alerts.filter { $0.severity > .info }
        let format = AlertTextFormat(style: style)
        Terminal.write(style.bold("ALERTS") + "\n\n")
        for alert in serious { Terminal.write(format.block(alert) + "\n") }
        let rest = alerts.count - serious.count
        Terminal.write(
            "\(serious.count) alerts; \(rest) replays by honest clients judged harmless (info)\n\n")
    }

    /// The grant to draw: one in which the thief was first and went on, if there is one.
    private static func example(_ alerts: [Alert]) -> Alert? {
        let thefts = alerts.filter { $0.rule.name == "REF-01" && $0.keys.family != nil }
        return thefts.first { $0.branch == .attackerFirst } ?? thefts.first
    }

    private func draw(_ alert: Alert, path: String, _ style: TextStyle) throws(PipelineError) {
        let store = try openStore(path, .readOnly)
        let history = try GrantQuery(store).history(
            of: alert.keys.family ?? "", rules: RuleBook.pack().active)
        try onStore { () throws(StoreError) in try store.close() }
        Terminal.write(style.bold("THE STOLEN GRANT") + "\n\n")
        Terminal.write(GrantTreeText(style: style).draw(history) + "\n")
    }

    private func printNextSteps(
        _ alerts: [Alert], directory: String, path: String, _ style: TextStyle
    ) {
        let family = Self.example(alerts)?.keys.family?.prefix(12) ?? "ID"
        let program = CommandLine.arguments.first ?? "grantrail"
        Terminal.write(
            style.bold("NEXT") + "\n\n" + """
                  \(program) grant show \(family) --store \(path)
                  \(program) grant list --store \(path) --replayed
                  \(program) backtest --store \(path) --output ndjson
                  \(program) store verify \(path)
                  \(program) rules list
                  less \(directory)/truth.jsonl

                """)
    }
}

extension IntakeArguments {
    /// The values of a command line that names none of these options.
    static func parseDefaults() throws(PipelineError) -> IntakeArguments {
        guard let arguments = try? IntakeArguments.parse([]) else {
            throw .unknownDialect("auto", known: [])
        }
        return arguments
    }
}
