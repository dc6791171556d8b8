/// A token that stood in a record where none belongs, as an event's `leaked` says it.
public struct LeakedToken: Hashable, Sendable {
    /// The tag of its kind, such as `at`: lower-case letters.
    public var kind: String
    /// Its packed id where it has one that is no secret, else its fingerprint.
    public var id: ID128
    /// Whether its own expiry lies before the event's time.
    public var isExpired: Bool

    public init(kind: String, id: ID128, isExpired: Bool) {
        self.kind = kind
        self.id = id
        self.isExpired = isExpired
    }

    /// Reads ``text``; nil for anything else.
    public init?(text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2 || (parts.count == 3 && parts[2] == "expired"),
            !parts[0].isEmpty, parts[0].utf8.allSatisfy({ (0x61...0x7A).contains($0) }),
            let id = ID128(hex: String(parts[1]))
        else { return nil }
        self.init(kind: String(parts[0]), id: id, isExpired: parts.count == 3)
    }

    /// `KIND HEX`, and ` expired` where it applies.
    public var text: String { "\(kind) \(id.hex)" + (isExpired ? " expired" : "") }
}
