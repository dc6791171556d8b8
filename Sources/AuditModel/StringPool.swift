/// Texts by small dense codes, in order of first sight. Code 0 is "absent" (the empty text).
///
/// Decoders fill one for every batch; the store keeps one for all its events. Codes are equal
/// exactly when the texts are equal byte for byte; they never influence order, ids or output.
/// One open-addressing table over one byte arena: no allocation per text.
public struct StringPool: Sendable {
    /// All texts one after another.
    @usableFromInline var arena: ContiguousArray<UInt8> = []
    /// `ends[code]` is where the text of `code` ends in the arena.
    @usableFromInline var ends: ContiguousArray<Int> = [0]
    /// The upper half of each text's hash, to pass over unequal slots quickly.
    @usableFromInline var hashes: ContiguousArray<UInt32> = [0]
    /// Code by slot; 0 is free.
    @usableFromInline var slots: ContiguousArray<UInt32>

    /// Texts come from attackers, who must not know how to make them collide.
    private let seed = UInt64.random(in: .min ... .max)

    public init() {
        slots = ContiguousArray(repeating: 0, count: 64)
    }

    /// The number of codes in use, the absent one included: valid codes are `0..<count`.
    @inlinable public var count: Int { ends.count }

    /// Bytes held by all texts together.
    @inlinable public var byteCount: Int { arena.count }

    /// Forgets every text and keeps the memory.
    public mutating func removeAll() {
        arena.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        ends.append(0)
        hashes.removeAll(keepingCapacity: true)
        hashes.append(0)
        for index in slots.indices { slots[index] = 0 }
    }

    /// The code of a text, a new one if it was never seen. Empty text has code 0.
    public mutating func code(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        if bytes.isEmpty { return 0 }
        let hash = self.hash(bytes)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while true {
            let code = slots[slot]
            if code == 0 { break }
            if hashes[Int(code)] == tag, equals(Int(code), bytes) { return code }
            slot = (slot + 1) & (slots.count - 1)
        }
        let code = UInt32(ends.count)
        arena.append(contentsOf: bytes)
        ends.append(arena.count)
        hashes.append(tag)
        slots[slot] = code
        if ends.count * 2 > slots.count { grow() }
        return code
    }

    /// The code of a text, a new one if it was never seen.
    public mutating func code(of text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { code(of: UnsafeRawBufferPointer($0)) }
    }

    /// The code of a text if the pool has it, else nil.
    public func existingCode(of text: String) -> UInt32? {
        var text = text
        return text.withUTF8 { buffer in
            let bytes = UnsafeRawBufferPointer(buffer)
            if bytes.isEmpty { return 0 }
            let hash = self.hash(bytes)
            let tag = UInt32(truncatingIfNeeded: hash >> 32)
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 {
                let code = slots[slot]
                if hashes[Int(code)] == tag, equals(Int(code), bytes) { return code }
                slot = (slot + 1) & (slots.count - 1)
            }
            return nil
        }
    }

    /// Lends the bytes of a text. The pointer is valid only inside the call.
    @inlinable
    public func withBytes<Result>(
        of code: UInt32, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let index = Int(code)
        precondition(index < ends.count, "a code belongs to the pool that gave it")
        let start = index == 0 ? 0 : ends[index - 1]
        let end = ends[index]
        return try arena.withUnsafeBytes { all in
            try body(UnsafeRawBufferPointer(rebasing: all[start..<end]))
        }
    }

    /// The number of bytes of a text.
    public func length(of code: UInt32) -> Int {
        let index = Int(code)
        return index == 0 ? 0 : ends[index] - ends[index - 1]
    }

    /// Lends all texts one after another, in order of their codes.
    public func withAllBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try arena.withUnsafeBytes(body)
    }

    /// The text of a code; bytes that are not UTF-8 come out as U+FFFD.
    public func text(_ code: UInt32) -> String {
        withBytes(of: code) { String(decoding: $0, as: UTF8.self) }
    }

    @inline(__always)
    private func equals(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let start = ends[index - 1]
        guard ends[index] - start == bytes.count else { return false }
        return arena.withUnsafeBytes { all in
            RawBytes.equal(
                UnsafeRawBufferPointer(rebasing: all[start..<(start + bytes.count)]), bytes)
        }
    }

    private mutating func grow() {
        let size = slots.count * 2
        var wider = ContiguousArray<UInt32>(repeating: 0, count: size)
        for code in 1..<ends.count {
            let hash: UInt64 = withBytes(of: UInt32(code)) { self.hash($0) }
            var slot = Int(truncatingIfNeeded: hash) & (size - 1)
            while wider[slot] != 0 { slot = (slot + 1) & (size - 1) }
            wider[slot] = UInt32(code)
        }
        slots = wider
    }

    /// A fast mix of the bytes, eight at a time; seeded, in memory only, never persisted.
    @inline(__always)
    private func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = bytes.baseAddress else { return 0 }
        var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index + 8 <= bytes.count {
            hash = Self.mix(hash ^ base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        if index < bytes.count {
            var tail: UInt64 = 0
            var shift: UInt64 = 0
            while index < bytes.count {
                tail |= UInt64(base.load(fromByteOffset: index, as: UInt8.self)) << shift
                shift += 8
                index += 1
            }
            hash = Self.mix(hash ^ tail)
        }
        return hash
    }

    @inline(__always)
    private static func mix(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}

/// Byte comparison for buffers of one process.
public enum RawBytes {
    /// Whether two buffers hold the same bytes.
    @inlinable
    public static func equal(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Bool {
        guard left.count == right.count, let first = left.baseAddress,
            let second = right.baseAddress
        else { return left.count == right.count }
        var index = 0
        while index + 8 <= left.count {
            if first.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                != second.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            {
                return false
            }
            index += 8
        }
        while index < left.count {
            if left[index] != right[index] { return false }
            index += 1
        }
        return true
    }
}
