internal import AuditModel

/// A growing byte buffer that is written through raw pointers and kept from block to block.
final class ByteSink {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 4096) {
        self.capacity = max(64, capacity)
        base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    func removeAll() { count = 0 }

    /// Makes room for `extra` more bytes and returns where they go; ``advance(_:)`` keeps them.
    @inline(__always)
    func reserve(_ extra: Int) -> UnsafeMutableRawPointer {
        if capacity - count < extra { grow(extra) }
        return base + count
    }

    @inline(__always)
    func advance(_ written: Int) { count += written }

    private func grow(_ extra: Int) {
        let wider = max(capacity * 2, count + extra)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: wider, alignment: 16)
        memory.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = memory
        capacity = wider
    }

    func append(_ byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
        advance(1)
    }

    func append(_ word: UInt16) { appendWord(word.littleEndian) }
    func append(_ word: UInt32) { appendWord(word.littleEndian) }
    func append(_ word: UInt64) { appendWord(word.littleEndian) }

    private func appendWord<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word) {
        reserve(MemoryLayout<Word>.size).storeBytes(of: word, as: Word.self)
        advance(MemoryLayout<Word>.size)
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
        advance(bytes.count)
    }

    func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    func append(_ id: ID128) {
        id.store(into: reserve(16))
        advance(16)
    }

    /// Replaces four bytes that were written before.
    func overwrite(_ word: UInt32, at offset: Int) {
        guard offset >= 0, offset + 4 <= count else { return }
        base.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt32.self)
    }

    func truncate(to shorter: Int) { count = min(count, max(0, shorter)) }

    /// Unsigned LEB128.
    @inline(__always)
    func appendVarint(_ number: UInt64) {
        var rest = number
        let target = reserve(10)
        var length = 0
        while rest >= 0x80 {
            target.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: length, as: UInt8.self)
            rest >>= 7
            length += 1
        }
        target.storeBytes(
            of: UInt8(truncatingIfNeeded: rest), toByteOffset: length, as: UInt8.self)
        advance(length + 1)
    }

    /// A signed number: zigzag, then LEB128.
    @inline(__always)
    func appendSigned(_ number: Int64) {
        appendVarint(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
    }
}

/// Reads a byte buffer from front to back; every read is checked and gives nil past the end.
struct ByteCursor {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= rest.count else { return nil }
        let taken = UnsafeRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return taken
    }

    mutating func byte() -> UInt8? { take(1)?[0] }

    mutating func word16() -> UInt16? {
        take(2).map { UInt16(littleEndian: $0.loadUnaligned(as: UInt16.self)) }
    }

    mutating func word32() -> UInt32? {
        take(4).map { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
    }

    mutating func word64() -> UInt64? {
        take(8).map { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// Unsigned LEB128 of at most ten bytes.
    @inline(__always)
    mutating func varint() -> UInt64? {
        guard let base = rest.baseAddress else { return nil }
        let limit = min(10, rest.count)
        var number: UInt64 = 0
        var index = 0
        while index < limit {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            number |= UInt64(byte & 0x7F) << UInt64(7 * index)
            index += 1
            if byte < 0x80 {
                rest = UnsafeRawBufferPointer(start: base + index, count: rest.count - index)
                return number
            }
        }
        return nil
    }

    @inline(__always)
    mutating func signed() -> Int64? {
        guard let word = varint() else { return nil }
        return Int64(bitPattern: word >> 1) ^ -Int64(bitPattern: word & 1)
    }

    /// A varint that counts something in memory: at most `limit`.
    mutating func length(atMost limit: Int) -> Int? {
        guard let word = varint(), word <= UInt64(limit) else { return nil }
        return Int(word)
    }
}
