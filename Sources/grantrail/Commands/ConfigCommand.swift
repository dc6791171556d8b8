import ArgumentParser
import Configuration
import Delivery
import Foundation
import MarkedText
import TokenScan
import WireFormat

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check and print the configuration of the service.",
        subcommands: [Check.self, Print.self, Schema.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check a configuration; every mistake with its place and its remedy.",
            discussion: """
                Reads secrets, opens the files that settings name and compiles the rules. Ends \
                with status 78 if the service could not run.

                EXAMPLES
                  grantrail config check --config config.yaml
                  grantrail config check --output json | jq -r '.[].message'
                """)

        @OptionGroup var arguments: ConfigurationArguments

        @Option(name: .long, help: "text, ndjson or json; default: text.")
        var output: OutputChoice = .text

        func run() {
            Terminal.ignoreBrokenPipes()
            let loaded = ConfigurationCheck.check(arguments.load())
            if output == .text {
                for diagnostic in loaded.diagnostics {
                    Terminal.write(diagnostic.harmlessText + "\n")
                }
                Terminal.write(Self.summary(loaded) + "\n")
            } else {
                Printer(output, .init(isColoured: false)).objects(loaded.diagnostics, Self.write)
            }
            if loaded.hasErrors { Foundation.exit(78) }
        }

        private static func summary(_ loaded: LoadedConfiguration) -> String {
            let errors = loaded.diagnostics.count { $0.isError }
            let warnings = loaded.diagnostics.count { $0.severity == .warning }
            if errors == 0 {
                let remarks = warnings == 0 ? "" : " (warnings: \(warnings))"
                return "the configuration \(loaded.path) can be used\(remarks)"
            }
            return "the configuration \(loaded.path) cannot be used (errors: \(errors))"
        }

        private static func write(
            _ diagnostic: ConfigurationDiagnostic, _ json: inout JSONWriter
        ) {
            let shown = diagnostic.harmless
            json.beginObject()
            json.member("severity", shown.severity.rawValue)
            json.member("code", shown.code.rawValue)
            json.member("path", SecretText.redacted(shown.path))
            json.member("line", shown.line > 0 ? Int64(shown.line) : nil)
            json.member("column", shown.line > 0 ? Int64(shown.column) : nil)
            json.member("message", SecretText.redacted(shown.message))
            json.member("remedy", shown.remedy.map(SecretText.redacted))
            json.endObject()
        }
    }

    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "print",
            abstract: "Print the configuration in force, with secrets as ‹set›.",
            discussion: """
                EXAMPLES
                  grantrail config print --show-origin
                  GRANTRAIL_RULES__LATENESS=5m grantrail config print --output json
                """)

        @OptionGroup var arguments: ConfigurationArguments

        @Flag(name: .customLong("show-origin"), help: "Say where each value comes from.")
        var showOrigin = false

        @Option(name: .long, help: "text (YAML), ndjson or json; default: text.")
        var output: OutputChoice = .text

        func run() {
            Terminal.ignoreBrokenPipes()
            let loaded = arguments.load()
            for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
            if output == .text {
                Terminal.write(loaded.effectiveText(showsOrigin: showOrigin))
            } else {
                Printer(output, .init(isColoured: false)).objects(loaded.settings) { row, json in
                    json.beginObject()
                    json.member("name", row.name)
                    json.member("value", row.value)
                    if showOrigin { json.member("origin", row.origin) }
                    json.endObject()
                }
            }
            if loaded.hasErrors { Foundation.exit(78) }
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Print the JSON Schema of configurations, for editors.",
            discussion: """
                EXAMPLES
                  grantrail config schema > config.schema.json
                  grantrail config schema --reference
                """)

        @Flag(help: "Print the reference of all settings in Markdown instead.")
        var reference = false

        func run() {
            Terminal.ignoreBrokenPipes()
            let text = reference ? ConfigurationFile.reference : ConfigurationFile.schema + "\n"
            Terminal.write(text)
        }
    }
}
