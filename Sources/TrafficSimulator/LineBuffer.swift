internal import AuditModel

/// Bytes on their way to a file. Callers reserve room for a whole line once, then append without
/// checks on growth.
struct LineBuffer: ~Copyable {
    /// More than any line the simulator writes.
    static let longestLine = 8192

    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity + Self.longestLine
        base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    mutating func removeAll() { count = 0 }

    /// Makes room for one line; must precede its first append.
    mutating func reserveLine() {
        guard capacity - count < Self.longestLine else { return }
        let wider = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 16)
        wider.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = wider
        capacity *= 2
    }

    mutating func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(_ text: [UInt8]) { text.withUnsafeBytes { append($0) } }

    mutating func append(_ text: UnsafeRawBufferPointer) {
        guard let start = text.baseAddress, text.count <= capacity - count else { return }
        (base + count).copyMemory(from: start, byteCount: text.count)
        count += text.count
    }

    mutating func append(byte: UInt8) {
        guard count < capacity else { return }
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends decimal digits, with leading zeros up to `width`.
    mutating func append(decimal number: Int64, width: Int = 1) {
        if number < 0 { append(byte: 0x2D) }
        var rest = number.magnitude
        var digits = 1
        var probe = rest / 10
        while probe > 0 {
            digits += 1
            probe /= 10
        }
        digits = max(digits, width)
        guard digits <= capacity - count else { return }
        var place = count + digits
        while place > count {
            place -= 1
            base.storeBytes(of: UInt8(0x30 + rest % 10), toByteOffset: place, as: UInt8.self)
            rest /= 10
        }
        count += digits
    }

    /// Appends the lower-case UUID text of an id.
    mutating func append(uuid id: ID128) {
        guard capacity - count >= 36 else { return }
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 { append(byte: 0x2D) }
            let word = digit < 16 ? id.high : id.low
            let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (digit & 15))) & 15
            append(byte: value < 10 ? 0x30 + value : 0x57 + value)
        }
    }

    /// Appends 24 URL-safe characters (RFC 4648 §5) that stand for an id and a check of it.
    mutating func append(urlSafe id: ID128) {
        Self.urlSafeDigits(of: id) { append(byte: $0) }
    }

    /// Appends an address as text.
    mutating func append(_ address: IPAddress) {
        guard address.isIPv4 else {
            var text = address.text
            text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
            return
        }
        let word = address.bits.low
        append(decimal: Int64(word >> 24 & 255))
        append(byte: 0x2E)
        append(decimal: Int64(word >> 16 & 255))
        append(byte: 0x2E)
        append(decimal: Int64(word >> 8 & 255))
        append(byte: 0x2E)
        append(decimal: Int64(word & 255))
    }

    static func urlSafeDigits(of id: ID128, _ body: (UInt8) -> Void) {
        for word in [id.high >> 16, id.high << 32 & 0xFFFF_FFFF_FFFF | id.low >> 32] {
            for index in 0..<8 { body(urlSafeDigit(word >> UInt64(42 - 6 * index))) }
        }
        let tail = id.low << 16 & 0xFFFF_FFFF_FFFF | id.tableHash & 0xFFFF
        for index in 0..<8 { body(urlSafeDigit(tail >> UInt64(42 - 6 * index))) }
    }

    static func urlSafeDigit(_ word: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: word & 63)
        switch value {
        case 0..<26: return 0x41 + value
        case 26..<52: return 0x61 + value - 26
        case 52..<62: return 0x30 + value - 52
        case 62: return 0x2D
        default: return 0x5F
        }
    }
}
