internal import AuditModel

/// A URL that alerts can be sent to: http or https, a host, no user and no fragment.
///
/// Strict on purpose, so that no two readers of the URL can differ: printable ASCII, no escapes in
/// the host.
public struct WebhookURL: Sendable, Equatable {
    /// Why a text is no such URL.
    public enum Fault: Error, Sendable {
        case notPlain, tooLong, scheme, host, port, user, fragment

        /// What the URL does or has, without quoting it.
        public var reason: String {
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

    /// The most bytes of a URL.
    public static let mostBytes = 2_048

    /// The URL as it was written.
    public let text: String
    /// Whether its scheme is https.
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
    public func shown(isSecret: Bool) -> String {
        isSecret ? origin + "/…" : withoutQuery
    }

    /// Reads a URL.
    public static func read(_ text: String) -> Result<WebhookURL, Fault> {
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
            guard let written = number(rest.dropFirst()) else { return .failure(.port) }
            port = written
        }
        return .success(
            WebhookURL(
                text: text, isEncrypted: scheme == "https", host: host.lowercased(), port: port,
                origin: scheme + "://" + authority))
    }

    private static let banned = Array("\"<>\\^`{|}".utf8)

    private static func number(_ digits: Substring) -> UInt16? {
        guard (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits)
        else { return nil }
        return number > 0 ? number : nil
    }

    /// The host, and what follows it with its colon.
    private static func split(_ authority: Substring) -> (host: String, rest: Substring)? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let inner = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard inner.utf8.count <= 45, inner.contains(":"),
                let address = IPAddress(String(inner)), !address.isNone,
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
