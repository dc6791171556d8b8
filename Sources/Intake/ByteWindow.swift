internal import Glibc

/// A sliding view of a byte source that grows no further than one record and one chunk.
struct ByteWindow {
    private(set) var base: UnsafeMutableRawPointer
    private var capacity: Int
    private let chunkBytes: Int
    /// The first byte not consumed, as an index from `base`.
    private(set) var start = 0
    private(set) var end = 0
    /// The place of `start` in the decompressed stream.
    private(set) var offset: Int64

    /// - Parameter offset: the place in the decompressed stream where the source starts.
    init(chunkBytes: Int, offset: Int64 = 0) {
        self.chunkBytes = chunkBytes
        self.offset = offset
        capacity = 0
        base = .allocate(byteCount: 0, alignment: 64)
    }

    /// Wipes and frees the memory; the window must not be used again.
    func deallocate() {
        explicit_bzero(base, capacity)
        base.deallocate()
    }

    /// Gives the memory back while nothing is in it; the next read takes it anew.
    mutating func trim() {
        guard start == end, capacity > 0 else { return }
        deallocate()
        base = .allocate(byteCount: 0, alignment: 64)
        capacity = 0
        start = 0
        end = 0
    }

    var count: Int { end - start }

    /// The byte `index` places after the first one not consumed.
    subscript(index: Int) -> UInt8 {
        base.load(fromByteOffset: start + index, as: UInt8.self)
    }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + start + range.lowerBound, count: range.count)
    }

    /// The index of the first line feed at or after `index`.
    func lineFeed(from index: Int) -> Int? {
        guard index < count, let found = memchr(base + start + index, 0x0A, count - index) else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base) - start
    }

    mutating func consume(_ count: Int) {
        start += count
        offset += Int64(count)
    }

    /// Reads once more; unconsumed bytes stay.
    ///
    /// - Returns: false at the end of the source.
    mutating func refill(from source: ByteSource) throws(IntakeError) -> Bool {
        makeRoom()
        let room = min(chunkBytes, capacity - end)
        let read = try source.read(
            into: UnsafeMutableRawBufferPointer(start: base + end, count: room))
        end += read
        return read > 0
    }

    private mutating func makeRoom() {
        if start > 0 && (capacity - end < chunkBytes || start == end) {
            memmove(base, base + start, count)
            end -= start
            start = 0
        }
        if capacity - end >= chunkBytes { return }
        let larger = max(capacity * 2, end + chunkBytes)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
        memcpy(grown, base, end)
        explicit_bzero(base, capacity)
        base.deallocate()
        base = grown
        capacity = larger
    }
}
