internal import COpenSSL

/// The secret that fingerprints are made with. It has no text form and is wiped when it goes.
///
/// Its file holds either 64 hexadecimal digits, or base64 (or base64url) of at least 32 bytes,
/// or any other at least 32 raw bytes. White space around the two text forms does not count.
public final class FingerprintKey: Sendable {
    /// The fewest bytes a key may have.
    public static let minimumBytes = 32

    private let bytes: [UInt8]

    /// Takes key bytes as they are; nil if there are fewer than ``minimumBytes``.
    public init?(bytes: [UInt8]) {
        guard bytes.count >= Self.minimumBytes else { return nil }
        // A copy of its own, because it is wiped at the end.
        self.bytes = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            count = buffer.initialize(fromContentsOf: bytes)
        }
    }

    /// Reads the content of a key file in any of its forms; nil if it is too short.
    public convenience init?(fileContent: [UInt8]) {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
        let text = Array(
            fileContent.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        if text.count == 64, let decoded = Self.hexadecimal(text) {
            self.init(bytes: decoded)
        } else if let decoded = Base64.decode(text), decoded.count >= Self.minimumBytes {
            self.init(bytes: decoded)
        } else {
            self.init(bytes: fileContent)
        }
    }

    deinit {
        // Nobody else holds the array: it is private and was never handed out.
        bytes.withUnsafeBytes {
            OPENSSL_cleanse(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count)
        }
    }

    /// 16 bytes by which a store knows its key again without holding it: HMAC-SHA-256 of
    /// `grantrail/check/1`, cut to 128 bits.
    public var checkValue: [UInt8] {
        Fingerprinter(key: self).derived("grantrail/check/1")
    }

    /// 16 bytes that pseudonyms of people in alerts are made with: `grantrail/pseudonym/1` in the
    /// place of the other label.
    public var pseudonymKey: [UInt8] {
        Fingerprinter(key: self).derived("grantrail/pseudonym/1")
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    private static func hexadecimal(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = Hexadecimal.value(text[index]),
                let low = Hexadecimal.value(text[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

/// Hexadecimal digits of either case.
enum Hexadecimal {
    @inline(__always)
    static func value(_ byte: UInt8) -> UInt8? {
        let digit = byte &- 0x30
        if digit < 10 { return digit }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// The lower-case digit of a value below 16.
    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }
}

/// Base64 of either alphabet (RFC 4648 §4 and §5), with or without padding.
enum Base64 {
    /// Nil if a byte belongs to neither alphabet or the length is impossible.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var decoded: [UInt8] = []
        guard text.withUnsafeBytes({ append($0, to: &decoded) }) else {
            wipe(&decoded)
            return nil
        }
        return decoded
    }

    /// Appends what the text decodes to.
    ///
    /// - Returns: false if it is not base64; some bytes may be appended all the same.
    static func append(_ text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) -> Bool {
        var count = text.count
        while count > 0, text[count - 1] == 0x3D, text.count - count < 2 { count -= 1 }
        if count % 4 == 1 { return false }
        bytes.reserveCapacity(bytes.count + count / 4 * 3 + 3)
        var word: UInt32 = 0
        for index in 0..<count {
            guard let value = value(text[index]) else { return false }
            word = word << 6 | UInt32(value)
            switch index % 4 {
            case 1: bytes.append(UInt8(truncatingIfNeeded: word >> 4))
            case 2: bytes.append(UInt8(truncatingIfNeeded: word >> 2))
            case 3: bytes.append(UInt8(truncatingIfNeeded: word))
            default: break
            }
        }
        return true
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }
}

/// Overwrites bytes that held a secret, in a way no optimiser drops, and forgets them.
func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    bytes.removeAll(keepingCapacity: true)
}
