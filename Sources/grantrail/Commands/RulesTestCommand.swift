import ArgumentParser
import Foundation
import RuleBook

struct RulesTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests that stand beside the rules.",
        discussion: """
            With --mutate, mistakes are put into the rules one at a time; each that no test \
            notices is printed.

            EXAMPLES
              grantrail rules test
              grantrail rules test my-rules/REF-90-ours.yml
              grantrail rules test my-rules/ --mutate --mutate-fail-under 90
            """)

    @Argument(help: "Rule files or directories; none tests the pack.")
    var paths: [String] = []

    @Option(help: "Only the tests of this rule, by name or id; repeatable.")
    var rule: [String] = []

    @Option(help: "Also write the results as JUnit XML to this file.")
    var junit: String?

    @Flag(help: "Also put mistakes into the rules and see whether their tests notice.")
    var mutate = false

    @Option(
        name: .customLong("mutate-fail-under"),
        help: "End with status 1 if fewer percent of the mistakes are noticed.")
    var failUnder: Int?

    @Option(help: "text or json; json prints only what --mutate found.")
    var output: OutputChoice = .text

    func validate() throws {
        if failUnder != nil, !mutate {
            throw ValidationError("--mutate-fail-under needs --mutate")
        }
        if output != .text, !mutate { throw ValidationError("--output json needs --mutate") }
    }

    func run() {
        Terminal.ignoreBrokenPipes()
        let loaded = loadRules(paths)
        for name in rule { _ = loaded.named(name) }
        let results = RuleTests.run(loaded, only: rule, runsPack: paths.isEmpty)
        if output == .text { Terminal.write(RuleTests.text(results) + "\n") }
        if let junit {
            do {
                try RuleTests.junit(results).write(toFile: junit, atomically: true, encoding: .utf8)
            } catch {
                Terminal.fail("cannot write \(junit): \(error.localizedDescription)", status: 74)
            }
        }
        let failed = results.contains { !$0.passed }
        if failed, mutate { Terminal.note("tests fail; nothing was mutated") }
        if failed { Foundation.exit(1) }
        if mutate { runMutants(loaded) }
    }

    private func runMutants(_ loaded: LoadedRules) {
        let report = MutationTests.run(loaded, only: rule, runsPack: paths.isEmpty)
        Terminal.write(
            (output == .text ? MutationTests.text(report) : MutationTests.json(report)) + "\n")
        if let failUnder, report.percent < failUnder { Foundation.exit(1) }
    }
}
