internal import AuditModel
internal import Intake
internal import LogFormats
internal import TokenScan

/// Where one live source delivers to: finds the dialect of each partition, has records decoded,
/// and keeps everything in order.
final class LiveInlet: SourceSink, @unchecked Sendable {
    private let index: Int
    private let format: (any LogFormat)?
    private let settings: DecodeSettings
    private let queue: LiveQueue
    private let pool: WorkerPool
    private let stored: @Sendable (String) -> [ResumePosition]
    // Used by the source's thread alone.
    private var detectors: [String: DialectDetector] = [:]

    init(
        index: Int, _ options: LiveSourceOptions, queue: LiveQueue, pool: WorkerPool,
        stored: @escaping @Sendable (String) -> [ResumePosition]
    ) {
        self.index = index
        format = options.format
        settings = options.settings
        self.queue = queue
        self.pool = pool
        self.stored = stored
    }

    func deliver(_ message: SourceMessage) {
        switch message {
        case .records(let batch): add(batch)
        case .condition(var condition):
            condition.message = Self.harmless(condition.message)
            _ = queue.add(source: index, .message(.condition(condition)))
        case .note(var note):
            note.detail = Self.harmless(note.detail)
            _ = queue.add(source: index, .message(.note(note)))
        case .closed(let partition):
            if var detector = detectors.removeValue(forKey: partition), detector.finish() {
                while let told = detector.next() { decode(told, partition, nil, nil) }
            }
            _ = queue.add(source: index, .message(message))
        default: _ = queue.add(source: index, .message(message))
        }
    }

    func drain() -> Bool {
        let drain = LiveQueue.Drain()
        _ = queue.add(source: index, .drain(drain))
        return drain.wait()
    }

    func positions(of source: String) -> [ResumePosition] { stored(source) }

    /// Names of files and what brokers say come from outside, and go to logs and the store.
    private static func harmless(_ text: String) -> String {
        SecretText.redacted(String(decoding: text.utf8.prefix(4096), as: UTF8.self))
    }

    private func add(_ batch: SourceBatch) {
        let partition = batch.position.partition
        if batch.result.batch.records.isEmpty, batch.result.issues.isEmpty {
            // A source may move on without a record; not past those that still wait.
            let isHolding = detectors[partition]?.isHolding ?? false
            if !isHolding { move(to: batch.position, batch.lag) }
            return
        }
        var detector = detectors[partition] ?? DialectDetector(format)
        detector.add(batch.result)
        var told: [DialectDetector.Told] = []
        while let next = detector.next() { told.append(next) }
        detectors[partition] = detector
        // What waits for a record that tells its dialect is not taken in yet.
        let position = detector.isHolding ? nil : batch.position
        for (place, one) in told.enumerated() {
            let isLast = place == told.count - 1
            decode(one, partition, isLast ? position : nil, isLast ? batch.lag : nil)
        }
    }

    private func move(to position: ResumePosition, _ lag: Int64?) {
        let nothing = DecodedBatch(
            events: EventBatch(capacity: 1), tally: IntakeTally(), rejected: [])
        _ = queue.add(
            source: index,
            .records(nothing, partition: position.partition, position: position, lag: lag))
    }

    private func decode(
        _ told: DialectDetector.Told, _ partition: String, _ position: ResumePosition?,
        _ lag: Int64?
    ) {
        var told = told
        told.result.batch.stream.name = SecretText.redacted(told.result.batch.stream.name)
        let entry = queue.add(source: index, bytes: told.result.batch.bytes.count)
        told.doubt?.source = told.result.batch.stream.name
        let decoder = RecordDecoder(
            format: told.format, settings: settings, doubt: told.doubt)
        pool.add { [queue, told] context in
            let decoded = decoder.decode(told.result, context)
            queue.fill(
                entry,
                .records(decoded, partition: partition, position: position, lag: lag))
        }
    }
}
