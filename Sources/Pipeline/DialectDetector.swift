internal import AuditModel
internal import Intake
internal import LogFormats

/// Finds the dialect of one stream, and gives every batch of it the dialect it is read in.
///
/// Which records are read in it depends on the stream alone, never on how it was cut into batches:
/// all, if the first telling record starts within ``lookAhead`` bytes; else those from it on.
struct DialectDetector {
    /// Bytes of a stream that are held back until a record tells.
    static let lookAhead: Int64 = 4 << 20

    /// A batch and the dialect to read it in; nil when nothing has told yet.
    struct Told: Sendable {
        var result: ReadResult
        var format: (any LogFormat)?
        /// What remains open about the dialect of the stream; in one of its batches.
        var doubt: DialectDoubt?
    }

    private var format: (any LogFormat)?
    private var held: [ReadResult] = []
    private var heldBytes = 0
    private var ready: [Told] = []
    /// To be said with the next batch.
    private var doubt: DialectDoubt?
    private var isDoubted = false

    /// - Parameter format: the dialect, if it is known beforehand.
    init(_ format: (any LogFormat)?) { self.format = format }

    /// The next batch, if it is clear what to read it in.
    mutating func next() -> Told? {
        if ready.isEmpty { return nil }
        var told = ready.removeFirst()
        told.doubt = doubt
        doubt = nil
        return told
    }

    /// Whether batches wait for a record that tells.
    var isHolding: Bool { !held.isEmpty }

    /// Takes in the next batch of the stream.
    mutating func add(_ result: ReadResult) {
        if let format {
            ready.append(Told(result: result, format: format))
            return
        }
        guard let detected = FormatRegistry.detect(result.batch) else {
            held.append(result)
            heldBytes += result.batch.bytes.count
            // Places that count messages say nothing of memory.
            let isTooMuch = heldBytes > 2 * Int(Self.lookAhead)
            if isTooMuch || (result.batch.records.last?.at ?? 0) > Self.lookAhead { release(nil) }
            return
        }
        let (found, record) = (detected.format, detected.record)
        format = found
        if !detected.others.isEmpty { doubt = doubt(of: result, found.name, detected.others) }
        if result.batch.records[record].at <= Self.lookAhead {
            release(found)
            ready.append(Told(result: result, format: found))
        } else {
            release(nil)
            split(result, before: record, found)
        }
    }

    private func doubt(
        of result: ReadResult, _ taken: String?, _ candidates: [String]
    ) -> DialectDoubt {
        DialectDoubt(
            source: result.batch.stream.name, taken: taken, candidates: candidates)
    }

    /// The stream has ended.
    ///
    /// - Returns: whether batches were held back, which are there now.
    mutating func finish() -> Bool {
        release(nil)
        return !ready.isEmpty
    }

    private mutating func release(_ format: (any LogFormat)?) {
        let telling = held.first { $0.batch.records.contains { $0.count > 0 } }
        if format == nil, !isDoubted, let first = telling {
            isDoubted = true
            doubt = doubt(of: first, nil, FormatRegistry.candidates(first.batch))
        }
        for result in held { ready.append(Told(result: result, format: format)) }
        held = []
        heldBytes = 0
    }

    private mutating func split(
        _ result: ReadResult, before record: Int, _ found: any LogFormat
    ) {
        var head = result
        head.batch.records.removeSubrange(record...)
        ready.append(Told(result: head, format: nil))
        var tail = result
        tail.issues = []
        tail.batch.records.removeFirst(record)
        ready.append(Told(result: tail, format: found))
    }
}
