import ArgumentParser
import AuditModel
import Delivery
import Detection
import Foundation
import LogFormats
import Pipeline
import RuleBook
import TokenScan
import WireFormat

/// When to colour.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    var style: TextStyle {
        switch self {
        case .always: TextStyle(isColoured: true)
        case .never: TextStyle(isColoured: false)
        case .auto:
            TextStyle(
                isColoured: Terminal.outputIsTerminal
                    && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty)
        }
    }
}

/// How to write data.
enum OutputChoice: String, ExpressibleByArgument, CaseIterable {
    case text, ndjson, json
}

/// Where results go and how they look.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "text, ndjson or json; default: text on a terminal, ndjson in a pipe.")
    var output: OutputChoice?

    @Option(name: .long, help: "Colour: auto, always or never. NO_COLOR is honoured.")
    var color: ColorChoice = .auto

    var choice: OutputChoice { output ?? (Terminal.outputIsTerminal ? .text : .ndjson) }

    var style: TextStyle { color.style }
}

/// How records are read.
struct IntakeArguments: ParsableArguments {
    @Option(
        name: .long,
        help: """
            The input's format: auto, or \
            \(FormatRegistry.all.map(\.name).joined(separator: ", ")); or map:FILE, see `maps`.
            """)
    var dialect = "auto"

    @Option(name: .long, help: "How far events may be out of order, such as 30s or 5m.")
    var lateness = Span(nanoseconds: 30_000_000_000)

    @Option(name: .customLong("time-zone"), help: "Zone of log times that name none.")
    var timeZone = "UTC"

    @Option(
        name: .long, help: "Whose the events are; what tenants name alike has nothing in common.")
    var tenant: String?

    @Option(name: .long, help: "Threads that read and decode.")
    var jobs = 2

    @Option(name: .customLong("batch-size"), help: "Records of one batch at most.")
    var batchSize = 4096

    @Option(name: .customLong("max-record"), help: "Bytes of one record at most.")
    var maximumRecord = 1 << 20

    @Option(
        name: .customLong("key-file"),
        help: "The key of token fingerprints; default: GRANTRAIL_KEY_FILE, or one made once.")
    var keyFile: String?

    @OptionGroup var places: PlaceArguments

    func validate() throws {
        if tenant?.isEmpty == true { throw ValidationError("--tenant takes a name") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256") }
        guard (1...1_000_000).contains(batchSize) else {
            throw ValidationError("--batch-size takes 1 to 1000000")
        }
        guard (64...(1 << 30)).contains(maximumRecord) else {
            throw ValidationError("--max-record takes 64 to \(1 << 30)")
        }
    }

    /// The options as the pipeline takes them.
    func options() throws(PipelineError) -> IntakeOptions {
        var options = IntakeOptions(key: try key())
        options.jobs = jobs
        options.batchSize = batchSize
        options.recordBytes = maximumRecord
        options.batchBytes = min(1 << 20, maximumRecord)
        options.lateness = lateness.nanoseconds
        if let path = MapFile.path(in: dialect) {
            options.format = MapFile.format(path)
        } else if dialect != "auto" {
            guard let format = FormatRegistry.named(dialect) else {
                throw .unknownDialect(dialect, known: ["auto"] + FormatRegistry.all.map(\.name))
            }
            options.format = format
        }
        guard let zone = SystemZone.table(named: timeZone) else { throw .unknownTimeZone(timeZone) }
        options.settings = DecodeSettings(timeZone: zone, tenant: tenant)
        options.places = try places.book()
        return options
    }

    func key() throws(PipelineError) -> FingerprintKey { try fingerprintKey(keyFile) }
}

/// The fingerprint key, made on first use.
///
/// - Parameter path: where the command line says that it is.
func fingerprintKey(_ path: String?) throws(PipelineError) -> FingerprintKey {
    let environment = ProcessInfo.processInfo.environment
    do throws(KeyFileError) {
        let loaded = try KeyFile.load(explicitPath: path) { environment[$0] }
        if loaded.wasCreated { Terminal.note("note: made a fingerprint key: \(loaded.path)") }
        if let notice = loaded.notice { Terminal.note("note: \(notice)") }
        return loaded.key
    } catch {
        throw .key(error)
    }
}

/// A length of time on the command line: `500ms`, `30s`, `5m`, `2h`, `1d`.
struct Span: ExpressibleByArgument, CustomStringConvertible {
    let nanoseconds: Int64

    init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    init?(argument: String) {
        let units: [(suffix: String, nanoseconds: Int64)] = [
            ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
        ]
        guard let unit = units.first(where: { argument.hasSuffix($0.suffix) }),
            let count = Int64(argument.dropLast(unit.suffix.count)), count >= 0
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.nanoseconds)
        if overflow { return nil }
        nanoseconds = product
    }

    var description: String {
        nanoseconds % 1_000_000_000 == 0
            ? "\(nanoseconds / 1_000_000_000)s" : "\(nanoseconds / 1_000_000)ms"
    }
}

/// A moment on the command line: RFC 3339.
struct Moment: ExpressibleByArgument {
    let time: Int64

    init?(argument: String) {
        var text = argument
        let parsed = text.withUTF8 { TimeText.parse(UnsafeRawBufferPointer($0)) }
        guard let parsed else { return nil }
        time = parsed.time
    }
}

/// Which rules run.
struct RuleOptions: ParsableArguments {
    @Option(
        name: .long, help: "A rule file or a directory of rules, added to the pack; repeatable.")
    var rules: [String] = []

    @Flag(help: "Also run rules whose status is experimental, deprecated or unsupported.")
    var experimental = false

    /// The rules that run; prints what is wrong with them and ends with status 2 if any is invalid.
    func load() -> [Rule] {
        let loaded = loadAll()
        if let summary = loaded.inactiveSummary {
            Terminal.note("note: \(summary); `grantrail rules list --inactive` says why")
        }
        return loaded.active
    }

    /// All rules and more of `paths`; prints what is wrong and ends with status 2 if any is
    /// invalid.
    func loadAll(adding paths: [String] = []) -> LoadedRules {
        var loaded = loadRules(paths + rules)
        loaded.runsExperimental = experimental
        return loaded
    }
}

/// Offsets of a named zone from the system's database, as plain data for the core.
enum SystemZone {
    static func table(named name: String) -> ZoneTable? {
        if name == "UTC" || name == "Z" { return .utc }
        guard let zone = TimeZone(identifier: name) else { return nil }
        // 1970 to 2100: beyond, the last rule known holds.
        var spans = [
            ZoneTable.Span(
                start: 0, offset: Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: 0))))
        ]
        var date = Date(timeIntervalSince1970: 0)
        let end = Date(timeIntervalSince1970: 4_102_444_800)
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next < end,
            next > date
        {
            spans.append(
                ZoneTable.Span(
                    start: Int64(next.timeIntervalSince1970),
                    offset: Int64(zone.secondsFromGMT(for: next))))
            date = next
        }
        return ZoneTable(spans: spans)
    }
}
