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
/// objects. An object printed over several lines is one record, and so are the pieces of a line
/// that a container runtime has cut. Blank lines are passed over, a carriage return before a line
/// feed belongs to the line end, a last line without line end counts, every other byte is kept as
/// it is. Compressed input (gzip of several members, zstd of several frames) is known by its first
/// bytes. Memory is bounded by one record and one chunk beside the batch.
///
/// One thread at a time may use a reader.
public final class RecordReader {
    public let input: Input
    private var batches: BatchReader

    /// Opens an input and reads up to its first record.
    ///
    /// - Throws: ``IntakeError`` if it cannot be opened or read.
    public init(_ input: Input, limits: ReadLimits = ReadLimits()) throws(IntakeError) {
        self.input = input
        batches = BatchReader(RecordFramer(try ByteSource(input), limits), name: input.name)
        _ = try batches.findFirst(mayWait: true)
    }

    deinit { batches.framer.window.deallocate() }

    /// The stream's name, and its lineage as soon as its first record is there; inputs without
    /// any record keep the lineage ``ID128/none``.
    public var stream: RecordStream { batches.stream }

    /// Decompressed bytes that were handed out or passed over.
    public var bytesRead: Int64 { batches.framer.window.offset }

    /// Bytes taken from the file itself, compressed where it is; compare with ``Input/size``.
    public var inputBytesRead: Int64 { batches.framer.source.rawPosition }

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
        try batches.next(
            maximumRecords: maximumRecords, maximumBytes: maximumBytes, mayWait: true)
    }
}
