internal import AuditModel
internal import WireFormat

/// Puts the fields of one Keycloak event into the columns of an event.
struct KeycloakMapper: ~Copyable {
    /// Ids of the event at hand whose text their bits cannot give back.
    struct KeptText {
        var column: IDColumn
        var text: UnsafeRawBufferPointer
    }

    private let types = KeycloakType.all
    private let typeTable = KeycloakType.table
    /// The pool's code of each type name; 0 where not asked for yet.
    private var typeCodes: ContiguousArray<UInt32>
    private let dialect: UInt32
    private let source: UInt32
    /// Whether the realm's own name stays in the payload, because somebody said whose it is.
    private let keepsRealmName: Bool
    private(set) var kept: ContiguousArray<KeptText> = []

    init(settings: DecodeSettings, stream: RecordStream, pool: inout StringPool) {
        typeCodes = ContiguousArray(repeating: 0, count: KeycloakType.table.count)
        dialect = pool.code(of: KeycloakFormat.dialect)
        source = pool.code(of: stream.name)
        keepsRealmName = settings.tenant != nil
        kept.reserveCapacity(8)
    }

    /// Fills everything but time, id and place. `type` must be present.
    mutating func map(
        _ fields: inout KeycloakFields, _ pool: inout StringPool
    ) -> EventRow {
        var row = begin()
        if fields.text(.operationType) != nil, fields.text(.resourceType) != nil {
            mapAdmin(&fields, &row, &pool)
            return row
        }
        let isRefresh = mapType(&fields, &row, &pool) == .refreshes
        mapParties(isRefresh: isRefresh, &fields, &row, &pool)
        if let address = fields.text(.ipAddress).flatMap({ IPAddress(text: $0) }) {
            row.ip = address
            _ = fields.take(.ipAddress)
        }
        row.grantType = code(.grantType, &fields, &pool)
        row.scopes = code(.scope, &fields, &pool)
        row.audience = code(.audience, &fields, &pool)
        row.userAgent = code(.userAgent, &fields, &pool)
        return row
    }

    /// A row with what all events of the batch have.
    mutating func begin() -> EventRow {
        kept.removeAll(keepingCapacity: true)
        var row = EventRow()
        row.dialect = dialect
        row.source = source
        return row
    }

    @inline(__always)
    func code(
        _ field: KeycloakField, _ fields: inout KeycloakFields, _ pool: inout StringPool
    ) -> UInt32 {
        guard let text = fields.take(field) else { return 0 }
        return pool.code(of: text)
    }

    /// - Returns: which tokens an event of this type speaks of.
    private mutating func mapType(
        _ fields: inout KeycloakFields, _ row: inout EventRow, _ pool: inout StringPool
    ) -> KeycloakTokens {
        guard let name = fields.take(.type) else { return .none }
        guard let found = typeTable.index(of: name, hash: KeyHash.of(name)) else {
            mapUnknownType(name, &fields, &row, &pool)
            return .none
        }
        if typeCodes[found] == 0 { typeCodes[found] = pool.code(of: name) }
        row.vendorType = typeCodes[found]
        let type = types[found / 2]
        row.ipRole = type.ipRole
        if found & 1 == 0 {
            row.kind = type.kind
            row.effects = type.effects
            row.outcome = .success
            mapSuccess(type, &fields, &row)
        } else {
            row.kind = type.errorKind
            row.outcome = .failure
            if row.kind == .consentDenied { row.outcome = .denied }
            mapFailure(type, &fields, &row, &pool)
        }
        mapTokens(type.tokens, isError: found & 1 == 1, &fields, &row)
        return type.tokens
    }

    /// A type of a later server, or of an extension: its name is kept.
    private func mapUnknownType(
        _ name: UnsafeRawBufferPointer, _ fields: inout KeycloakFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        row.vendorType = pool.code(of: name)
        guard fields.text(.error) != nil || name.suffix(6).elementsEqual("_ERROR".utf8) else {
            return
        }
        row.outcome = .failure
        mapReason(&fields, &row, &pool)
    }

    /// What depends on details of a successful event.
    private func mapSuccess(
        _ type: KeycloakType, _ fields: inout KeycloakFields, _ row: inout EventRow
    ) {
        switch type.kind {
        case .sessionStarted:
            if let response = fields.text(.responseType), fields.text(.codeID) != nil,
                ByteSearch.equals(response, "code")
            {
                row.effects = .codeIssued
            }
        case .consentRevoked:
            // RFC 7009 revokes one token; the account console revokes the client's grant.
            if fields.text(.revokedClient) == nil, fields.text(.tokenID) != nil {
                row.kind = .tokenRevoked
                row.effects = []
            }
        case .tokenValidationFailed:
            row.outcome = .failure
            row.reason = .signature
        default:
            break
        }
        if let kind = fields.text(.refreshTokenType), ByteSearch.equals(kind, "Offline") {
            row.flags.insert(.offline)
        }
    }

