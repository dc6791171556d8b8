internal import MarkedText

/// Bytes that nothing prints: not as text, not in a debugger's description, not as a mirror.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// What stands wherever a secret would be printed.
    public static let mask = "‹set›"
    /// The most bytes of a secret.
    static let mostBytes = 1 << 16

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var description: String { Self.mask }
    public var debugDescription: String { Self.mask }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The bytes as they were found, for whoever needs the secret.
    public func reveal() -> [UInt8] { bytes }

    /// The secret as text, without the line end that editors leave in files; nil if it is not
    /// UTF-8.
    public func revealText() -> String? {
        var end = bytes.count
        if end > 0, bytes[end - 1] == 0x0A { end -= 1 }
        if end > 0, bytes[end - 1] == 0x0D { end -= 1 }
        return String(validating: bytes[..<end], as: UTF8.self)
    }
}

/// Where a secret is kept, and the secret if it was there.
public struct SecretReference: Sendable, Equatable {
    /// The two places for secrets.
    public enum Place: Sendable, Equatable {
        case variable(String)
        case file(String)
    }

    public var place: Place
    /// Nil if it could not be had; a configuration without errors has all of them.
    public var secret: Secret?
}

/// Words that say that what follows is a secret.
enum SecretWords {
    private static let parts = ["passw", "passphrase", "secret", "pwd", "token", "credential"]
    private static let keys = ["password", "key_password", "secret"]

    /// Whether a value under this key should be a secret reference.
    static func isNamed(_ key: String) -> Bool {
        let key = key.lowercased()
        if references.contains(key) { return false }
        return parts.contains { key.contains($0) }
            || keys.contains { Suggestion.nearest(to: key, among: [$0]) != nil }
    }

    static let references = ["secret_env", "secret_file"]

    /// Whether a text can be the name of a variable and may be shown: capitals, digits, `_`.
    static func isVariable(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F: true
            default: false
            }
        }
        return isPlain && (1...128).contains(name.utf8.count)
    }

    /// Whether a line that could not be read may hold a secret.
    static func isIn(_ line: String) -> Bool {
        var line = line.lowercased()
        for reference in references { line = line.replacing(reference, with: "") }
        return parts.contains { line.contains($0) }
    }
}
