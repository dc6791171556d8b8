internal import WireFormat

/// Bytes being built, used again for every event. Grows, never shrinks.
struct ByteBuffer: ~Copyable {
    private(set) var count = 0
    private var base: UnsafeMutableRawPointer
    private var capacity: Int

    /// Readable bytes behind the written ones, so that readers may load whole words.
    private static let slack = 64

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity + Self.slack, alignment: 16)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + Self.slack)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Forgets the bytes from `count` on.
    mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    /// Makes room, so that appending `more` bytes moves nothing.
    @inline(__always)
    mutating func reserve(_ more: Int) {
        if count &+ more > capacity { grow(count + more) }
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).copyMemory(from: start, byteCount: bytes.count)
        count &+= bytes.count
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends text as a JSON string; what is not UTF-8 becomes U+FFFD.
    mutating func appendJSON(_ text: UnsafeRawBufferPointer) {
        reserve(text.count &+ 16)
        let start = count
        append(0x22)
        if copyPlain(text) {
            append(0x22)
            return
        }
        count = start
        append(0x22)
        if copyCharacters(text) {
            append(0x22)
            return
        }
        count = start
        var writer = JSONWriter()
        writer.string(text)
        writer.bytes.withUnsafeBytes { append($0) }
    }

    /// Copies text word by word; false, with nothing gained, if it needs an escape.
    @inline(__always)
    private mutating func copyPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let source = text.baseAddress else { return true }
        var at = 0
        while at &+ 8 <= text.count {
            let word = source.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            if Self.needsEscape(word) { return false }
            base.storeBytes(of: word, toByteOffset: count &+ at, as: UInt64.self)
            at &+= 8
        }
        while at < text.count {
            let byte = source.load(fromByteOffset: at, as: UInt8.self)
            if byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C { return false }
            base.storeBytes(of: byte, toByteOffset: count &+ at, as: UInt8.self)
            at &+= 1
        }
        count &+= text.count
        return true
    }

    /// Copies text character by character, as names of people and cities need; false, with nothing
    /// gained, if one needs an escape or is none. Those that do beyond ASCII begin with 0xC2 or
    /// 0xE2: controls, line separators and marks of direction.
    private mutating func copyCharacters(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let source = text.baseAddress else { return true }
        var at = 0
        while at < text.count {
            let byte = source.load(fromByteOffset: at, as: UInt8.self)
            if byte < 0x80 {
                if byte < 0x20 || byte == 0x7F || byte == 0x22 || byte == 0x5C { return false }
                at &+= 1
            } else {
                let length = UTF8Check.length(source, at, text.count)
                if length == 0 || byte == 0xC2 || byte == 0xE2 { return false }
                at &+= length
            }
        }
        append(text)
        return true
    }

    /// Whether one of eight bytes is no printable ASCII, a quote or a backslash. May say yes for
    /// a byte above such a one, which is why it only chooses the slower way.
    @inline(__always)
    private static func needsEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        let delete = (word ^ (ones &* 0x7F)) &- ones
        let control = word &- (ones &* 0x20)
        return (quote | backslash | delete | control | word) & (ones &* 0x80) != 0
    }

    @inline(never)
    private mutating func grow(_ needed: Int) {
        let wider = max(needed, capacity * 2)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: wider + Self.slack, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: wider + Self.slack)
        memory.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = memory
        capacity = wider
    }
}