    private func mapFailure(
        _ type: KeycloakType, _ fields: inout KeycloakFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        if let error = fields.text(.error), let rule = Self.rule(type.name, error) {
            row.kind = rule.kind
            row.outcome = rule.outcome
        }
        if row.kind == .refreshRejected, KeycloakReasons.assertsReuse(fields.text(.reason)) {
            row.kind = .refreshReuseDetected
            row.flags.insert(.asserted)
        }
        if let kind = fields.text(.refreshTokenType), ByteSearch.equals(kind, "Offline") {
            row.flags.insert(.offline)
        }
        mapReason(&fields, &row, &pool)
        if row.kind == .tokenValidationFailed, type.kind == .tokenValidationFailed {
            row.reason = .signature
        }
    }

    private static func rule(
        _ type: String, _ error: UnsafeRawBufferPointer
    ) -> KeycloakErrorRule? {
        guard error.count <= 32 else { return nil }
        let name = Array(type.utf8) + [0x20] + Array(error)
        return name.withUnsafeBytes { bytes in
            KeycloakErrorRule.table.index(of: bytes, hash: KeyHash.of(bytes))
                .map { KeycloakErrorRule.all[$0] }
        }
    }

    func mapReason(
        _ fields: inout KeycloakFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let text = fields.text(.reason)
        row.reason = KeycloakReasons.reason(error: fields.text(.error), text: text)
        row.reasonRaw = code(text == nil ? .error : .reason, &fields, &pool)
    }

    func mapRealm(
        _ fields: inout KeycloakFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.issuer = code(.realmId, &fields, &pool)
        if !keepsRealmName { row.tenant = code(.realmName, &fields, &pool) }
    }

    /// Issuer, tenant, client, subject and session.
    private mutating func mapParties(
        isRefresh: Bool, _ fields: inout KeycloakFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        mapRealm(&fields, &row, &pool)
        if row.kind == .consentRevoked, fields.text(.revokedClient) != nil {
            row.client = code(.revokedClient, &fields, &pool)
        } else {
            row.client = code(.clientId, &fields, &pool)
        }
        row.subject = code(.userId, &fields, &pool)
        // Only who presents a refresh token names its subject; elsewhere a requester may have.
        if isRefresh, let subject = fields.text(.refreshTokenSubject) {
            let code = pool.code(of: subject)
            if row.subject == 0 { row.subject = code }
            if row.subject == code { _ = fields.take(.refreshTokenSubject) }
        }
        mapSession(&fields, &row)
    }

    /// `code_id` is the id of the user session, not of the code.
    private mutating func mapSession(_ fields: inout KeycloakFields, _ row: inout EventRow) {
        let session = fields.take(.sessionId)
        guard let other = fields.text(.codeID) else {
            if let session { row.session = pack(session, .session) }
            return
        }
        row.session = pack(session ?? other, .session)
        if session == nil || RawBytes.equal(session ?? other, other) {
            _ = fields.take(.codeID)
        }
    }

    private mutating func mapTokens(
        _ tokens: KeycloakTokens, isError: Bool, _ fields: inout KeycloakFields,
        _ row: inout EventRow
    ) {
        switch tokens {
        case .none: break
        case .issues:
            if isError { break }
            row.issuedAccess = take(.tokenID, .issuedAccess, &fields)
            row.issuedRefresh = take(.refreshTokenID, .issuedRefresh, &fields)
        case .refreshes:
            row.presented = take(.refreshTokenID, .presented, &fields)
            if row.presented.isNone { row.presented = takeMark(.refreshToken, .presented, &fields) }
            if isError { break }
            row.issuedRefresh = take(.updatedRefreshTokenID, .issuedRefresh, &fields)
            row.issuedAccess = take(.tokenID, .issuedAccess, &fields)
        case .presents:
            row.presented = take(.tokenID, .presented, &fields)
            if row.presented.isNone { row.presented = take(.refreshTokenID, .presented, &fields) }
            if row.presented.isNone { row.presented = takeMark(.token, .presented, &fields) }
        }
        if !row.presented.isNone && isSecret(.presented)
            || !row.issuedRefresh.isNone && isSecret(.issuedRefresh)
        {
            row.flags.insert(.secretToken)
        }
        row.code = takeMark(.code, .code, &fields)
    }

    /// Whether the text kept for a token's column is the mark of a secret.
    private func isSecret(_ column: IDColumn) -> Bool {
        kept.contains { $0.column == column && SecretMark.fingerprint($0.text) != nil }
    }

    @inline(__always)
    private mutating func take(
        _ field: KeycloakField, _ column: IDColumn, _ fields: inout KeycloakFields
    ) -> ID128 {
        guard let text = fields.take(field) else { return .none }
        return pack(text, column)
    }

    /// The fingerprint of a secret that the token scanner has replaced; other text stays.
    private mutating func takeMark(
        _ field: KeycloakField, _ column: IDColumn, _ fields: inout KeycloakFields
    ) -> ID128 {
        guard let text = fields.text(field), let id = SecretMark.fingerprint(text) else {
            return .none
        }
        _ = fields.take(field)
        kept.append(KeptText(column: column, text: text))
        return id
    }

    @inline(__always)
    mutating func pack(_ text: UnsafeRawBufferPointer, _ column: IDColumn) -> ID128 {
        if let id = ID128(uuid: text) { return id }
        kept.append(KeptText(column: column, text: text))
        if let mark = SecretMark.fingerprint(text) { return mark }
        return ID128.pack(text)?.id ?? .none
    }
}
