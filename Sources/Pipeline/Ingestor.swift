internal import AuditModel
public import EventStore
public import Intake
internal import Places

/// Records into the store: events appended once, what is unusable put aside. Detects nothing.
public struct Ingestor {
    /// Called now and then with bytes read and their total, where known.
    public var progress: ((Int64, Int64?) -> Void)?
    /// Whether unusable records go to the store's quarantine.
    public var keepsRejected = true

    public init(progress: ((Int64, Int64?) -> Void)? = nil) {
        self.progress = progress
    }

    /// Reads all inputs to their end. Everything that was counted is durable when this returns.
    ///
    /// - Throws: ``PipelineError``; `nothingUsable` when no record gave an event.
    public func run(
        _ inputs: [Input], into store: EventStore, options: IntakeOptions
    ) throws(PipelineError) -> IntakeTally {
        let feeds: FeedSet
        do throws(IntakeError) {
            feeds = try FeedSet(inputs, options: options)
        } catch {
            throw .intake(error)
        }
        try notePlaces(options, in: store)
        let isPiped = inputs.contains { $0.size == nil }
        var duplicates = 0
        while let batch = try next(feeds) {
            do throws(StoreError) {
                duplicates += try store.append(batch.events).duplicates
                if keepsRejected, !batch.rejected.isEmpty {
                    try store.quarantine(batch.rejected)
                }
                // A pipe that has no more for now may stay so for hours.
                if isPiped, batch.tally.records < options.batchSize { try store.flush() }
            } catch {
                throw .store(error)
            }
            progress?(feeds.progress.read, feeds.progress.total)
        }
        do throws(StoreError) {
            try store.flush()
        } catch {
            throw .store(error)
        }
        var tally = feeds.tally
        tally.duplicates = duplicates
        guard tally.events > 0 else { throw .nothingUsable(tally) }
        return tally
    }

    private func notePlaces(
        _ options: IntakeOptions, in store: EventStore
    ) throws(PipelineError) {
        guard let places = options.places else { return }
        do throws(StoreError) {
            try store.note(places: places.provenance)
        } catch {
            throw .store(error)
        }
    }

    private func next(_ feeds: FeedSet) throws(PipelineError) -> DecodedBatch? {
        do throws(IntakeError) {
            return try feeds.next()
        } catch {
            throw .intake(error)
        }
    }
}
