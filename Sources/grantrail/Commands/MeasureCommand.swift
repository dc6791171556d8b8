import ArgumentParser
import AuditModel
import EventStore
import Pipeline
import TrafficSimulator

/// What `Benchmarks/run` needs beyond the public commands.
struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Jobs for benchmarks.", shouldDisplay: false,
        subcommands: [Archive.self, Decode.self, Dialects.self, State.self])

    struct Archive: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "archive", abstract: "Write the seeded archive that benchmarks run on.")

        @Option var out: String
        @Option var events = 2_000_000

        func run() {
            do throws(SimulationError) {
                _ = try SimulationOutput.write(
                    plan: SimulationPlan.benchmark(events: events), directory: out)
            } catch {
                Terminal.fail(error.description, status: 74)
            }
        }
    }

    struct Decode: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decode", abstract: "Read, scan and decode; nothing else.")

        @Argument var paths: [String]
        @OptionGroup var intake: IntakeArguments

        func run() {
            perform { () throws(PipelineError) in
                let tally = try DecodeOnly().run(
                    try resolve(paths), options: try intake.options())
                note(tally)
            }
        }
    }

    struct Dialects: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dialects",
            abstract: "List every dialect that can be simulated, and its file.")

        func run() {
            for dialect in SimulatedDialect.allCases {
                print(dialect.rawValue, dialect.fileName)
            }
        }
    }

    struct State: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "state", abstract: "Store and restore all detection state.")

        @Option var store: String
        @OptionGroup var rules: RuleOptions
        @Option(help: "Where the image is put while it is measured.") var directory = "/tmp"

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(store, .readOnly)
                let rules = rules.load()
                let run = try onStore { () throws(StoreError) in
                    try StateCost.run(store, rules: rules)
                }
                do throws(StateFault) {
                    let cost = try StateCost.measure(
                        run, rules: rules, codes: store.pool.count, directory: directory)
                    print(
                        "events \(cost.events) alerts \(cost.alerts) tokens \(cost.tokens) "
                            + "bytes \(cost.bytes) "
                            + "write_s \(cost.writeSeconds) read_s \(cost.readSeconds) "
                            + "digest_s \(cost.digestSeconds) same \(cost.isSame)")
                } catch {
                    Terminal.fail(error.description, status: 74)
                }
            }
        }
    }
}
