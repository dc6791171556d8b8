internal import COpenSSL

/// Writes a state image (docs/STATE-FORMAT.md) as a stream of pieces, with one small buffer.
///
/// Numbers have the byte order of the machine, which is part of the image's key. A fault of the
/// place it is written to is kept, and thrown by ``finish()``.
public struct StateWriter: ~Copyable {
    /// No piece that is handed on is longer than this.
    public static let pieceSize = 1 << 18

    private let buffer: UnsafeMutableRawPointer
    private var used = 0
    private var passed = 0
    private var context = grantrail_sha256()
    private var fault: StateFault?
    private let flush: (UnsafeRawBufferPointer) throws(StateFault) -> Void

    /// - Parameters:
    ///   - key: what the image belongs to, see ``StateReader/init(_:key:)``.
    ///   - flush: takes the image piece by piece, in order; the bytes are lent for the call.
    public init(
        key: ID128, flush: @escaping (UnsafeRawBufferPointer) throws(StateFault) -> Void
    ) {
        buffer = .allocate(byteCount: Self.pieceSize, alignment: 16)
        self.flush = flush
        grantrail_sha256_start(&context)
        raw(StateImage.magic)
        raw(StateImage.version)
        record(key)
    }

    deinit { buffer.deallocate() }

    /// Bytes so far.
    public var position: Int { passed + used }

    /// Ends the image with its digest.
    ///
    /// - Returns: the image's size in bytes.
    public mutating func finish() throws(StateFault) -> Int {
        drain()
        grantrail_sha256_finish(
            &context, buffer.assumingMemoryBound(to: UInt8.self))
        let digest = UnsafeRawBufferPointer(start: buffer, count: StateImage.digestSize)
        hand(digest)
        if let fault { throw fault }
        return passed
    }

    /// Begins a part of the image that its reader can name.
    ///
    /// - Returns: what ``end(_:)`` needs.
    public mutating func begin(_ name: StaticString, version: UInt8) -> Int {
        raw(version)
        put(name.description)
        return position
    }

    /// Ends a part.
    public mutating func end(_ start: Int) { put(position - start) }

    /// Stores plain bits.
    mutating func raw<Bits: BitwiseCopyable>(_ bits: Bits) {
        reserve(MemoryLayout<Bits>.size).storeBytes(of: bits, as: Bits.self)
    }

    /// Stores bytes as they are; the reader must know how many.
    mutating func bytes(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count <= Self.pieceSize - used {
            guard let base = bytes.baseAddress else { return }
            reserve(bytes.count).copyMemory(from: base, byteCount: bytes.count)
            return
        }
        drain()
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.pieceSize, bytes.count)
            pass(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            start = end
        }
    }

    /// Room for some bytes, at most ``pieceSize``, which the caller fills before the next call.
    @usableFromInline
    mutating func reserve(_ count: Int) -> UnsafeMutableRawPointer {
        precondition(count <= Self.pieceSize)
        if used + count > Self.pieceSize { drain() }
        used += count
        return buffer + (used - count)
    }

    private mutating func drain() {
        let piece = UnsafeRawBufferPointer(start: buffer, count: used)
        used = 0
        if !piece.isEmpty { pass(piece) }
    }

    private mutating func pass(_ piece: UnsafeRawBufferPointer) {
        if let base = piece.baseAddress { grantrail_sha256_add(&context, base, piece.count) }
        hand(piece)
    }

    private mutating func hand(_ piece: UnsafeRawBufferPointer) {
        if fault != nil { return }
        do throws(StateFault) {
            try flush(piece)
            passed += piece.count
        } catch {
            fault = error
        }
    }
}

/// What all state images have in common.
enum StateImage {
    /// `GTST`, read as a little-endian number.
    static let magic: UInt32 = 0x5453_5447
    /// Raised when anything outside of records changes its place or form.
    static let version: UInt32 = 1
    static let digestSize = 32
    static let headerSize = 24
}

extension StateWriter {
    /// Stores one value.
    public mutating func put<Value: StateCodable>(_ value: borrowing Value) {
        value.write(to: &self)
    }

    /// Stores one record.
    @inlinable
    public mutating func record<Record: StateRecord>(_ record: Record) {
        var packer = StatePacker(reserve(Record.layout.size))
        var record = record
        record.visit(&packer)
    }

    /// Stores some records, with their number and the mark of their layout.
    ///
    /// - Parameter record: gives the record with an index below `count`.
    @inlinable
    public mutating func records<Record: StateRecord>(
        _ count: Int, _ record: (Int) -> Record
    ) {
        let layout = Record.layout
        head(count, layout.mark)
        let most = max(1, Self.pieceSize / max(1, layout.size))
        var start = 0
        while start < count {
            let end = min(start + most, count)
            var packer = StatePacker(reserve((end - start) * layout.size))
            for index in start..<end {
                var record = record(index)
                record.visit(&packer)
            }
            start = end
        }
    }

    /// Stores an array of records.
    @inlinable
    public mutating func array<Record: StateRecord>(_ records: ContiguousArray<Record>) {
        self.records(records.count) { records[$0] }
    }

    /// Stores an array of numbers.
    public mutating func numbers<Number: Numeric & BitwiseCopyable>(
        _ numbers: ContiguousArray<Number>
    ) {
        head(numbers.count, UInt32(MemoryLayout<Number>.stride))
        numbers.withUnsafeBytes { bytes($0) }
    }

    @usableFromInline
    mutating func head(_ count: Int, _ mark: UInt32) {
        put(count)
        raw(mark)
    }
}
