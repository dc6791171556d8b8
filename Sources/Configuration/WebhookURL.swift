internal import AuditModel

/// A URL that alerts can be sent to: http or https, a host, no user and no fragment.
public struct WebhookURL: Sendable, Equatable {
    /// Why a text is no such URL.
    enum Fault: Error {
        case notPlain, tooLong, scheme, host, port, user, fragment

        var reason: String {
            switch self {
            case .notPlain: "has characters that a URL cannot have; write them as %20 and the like"
            case .tooLong: "is longer than \(WebhookURL.mostBytes) bytes"
            case .scheme: "does not begin with https://"
            case .host: "names no host"
            case .port: "has no port from 1 to 65535 behind its host"
            case .user: "names a user"
            case .fragment: "has a fragment"
            }
        }
    }

    static let mostBytes = 2_048

    /// The URL as it was written.
    public let text: String
    public let isEncrypted: Bool
    /// Lower case; an IPv6 address without its brackets.
    public let host: String
    /// The port that is connected to.
    public let port: UInt16
    private let origin: String
    private let withoutQuery: String

    /// Reads a URL; nil for a text that is none.
    public init?(_ text: String) {
        guard case .success(let url) = Self.read(text) else { return nil }
        self = url
    }

    private init(text: String, isEncrypted: Bool, host: String, port: UInt16, origin: String) {
        self.text = text
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
        self.origin = origin
        withoutQuery = String(text.prefix { $0 != "?" })
    }

    /// The URL without its query; no more than its origin if what follows is a secret.
    func shown(isSecret: Bool) -> String { isSecret ? origin + "/…" : withoutQuery }

    static func read(_ text: String) -> Result<WebhookURL, Fault> {
        guard text.utf8.count <= mostBytes else { return .failure(.tooLong) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !banned.contains($0) })
        else { return .failure(.notPlain) }
        if text.contains("#") { return .failure(.fragment) }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme), text.dropFirst(scheme.count).hasPrefix("://")
        else { return .failure(.scheme) }
        let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" }
        if authority.contains("@") { return .failure(.user) }
        guard let (host, rest) = split(authority) else { return .failure(.host) }
        var port: UInt16 = scheme == "https" ? 443 : 80
        if !rest.isEmpty {
            guard let number = WholeNumber.read(rest.dropFirst()), number > 0,
                let written = UInt16(exactly: number)
            else { return .failure(.port) }
            port = written
        }
        return .success(
            WebhookURL(
                text: text, isEncrypted: scheme == "https", host: host.lowercased(), port: port,
                origin: scheme + "://" + authority))
    }

    private static let banned = Array("\"<>\\^`{|}".utf8)

    /// The host, and what follows it with its colon.
    private static func split(_ authority: Substring) -> (host: String, rest: Substring)? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let inner = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard let address = ListenAddress.address(String(inner)), !address.isIPv4,
                rest.isEmpty || rest.hasPrefix(":")
            else { return nil }
            return (String(inner), rest)
        }
        let host = authority.prefix { $0 != ":" }
        let isPlain = host.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard isPlain, !host.isEmpty, host.utf8.count <= 253 else { return nil }
        return (String(host), authority.dropFirst(host.count))
    }
}

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
