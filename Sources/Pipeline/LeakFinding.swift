public import AuditModel
internal import TokenScan

/// One token in one input, wherever it stands there. Never holds a byte of it.
public struct LeakFinding: Sendable {
    /// The input's name without secrets.
    public var path: String
    /// Of the first place: line and column from 1, the column in characters.
    public var line: Int64
    public var column: Int64
    /// The tag of the token's kind, such as `at`; docs/SCAN.md lists them.
    public var kind: String
    /// Of the token whatever its kind.
    public var fingerprint: ID128
    /// Bytes of the token, encodings undone.
    public var length: Int
    /// Places in the input.
    public var count: Int
    /// The digest of the first line without its secrets, the same with any key.
    public var lineDigest: ID128
    /// What a JWS says about itself.
    public var issuer: String?
    public var tokenID: ID128?
    /// Seconds since 1970.
    public var expires: Int64?
    /// It is a JWS whose header and claims can be read.
    public var isWebToken: Bool
    /// It starts, and if it has a checksum ends, as a known vendor's tokens do.
    public var isVendors: Bool
    /// It can be exchanged for other tokens, or authenticates a client.
    public var isLongLived: Bool
    /// The ids under which a store may know it.
    var aliases: [ID128]

    init(path: String, line: Int64, column: Int64, _ sighting: TextSighting) {
        let token = sighting.token
        self.path = path
        self.line = line
        self.column = column
        kind = token.kind.tag
        fingerprint = token.anyFingerprint
        length = token.length
        count = 1
        lineDigest = sighting.lineDigest
        issuer = token.claims?.issuer
        tokenID = token.claims?.tokenID
        expires = token.claims?.expires
        isWebToken = token.claims != nil
        isVendors = token.isVendors
        aliases = tokenID.map { [$0] } ?? []
        isLongLived =
            switch token.kind {
            case .refreshToken, .clientSecret, .basic, .assertion, .password: true
            default: token.claims?.type == "Refresh" || token.claims?.type == "Offline"
            }
    }

    /// The mark that stands for the token in output.
    public var placeholder: String { "«\(kind):fp=\(fingerprint.hex),len=\(length)»" }

    /// What tells the finding from others with any fingerprint key.
    var place: String { "\(path)\n\(lineDigest.hex)\n\(column)\n\(kind)" }
}
