internal import AuditModel
internal import EventStore
internal import Foundation
internal import Intake
internal import LogFormats
internal import TokenScan

/// One bounded partition on its way in: read in order under a lock, decoded by any worker, handed
/// over in order.
final class Feed: @unchecked Sendable {
    private let input: Input
    /// The input's name without secrets, as events and issues carry it.
    private let streamName: String
    private let reader: RecordReader
    private let options: IntakeOptions
    private let readLock = NSLock()
    // Guarded by `readLock`.
    private var detector: DialectDetector
    private var nextRead = 0
    private var isFailed = false

    private let condition = NSCondition()
    // Guarded by `condition`.
    private var ready: [Int: Result<DecodedBatch, IntakeError>] = [:]
    private var scheduled = 0
    private var delivered = 0
    private var end: Int?
    private var bytesRead: Int64 = 0

    init(_ input: Input, options: IntakeOptions) throws(IntakeError) {
        self.input = input
        streamName = SecretText.redacted(input.name)
        self.options = options
        let limits = ReadLimits(
            recordBytes: options.recordBytes, chunkBytes: options.chunkBytes)
        reader = try RecordReader(input, limits: limits)
        detector = DialectDetector(options.format)
    }

    /// Bytes of the input taken so far, before decompression.
    var position: Int64 {
        condition.lock()
        defer { condition.unlock() }
        return bytesRead
    }

    /// The next batch, or nil at the end. Blocks; keeps up to `depth` batches in the making.
    func next(_ pool: WorkerPool, depth: Int) throws(IntakeError) -> DecodedBatch? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            schedule(pool, depth)
            if let result = ready.removeValue(forKey: delivered) {
                delivered += 1
                schedule(pool, depth)
                return try result.get()
            }
            if let end, delivered >= end { return nil }
            condition.wait()
        }
    }

    /// Tops up the batches in the making, so that work goes on while the last one is folded.
    private func schedule(_ pool: WorkerPool, _ depth: Int) {
        while end == nil, scheduled - delivered < max(1, depth) {
            scheduled += 1
            pool.add { [self] context in work(context) }
        }
    }

    private func work(_ context: WorkerContext) {
        readLock.lock()
        let place = nextRead
        let read = readNext()
        if let read, case .success = read { nextRead += 1 }
        let position = reader.inputBytesRead
        readLock.unlock()
        guard let read else {
            finish(at: place, nil)
            return
        }
        switch read {
        case .failure(let error): finish(at: place, error)
        case .success(let result): publish(decode(result, context), at: place, position)
        }
    }

    private func readNext() -> Result<DialectDetector.Told, IntakeError>? {
        if isFailed { return nil }
        do throws(IntakeError) {
            while true {
                if let told = detector.next() { return .success(told) }
                if let result = try reader.next(
                    maximumRecords: options.batchSize, maximumBytes: options.batchBytes)
                {
                    detector.add(result)
                } else if !detector.finish() {
                    return nil
                }
            }
        } catch {
            isFailed = true
            return .failure(error)
        }
    }

    private func decode(
        _ told: DialectDetector.Told, _ context: WorkerContext
    ) -> DecodedBatch {
        var result = told.result
        result.batch.stream.name = streamName
        var doubt = told.doubt
        doubt?.source = streamName
        let decoder = RecordDecoder(
            format: told.format, settings: options.settings, doubt: doubt)
        return decoder.decode(result, context)
    }

    private func publish(_ batch: DecodedBatch, at place: Int, _ position: Int64) {
        condition.lock()
        ready[place] = .success(batch)
        bytesRead = max(bytesRead, position)
        condition.signal()
        condition.unlock()
    }

    private func finish(at place: Int, _ error: IntakeError?) {
        condition.lock()
        if let error, end == nil {
            ready[place] = .failure(error)
            end = place + 1
        } else {
            end = min(end ?? place, place)
        }
        condition.signal()
        condition.unlock()
    }
}
