internal import AuditModel
internal import Glibc

/// Some text of one input: whole lines, or a piece of a line that is longer than a chunk.
public struct TextChunk: Sendable {
    /// The text, and at least 64 zero bytes as behind the records of a batch.
    public var bytes: [UInt8]
    /// Bytes of the text.
    public var count: Int
    /// How many of them, from the start, the chunk before held, too.
    public var overlap: Int
    /// The chunk ends in the middle of a line.
    public var isCut: Bool
}

/// Reads any text, decompressed, in chunks that end with a line.
///
/// A line longer than a chunk comes in pieces that overlap, so that nothing shorter than the
/// overlap is cut in both. One thread at a time may use a reader.
public final class TextReader {
    /// How far the pieces of a long line overlap, in bytes.
    public static let overlapBytes = 32 << 10

    private let source: ByteSource
    private let chunkBytes: Int
    private var rest: [UInt8] = []
    private var overlap = 0

    /// Opens an input.
    ///
    /// - Parameter chunkBytes: how much a chunk holds, at least twice the overlap.
    /// - Throws: ``IntakeError`` if it cannot be opened or read.
    public init(_ input: Input, chunkBytes: Int = 1 << 20) throws(IntakeError) {
        source = try ByteSource(input)
        self.chunkBytes = max(2 * Self.overlapBytes, chunkBytes)
    }

    deinit { wipeRest() }

    /// Bytes taken from the file itself, compressed where it is.
    public var inputBytesRead: Int64 { source.rawPosition }

    /// Why the bytes ended before the compressed data said so; nil if they did not.
    public var fault: String? { source.fault }

    /// The next text; nil at the end.
    public func next() throws(IntakeError) -> TextChunk? {
        let kept = rest.count
        let capacity = kept + chunkBytes + RecordBatch.tailPadding
        var filled = kept
        var failure: IntakeError?
        var bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let room = UnsafeMutableRawBufferPointer(buffer)
            rest.withUnsafeBytes { room.copyMemory(from: $0) }
            do throws(IntakeError) {
                while filled < kept + chunkBytes {
                    let read = try source.read(
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: room[filled..<(kept + chunkBytes)]))
                    if read == 0 { break }
                    filled += read
                }
            } catch {
                failure = error
            }
            count = filled
        }
        wipeRest()
        if let failure { throw failure }
        if filled == 0 { return nil }
        return cut(&bytes, isLast: filled < kept + chunkBytes)
    }

    private func cut(_ bytes: inout [UInt8], isLast: Bool) -> TextChunk {
        var count = bytes.count
        var isCut = false
        let shared = overlap
        overlap = 0
        if !isLast {
            let lineFeed = bytes.lastIndex(of: Byte.lineFeed)
            if let lineFeed, lineFeed >= shared {
                count = lineFeed + 1
                rest = Array(bytes[count...])
            } else {
                isCut = true
                rest = Array(bytes.suffix(Self.overlapBytes))
                overlap = rest.count
            }
        }
        bytes.removeSubrange(count...)
        bytes.append(contentsOf: repeatElement(0, count: RecordBatch.tailPadding))
        return TextChunk(bytes: bytes, count: count, overlap: shared, isCut: isCut)
    }

    private func wipeRest() {
        rest.withUnsafeMutableBytes { kept in
            if let base = kept.baseAddress { explicit_bzero(base, kept.count) }
        }
        rest.removeAll(keepingCapacity: true)
    }
}
