/// A record's bytes as a reader behind one or two layers of encoding sees them.
///
/// One step gives one byte and consumes a plain byte, a percent-encoded one (`%2E`, `%252E`), a
/// JSON escape under any number of backslashes up to seven (`\/`, `\"`, `\u003d`, `\\\"`), or a
/// character reference of HTML (`&quot;`, `&#61;`, `&#x2F;`).
struct LenientBytes {
    let base: UnsafeRawPointer
    let count: Int

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return nil }
        self.base = base
        count = bytes.count
    }

    /// The byte as it is; 0 outside the record.
    @inline(__always)
    func raw(_ index: Int) -> UInt8 {
        index >= 0 && index < count ? base.load(fromByteOffset: index, as: UInt8.self) : 0
    }

    /// The byte that starts at `index`, and where the next one starts. At the end: (0, index).
    @inline(__always)
    func step(_ index: Int) -> (byte: UInt8, next: Int) {
        let byte = raw(index)
        if byte == 0x25 || byte == 0x5C || byte == 0x26 { return encoded(index, byte) }
        return (byte, index < count ? index + 1 : index)
    }

    @inline(never)
    private func encoded(_ index: Int, _ first: UInt8) -> (byte: UInt8, next: Int) {
        if first == 0x26 { return characterReference(index) ?? (first, index + 1) }
        if first == 0x25 {
            guard let value = hexPair(index + 1) else { return (first, index + 1) }
            if value == 0x25, let inner = hexPair(index + 3) { return (inner, index + 5) }
            return (value, index + 3)
        }
        var next = index + 1
        while next - index < 7, raw(next) == 0x5C { next += 1 }
        switch raw(next) {
        case 0x22, 0x2F: return (raw(next), next + 1)
        case 0x75:
            if raw(next + 1) == 0x30, raw(next + 2) == 0x30, let value = hexPair(next + 3),
                value < 0x80
            {
                return (value, next + 5)
            }
            return (first, index + 1)
        default: return (first, index + 1)
        }
    }

    /// The character references that escape text, by name or number; nil for any other `&`.
    private func characterReference(_ index: Int) -> (byte: UInt8, next: Int)? {
        if raw(index + 1) == 0x23 { return numericReference(index + 2) }
        for (name, byte) in Self.references {
            let end = index + 1 + name.utf8CodeUnitCount
            if raw(index + 1) == name.utf8Start[0], raw(end - 1) == 0x3B,
                (1..<name.utf8CodeUnitCount).allSatisfy({
                    raw(index + 1 + $0) == name.utf8Start[$0]
                })
            {
                return (byte, end)
            }
        }
        return nil
    }

    private static let references: [(StaticString, UInt8)] = [
        ("quot;", 0x22), ("amp;", 0x26), ("apos;", 0x27), ("lt;", 0x3C), ("gt;", 0x3E),
        ("equals;", 0x3D), ("sol;", 0x2F), ("colon;", 0x3A), ("period;", 0x2E),
        ("lowbar;", 0x5F), ("plus;", 0x2B),
    ]

    /// `34;` or `x22;`: up to three digits, ASCII only.
    private func numericReference(_ start: Int) -> (byte: UInt8, next: Int)? {
        let isHexadecimal = raw(start) | 0x20 == 0x78
        var index = isHexadecimal ? start + 1 : start
        let first = index
        var value = 0
        while index - first < 3, let digit = Hexadecimal.value(raw(index)),
            isHexadecimal || digit < 10
        {
            value = value * (isHexadecimal ? 16 : 10) + Int(digit)
            index += 1
        }
        guard index > first, raw(index) == 0x3B, value > 0, value < 0x80 else { return nil }
        return (UInt8(truncatingIfNeeded: value), index + 1)
    }

    private func hexPair(_ index: Int) -> UInt8? {
        guard let high = Hexadecimal.value(raw(index)), let low = Hexadecimal.value(raw(index + 1))
        else { return nil }
        return high << 4 | low
    }

    /// Appends the bytes that a range stands for.
    func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            let (byte, next) = step(index)
            bytes.append(byte)
            index = next
        }
    }
}

/// Byte classes of token grammars.
enum ByteClass {
    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    @inline(__always)
    static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// The alphabet of base64url.
    @inline(__always)
    static func isBase64URL(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == 0x2D || byte == 0x5F
    }

    /// token68 (RFC 9110 §11.2) without its padding, and `! * $`, which some servers' tokens hold.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if isBase64URL(byte) { return true }
        switch byte {
        case 0x2E, 0x7E, 0x2B, 0x2F, 0x21, 0x2A, 0x24: return true
        default: return false
        }
    }

    /// What may stand right behind a key: a quote, the start of an escape, or a separator.
    static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x22, 0x25, 0x26, 0x27, 0x3A, 0x3D, 0x3E, 0x5C: true
        default: false
        }
    }
}
