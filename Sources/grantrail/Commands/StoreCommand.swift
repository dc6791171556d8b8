import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Foundation
import Pipeline
import WireFormat

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after an event store.",
        subcommands: [Info.self, Verify.self, Export.self, Quarantine.self, Backup.self])

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "info", abstract: "Say what is in a store.",
            discussion: "EXAMPLES\n  grantrail store info events.db --output json")

        @OptionGroup var location: StoreLocation

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(location.path, .readOnly)
                let info = try onStore { () throws(StoreError) in
                    let info = try store.info()
                    try store.close()
                    return info
                }
                Printer(output).record(members(info))
            }
        }

        private func members(_ info: StoreInfo) -> [(String, Printer.Value)] {
            var members: [(String, Printer.Value)] = [
                ("events", .number(Int64(info.events))), ("bytes", .number(Int64(info.bytes))),
                ("segments", .number(Int64(info.segments))),
                ("segment_bytes", .number(Int64(info.segmentBytes))),
            ]
            if let time = info.firstTime {
                members.append(("first_time", .text(TimeText.string(time, precision: 3))))
            }
            if let time = info.lastTime {
                members.append(("last_time", .text(TimeText.string(time, precision: 3))))
            }
            members += [
                ("first_position", .number(info.firstPosition)),
                ("removed_events", .number(info.firstPosition)),
                ("alerts", .number(info.alerts)), ("controls", .number(info.controls)),
                ("format_version", .number(Int64(info.formatVersion))),
            ]
            if !info.identity.isNone { members.append(("store_id", .text(info.identity.hex))) }
            members.append(("root", .text(info.root)))
            return members
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Recompute every digest, chain and tree of a store; name each bad place.",
            discussion: "EXAMPLES\n  grantrail store verify events.db")

        @OptionGroup var location: StoreLocation

        func run() {
            var isSound = false
            perform { () throws(PipelineError) in
                let path = location.path
                guard FileManager.default.fileExists(atPath: path) else {
                    throw .store(
                        StoreError(.missing, "cannot verify \(path): there is no such file"))
                }
                let faults = EventStore.verify(path: path)
                for fault in faults { Terminal.write("\(fault.place): \(fault.what)\n") }
                isSound = faults.isEmpty
                Terminal.note(isSound ? "sound" : "\(faults.count) faults")
            }
            if !isSound { Foundation.exit(1) }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write all events, in order of their own time.",
            discussion: "EXAMPLES\n  grantrail store export events.db > events.ndjson")

        @OptionGroup var location: StoreLocation

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                var options = output
                options.output = output.output ?? .ndjson
                var lines = EventLines(options)
                let store = try openStore(location.path, .readOnly)
                try EventSequence().run(store) { lines.add($0, $1, $2) }
                lines.finish()
                try onStore { () throws(StoreError) in try store.close() }
            }
        }
    }

    struct Quarantine: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "quarantine",
            abstract: "List the records that could not be used; they are redacted.",
            discussion: """
                EXAMPLES
                  grantrail store quarantine events.db
                  grantrail store quarantine events.db --raw | grantrail ingest - --store other.db
                """)

        @OptionGroup var location: StoreLocation

        @Flag(help: "Only the records themselves, to read them again.")
        var raw = false

        @OptionGroup var output: OutputOptions

        func run() {
            perform { () throws(PipelineError) in
                let store = try openStore(location.path, .readOnly)
                let records = try onStore { () throws(StoreError) in
                    let records = try store.quarantined()
                    try store.close()
                    return records
                }
                if raw {
                    for record in records where !record.bytes.isEmpty {
                        Terminal.write(record.bytes + [0x0A])
                    }
                } else if output.choice == .text {
                    for record in records { Terminal.write(line(record)) }
                } else {
                    Printer(output).objects(records) { record, writer in
                        writer.beginObject()
                        writer.member("source", record.source.name)
                        writer.member("at", record.at)
                        writer.member("code", record.code)
                        writer.member("detail", record.detail)
                        writer.key("record")
                        record.bytes.withUnsafeBytes { writer.string($0) }
                        writer.endObject()
                    }
                }
            }
        }

        private func line(_ record: QuarantinedRecord) -> String {
            let style = output.style
            let text = String(decoding: record.bytes.prefix(160), as: UTF8.self)
            return "\(style.escape(record.source.name)):\(record.at)  \(style.bold(record.code))  "
                + "\(style.escape(record.detail))  \(style.dim(style.escape(text)))\n"
        }
    }
}

extension StoreCommand {
    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Copy a store as it is at one moment, also while it is being written.",
            discussion: """
                The copy appears under its name when it is whole, checked and on the disk.

                EXAMPLES
                  grantrail store backup events.db /backup/events.db
                """)

        @Argument(help: "The store.")
        var source: String

        @Argument(help: "The copy.")
        var destination: String

        @Flag(help: "Replace the destination if it exists.")
        var force = false

        func run() {
            perform { () throws(PipelineError) in
                let line = ProgressLine(.bytes)
                try onStore { () throws(StoreError) in
                    try EventStore.backup(
                        from: source, to: destination, replacing: force
                    ) { line.update($0, $1) }
                }
                line.finish()
                Terminal.note("copied to \(destination)")
            }
        }
    }
}

/// The store, named by an argument or by `--store`.
struct StoreLocation: ParsableArguments {
    @Argument(help: ArgumentHelp("The store; --store does the same.", valueName: "path"))
    var argument: String?

    @Option(help: "The store.")
    var store: String?

    var path: String { argument ?? store ?? "" }

    func validate() throws {
        guard (argument == nil) != (store == nil) else {
            throw ValidationError("name one store, as an argument or with --store")
        }
    }
}
