internal import AuditModel

/// A token's SHA-256, in the one spelling by which it meets the hashes of other sources: base64
/// with padding (RFC 4648 §4), as Okta and GitHub write it.
enum TokenHash {
    private static let digits: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// Writes a hash in that spelling: 44 characters.
    ///
    /// - Parameters:
    ///   - text: 64 hexadecimal digits, or base64 or base64url with or without padding; `sha256:`
    ///     or `sha256=` may stand before it.
    ///   - output: gets the hash alone; empty if the text is none.
    /// - Returns: whether it is one.
    static func write(_ text: UnsafeRawBufferPointer, to output: inout ByteBuffer) -> Bool {
        output.truncate(to: 0)
        let hash = withoutName(text)
        switch hash.count {
        case 64: writeHexadecimal(hash, to: &output)
        case 43: writeBase64(hash, to: &output)
        case 44 where hash[43] == 0x3D:
            writeBase64(UnsafeRawBufferPointer(rebasing: hash[..<43]), to: &output)
        default: break
        }
        if output.count != 44 { output.truncate(to: 0) }
        return output.count == 44
    }

    private static func withoutName(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard text.count > 7, text[6] == 0x3A || text[6] == 0x3D else { return text }
        let name = UnsafeRawBufferPointer(rebasing: text[..<6])
        guard ByteSearch.containsFolded(name, "sha256") else { return text }
        return UnsafeRawBufferPointer(rebasing: text[7...])
    }

    private static func writeHexadecimal(
        _ hash: UnsafeRawBufferPointer, to output: inout ByteBuffer
    ) {
        var word: UInt32 = 0
        var bits = 0
        for byte in hash {
            let value = HexTable.value(of: byte)
            if value > 15 { return output.truncate(to: 0) }
            word = word << 4 | UInt32(value)
            bits += 4
            if bits >= 6 {
                bits -= 6
                output.append(digits.utf8Start[Int(word >> UInt32(bits) & 63)])
            }
        }
        output.append(digits.utf8Start[Int(word << UInt32(6 - bits) & 63)])
        output.append(0x3D)
    }

    /// Base64's last digit of 32 bytes has two bits that must be zero.
    private static func writeBase64(
        _ hash: UnsafeRawBufferPointer, to output: inout ByteBuffer
    ) {
        var last = 0
        for byte in hash {
            switch byte {
            case 0x41...0x5A: last = Int(byte) - 0x41
            case 0x61...0x7A: last = Int(byte) - 0x61 + 26
            case 0x30...0x39: last = Int(byte) - 0x30 + 52
            case 0x2B, 0x2D: last = 62
            case 0x2F, 0x5F: last = 63
            default: return output.truncate(to: 0)
            }
            output.append(digits.utf8Start[last])
        }
        if last & 3 != 0 { return output.truncate(to: 0) }
        output.append(0x3D)
    }
}
