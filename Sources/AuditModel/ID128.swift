/// A 128-bit identifier: an event id, a packed token id, a fingerprint, a family id.
///
/// Ordered as 16 big-endian bytes, so that order in memory, on disk and in hexadecimal text agree.
/// All zero bits mean "absent"; no real id is all zero.
public struct ID128: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var high: UInt64
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The absent id.
    public static let none = ID128(high: 0, low: 0)

    @inlinable public var isNone: Bool { high | low == 0 }

    @inlinable
    public static func < (left: ID128, right: ID128) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// 64 well-mixed bits for an in-memory table; never persisted.
    @inlinable public var tableHash: UInt64 {
        var mixed = (high ^ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= (low ^ (mixed >> 31)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 29)
    }
}

extension ID128 {
    /// Reads 16 big-endian bytes.
    @inlinable
    public init(bigEndianBytes bytes: UnsafeRawPointer) {
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Writes 16 big-endian bytes.
    @inlinable
    public func store(into bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
        bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }

    /// 32 lower-case hexadecimal digits.
    public var hex: String {
        String(decoding: hexDigits, as: UTF8.self)
    }

    private var hexDigits: [UInt8] {
        let alphabet = Array("0123456789abcdef".utf8)
        return (0..<32).map { digit in
            let word = digit < 16 ? high : low
            return alphabet[Int(truncatingIfNeeded: word >> UInt64(60 - 4 * (digit % 16))) & 15]
        }
    }

    /// The lower-case UUID text of these bits: `8-4-4-4-12` hexadecimal digits.
    public var uuidText: String {
        let digits = hexDigits
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                text.append(UInt8(ascii: "-"))
            }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads 32 hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 32 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, digit) in digits.enumerated() {
            let value = HexTable.value(of: digit)
            guard value < 16 else { return nil }
            if index < 16 {
                words.0 = words.0 << 4 | UInt64(value)
            } else {
                words.1 = words.1 << 4 | UInt64(value)
            }
        }
        self.init(high: words.0, low: words.1)
    }

    /// Reads a canonical lower-case UUID (36 bytes); nil for anything else, also for upper case,
    /// because a packed id must give back the very text it came from.
    public init?(uuid bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 36, let base = bytes.baseAddress,
            bytes[8] == 0x2D, bytes[13] == 0x2D, bytes[18] == 0x2D, bytes[23] == 0x2D
        else { return nil }
        var invalid: UInt8 = 0
        func digits(_ offset: Int, _ count: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in offset..<(offset + count) {
                let digit = base.load(fromByteOffset: index, as: UInt8.self)
                let value = HexTable.lowerCaseValue(of: digit)
                invalid |= value
                word = word << 4 | UInt64(value & 15)
            }
            return word
        }
        let high = digits(0, 8) << 32 | digits(9, 4) << 16 | digits(14, 4)
        let low = digits(19, 4) << 48 | digits(24, 12)
        guard invalid < 16, high | low != 0 else { return nil }
        self.init(high: high, low: low)
    }
}

/// Values of hexadecimal digits; 255 marks a byte that is none.
public enum HexTable {
    @inline(__always)
    static func lowerCaseValue(of byte: UInt8) -> UInt8 {
        let digit = byte &- 0x30
        if digit < 10 { return digit }
        let letter = byte &- 0x61
        return letter < 6 ? letter + 10 : 255
    }

    /// The value of a digit in either case; 255 for any other byte.
    public static func value(of byte: UInt8) -> UInt8 {
        let folded = byte >= 0x41 && byte <= 0x46 ? byte | 0x20 : byte
        return lowerCaseValue(of: folded)
    }
}
