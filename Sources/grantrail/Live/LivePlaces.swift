import EventStore
import Foundation
import Intake
import Pipeline

/// Where events come from while they are made: growing files and topics of Kafka, as a command
/// line names them.
struct LivePlaces {
    private let files: [String]
    private let topics: [KafkaLocation]

    /// - Parameter paths: of files, directories, patterns, and `kafka://HOST/TOPIC`.
    init(_ paths: [String]) throws(PipelineError) {
        files = paths.filter { !KafkaLocation.isMeant(by: $0) }
        var topics: [KafkaLocation] = []
        for path in paths where KafkaLocation.isMeant(by: path) {
            do throws(SourceError) {
                let location = try KafkaLocation(path)
                if !topics.contains(where: { $0.name == location.name }) { topics.append(location) }
            } catch {
                throw .source(error)
            }
        }
        self.topics = topics
    }

    /// Whether any of the paths is in Kafka.
    static func areInKafka(_ paths: [String]) -> Bool {
        paths.contains(where: KafkaLocation.isMeant)
    }

    /// What is wrong with paths that are read to their present end; nil when nothing is.
    static func problem(_ paths: [String]) -> String? {
        areInKafka(paths) && !paths.allSatisfy(KafkaLocation.isMeant)
            ? "kafka:// and other paths do not go together; run the command for each" : nil
    }

    /// The names of the sources in Kafka.
    var topicNames: Set<String> { Set(topics.map(\.name)) }

    /// The sources that read them.
    ///
    /// - Parameter isBounded: whether they end at what is there now.
    func sources(_ options: IntakeOptions, isBounded: Bool) -> [LiveSourceOptions] {
        var sources: [any LiveSource] = topics.map { location in
            KafkaSource(
                location.settings(name: location.name, start: .beginning, isBounded: isBounded),
                limits: ReadLimits(recordBytes: options.recordBytes))
        }
        if !files.isEmpty {
            var settings = FollowSettings(name: "files", patterns: files)
            settings.isBounded = isBounded
            settings.limits.recordBytes = options.recordBytes
            sources.append(FileFollower(settings))
        }
        return sources.map { source in
            var live = LiveSourceOptions(source: source, lateness: options.lateness)
            live.format = options.format
            live.settings = options.settings
            // Who looks on wants final alerts as soon as events may no longer come out of order.
            live.idleAfter = max(options.lateness, 1_000_000_000)
            return live
        }
    }
}

extension KafkaLocation {
    /// The name under which positions are kept: the same for the same brokers and topics.
    var name: String {
        "kafka://" + brokers.joined(separator: ",") + "/" + topics.joined(separator: ",")
    }
}

extension LiveOptions {
    /// A run over what a command line names.
    init(_ sources: [LiveSourceOptions], _ intake: IntakeOptions) {
        self.init(sources: sources, rules: [], key: intake.key)
        places = intake.places
        jobs = intake.jobs
        drainTimeout = 10_000_000_000
    }
}

/// Makes a live run; its errors become pipeline errors.
func makeRun(_ store: EventStore, _ options: LiveOptions) throws(PipelineError) -> LiveRun {
    let notes = LiveNotes()
    return try onStore { () throws(StoreError) in
        try LiveRun(store: store, options: options, clock: ServiceClock.system, log: notes.take)
    }
}

/// Runs until the sources end or the run is stopped; its errors become pipeline errors.
func finishRun(_ run: LiveRun) throws(PipelineError) {
    do throws(LiveRun.Failure) {
        try run.run()
    } catch {
        throw switch error {
        case .store(let error): .store(error)
        case .source(let error): .source(error)
        case .undelivered(let count): .undelivered(count)
        }
    }
}

/// An empty store that is gone with the process.
func temporaryStore() throws(PipelineError) -> EventStore {
    try onStore { () throws(StoreError) in
        try EventStore(temporaryIn: FileManager.default.temporaryDirectory.path)
    }
}
