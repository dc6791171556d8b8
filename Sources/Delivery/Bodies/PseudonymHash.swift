/// Stable names for what must not be said: `p_` and 12 hexadecimal digits of
/// HMAC-SHA-256(key, `grantrail/pseudonym/1` ‖ 0 ‖ value).
///
/// 48 bits: among a million values two share a name with a chance of one in five hundred. The key
/// keeps others from trying names until one fits.
struct PseudonymHash: Sendable {
    private static let domain = Array("grantrail/pseudonym/1".utf8) + [0]

    private let key: [UInt8]

    /// - Parameter key: any length; nil when it is empty.
    init?(key: [UInt8]) {
        if key.isEmpty { return nil }
        self.key = key
    }

    /// A name without digits, and so of nobody, if the cryptographic library fails.
    func pseudonym(of value: [UInt8]) -> String {
        let alphabet = Array("0123456789abcdef".utf8)
        let code = MessageCode.sha256(key: key, Self.domain + value) ?? []
        let digits = code.prefix(6).flatMap { byte in
            [alphabet[Int(byte >> 4)], alphabet[Int(byte & 15)]]
        }
        return "p_" + String(decoding: digits, as: UTF8.self)
    }
}
