import ArgumentParser
import AuditModel
import Delivery
import Detection
import Foundation
import RuleBook
import WireFormat

struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "List, check and test rules.",
        subcommands: [List.self, Check.self, Test.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the rules of the pack and your own.",
            discussion: """
                EXAMPLES
                  grantrail rules list
                  grantrail rules list my-rules/ --output json | jq -r '.[].name'
                """)

        @Argument(help: "Rule files or directories, added to the pack.")
        var paths: [String] = []

        @OptionGroup var options: RuleOptions
        @OptionGroup var output: OutputOptions

        func run() {
            Terminal.ignoreBrokenPipes()
            let loaded = loadRules(paths + options.rules)
            switch output.choice {
            case .ndjson: Terminal.write(loaded.listingLines)
            case .json: Terminal.write(loaded.listingJSON + "\n")
            case .text: writeLines(loaded)
            }
        }

        private func writeLines(_ loaded: LoadedRules) {
            for entry in loaded.rules {
                let rule = entry.rule
                let level = rule.level.name
                let padding = String(repeating: " ", count: max(0, 8 - level.count))
                let style = output.style
                Terminal.write(
                    "\(style.bold(style.escape(rule.name)))  "
                        + "\(style.severity(rule.level, level))\(padding)  "
                        + "\(style.escape(rule.title))"
                        + (entry.isBlind ? "  (blind)" : "") + "\n")
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check rule files; every mistake with its place and its remedy.",
            discussion: """
                EXAMPLES
                  grantrail rules check my-rules/
                  grantrail rules check --strict-sigma my-rules/
                """)

        @Argument(help: "Rule files or directories; none checks the pack.")
        var paths: [String] = []

        @Flag(help: "Also report what is not plain Sigma 2.1; anything found ends with status 2.")
        var strictSigma = false

        func run() {
            Terminal.ignoreBrokenPipes()
            let loaded = RuleBook.load(paths: paths, strictly: strictSigma)
            Terminal.write(loaded.checkText(countsPack: paths.isEmpty) + "\n")
            if loaded.hasErrors || loaded.diagnostics.contains(where: { $0.code == .notPortable }) {
                Foundation.exit(2)
            }
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Run the tests that stand beside the rules.",
            discussion: """
                EXAMPLES
                  grantrail rules test
                  grantrail rules test my-rules/REF-90-ours.yml
                """)

        @Argument(help: "Rule files or directories; none tests the pack.")
        var paths: [String] = []

        @Option(help: "Only the tests of this rule, by name or id; repeatable.")
        var rule: [String] = []

        @Option(help: "Also write the results as JUnit XML to this file.")
        var junit: String?

        func run() {
            Terminal.ignoreBrokenPipes()
            let loaded = loadRules(paths)
            for name in rule
            where !loaded.rules.contains(where: { $0.rule.name == name || $0.rule.id == name }) {
                Terminal.fail("no rule is named '\(name)'; see `grantrail rules list`", status: 64)
            }
            let results = RuleTests.run(loaded, only: rule, runsPack: paths.isEmpty)
            Terminal.write(RuleTests.text(results) + "\n")
            if let junit {
                do {
                    try RuleTests.junit(results).write(
                        toFile: junit, atomically: true, encoding: .utf8)
                } catch {
                    Terminal.fail(
                        "cannot write \(junit): \(error.localizedDescription)", status: 74)
                }
            }
            if results.contains(where: { !$0.passed }) { Foundation.exit(1) }
        }
    }
}

/// Loads rules; prints what is wrong with them and ends with status 2 if any is invalid.
func loadRules(_ paths: [String]) -> LoadedRules {
    let loaded = RuleBook.load(paths: paths)
    for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.text) }
    if loaded.hasErrors { Terminal.fail("the rules have errors", status: 2) }
    return loaded
}
