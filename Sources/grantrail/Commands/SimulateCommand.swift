import ArgumentParser
import Delivery
import Pipeline
import TrafficSimulator

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Write seeded traffic of an authorization server, with the attacks labelled.",
        discussion: """
            The same arguments give the same bytes. truth.jsonl names the events of every attack \
            and the rules any of which should find it. places/ says where the networks are: \
            city.mmdb, asn.mmdb and networks.csv.

            EXAMPLES
              grantrail simulate --out /tmp/traffic --events 100000
              grantrail simulate --out /tmp/both --dialect keycloak --dialect keycloak-text
              grantrail simulate --out /tmp/quiet --quiet
            """)

    @Option(help: "The directory to write to; made when it is missing.")
    var out: String

    @Option(help: "Any number; equal seeds give equal traffic.")
    var seed: UInt64 = 1

    @Option(help: "How many events.")
    var events = 100_000

    @Option(help: "Over how many days.")
    var days = 9

    @Option(help: "The first moment (RFC 3339).")
    var start: Moment?

    @Option(
        help: """
            Which log formats, repeatable: \
            \(SimulatedDialect.allValueStrings.joined(separator: ", ")).
            """)
    var dialect: [SimulatedDialect] = [.keycloakJSON]

    @Option(help: "How many attacks of each scenario.")
    var attacks = 2

    @Flag(help: "The same traffic without its attacks.")
    var quiet = false

    @Flag(help: "Also realm.json: the realms with their clients, as Keycloak exports them.")
    var realm = false

    func validate() throws {
        guard (1...100_000_000).contains(events) else {
            throw ValidationError("--events takes 1 to 100000000")
        }
        guard (1...3660).contains(days) else { throw ValidationError("--days takes 1 to 3660") }
        guard (0...100_000).contains(attacks) else {
            throw ValidationError("--attacks takes 0 to 100000")
        }
    }

    func run() {
        Terminal.ignoreBrokenPipes()
        var plan = SimulationPlan.events(
            events, seed: seed, startTime: start?.time ?? SimulationPlan.defaultStart, days: days,
            attacks: Dictionary(
                uniqueKeysWithValues: AttackScenario.allCases.map { ($0, attacks) }))
        plan.dialects = SimulatedDialect.allCases.filter(dialect.contains)
        if quiet { plan = plan.benignTwin }
        plan.writesRealms = realm
        do throws(SimulationError) {
            let progress = ProgressLine(.events)
            defer { progress.finish() }
            let expected = Int64(events)
            let summary = try SimulationOutput.write(plan: plan, directory: out) { done in
                progress.update(done, max(done, expected))
            }
            progress.finish()
            Terminal.note("\(summary.events) events, \(summary.attacks) labelled attacks")
            for file in summary.files { Terminal.write(file.path + "\n") }
        } catch {
            Terminal.fail(error.description, status: 74)
        }
    }
}
