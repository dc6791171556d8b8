internal import AuditModel
internal import Glibc

/// Writes a simulation to a directory: one log file a dialect, and one with the labels of each.
public enum SimulationOutput {
    /// What was written.
    public struct Summary: Sendable, Equatable {
        public var events = 0
        /// Labelled attacks, those with no rule to find them included.
        public var attacks = 0
        /// Paths and sizes in bytes: each log with its labels, then the places.
        public var files: [File] = []

        /// A file that was written.
        public struct File: Sendable, Equatable {
            public var path: String
            public var bytes: Int64
        }
    }

    /// Runs `plan` and writes all its dialects from the one sequence of events, each to its
    /// ``SimulatedDialect/fileName`` with the labels in ``SimulatedDialect/truthFileName``.
    /// Beside them, in `places`, it writes where the networks are: `city.mmdb` and `asn.mmdb`
    /// (MaxMind DB 2.0) and `networks.csv` (`prefix,class` or `AS64512,class` a line); if the plan
    /// says so, `realm.json` with the realms and their clients.
    /// The directory is made where it is missing; files of these names are replaced.
    ///
    /// - Parameter progress: called now and then with the events written so far.
    public static func write(
        plan: SimulationPlan, directory: String, progress: ((Int64) -> Void)? = nil
    ) throws(SimulationError) -> Summary {
        try makeDirectory(directory)
        var sink = DirectorySink()
        sink.progress = progress
        for dialect in SimulatedDialect.allCases where plan.dialects.contains(dialect) {
            sink.files.append(try DialectFile(dialect, directory: directory))
        }
        let attacks = try Simulation(plan: plan).run(into: &sink)
        var summary = try sink.finish(attacks, directory: directory)
        summary.files += try writePlaces(plan, directory: directory + "/places")
        if plan.writesRealms {
            var file = try OutputFile(path: directory + "/" + RealmExport.fileName)
            try file.write(all: RealmExport.json(plan))
            summary.files.append(.init(path: file.path, bytes: file.written))
        }
        return summary
    }

    /// Makes a directory, and those above it that are missing.
    private static func makeDirectory(_ path: String) throws(SimulationError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        if errno == ENOENT, !parent.isEmpty {
            try makeDirectory(parent)
            if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        }
        throw .cannotCreate(path: path, reason: OutputFile.lastError())
    }

    private static func writePlaces(
        _ plan: SimulationPlan, directory: String
    ) throws(SimulationError) -> [Summary.File] {
        try makeDirectory(directory)
        var files: [Summary.File] = []
        for (name, content) in PlaceFiles.all {
            var file = try OutputFile(path: directory + "/" + name)
            try file.write(all: content(plan.startTime / 1_000_000_000))
            files.append(.init(path: file.path, bytes: file.written))
        }
        return files
    }
}

/// All dialects of one run.
private struct DirectorySink: SimulatedEventSink, ~Copyable {
    var files: [DialectFile] = []
    var progress: ((Int64) -> Void)?
    private var events = 0

    init() {}

    mutating func accept(
        _ event: SimulatedEvent, world: SimulatedWorld
    ) throws(SimulationError) {
        events += 1
        if events % 1024 == 0 { progress?(Int64(events)) }
        for file in files { try file.append(event, world) }
    }

    mutating func finish(
        _ attacks: [Simulation.Attack], directory: String
    ) throws(SimulationError) -> SimulationOutput.Summary {
        var summary = SimulationOutput.Summary()
        summary.events = events
        for file in files { try file.finish(attacks, directory: directory, &summary) }
        return summary
    }
}

/// One dialect's log and its labels.
private final class DialectFile {
    private let dialect: SimulatedDialect
    private var file: OutputFile
    private var writer: any DialectLine
    private var truth = TruthCollector()
    /// The digest of the first record, which names the stream; ids by position need it.
    private var lineage = ID128.none

    init(_ dialect: SimulatedDialect, directory: String) throws(SimulationError) {
        self.dialect = dialect
        writer = dialect.makeLine()
        file = try OutputFile(path: directory + "/" + dialect.fileName)
    }

    func append(_ event: SimulatedEvent, _ world: SimulatedWorld) throws(SimulationError) {
        writer.appendDue(by: event.time, world: world, to: &file.line)
        let first = file.line.count
        let offset = file.offset
        writer.append(event, world: world, to: &file.line)
        let isLogged = file.line.count > first
        if isLogged, offset == 0 || event.attack >= 0 {
            note(event, world, first: first, offset: offset)
        }
        try file.endLine()
    }

    private func note(
        _ event: SimulatedEvent, _ world: SimulatedWorld, first: Int, offset: Int64
    ) {
        let lines = file.line.bytes[first...]
        let record = UnsafeRawBufferPointer(
            rebasing: lines[..<(lines.firstIndex(of: 0x0A) ?? lines.endIndex)])
        if offset == 0 { lineage = RecordStream.lineage(ofFirstRecord: record) }
        guard event.attack >= 0 else { return }
        truth.add(
            event,
            id: writer.eventID(event, world: world) ?? eventID(offset, record),
            world: world)
    }

    /// The id of an event that has only its place.
    private func eventID(_ offset: Int64, _ record: UnsafeRawBufferPointer) -> ID128 {
        var hash = IdentityHash("event/1")
        hash.add(dialect.formatName)
        hash.add(lineage)
        hash.add(offset)
        hash.add(RecordBatch.digest(of: record))
        return hash.id()
    }

    func finish(
        _ attacks: [Simulation.Attack], directory: String,
        _ summary: inout SimulationOutput.Summary
    ) throws(SimulationError) {
        try file.flush()
        let truthPath = directory + "/" + dialect.truthFileName
        var labels = try OutputFile(path: truthPath)
        try labels.write(all: truth.lines(attacks, dialect))
        summary.attacks = max(summary.attacks, truth.count)
        summary.files.append(.init(path: file.path, bytes: file.written))
        summary.files.append(.init(path: truthPath, bytes: labels.written))
    }
}
