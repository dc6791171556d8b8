internal import COpenSSL

/// HMAC-SHA-256 (RFC 2104).
enum MessageCode {
    /// 32 bytes; nil if the cryptographic library fails.
    static func sha256(key: [UInt8], _ message: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: 32)
        var count = 0
        let result = EVP_Q_mac(
            nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, &digest,
            digest.count, &count)
        return result != nil && count == 32 ? digest : nil
    }
}
