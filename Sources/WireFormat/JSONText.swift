internal import AuditModel

/// The strict reader of one string: escapes, surrogates, UTF-8, control characters. Used where the
/// fast scan met a byte that is neither plain ASCII nor the closing quote.
struct JSONTextReader: ~Copyable {
    /// Decoded texts one after another; always `slack` bytes longer than `count`.
    private(set) var decoded: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    private static let slack = 16

    init() {
        capacity = 1024
        decoded = .allocate(byteCount: capacity + Self.slack, alignment: 16)
        decoded.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + Self.slack)
    }

    deinit { decoded.deallocate() }

    mutating func removeAll() { count = 0 }

    /// Where a string ended, and where its text is.
    struct Text: BitwiseCopyable {
        /// The offset behind the closing quote.
        var after: Int
        var start: Int
        var count: Int
        var isDecoded: Bool
    }

    /// Reads a string whose text starts at `start`.
    ///
    /// - Parameter plain: the offset up to which all bytes are known to be plain.
    @inline(never)
    mutating func read(
        _ base: UnsafeRawPointer, from start: Int, plain: Int, end: Int
    ) throws(JSONError) -> Text {
        var at = plain
        while at < end {
            let byte = base.load(fromByteOffset: at, as: UInt8.self)
            if byte == 0x22 {
                return Text(after: at + 1, start: start, count: at - start, isDecoded: false)
            }
            if byte == 0x5C {
                return try decode(base, from: start, plain: at, end: end)
            }
            at = try Self.step(base, at, end)
        }
        throw JSONError(.recordTruncated, at: end)
    }

    /// Passes one character that needs no decoding.
    private static func step(
        _ base: UnsafeRawPointer, _ at: Int, _ end: Int
    ) throws(JSONError) -> Int {
        let byte = base.load(fromByteOffset: at, as: UInt8.self)
        if byte < 0x20 { throw JSONError(.jsonSyntax, at: at) }
        if byte < 0x80 { return at + 1 }
        let length = UTF8Check.length(base, at, end)
        if length == 0 { throw JSONError(.jsonUTF8, at: at) }
        return at + length
    }

    private mutating func decode(
        _ base: UnsafeRawPointer, from start: Int, plain: Int, end: Int
    ) throws(JSONError) -> Text {
        let first = count
        append(base + start, plain - start)
        var at = plain
        while at < end {
            let byte = base.load(fromByteOffset: at, as: UInt8.self)
            if byte == 0x22 {
                return Text(after: at + 1, start: first, count: count - first, isDecoded: true)
            }
            if byte == 0x5C {
                at = try escape(base, at, end)
            } else {
                let next = try Self.step(base, at, end)
                append(base + at, next - at)
                at = next
            }
        }
        throw JSONError(.recordTruncated, at: end)
    }

    /// Decodes the escape at `at` and gives the offset behind it.
    private mutating func escape(
        _ base: UnsafeRawPointer, _ at: Int, _ end: Int
    ) throws(JSONError) -> Int {
        guard at + 1 < end else { throw JSONError(.recordTruncated, at: end) }
        let scalar: UInt32
        switch base.load(fromByteOffset: at + 1, as: UInt8.self) {
        case 0x22: scalar = 0x22
        case 0x5C: scalar = 0x5C
        case 0x2F: scalar = 0x2F
        case 0x62: scalar = 0x08
        case 0x66: scalar = 0x0C
        case 0x6E: scalar = 0x0A
        case 0x72: scalar = 0x0D
        case 0x74: scalar = 0x09
        case 0x75: return try unicodeEscape(base, at, end)
        default: throw JSONError(.jsonSyntax, at: at)
        }
        appendScalar(scalar)
        return at + 2
    }

    private mutating func unicodeEscape(
        _ base: UnsafeRawPointer, _ at: Int, _ end: Int
    ) throws(JSONError) -> Int {
        let unit = try Self.hexUnit(base, at + 2, end)
        guard unit & 0xF800 == 0xD800 else {
            appendScalar(unit)
            return at + 6
        }
        guard unit < 0xDC00, at + 7 < end,
            base.load(fromByteOffset: at + 6, as: UInt8.self) == 0x5C,
            base.load(fromByteOffset: at + 7, as: UInt8.self) == 0x75
        else { throw JSONError(.jsonUTF8, at: at) }
        let low = try Self.hexUnit(base, at + 8, end)
        guard low & 0xFC00 == 0xDC00 else { throw JSONError(.jsonUTF8, at: at) }
        appendScalar(0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF))
        return at + 12
    }

    private static func hexUnit(
        _ base: UnsafeRawPointer, _ at: Int, _ end: Int
    ) throws(JSONError) -> UInt32 {
        guard at + 4 <= end else { throw JSONError(.recordTruncated, at: end) }
        var unit: UInt32 = 0
        for offset in at..<(at + 4) {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: unit = unit << 4 | UInt32(byte - 0x57)
            default: throw JSONError(.jsonSyntax, at: offset)
            }
        }
        return unit
    }

    private mutating func appendScalar(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value), let bytes = UTF8.encode(scalar) else { return }
        for byte in bytes { withUnsafeBytes(of: byte) { append($0.baseAddress, 1) } }
    }

    private mutating func append(_ bytes: UnsafeRawPointer?, _ length: Int) {
        guard let bytes, length > 0 else { return }
        if count + length > capacity { grow(count + length) }
        (decoded + count).copyMemory(from: bytes, byteCount: length)
        count += length
    }

    private mutating func grow(_ needed: Int) {
        capacity = max(needed, capacity * 2)
        let wider = UnsafeMutableRawPointer.allocate(
            byteCount: capacity + Self.slack, alignment: 16)
        wider.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + Self.slack)
        wider.copyMemory(from: decoded, byteCount: count)
        decoded.deallocate()
        decoded = wider
    }
}

/// Well-formed UTF-8 (RFC 3629 §4): no overlong forms, no surrogates, nothing above U+10FFFF.
public enum UTF8Check {
    /// The length of the well-formed multi-byte character at `at`; 0 if there is none.
    @inlinable
    public static func length(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) -> Int {
        let lead = base.load(fromByteOffset: at, as: UInt8.self)
        guard lead >= 0xC2, lead <= 0xF4, at + 1 < end else { return 0 }
        let second = base.load(fromByteOffset: at + 1, as: UInt8.self)
        if lead < 0xE0 { return second & 0xC0 == 0x80 ? 2 : 0 }
        let low: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
        guard second >= low, second <= high, at + 2 < end else { return 0 }
        guard base.load(fromByteOffset: at + 2, as: UInt8.self) & 0xC0 == 0x80 else { return 0 }
        if lead < 0xF0 { return 3 }
        guard at + 3 < end,
            base.load(fromByteOffset: at + 3, as: UInt8.self) & 0xC0 == 0x80
        else { return 0 }
        return 4
    }

    /// Whether all bytes are well-formed UTF-8.
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var at = 0
        while at < bytes.count {
            if at + 8 <= bytes.count,
                base.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                at += 8
            } else if bytes[at] < 0x80 {
                at += 1
            } else {
                let length = length(base, at, bytes.count)
                if length == 0 { return false }
                at += length
            }
        }
        return true
    }

    /// The longest prefix of at most `limit` bytes that does not end inside a character.
    public static func cut(_ bytes: UnsafeRawBufferPointer, to limit: Int) -> Int {
        if bytes.count <= limit { return bytes.count }
        var end = max(0, limit)
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}
