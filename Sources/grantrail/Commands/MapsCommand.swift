import ArgumentParser
import FieldMaps
import Foundation
import LogFormats
import MarkedText

struct MapsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maps",
        abstract: "Check maps of fields, for servers that no dialect knows.",
        subcommands: [Check.self, Schema.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check maps; every mistake with its place and its remedy.",
            discussion: """
                Ends with status 78 if a map cannot be used.

                EXAMPLES
                  grantrail maps check acme.yml
                  grantrail tail events acme.jsonl --dialect map:acme.yml
                """)

        @Argument(help: "Maps.")
        var paths: [String]

        func run() {
            Terminal.ignoreBrokenPipes()
            var isSound = true
            for path in paths {
                let loaded = MapFile.load(path)
                for diagnostic in loaded.diagnostics {
                    Terminal.write(diagnostic.harmlessText + "\n")
                }
                let errors = loaded.diagnostics.count { $0.isError }
                if let map = loaded.map {
                    Terminal.write("the map \(path) can be used: dialect \(map.name)\n")
                } else {
                    Terminal.write("the map \(path) cannot be used (errors: \(errors))\n")
                    isSound = false
                }
            }
            if !isSound { Foundation.exit(78) }
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Print the JSON Schema of maps, for editors.",
            discussion: "EXAMPLES\n  grantrail maps schema > map.schema.json")

        func run() {
            Terminal.ignoreBrokenPipes()
            Terminal.write(FieldMap.schema + "\n")
        }
    }
}
