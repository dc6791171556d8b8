import ArgumentParser
import AuditModel
import Configuration
import Delivery
import EventStore
import Foundation
import GrantLedger
import Pipeline
import RuleBook
import WireFormat

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what arrives, what is missing, and which server setting to change.",
        discussion: """
            Looks at archives, at a store, or at the machine, the configuration and the store of \
            a service. For each source it says what comes and since when, what rules see of it, \
            and for each thing that is missing which rules suffer and what cures it. Ends with \
            status 1 if something should be mended, which it calls a problem; advice does not \
            count.

            EXAMPLES
              grantrail doctor keycloak.log
              grantrail doctor --store events.db
              grantrail doctor --config config.yaml --output json | jq '.sources[].findings'
            """)

    @Argument(
        help: "Archives: files, directories, globs, - for standard input, or kafka://HOST/TOPIC.")
    var paths: [String] = []

    @Option(help: "Look at the events of this store instead.")
    var store: String?

    @Option(help: "The configuration of a service: its machine, its sources and its store.")
    var config: String?

    @OptionGroup var rules: RuleOptions
    @OptionGroup var clients: ClientArguments
    @OptionGroup var intake: IntakeArguments
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let given = [!paths.isEmpty, store != nil, config != nil].count { $0 }
        guard given == 1 else {
            throw ValidationError("name archives, a store with --store, or --config; only one")
        }
    }

    func run() {
        var hasProblems = false
        perform { () throws(PipelineError) in
            var report = DoctorReport(machine: MachineCheck(), inputs: [], checkup: nil)
            let found = look(&report.machine)
            if found.store != nil || !paths.isEmpty { try read(found, &report) }
            if output.choice == .text {
                Terminal.write(report.text(output.style, now: ServiceClock.system.wall()))
            } else {
                Terminal.write(report.json)
            }
            hasProblems = report.problems > 0
        }
        if hasProblems { Foundation.exit(1) }
    }

    /// Where events are looked for: the store, nil for archives and when there is none yet; and
    /// what is known of clients.
    private typealias Place = (store: String?, clients: ClientRegistry)

    /// Looks at the machine.
    private func look(_ machine: inout MachineCheck) -> Place {
        guard let config else {
            if let store { machine.store(store) }
            return (store, clients.registry())
        }
        let loaded = ConfigurationCheck.check(
            ConfigurationFile.load(named: config, overrides: [], in: .process))
        machine.configuration(loaded)
        machine.clock()
        guard let configuration = loaded.configuration, !loaded.hasErrors else {
            return (nil, .empty)
        }
        if configuration.fingerprint == nil { machine.key() }
        machine.store(configuration.store.path, configuration.store.lowWater)
        machine.service(configuration)
        for source in configuration.sources { machine.source(source) }
        let path = configuration.store.path
        let known = configuration.clients.map { ClientFile.read($0).usedOrFail() } ?? .empty
        return (FileManager.default.fileExists(atPath: path) ? path : nil, known)
    }

    // MARK: - Events

    private func read(_ place: Place, _ report: inout DoctorReport) throws(PipelineError) {
        let loaded = rules.loadAll()
        var sequence = EventSequence(clients: place.clients)
        let look = EventLooks(SourceSurvey(loaded))
        if let path = place.store {
            let store = try openStore(path, .readOnly)
            try sequence.run(store, look.take)
            report.inputs = try onStore { () throws(StoreError) in
                let inputs = look.inputs(try store.quarantined())
                try store.close()
                return inputs
            }
        } else if LivePlaces.areInKafka(paths) {
            let topics = try readTopics(paths, try intake.options())
            try sequence.run(topics.store, look.take)
            report.inputs = [InputTally(name: paths.joined(separator: " "), tally: topics.tally)]
        } else {
            report.inputs = try readArchives(look, &sequence)
        }
        report.checkup = Checkup(loaded, look.survey, now: ServiceClock.system.wall())
    }

    private func readArchives(
        _ look: EventLooks, _ sequence: inout EventSequence
    ) throws(PipelineError) -> [InputTally] {
        var inputs: [InputTally] = []
        let progress = ProgressLine(.bytes)
        sequence.progress = progress.update
        defer { progress.finish() }
        sequence.inputs = { inputs = $0 }
        do throws(PipelineError) {
            _ = try sequence.run(
                try resolve(paths), options: try intake.options(), look.take)
        } catch {
            // What is lost is what people ask about.
            guard case .nothingUsable = error else { throw error }
        }
        return inputs
    }
}

/// What one pass over events gathers.
private final class EventLooks {
    private(set) var survey: SourceSurvey
    private var names: [String: Int] = [:]
    private var codes: [UInt32: String] = [:]
    private static let mostNames = 1_000

    init(_ survey: SourceSurvey) { self.survey = survey }

    func take(_ batch: EventBatch, _ row: Int, _ pool: StringPool) {
        survey.take(batch, row: row, pool: pool)
        let code = batch.code(.source, row)
        if codes[code] == nil, codes.count < Self.mostNames { codes[code] = pool.text(code) }
        names[codes[code] ?? "other", default: 0] += 1
    }

    /// What came from each stream of a store, with what was put aside of it.
    func inputs(_ rejected: [QuarantinedRecord]) -> [InputTally] {
        var tallies: [String: IntakeTally] = [:]
        for (name, count) in names { tallies[name, default: IntakeTally()].events = count }
        for record in rejected {
            guard let code = IssueCode(rawValue: record.code) else { continue }
            tallies[record.source.name, default: IntakeTally()].rejected[code, default: 0] += 1
        }
        return tallies.sorted { $0.key < $1.key }.map { InputTally(name: $0, tally: $1) }
    }
}
