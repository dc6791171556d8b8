import ArgumentParser
import AuditModel
import Configuration
import EventStore
import Pipeline

extension HooksCommand {
    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Let dead deliveries be tried again: all, or those that are named.",
            discussion: """
                A delivery keeps its webhook-id, so that a receiver that has seen it can tell. \
                A running service sends at once; without one the next start does.

                EXAMPLES
                  grantrail hooks replay --config config.yaml --hook soc --dry-run
                  grantrail hooks replay --config config.yaml --since 2026-11-20T08:00:00Z
                  grantrail hooks replay --config config.yaml 7f3a9c21.2
                """)

        @Argument(
            help: """
                Alerts, by the first digits of their ids, at least four; with .REVISION one \
                delivery.
                """)
        var ids: [String] = []

        @Option(help: "Only those of this hook.")
        var hook: String?

        @Option(help: "Only those that were committed then or later.")
        var since: Moment?

        @Flag(name: .customLong("dry-run"), help: "Only list what would be tried again.")
        var dryRun = false

        @OptionGroup var arguments: HookArguments

        @OptionGroup var output: OutputOptions

        func validate() throws {
            for id in ids where DeliveryName(id) == nil {
                throw ValidationError("'\(id)' is neither an alert's id nor its start")
            }
        }

        func run() {
            perform { () throws(PipelineError) in
                let place = arguments.place()
                let records = try place.reading { (store) throws(StoreError) in
                    try store.allDeliveries(hook: hook, status: .dead)
                }
                let chosen = choose(records)
                if dryRun {
                    DeliveryPrinter(output).print(chosen)
                    return Terminal.note("would be tried again: \(chosen.count)")
                }
                let count = try place.change(Self.requests(chosen))
                Terminal.note("tried again: \(count)")
            }
        }

        private func choose(_ records: [DeliveryRecord]) -> [DeliveryRecord] {
            let names = ids.compactMap(DeliveryName.init)
            let recent = records.filter { $0.created >= since?.time ?? .min }
            for (name, id) in zip(names, ids) where !recent.contains(where: name.means) {
                Terminal.fail(
                    "no dead delivery matches '\(id)'; `grantrail hooks dead` lists them",
                    status: 66)
            }
            return recent.filter { record in
                names.isEmpty || names.contains { $0.means(record) }
            }
        }

        /// Requests of one hook each, no longer than the service takes.
        private static func requests(_ records: [DeliveryRecord]) -> [OutboxRequest] {
            let hooks = Dictionary(grouping: records, by: \.hook).sorted { $0.key < $1.key }
            return hooks.flatMap { hook, records in
                let most = OutboxRequest.mostSequences
                return stride(from: 0, to: records.count, by: most).map { start in
                    let part = records[start..<min(start + most, records.count)]
                    return OutboxRequest.replay(hook: hook, sequences: part.map(\.sequence))
                }
            }
        }
    }

    struct Drop: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drop",
            abstract: "Give up what waits for a hook that is no longer configured.",
            discussion: """
                Its deliveries become dead and stay listed; `hooks replay` revives them once the \
                hook is configured again.

                EXAMPLES
                  grantrail hooks drop --config config.yaml --hook old --yes
                """)

        @Option(help: "The hook's name.")
        var hook: String

        @Flag(help: "Do it; without, only say what would be done.")
        var yes = false

        @OptionGroup var arguments: HookArguments

        private static let reason = "given up with `hooks drop`"

        func run() {
            perform { () throws(PipelineError) in
                let place = arguments.place()
                if place.outline?.hooks.contains(where: { $0.name == hook }) == true {
                    Terminal.fail(
                        "the hook '\(hook)' is configured and nothing of it is given up; remove "
                            + "it from the configuration and start the service again first",
                        status: 64)
                }
                let count = try place.reading { (store) throws(StoreError) in
                    try store.deliveryCounts().first { $0.hook == hook }?.pending ?? 0
                }
                if count == 0 {
                    Terminal.fail(
                        "nothing waits for a hook '\(hook)'; `grantrail hooks list` names them",
                        status: 66)
                }
                if !yes {
                    Terminal.fail(
                        "\(count) deliveries would be given up; say so with --yes", status: 64)
                }
                let dropped = try place.change([.drop(hook: hook, reason: Self.reason)])
                Terminal.note("given up: \(dropped)")
            }
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Try a hook again whose receiver answered 410 Gone.",
            discussion: """
                A running service sends at once; without one the next start does.

                EXAMPLES
                  grantrail hooks enable --config config.yaml --hook soc
                """)

        @Option(help: "The hook's name.")
        var hook: String

        @OptionGroup var arguments: HookArguments

        func run() {
            perform { () throws(PipelineError) in
                let count = try arguments.place().change([.enable(hook: hook)])
                Terminal.note(count == 0 ? "it was not disabled" : "enabled")
            }
        }
    }
}

/// An alert, or one revision of it, as people name it: `7f3a9c21` or `7f3a9c21.2`.
private struct DeliveryName {
    private let start: String
    private let revision: Int?

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts[0].lowercased()
        guard parts.count <= 2, (4...32).contains(digits.utf8.count),
            digits.allSatisfy({ $0.isASCII && $0.isHexDigit })
        else { return nil }
        start = digits
        revision = parts.count == 2 ? Int(parts[1]) : nil
        if parts.count == 2, revision == nil { return nil }
    }

    func means(_ record: DeliveryRecord) -> Bool {
        record.alert.hex.hasPrefix(start) && (revision ?? record.revision) == record.revision
    }
}
