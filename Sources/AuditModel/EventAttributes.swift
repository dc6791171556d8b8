/// How the attempt that an event reports ended. Raw values are part of the block format.
public enum Outcome: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case unknown = 0
    case success, failure, denied, interrupted

    public var name: String { Self.names[Int(rawValue)] }

    public static let names = ["unknown", "success", "failure", "denied", "interrupted"]
}

/// Why an attempt failed, in one vocabulary for every server; the server's own text stays in
/// `reason_raw`. Raw values are part of the block format.
public enum Reason: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// Nothing to explain: the attempt succeeded.
    case none = 0
    case unspecified, expired, notYetValid, revoked, reused, consumed, notFound, malformed
    case signature, issuer, audience, wrongClient, clientAuth, scope, redirectURI, pkce, dpop
    case userDisabled, sessionInactive, sessionClientMissing, concurrency, rateLimited, policy
    case unknown

    public var name: String { Self.names[Int(rawValue)] }

    public static let names = [
        "", "unspecified", "expired", "not_yet_valid", "revoked", "reused", "consumed",
        "not_found", "malformed", "signature", "issuer", "audience", "wrong_client",
        "client_auth", "scope", "redirect_uri", "pkce", "dpop", "user_disabled",
        "session_inactive", "session_client_missing", "concurrency", "rate_limited", "policy",
        "unknown",
    ]
}

/// Whose address an event's `ip` is. Only a holder's address says where a token was presented;
/// a caller is a resource server or a web back end.
public enum IPRole: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case unknown = 0
    case holder, caller

    public var name: String { Self.names[Int(rawValue)] }

    public static let names = ["unknown", "holder", "caller"]
}

/// Single-bit facts of an event. Bits are part of the block format.
public struct EventFlags: OptionSet, Sendable, Hashable, BitwiseCopyable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The authorization server itself called this reuse.
    public static let asserted = EventFlags(rawValue: 1 << 0)
    /// The record had no zone; the source's configured one was taken.
    public static let timeZoneAssumed = EventFlags(rawValue: 1 << 1)
    /// The id comes from the record's place in its stream, because the record carries none.
    public static let positionalID = EventFlags(rawValue: 1 << 2)
    /// The presented token is an offline refresh token.
    public static let offline = EventFlags(rawValue: 1 << 3)
    /// A refresh token of the event is known by its keyed fingerprint only, not by an id.
    public static let secretToken = EventFlags(rawValue: 1 << 4)
    /// The record's local time occurs twice, because the clocks were set back, and nothing told
    /// which of the two it is; the earlier was taken.
    public static let timeAmbiguous = EventFlags(rawValue: 1 << 5)
    /// The tenant is the one that the source was configured with, not the record's own.
    public static let tenantAssigned = EventFlags(rawValue: 1 << 6)
}
