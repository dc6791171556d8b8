import Delivery
import EventStore
import Pipeline

/// History that is read more than once.
enum EventHistory {
    /// The store that is named; or archives and topics, read into one that is gone with the
    /// process.
    static func open(
        _ history: HistoryArguments, _ intake: IntakeArguments
    ) throws(PipelineError) -> EventStore {
        if let path = history.store { return try openStore(path, .readOnly) }
        let options = try intake.options()
        if LivePlaces.areInKafka(history.paths) {
            let read = try readTopics(history.paths, options)
            note(read.tally)
            return read.store
        }
        let store = try temporaryStore()
        let progress = ProgressLine(.bytes)
        defer { progress.finish() }
        var ingestor = Ingestor(progress: progress.update)
        ingestor.keepsRejected = false
        let tally = try ingestor.run(try resolve(history.paths), into: store, options: options)
        progress.finish()
        note(tally)
        return store
    }
}
