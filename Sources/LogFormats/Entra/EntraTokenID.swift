internal import AuditModel

/// The id of an access token as its `uti` claim has it: 22 characters of base64url, the 16 bytes
/// of a GUID in the order of .NET (its first three parts with the lowest byte first).
///
/// Logs also write the same id as base64 of the GUID's text (48 characters), and as that text.
struct EntraTokenID: ~Copyable {
    private var buffer = ByteBuffer(capacity: 64)

    /// The text as claims have it, valid until the next call; other texts as they are.
    mutating func normalize(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        if text.count == 36 { return write(guid: text) ?? text }
        guard text.count == 48 else { return text }
        buffer.truncate(to: 0)
        var word: UInt32 = 0
        for (index, byte) in text.enumerated() {
            guard let digit = Self.value(of: byte) else { return text }
            word = word << 6 | digit
            guard index % 4 == 3 else { continue }
            buffer.append(UInt8(truncatingIfNeeded: word >> 16))
            buffer.append(UInt8(truncatingIfNeeded: word >> 8))
            buffer.append(UInt8(truncatingIfNeeded: word))
        }
        return write(guid: buffer.bytes) ?? text
    }

    /// The base64url of a GUID's text; nil for anything else.
    private mutating func write(guid text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard text.count == 36, let id = Self.guid(text) else { return nil }
        buffer.truncate(to: 0)
        var word: UInt32 = 0
        for index in 0..<18 {
            word = word << 8 | UInt32(index < 16 ? Self.byte(index, of: id) : 0)
            guard index % 3 == 2 else { continue }
            for digit in 0..<4 { buffer.append(Self.digit(word >> UInt32(18 - 6 * digit) & 63)) }
        }
        // The last two digits are of bytes that are none.
        buffer.truncate(to: 22)
        return buffer.bytes
    }

    private static func guid(_ text: UnsafeRawBufferPointer) -> ID128? {
        withUnsafeTemporaryAllocation(byteCount: 36, alignment: 8) { lower in
            for (index, byte) in text.enumerated() {
                lower[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
            }
            return ID128(uuid: UnsafeRawBufferPointer(lower))
        }
    }

    /// A byte in the order of .NET.
    private static func byte(_ index: Int, of id: ID128) -> UInt8 {
        let place = index < 4 ? 3 - index : index < 6 ? 9 - index : index < 8 ? 13 - index : index
        let word = place < 8 ? id.high : id.low
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (place & 7)))
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        switch value {
        case 0..<26: return 0x41 + value
        case 26..<52: return 0x47 + value
        case 52..<62: return value - 4
        case 62: return 0x2D
        default: return 0x5F
        }
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x47)
        case 0x30...0x39: UInt32(byte + 4)
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }
}
