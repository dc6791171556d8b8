internal import AuditModel

/// Gathers the records of one framer into batches. Whoever holds it frees the framer's window.
struct BatchReader {
    var framer: RecordFramer
    var stream: RecordStream
    private var ready: Frame?
    /// Whether nothing more will come, for good.
    private(set) var isAtEnd = false
    private var expectedBytes = 4096

    /// - Parameter lineage: ``ID128/none`` at the front of a stream, whose first record names it.
    init(_ framer: RecordFramer, name: String, lineage: ID128 = .none) {
        self.framer = framer
        stream = RecordStream(lineage: lineage, name: name)
    }

    /// The first byte that no batch has told of.
    var settledOffset: Int64 { framer.settledOffset }

    /// Reads up to the first record, which gives the stream its lineage.
    ///
    /// - Returns: false if there is no record, or none yet.
    mutating func findFirst(mayWait: Bool) throws(IntakeError) -> Bool {
        guard try advance(mayWait: mayWait), let ready else { return false }
        if stream.lineage.isNone {
            stream.lineage = RecordStream.lineage(ofFirstRecord: framer.window.bytes(ready.range))
        }
        return true
    }

    /// The next records, with whatever was lost before and between them.
    ///
    /// - Parameter mayWait: whether to wait for a pipe to bring its first record.
    /// - Returns: nil at the end, or where nothing more is there yet.
    mutating func next(
        maximumRecords: Int, maximumBytes: Int, mayWait: Bool
    ) throws(IntakeError) -> ReadResult? {
        var batch = RecordBatch(stream: stream, bytes: [], records: [])
        while batch.records.count < max(1, maximumRecords) {
            let waits = mayWait && batch.records.isEmpty
            guard try advance(mayWait: waits), let frame = ready else { break }
            let count = frame.range.count
            if batch.records.isEmpty {
                let room = max(count, min(expectedBytes, maximumBytes))
                batch.bytes.reserveCapacity(room + RecordBatch.tailPadding)
            } else if batch.bytes.count + count > maximumBytes {
                break
            }
            let at = framer.window.offset + Int64(frame.range.lowerBound)
            batch.records.append(.init(offset: batch.bytes.count, count: count, at: at))
            batch.bytes.append(
                contentsOf: framer.window.bytes(frame.range).assumingMemoryBound(to: UInt8.self))
            framer.window.consume(frame.length)
            ready = nil
        }
        if batch.records.isEmpty && framer.issues.isEmpty { return nil }
        expectedBytes = batch.bytes.count + batch.bytes.count / 8
        batch.bytes.append(contentsOf: repeatElement(0, count: RecordBatch.tailPadding))
        defer { framer.issues = [] }
        return ReadResult(batch: batch, issues: framer.issues)
    }

    /// Looks for the next record unless one is ready.
    private mutating func advance(mayWait: Bool) throws(IntakeError) -> Bool {
        if ready != nil { return true }
        if isAtEnd { return false }
        switch try framer.next(mayWait: mayWait) {
        case .record(let frame):
            ready = frame
            return true
        case .waiting: return false
        case .end:
            isAtEnd = true
            return false
        }
    }
}
