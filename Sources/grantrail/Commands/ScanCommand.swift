import ArgumentParser
import AuditModel
import Delivery
import EventStore
import Foundation
import Intake
import Pipeline
import TokenScan
import WireFormat

/// How to write findings.
enum ScanOutput: String, ExpressibleByArgument, CaseIterable {
    case text, ndjson, json, sarif
}

struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Find leaked tokens in any log, and say which of them can still be used.",
        discussion: """
            Reads any text line by line, whatever wrote it. Prints no byte of a token: each is \
            named by its fingerprint. With a store, tokens that its events name are judged: live, \
            expired or revoked. Ends with status 1 if anything was found.

            EXAMPLES
              grantrail scan /var/log/nginx --store events.db
              kubectl logs deploy/shop | grantrail scan - --output text
              grantrail scan build.log --baseline known.ndjson --output sarif > scan.sarif
            """)

    @Argument(help: "Files, directories, globs, or - for standard input; .gz and .zst as they are.")
    var paths: [String]

    @Option(help: "Look the tokens up in this store.")
    var store: String?

    @Option(
        name: .customLong("as-of"),
        help: """
            Judge as of this moment (RFC 3339); default: the store's last event, or else now.
            """)
    var asOf: Moment?

    @Option(help: "Findings of an earlier scan (ndjson or json), which are not reported again.")
    var baseline: String?

    @Flag(help: "One finding for every place, not one for every token and input.")
    var all = false

    @Option(
        name: .customLong("fail-on"),
        help: "End with status 1 only if a finding has this severity or a higher one.")
    var failOn: Severity = .info

    @Option(
        name: .long,
        help: "text, ndjson, json or sarif; default: text on a terminal, ndjson in a pipe.")
    var output: ScanOutput?

    @Option(name: .long, help: "Colour: auto, always or never. NO_COLOR is honoured.")
    var color: ColorChoice = .auto

    @Option(name: .long, help: "Threads that scan.")
    var jobs = 2

    @Option(
        name: .customLong("key-file"),
        help: "The key of token fingerprints; default: GRANTRAIL_KEY_FILE, or one made once.")
    var keyFile: String?

    @OptionGroup var clients: ClientArguments

    @Option(help: ArgumentHelp("Bytes scanned at once.", visibility: .hidden))
    var chunk = 1 << 20

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("name files to scan, or - ") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256") }
    }

    func run() {
        var worst: Severity?
        perform { () throws(PipelineError) in
            let inputs = try resolve(paths)
            let key = try fingerprintKey(keyFile)
            let known = try baseline.map { path throws(PipelineError) in
                try readBaseline(path, LeakJSON.keyName(key))
            }
            var outcome = try scan(inputs, key)
            let before = outcome.findings.count
            if let known { outcome.findings.removeAll { known.contains($0) } }
            let knowledge = try look(outcome.findings, key)
            let verdicts = LeakReport.judge(outcome.findings, knowledge)
            write(verdicts, LeakJSON.keyName(key))
            for line in LeakReport.summary(
                outcome, verdicts, known: before - outcome.findings.count)
            {
                Terminal.note(TextStyle(isColoured: false).escape(line, limit: 4096))
            }
            worst = verdicts.map(\.alert.severity).max()
        }
        if let worst, worst >= failOn { Foundation.exit(1) }
    }

    private func scan(_ inputs: [Input], _ key: FingerprintKey) throws(PipelineError)
        -> LeakScan.Outcome
    {
        var options = LeakScan.Options(key: key)
        options.jobs = jobs
        options.reportsAll = all
        options.chunkBytes = chunk
        var scan = LeakScan(options)
        let progress = ProgressLine(.bytes)
        scan.progress = progress.update
        defer { progress.finish() }
        return try scan.run(inputs)
    }

    private func readBaseline(_ path: String, _ key: String) throws(PipelineError) -> LeakBaseline {
        do throws(IntakeError) {
            guard let input = try InputSet.resolve(paths: [path]).first else {
                throw .missing(path: path)
            }
            let baseline = try LeakBaseline(input, key: key)
            if baseline.unusable > 0 {
                Terminal.note("\(baseline.unusable) lines of the baseline are no findings")
            }
            return baseline
        } catch {
            throw .intake(error)
        }
    }

    /// What the store knows of the findings; it is replayed only if there are any.
    private func look(
        _ findings: [LeakFinding], _ key: FingerprintKey
    ) throws(PipelineError) -> LeakKnowledge {
        guard let path = store else {
            let now = Int64(Date().timeIntervalSince1970 * 1000) * 1_000_000
            return LeakKnowledge(asOf: asOf?.time ?? now)
        }
        let store = try openStore(path, .readOnly)
        let progress = ProgressLine(.events)
        var lookup = LeakLookup(findings, clients: clients.registry())
        let knowledge = try lookup.run(
            store, asOf: asOf?.time, keyCheck: key.checkValue, progress: progress.update)
        progress.finish()
        try onStore { () throws(StoreError) in try store.close() }
        if !knowledge.hasSameKey {
            Terminal.note(
                "note: the store was made with another fingerprint key; of its tokens only those "
                    + "with an id of their own (jti) can be recognised; pass its --key-file")
        }
        return knowledge
    }

    private func write(_ verdicts: [LeakVerdict], _ keyName: String) {
        let choice = output ?? (Terminal.outputIsTerminal ? .text : .ndjson)
        var writer = JSONWriter()
        switch choice {
        case .text:
            let style = color.style
            var text = ""
            for verdict in verdicts { text += LeakText.line(verdict, style) + "\n" }
            Terminal.write(text)
            return
        case .ndjson:
            for verdict in verdicts {
                LeakJSON.append(verdict, keyName: keyName, to: &writer)
                writer.endLine()
            }
        case .json:
            writer.beginArray()
            for verdict in verdicts { LeakJSON.append(verdict, keyName: keyName, to: &writer) }
            writer.endArray()
            writer.endLine()
        case .sarif:
            LeakSARIF.append(verdicts, version: Grantrail.configuration.version, to: &writer)
            writer.endLine()
        }
        Terminal.write(writer.bytes)
    }
}
