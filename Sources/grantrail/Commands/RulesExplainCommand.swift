import ArgumentParser
import AuditModel
import Delivery
import Detection
import EventStore
import Foundation
import Intake
import Pipeline
import RuleBook

struct RulesExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show why a rule fires for an event, or how near it came.",
        discussion: """
            --event takes a server's records, or events as `tail events --output ndjson` writes \
            them. All of them run in order of their time; the last one is explained.

            EXAMPLES
              grantrail rules explain REF-01 --event keycloak.jsonl
              grantrail rules explain REF-01 --event - < event.json
              grantrail rules explain --alert 3f9a --store events.db
            """)

    @Argument(help: "The rule, by name or id; with --alert it may be left out.")
    var rule: String?

    @Option(help: "A file with an event and, before it, those it depends on; - is standard input.")
    var event: String?

    @Option(help: "Explain the event with this number, from 1 in order of time.")
    var at: Int?

    @Option(help: "The start of an alert's id, to be derived anew from --store.")
    var alert: String?

    @Option(help: "The event store of --alert.")
    var store: String?

    @OptionGroup var rules: RuleOptions
    @OptionGroup var clients: ClientArguments
    @OptionGroup var intake: IntakeArguments
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (event == nil) != (alert == nil) else {
            throw ValidationError("name an event with --event, or an alert with --alert")
        }
        if event != nil, rule == nil { throw ValidationError("name a rule") }
        if (alert == nil) != (store == nil) { throw ValidationError("--alert needs --store") }
        if let at, at < 1 { throw ValidationError("--at counts from 1") }
        if at != nil, event == nil { throw ValidationError("--at needs --event") }
    }

    func run() {
        perform { () throws(PipelineError) in
            let loaded = rules.loadAll()
            let wanted = rule.map { loaded.named($0) }
            if let wanted, wanted.isBlind {
                Terminal.fail(
                    "\(wanted.rule.name) is blind: " + wanted.blindness.joined(separator: "; "),
                    status: 64)
            }
            if let alert, let store {
                try explain(alert: alert, wanted?.rule, store, loaded)
            } else if let event, let wanted {
                try explain(event, wanted.rule, loaded)
            }
        }
    }

    private func explain(
        _ path: String, _ rule: Rule, _ loaded: LoadedRules
    ) throws(PipelineError) {
        let input = try EventFile.open(path)
        let options = try intake.options().readingCanonical(input.start)
        let query = ExplainQuery(rules: loaded.sighted, clients: clients.registry())
        let found = try query.explain(
            rule, try resolve([input.path]), options: options, number: at)
        guard let explanation = found.explanation else {
            Terminal.fail("there are only \(found.tally.events) events", status: 66)
        }
        write(explanation)
    }

    private func explain(
        alert id: String, _ wanted: Rule?, _ path: String, _ loaded: LoadedRules
    ) throws(PipelineError) {
        let store = try openStore(path, .readOnly)
        let query = ExplainQuery(rules: loaded.active, clients: clients.registry())
        let found = try query.explain(alert: id, store)
        try onStore { () throws(StoreError) in try store.close() }
        guard let found else {
            Terminal.note("the rules no longer raise an alert whose id begins with '\(id)'")
            Foundation.exit(1)
        }
        if let wanted, wanted.id != found.alert.rule.id {
            Terminal.fail("the alert is one of \(found.alert.rule.name)", status: 64)
        }
        if output.choice == .text {
            let format = AlertTextFormat(style: output.style)
            Terminal.write(format.line(found.alert) + "\n\n")
        }
        write(found.explanation)
    }

    private func write(_ explanation: Explanation) {
        if output.choice == .text {
            Terminal.write(ExplanationText(style: output.style).draw(explanation))
        } else {
            var printer = Printer(output)
            printer.choice = .ndjson
            printer.objects([explanation]) { $0.append(to: &$1) }
        }
    }
}

/// A file with events, as something that can be read twice.
private struct EventFile {
    let path: String
    /// The text, as far as its form shows.
    let start: [UInt8]

    /// The most that is taken from standard input or made one line of.
    private static let most = 64 << 20

    /// Standard input, and a JSON object over several lines, are held in memory: nothing that may
    /// hold a secret is written to disk.
    static func open(_ path: String) throws(PipelineError) -> EventFile {
        if path != "-" {
            _ = try resolve([path])
            guard let bytes = read(path), let line = oneLine(bytes) else {
                let start = read(path)?.prefix(1 << 20) ?? Data()
                return EventFile(path: path, start: Array(start))
            }
            return hold(line)
        }
        let bytes = (try? FileHandle.standardInput.read(upToCount: most)) ?? Data()
        return hold(oneLine(bytes) ?? Array(bytes))
    }

    private static func read(_ path: String) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        return try? file.read(upToCount: most)
    }

    /// A single JSON object that stands on several lines, as one; nil for anything else.
    private static func oneLine(_ bytes: Data) -> [UInt8]? {
        let text = bytes.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        guard text.first == 0x7B,
            let lineEnd = text.firstIndex(of: 0x0A),
            (try? JSONSerialization.jsonObject(with: text[..<lineEnd])) == nil,
            (try? JSONSerialization.jsonObject(with: Data(text))) is [String: Any]
        else { return nil }
        // Line ends are white space in JSON; in texts they are escaped.
        return text.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 } + [0x0A]
    }

    private static func hold(_ bytes: [UInt8]) -> EventFile {
        let name = "/grantrail-\(getpid())"
        let file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        shm_unlink(name)
        var rest = bytes[...]
        while file >= 0, !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if written <= 0 { break }
            rest = rest.dropFirst(written)
        }
        if file < 0 || !rest.isEmpty {
            Terminal.fail("cannot hold the event in memory", status: 74)
        }
        return EventFile(path: "/proc/self/fd/\(file)", start: Array(bytes.prefix(1 << 20)))
    }
}
