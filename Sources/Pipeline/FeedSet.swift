internal import AuditModel
internal import Intake
internal import LogFormats
internal import Places
internal import TokenScan

/// Many bounded partitions merged by event time: all open from the start, the one that lags most is
/// pulled next, each is closed at its end.
final class FeedSet {
    private struct Partition {
        let name: String
        let feed: Feed
        var tally = IntakeTally()
        var tracker: WatermarkTracker
        var repeatedHour: RepeatedHour?
        var isOpen = true
    }

    private var partitions: [Partition] = []
    private let pool: WorkerPool
    private let depth: Int
    private let totalBytes: Int64?
    /// What became of all records so far.
    private(set) var tally = IntakeTally()

    init(_ inputs: [Input], options: IntakeOptions) throws(IntakeError) {
        let key = options.key
        var options = options
        // All inputs are open at once: many of them get small buffers.
        if inputs.count > 32 { options.chunkBytes = 64 << 10 }
        for input in inputs {
            partitions.append(
                Partition(
                    name: input.name, feed: try Feed(input, options: options),
                    tracker: WatermarkTracker(lateness: options.lateness),
                    repeatedHour: RepeatedHour(options.settings.timeZone)))
        }
        let places = options.places
        pool = WorkerPool(threads: options.jobs) {
            WorkerContext(
                scanner: TokenScanner(fingerprinter: Fingerprinter(key: key)),
                places: places.map { PlaceStage($0) })
        }
        // Read ahead as long as that keeps few batches in memory.
        depth = inputs.count <= 8 ? options.jobs * 4 : 1
        let sizes = inputs.map(\.size)
        totalBytes = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
    }

    deinit { pool.close() }

    /// Bytes read, and bytes in all where that is known.
    var progress: (read: Int64, total: Int64?) {
        (partitions.reduce(0) { $0 + $1.feed.position }, totalBytes)
    }

    /// What became of the records of each input so far, in their order.
    var inputs: [InputTally] {
        partitions.map { InputTally(name: $0.name, tally: $0.tally) }
    }

    /// No event before this time can still come in order.
    var watermark: Int64 {
        partitions.filter(\.isOpen).map(\.tracker.watermark).min() ?? .max
    }

    /// The next batch of the partition that lags most; nil when all are at their end.
    func next() throws(IntakeError) -> DecodedBatch? {
        while let index = mostLagging() {
            guard var batch = try partitions[index].feed.next(pool, depth: depth) else {
                tally.suspectedTimes += partitions[index].tracker.suspectedCount
                partitions[index].isOpen = false
                continue
            }
            partitions[index].repeatedHour?.settle(&batch)
            for time in batch.events.time { partitions[index].tracker.observe(time) }
            tally.add(batch.tally)
            partitions[index].tally.add(batch.tally)
            return batch
        }
        return nil
    }

    private func mostLagging() -> Int? {
        var best: Int?
        for index in partitions.indices where partitions[index].isOpen {
            if let known = best,
                partitions[known].tracker.watermark <= partitions[index].tracker.watermark
            {
                continue
            }
            best = index
        }
        return best
    }
}
