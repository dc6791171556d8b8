import ArgumentParser
import AuditModel
import Delivery
import Detection
import Foundation
import MarkedText
import RuleBook
import WireFormat

struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List, check, test and explain rules; see what they cover; begin new ones.",
        subcommands: [
            List.self, Check.self, RulesTestCommand.self, RulesExplainCommand.self,
            RulesCoverageCommand.self, RulesNewCommand.self, Fields.self, Schema.self,
            RulesDocsCommand.self,
        ])

    struct Fields: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fields",
            abstract: "List the fields that rules can name, with their types.",
            discussion: """
                EXAMPLES
                  grantrail rules fields
                  grantrail rules fields --output json | jq -r '.[].name'
                """)

        @OptionGroup var output: OutputOptions

        func run() {
            Terminal.ignoreBrokenPipes()
            let isText = output.choice == .text
            Terminal.write(isText ? RuleBook.fieldsText : RuleBook.fieldsJSON + "\n")
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Print the JSON Schema of rule files, for editors.",
            discussion: "EXAMPLES\n  grantrail rules schema > rule.schema.json")

        func run() {
            Terminal.ignoreBrokenPipes()
            Terminal.write(RuleBook.schema + "\n")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the rules of the pack and your own.",
            discussion: """
                EXAMPLES
                  grantrail rules list
                  grantrail rules list --inactive
                  grantrail rules list my-rules/ --output json | jq -r '.[].name'
                """)

        @Argument(help: "Rule files or directories, added to the pack.")
        var paths: [String] = []

        @Flag(help: "Only rules that do not run, with the reason.")
        var inactive = false

        @OptionGroup var options: RuleOptions
        @OptionGroup var output: OutputOptions

        func run() {
            Terminal.ignoreBrokenPipes()
            var loaded = options.loadAll(adding: paths)
            if inactive {
                let runs = loaded.runsExperimental
                loaded.rules.removeAll { !$0.isBlind && (runs || !$0.isOff) }
            }
            switch output.choice {
            case .ndjson: Terminal.write(loaded.listingLines)
            case .json: Terminal.write(loaded.listingJSON + "\n")
            case .text: writeLines(loaded)
            }
        }

        private func writeLines(_ loaded: LoadedRules) {
            let width = loaded.rules.map(\.rule.name.count).max() ?? 0
            let style = output.style
            for entry in loaded.rules {
                let rule = entry.rule
                let name = String(repeating: " ", count: max(0, width - rule.name.count))
                let level = rule.level.name
                let padding = String(repeating: " ", count: max(0, 8 - level.count))
                Terminal.write(
                    "\(style.bold(style.escape(rule.name)))\(name)  "
                        + "\(style.severity(rule.level, level))\(padding)  "
                        + "\(style.escape(rule.title))" + mark(entry, loaded) + "\n")
                guard inactive else { continue }
                for reason in entry.blindness {
                    Terminal.write("    \(style.escape(reason))\n")
                }
            }
        }

        private func mark(_ entry: LoadedRule, _ loaded: LoadedRules) -> String {
            if entry.isBlind { return "  (blind)" }
            let isOff = entry.isOff && !loaded.runsExperimental
            return isOff ? "  (off: \(entry.rule.status.rawValue))" : ""
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
            let text = loaded.checkText(countsPack: paths.isEmpty, shown: \.harmlessText)
            Terminal.write(text + "\n")
            if loaded.hasErrors || loaded.diagnostics.contains(where: { $0.code == .notPortable }) {
                Foundation.exit(2)
            }
        }
    }
}

/// Loads rules; prints what is wrong with them and ends with status 2 if any is invalid.
func loadRules(_ paths: [String]) -> LoadedRules {
    let loaded = RuleBook.load(paths: paths)
    for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
    if loaded.hasErrors { Terminal.fail("the rules have errors; nothing was run", status: 2) }
    return loaded
}

extension LoadedRules {
    /// The rule with a name or id; ends the process with status 64 if there is none.
    func named(_ name: String) -> LoadedRule {
        if let rule = rules.first(where: { $0.rule.name == name || $0.rule.id == name }) {
            return rule
        }
        Terminal.fail("no rule is named '\(name)'; see `grantrail rules list`", status: 64)
    }
}
