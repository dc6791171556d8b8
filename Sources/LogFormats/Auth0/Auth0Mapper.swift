internal import AuditModel
internal import WireFormat

/// Puts the fields of one Auth0 event into the columns of an event.
struct Auth0Dialect: JSONDialect {
    static let name = "auth0"
    static let tree = Auth0Field.tree
    static let timeField = Auth0Field.date
    static let idField = Auth0Field.logID
    static let requirement = "type"

    private let types = Auth0Types.table

    init(settings: DecodeSettings, pool: inout StringPool) {}

    /// A stream's wrapper has a `log_id`, too; only an event has a type.
    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        fields.text(Auth0Field.type) != nil
            && (fields.node(Auth0Field.date) != nil || fields.node(Auth0Field.logID) != nil)
    }

    /// A log id begins with `900` and the time in UTC: `yyyyMMddHHmmssSSS`.
    static func otherTime(_ fields: borrowing JSONFields) -> RecordTime? {
        guard let id = fields.text(Auth0Field.logID), id.count >= 20,
            id.prefix(20).allSatisfy({ $0 &- 0x30 < 10 }), id.prefix(3).elementsEqual("900".utf8)
        else { return nil }
        func number(_ start: Int, _ count: Int) -> Int64 {
            id[start..<(start + count)].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        let time = TimeText.time(
            year: number(3, 4), month: number(7, 2), day: number(9, 2), hour: number(11, 2),
            minute: number(13, 2), second: number(15, 2), nanosecond: number(17, 3) * 1_000_000)
        guard let time, time >= 0 else { return nil }
        return RecordTime(time: time, precision: 3)
    }

    /// The tenant's name; in records of before it was written, the first label of the tenant's own
    /// host name, which is the same.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        if let name = fields.text(Auth0Field.tenantName) { return name }
        guard let host = fields.text(Auth0Field.hostname), host.count > 10,
            ByteSearch.equals(
                UnsafeRawBufferPointer(rebasing: host[(host.count - 10)...]), ".auth0.com"),
            let dot = host.firstIndex(of: 0x2E)
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: host[..<dot])
    }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        mapType(&fields, &row, &pool)
        row.issuer = Self.issuer(fields).map { pool.code(of: $0) } ?? 0
        row.tenant = row.issuer
        fields.drop(Auth0Field.tenantName)
        row.client = fields.code(Auth0Field.clientID, &pool)
        row.subject = fields.code(Auth0Field.userID, &pool)
        row.ip = fields.address(Auth0Field.ip)
        row.userAgent = fields.code(Auth0Field.userAgent, &pool)
        row.audience = fields.wordsCode(Auth0Field.audience, &pool)
        row.scopes = fields.wordsCode(Auth0Field.scope, &pool)
        row.tls = fields.code(Auth0Field.ja4, &pool)
        if row.tls == 0 { row.tls = fields.code(Auth0Field.ja3, &pool) }
        row.request = fields.id(Auth0Field.request, .request)
        row.proofKey = fields.id(Auth0Field.certificate, .proofKey)
        mapIDs(&fields, &row)
    }

    private func mapType(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        guard let type = fields.take(Auth0Field.type) else { return }
        row.vendorType = pool.code(of: type)
        guard let meaning = types.meaning(type) else { return }
        row.kind = meaning.kind
        row.outcome = meaning.outcome
        row.effects = meaning.effects
        row.ipRole = meaning.ipRole
        row.reason = meaning.reason
        row.grantType = Auth0GrantTypes.name(type).map { pool.code(of: $0) } ?? 0
        if row.kind == .adminAction { mapChange(fields, &row) }
        guard row.outcome == .failure else { return }
        mapFailure(fields, isReuse: ByteSearch.equals(type, "ferrt"), &row)
        if row.kind == .deviceCodeRejected, Auth0Reasons.isPolling(fields) {
            row.outcome = .interrupted
        }
        if ByteSearch.equals(type, "f"), Auth0Reasons.isAboutRequest(row.reason, fields) {
            row.kind = .authorizationFailed
        }
        if row.kind == .authnFailed, let name = fields.text(Auth0Field.userName) {
            fields.repeatText(name, as: "username")
        } else if row.reason == .redirectURI, let address = Auth0Reasons.address(fields) {
            fields.repeatText(address, as: "redirect_uri")
        }
        mapReasonText(&fields, &row, &pool)
    }

    /// What a request to the Management API did.
    private func mapChange(_ fields: borrowing JSONFields, _ row: inout EventRow) {
        let method = fields.text(Auth0Field.apiMethod)
        let isRead = method.map { ByteSearch.containsFolded($0, "get") } ?? false
        if !isRead, let path = fields.text(Auth0Field.apiPath),
            let kind = Auth0Change.kind(path: path, method: method)
        {
            row.kind = kind
        } else if let secrets = fields.node(Auth0Field.accessedSecrets),
            Int(fields.document[secrets].next) > secrets + 1
        {
            row.kind = .clientSecretRead
        }
    }

    private func mapFailure(
        _ fields: borrowing JSONFields, isReuse: Bool, _ row: inout EventRow
    ) {
        let known = row.reason
        let text = Auth0Reasons.text(fields)
        let reason = Auth0Reasons.table.reason(text)
        let isExact = reason != .unknown && reason != .unspecified
        row.reason = isExact || known == .unspecified ? reason : known
        // The type stands for refusals of rotated tokens of all kinds; the words say which.
        if isReuse, row.reason == .reused {
            row.kind = .refreshReuseDetected
            row.flags.insert(.asserted)
        }
    }

    private func mapReasonText(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.reasonRaw = fields.code(Auth0Field.failureReason, &pool)
        if row.reasonRaw == 0, let text = fields.text(Auth0Field.description) {
            row.reasonRaw = fields.code(of: text, &pool)
        }
        if row.reasonRaw == 0 { row.reasonRaw = fields.code(Auth0Field.errorMessage, &pool) }
    }

    private func mapIDs(_ fields: inout JSONFields, _ row: inout EventRow) {
        row.session = fields.id(Auth0Field.tokenSession, .session)
        if row.session.isNone { row.session = fields.id(Auth0Field.sessionID, .session) }
        row.grant = fields.id(Auth0Field.grantID, .grant)
        switch row.kind {
        case .tokenRevoked: row.presented = fields.id(Auth0Field.credentialID, .presented)
        case .adminAction, .clientSecretRead:
            row.presented = fields.id(Auth0Field.apiToken, .presented)
        case .refreshSucceeded, .refreshRejected, .refreshReuseDetected:
            mapFamily(&fields, &row)
        default: break
        }
        if row.outcome == .success {
            row.issuedAccess = fields.id(Auth0Field.accessTokenID, .issuedAccess)
        }
    }

    /// Rotated tokens are known by their family and their number in it.
    private func mapFamily(_ fields: inout JSONFields, _ row: inout EventRow) {
        row.family = fields.id(Auth0Field.familyID, .family)
        guard !row.family.isNone, let number = fields.integer(Auth0Field.tokenCounter),
            let counter = UInt32(exactly: number), counter < UInt32(Int32.max)
        else { return }
        row.generation = Int32(counter)
        fields.drop(Auth0Field.tokenCounter)
        guard row.outcome == .failure else {
            row.presented = FamilyToken(family: row.family, counter: counter).id
            row.issuedRefresh = FamilyToken(family: row.family, counter: counter + 1).id
            return
        }
        let latest = fields.integer(Auth0Field.latestCounter) ?? number
        let behind = UInt16(clamping: latest.subtractingReportingOverflow(number).partialValue)
        row.presented = FamilyToken(family: row.family, counter: counter, behind: behind).id
    }
}

/// The OAuth grant types that Auth0's type codes stand for.
enum Auth0GrantTypes {
    private static let names: [(types: String, grantType: String)] = [
        ("seacft feacft sdeleacft fdeleacft", "authorization_code"),
        ("sertft fertft ferrt", "refresh_token"),
        ("seccft feccft", "client_credentials"),
        ("sepft fepft", "password"),
        ("sede fede", "urn:ietf:params:oauth:grant-type:device_code"),
        ("secte fecte", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("jwt_bearer_exchange_failed", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("ciba_exchange_succeeded ciba_exchange_failed", "urn:openid:params:grant-type:ciba"),
    ]

    private static let types = names.flatMap { entry in
        entry.types.split(separator: " ").map { (String($0), entry.grantType) }
    }
    private static let table = NameTable(types.map(\.0))

    /// The grant type of a type code; nil where it is none of the token endpoint's or not told.
    static func name(_ type: UnsafeRawBufferPointer) -> String? {
        table.index(of: type, hash: KeyHash.of(type)).map { types[$0].1 }
    }
}
