public import AuditModel

/// Some records of one input and what was lost on the way to them.
public struct ReadResult: Sendable {
    public var batch: RecordBatch
    public var issues: [ReadIssue]

    public init(batch: RecordBatch, issues: [ReadIssue]) {
        self.batch = batch
        self.issues = issues
    }
}

/// Reads the records of one input from front to back.
///
/// Records are lines, or the elements of a JSON array if the input starts with one that holds
/// objects. Blank lines are passed over, a carriage return before a line feed belongs to the line
/// end, a last line without line end counts, every other byte is kept as it is. Compressed input
/// (gzip of several members, zstd of several frames) is known by its first bytes. Memory is
/// bounded by one record and one chunk beside the batch.
///
/// One thread at a time may use a reader.
public final class RecordReader {
    public let input: Input
    /// The stream's name, and its lineage as soon as its first record is there; inputs without
    /// any record keep the lineage ``ID128/none``.
    public private(set) var stream: RecordStream

    private var framer: RecordFramer
    private var ready: Frame?
    private var isAtEnd = false
    private var expectedBytes = 4096

    /// Opens an input and reads up to its first record.
    ///
    /// - Throws: ``IntakeError`` if it cannot be opened or read.
    public init(_ input: Input, limits: ReadLimits = ReadLimits()) throws(IntakeError) {
        self.input = input
        stream = RecordStream(lineage: .none, name: input.name)
        framer = RecordFramer(try ByteSource(input), limits)
        try framer.detect()
        if try advance(mayWait: true), let ready {
            stream.lineage = RecordStream.lineage(ofFirstRecord: framer.window.bytes(ready.range))
        }
    }

    deinit { framer.window.deallocate() }

    /// Decompressed bytes that were handed out or passed over.
    public var bytesRead: Int64 { framer.window.offset }

    /// Bytes taken from the file itself, compressed where it is; compare with ``Input/size``.
    public var inputBytesRead: Int64 { framer.source.rawPosition }

    /// The next records, with whatever was lost before and between them.
    ///
    /// A batch ends at either maximum, at the end of the input, or where a pipe has no more yet;
    /// it holds at least one record unless only losses are left to tell.
    ///
    /// - Parameters:
    ///   - maximumRecords: at least one is read.
    ///   - maximumBytes: a single longer record makes a batch of its own.
    /// - Returns: nil at the end of the input.
    public func next(
        maximumRecords: Int, maximumBytes: Int = 1 << 20
    ) throws(IntakeError) -> ReadResult? {
        var batch = RecordBatch(stream: stream, bytes: [], records: [])
        batch.bytes.reserveCapacity(min(expectedBytes, maximumBytes) + RecordBatch.tailPadding)
        while batch.records.count < max(1, maximumRecords) {
            guard try advance(mayWait: batch.records.isEmpty), let frame = ready else { break }
            let count = frame.range.count
            if !batch.records.isEmpty && batch.bytes.count + count > maximumBytes { break }
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
    private func advance(mayWait: Bool) throws(IntakeError) -> Bool {
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
