/// The columns that hold texts by code. Raw values are part of the block format: only append.
public enum CodedColumn: Int, CaseIterable, Sendable {
    case dialect = 0
    case source, issuer, tenant, client, subject, grantType, scopes, audience, userAgent
    case device, tls, reasonRaw, vendorType, city
    /// The texts of ``GeoPoint``, ``NetworkClass`` and ``LeakedToken``.
    case place, network, leaked

    /// The field name in JSON, rules and SQL.
    public var field: Field { Self.fields[rawValue] }

    private static let fields: [Field] = [
        .dialect, .source, .issuer, .tenant, .client, .subject, .grantType, .scopes, .audience,
        .userAgent, .device, .tls, .reasonRaw, .vendorType, .city, .place, .network, .leaked,
    ]
}

/// The columns of 16 bytes. Raw values are part of the block format: only append.
///
/// Ids that are no secret are packed (``ID128/pack(_:)``); secrets are keyed fingerprints. Where
/// the text cannot be rebuilt from the bits, the batch keeps it beside
/// (``EventBatch/text(_:row:)``).
public enum IDColumn: Int, CaseIterable, Sendable {
    /// The event's own identity.
    case event = 0
    /// The user session (OIDC `sid`), and the ids of family and grant where the server writes them.
    case session, family, grant
    /// The token presented in the request, and the refresh and access tokens issued for it.
    case presented, issuedRefresh, issuedAccess
    /// The authorization code, the proof key (`jkt`, `x5t#S256`), the request.
    case code, proofKey, request
    /// The address, see ``IPAddress``.
    case ip
}

/// Every field of an event under its one name: the JSON key, the rule field and the SQL column.
public enum Field: String, CaseIterable, Sendable {
    case id, time, kind, effects, outcome, reason
    case reasonRaw = "reason_raw"
    case issuer, tenant, client, subject, session, grant, family, lineage, generation
    case presented, issued, code
    case grantType = "grant_type"
    case scopes, audience, ip
    case ipRole = "ip_role"
    case asn, place, country, city, network
    case userAgent = "user_agent"
    case device, tls
    case proofKey = "proof_key"
    case request
    case vendorType = "vendor_type"
    case asserted, leaked
    case dialect, source

    public var name: String { rawValue }
}
