internal import AuditModel
internal import WireFormat

/// Puts the fields of one audit log event into the columns of an event.
struct GitHubDialect: JSONDialect, ~Copyable {
    static let name = "github"
    static let tree = GitHubField.tree
    static let timeField = GitHubField.timestamp
    static let idField = GitHubField.documentID
    static let requirement = "action or @timestamp"

    private let fallbackIssuer: UInt32
    private var hash = ByteBuffer(capacity: 64)

    init(settings: DecodeSettings, pool: inout StringPool) {
        fallbackIssuer = pool.code(of: Self.name)
    }

    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        fields.text(GitHubField.action) != nil
            && (fields.node(GitHubField.timestamp) != nil
                || fields.node(GitHubField.createdAt) != nil
                || fields.node(GitHubField.documentID) != nil)
    }

    static func otherTime(_ fields: borrowing JSONFields) -> RecordTime? {
        var fault = IssueCode.timeInvalid
        return fields.text(GitHubField.createdAt).flatMap { RecordTime($0, .utc, &fault) }
    }

    /// An enterprise, whose tokens are good in all of its organisations; else an organisation.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        fields.firstText(GitHubField.business) ?? fields.firstText(GitHubField.organisation)
    }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        mapAction(&fields, &row, &pool)
        row.issuer = Self.issuer(fields).map { fields.code(of: $0, &pool) } ?? fallbackIssuer
        mapParties(&fields, &row, &pool)
        mapTokens(&fields, &row)
        row.ip = fields.address(GitHubField.address)
        row.country = fields.country(GitHubField.country)
        row.userAgent = fields.code(GitHubField.userAgent, &pool)
        row.scopes = fields.wordsCode(GitHubField.tokenScopes, &pool)
        row.request = fields.id(GitHubField.request, .request)
        let created = fields.text(GitHubField.createdAt)
        if let created, let time = fields.text(GitHubField.timestamp),
            RawBytes.equal(created, time)
        {
            fields.drop(GitHubField.createdAt)
        }
    }

    private func mapAction(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        guard let action = fields.take(GitHubField.action) else { return }
        row.vendorType = pool.code(of: action)
        row.outcome = .success
        if let meaning = GitHubTypes.table.meaning(action) {
            row.kind = meaning.kind
            row.outcome = meaning.outcome
            row.effects = meaning.effects
            row.ipRole = meaning.ipRole
            row.reason = meaning.reason
        } else if fields.text(GitHubField.tokenHash) != nil {
            row.kind = .tokenUsed
            row.ipRole = GitHubAccess.role(fields.text(GitHubField.accessType))
            mapStatus(fields, &row, &pool)
        }
    }

    /// Requests to the API have the answer's status.
    private func mapStatus(
        _ fields: borrowing JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        switch fields.integer(GitHubField.status) ?? 200 {
        case 401:
            (row.kind, row.outcome, row.reason) = (.tokenValidationFailed, .failure, .unspecified)
        case 403: (row.outcome, row.reason) = (.denied, .policy)
        case 429: (row.outcome, row.reason) = (.denied, .rateLimited)
        default: break
        }
    }

    /// The one who acts with a token; else the one whom an act is about.
    private func mapParties(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let isUse = row.kind == .tokenUsed || row.kind == .tokenValidationFailed
        let user = isUse ? nil : fields.text(GitHubField.user)
        if let subject = user ?? fields.text(GitHubField.actor) {
            row.subject = fields.code(of: subject, &pool)
        }
        if let client = fields.text(GitHubField.application), !ByteSearch.equals(client, "0") {
            row.client = fields.code(of: client, &pool)
            fields.drop(GitHubField.application)
        } else if let name = fields.text(GitHubField.applicationName) {
            row.client = fields.code(of: name, &pool)
        } else if let name = fields.text(GitHubField.integration) {
            row.client = fields.code(of: name, &pool)
        }
        if row.kind == .authnFailed, let name = user {
            fields.repeatText(name, as: "username")
        }
    }

    /// Tokens are known by their SHA-256, which is no secret. It is that of the token used, but
    /// where a token was made or revoked its own.
    private mutating func mapTokens(_ fields: inout JSONFields, _ row: inout EventRow) {
        if let id = fields.text(GitHubField.tokenID), !ByteSearch.equals(id, "0") {
            row.grant = fields.id(GitHubField.tokenID, .grant)
        }
        let isOwn = Self.isAboutToken(fields)
        if !isOwn, row.kind == .tokenIssued || row.kind == .tokenRevoked { return }
        guard let text = fields.text(GitHubField.tokenHash), TokenHash.write(text, to: &hash)
        else { return }
        fields.drop(GitHubField.tokenHash)
        let token = hash.bytes
        switch row.kind {
        case .tokenIssued: row.issuedAccess = fields.pack(token, .issuedAccess)
        case .tokenUsed, .tokenValidationFailed, .tokenRevoked:
            row.presented = fields.pack(token, .presented)
        default:
            row.presented = fields.pack(token, .presented)
            if !isOwn { row.effects.insert(.tokenUsed) }
        }
    }

    /// Whether an action is about the token that it names, not done with it.
    private static func isAboutToken(_ fields: borrowing JSONFields) -> Bool {
        guard let action = fields.text(GitHubField.action) else { return false }
        return action.starts(with: "oauth_access.".utf8)
            || action.starts(with: "personal_access_token.".utf8)
    }
}
