/// The secret of a webhook: `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks 1.0 writes
/// it, or any other text of at least 24 bytes.
public enum WebhookSecretText {
    static let prefix = "whsec_"
    static let remedy = "`grantrail hooks secret` prints a fresh one"

    /// The text of a secret.
    ///
    /// - Parameter bytes: 24 to 64, from a source of randomness that nobody can foresee.
    public static func text(_ bytes: [UInt8]) -> String {
        var text = Array(prefix.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for place in 0..<3 {
                word = word << 8 | UInt32(place < group.count ? group[start + place] : 0)
            }
            for place in 0..<4 {
                let digit = Int(word >> UInt32(18 - 6 * place) & 63)
                text.append(place <= group.count ? alphabet[digit] : 0x3D)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a text is a secret.
    static func isSecret(_ text: String) -> Bool {
        guard text.hasPrefix(prefix) else { return (24...4_096).contains(text.utf8.count) }
        let digits = text.dropFirst(prefix.count)
        let padding = digits.utf8.reversed().prefix { $0 == 0x3D }.count
        let count = digits.utf8.count - padding
        guard padding <= 2, digits.utf8.prefix(count).allSatisfy(alphabet.contains) else {
            return false
        }
        let isWhole = padding == 0 ? count % 4 != 1 : (count + padding) % 4 == 0
        return isWhole && (24...64).contains(count * 6 / 8)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
