internal import AuditModel

/// Stable names for what must not be said: `p_` and 12 hexadecimal digits of
/// HMAC-SHA-256(key, `grantrail/pseudonym/1` ‖ 0 ‖ value).
///
/// 48 bits: among a million values two share a name with a chance of one in five hundred. The key
/// keeps others from trying names until one fits.
struct PseudonymHash: Sendable {
    private static let domain = Array("grantrail/pseudonym/1".utf8) + [0]
    private static let blockSize = 64

    private let inner: [UInt8]
    private let outer: [UInt8]

    /// - Parameter key: any length; nil when it is empty.
    init?(key: [UInt8]) {
        if key.isEmpty { return nil }
        var block = key.count > Self.blockSize ? Self.sha256(key) : key
        block += [UInt8](repeating: 0, count: Self.blockSize - block.count)
        inner = block.map { $0 ^ 0x36 }
        outer = block.map { $0 ^ 0x5C }
    }

    func pseudonym(of value: [UInt8]) -> String {
        let alphabet = Array("0123456789abcdef".utf8)
        let digits = code(Self.domain + value).prefix(6).flatMap { byte in
            [alphabet[Int(byte >> 4)], alphabet[Int(byte & 15)]]
        }
        return "p_" + String(decoding: digits, as: UTF8.self)
    }

    /// HMAC-SHA-256 (RFC 2104) of a message.
    func code(_ message: [UInt8]) -> [UInt8] {
        Self.sha256(outer + Self.sha256(inner + message))
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { IdentityHash.sha256($0) }
    }
}
