import ArgumentParser
import Pipeline
import TrafficSimulator

/// What `Benchmarks/run` needs beyond the public commands.
struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Jobs for benchmarks.", shouldDisplay: false,
        subcommands: [Archive.self, Decode.self])

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
}
