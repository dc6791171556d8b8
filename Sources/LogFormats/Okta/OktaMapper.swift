internal import AuditModel
internal import WireFormat

/// Puts the fields of one Okta event into the columns of an event.
struct OktaDialect: JSONDialect, ~Copyable {
    static let name = "okta"
    static let tree = OktaField.tree
    static let timeField = OktaField.published
    static let idField = OktaField.uuid
    static let requirement = "eventType or published"

    private var targets = OktaTargets()
    private var places = SourcePlaces()

    init(settings: DecodeSettings, pool: inout StringPool) {}

    /// A hook's envelope has an `eventType`, too, but no time of publication.
    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        fields.text(OktaField.eventType) != nil && fields.node(OktaField.published) != nil
    }

    /// The custom authorization server; the organisation's own is not named.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        fields.text(OktaField.server)
    }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        targets.read(fields)
        mapType(&fields, &row, &pool)
        row.issuer = fields.code(OktaField.server, &pool)
        mapParties(&fields, &row, &pool)
        mapOrigin(&fields, &row, &pool)
        row.grantType = fields.code(OktaField.grantType, &pool)
        row.scopes = fields.wordsCode(OktaField.grantedScopes, &pool)
        if row.scopes == 0 { row.scopes = fields.wordsCode(OktaField.requestedScopes, &pool) }
        row.device = fields.code(OktaField.device, &pool)
        row.request = fields.id(OktaField.transaction, .request)
        mapTokens(&fields, &row)
    }

    private func mapType(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        guard let type = fields.take(OktaField.eventType) else { return }
        row.vendorType = pool.code(of: type)
        let meaning = OktaTypes.meaning(type)
        if let meaning {
            row.kind = meaning.kind
            row.outcome = meaning.outcome
            row.effects = meaning.effects
            row.ipRole = meaning.ipRole
            row.reason = meaning.reason
        }
        mapOutcome(fields, &row, isFailure: meaning?.outcome == .failure)
        if row.outcome == .failure {
            let grantType = fields.text(OktaField.grantType)
            row.kind = OktaFailures.kind(row.kind, grantType: grantType)
            mapReason(fields, &row)
            if row.kind == .authnFailed, let name = fields.text(OktaField.actorName) {
                fields.repeatText(name, as: "username")
            } else if row.reason == .redirectURI, let address = fields.text(OktaField.redirect) {
                fields.repeatText(address, as: "redirect_uri")
            }
        } else {
            mapGrant(type, fields, &row)
        }
        row.reasonRaw = fields.code(OktaField.reason, &pool)
    }

    /// - Parameter isFailure: the type itself says that something failed, whatever the result.
    private func mapOutcome(
        _ fields: borrowing JSONFields, _ row: inout EventRow, isFailure: Bool
    ) {
        guard let result = fields.text(OktaField.result), !isFailure else { return }
        if ByteSearch.equals(result, "SUCCESS") || ByteSearch.equals(result, "ALLOW") {
            if row.outcome != .unknown { row.outcome = .success }
        } else if ByteSearch.equals(result, "FAILURE") || ByteSearch.equals(result, "DENY") {
            row.outcome = .failure
        } else if ByteSearch.equals(result, "CHALLENGE") {
            row.outcome = .interrupted
            if row.kind == .authnSucceeded || row.kind == .mfaSucceeded {
                row.kind = .authnChallenged
            }
        } else {
            row.outcome = .unknown
        }
    }

    private func mapReason(_ fields: borrowing JSONFields, _ row: inout EventRow) {
        let reason = OktaReasons.table.reason(fields.text(OktaField.reason))
        let isKnown = reason != .unknown && reason != .unspecified
        if isKnown || row.reason == .none || row.reason == .unspecified { row.reason = reason }
        if row.kind == .refreshReuseDetected {
            row.flags.insert(.asserted)
            row.reason = .reused
        }
        if row.kind == .deviceCodeRejected, row.reason == .unspecified,
            fields.text(OktaField.reason).map({ ByteSearch.containsFolded($0, "pending") }) == true
        {
            row.outcome = .interrupted
        }
    }

    /// A response has one event for each token in it. The one for the refresh token says what the
    /// whole request was.
    private func mapGrant(
        _ type: UnsafeRawBufferPointer, _ fields: borrowing JSONFields, _ row: inout EventRow
    ) {
        guard row.kind == .tokenIssued, let grantType = fields.text(OktaField.grantType) else {
            return
        }
        if ByteSearch.equals(grantType, "client_credentials") { row.ipRole = .caller }
        guard let name = OktaTypes.oauthName(type),
            ByteSearch.equals(name, "token.grant.refresh_token")
        else { return }
        if ByteSearch.equals(grantType, "refresh_token") {
            row.kind = .refreshSucceeded
            row.effects = .tokenIssued
        } else if ByteSearch.equals(grantType, "urn:ietf:params:oauth:grant-type:device_code") {
            row.kind = .deviceCodeRedeemed
            row.effects = .tokenIssued
        }
    }

    private mutating func mapParties(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let isApp = fields.equals(OktaField.actorType, "PublicClientApp")
        row.client = fields.code(OktaField.clientID, &pool)
        let actor = fields.text(OktaField.actorID)
        if row.client == 0, isApp, let actor { row.client = fields.code(of: actor, &pool) }
        if row.client == 0, let app = targets.text(.app, fields) {
            row.client = fields.code(of: app, &pool)
        }
        let isUser = fields.equals(OktaField.actorType, "User")
        if isUser, let actor, !ByteSearch.equals(actor, "unknown") {
            row.subject = fields.code(of: actor, &pool)
        } else if let user = targets.text(.user, fields) ?? targets.text(.subject, fields) {
            row.subject = fields.code(of: user, &pool)
        }
        if let session = fields.text(OktaField.session) {
            if !ByteSearch.equals(session, "unknown") {
                row.session = fields.id(OktaField.session, .session)
            }
        } else if let session = targets.text(.session, fields) {
            row.session = fields.pack(session, .session)
        }
    }

    private mutating func mapOrigin(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.ip = fields.address(OktaField.address)
        row.userAgent = fields.code(OktaField.userAgent, &pool)
        row.city = fields.code(OktaField.city, &pool)
        if let number = fields.integer(OktaField.systemNumber).flatMap(UInt32.init(exactly:)) {
            row.asn = number
            fields.drop(OktaField.systemNumber)
        }
        row.place = places.code(
            latitude: fields.text(OktaField.latitude),
            longitude: fields.text(OktaField.longitude), &pool)
    }

    /// Tokens are known by Okta's own hashes of them, which are no secrets.
    private mutating func mapTokens(_ fields: inout JSONFields, _ row: inout EventRow) {
        let refresh = targets.text(.refreshHash, fields)
        let access = targets.text(.accessHash, fields)
        switch row.kind {
        case .tokenIssued, .refreshSucceeded, .deviceCodeRedeemed, .tokenExchanged:
            guard row.outcome == .success else { return }
            if let refresh { row.issuedRefresh = fields.pack(refresh, .issuedRefresh) }
            if let access { row.issuedAccess = fields.pack(access, .issuedAccess) }
        case .refreshReuseDetected:
            row.presented = fields.id(OktaField.oldHash, .presented)
            if row.presented.isNone, let refresh {
                row.presented = fields.pack(refresh, .presented)
            }
        case .tokenRevoked, .tokenRevokeFailed, .refreshRejected:
            if let hash = refresh ?? access { row.presented = fields.pack(hash, .presented) }
        case .codeIssued:
            if let code = targets.text(.codeHash, fields) { row.code = fields.pack(code, .code) }
        default: break
        }
    }
}

/// What the elements of `target` say, as nodes of the record.
struct OktaTargets: ~Copyable {
    enum Part: Int {
        case user, app, subject, session, refreshHash, accessHash, codeHash
    }

    private var nodes: InlineArray<7, Int32> = InlineArray(repeating: -1)
    private var finder = FieldFinder(OktaTargetField.tree)

    func text(_ part: Part, _ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        let index = Int(nodes[part.rawValue])
        return index < 0 ? nil : fields.text(at: index)
    }

    /// Looks at every target; of several of one kind the first counts.
    mutating func read(_ fields: borrowing JSONFields) {
        nodes = InlineArray(repeating: -1)
        guard let list = fields.node(OktaField.targets), fields.document[list].kind == .array
        else { return }
        let end = Int(fields.document[list].next)
        var child = list + 1
        while child < end {
            if fields.document[child].kind == .object { readTarget(child, fields) }
            child = Int(fields.document[child].next)
        }
    }

    private mutating func readTarget(_ index: Int, _ fields: borrowing JSONFields) {
        finder.find(in: fields.document, index)
        set(.subject, .subject)
        set(.session, .session)
        let node = finder[OktaTargetField.type]
        guard node >= 0, let type = fields.text(at: node) else { return }
        if ByteSearch.equals(type, "User") {
            set(.user, .id)
        } else if ByteSearch.containsFolded(type, "refresh") {
            set(.refreshHash, .hash)
        } else if ByteSearch.containsFolded(type, "access") {
            set(.accessHash, .hash)
        } else if ByteSearch.equals(type, "code") {
            set(.codeHash, .hash)
        } else if ByteSearch.containsFolded(type, "app") {
            set(.app, .id)
        }
    }

    private mutating func set(_ part: Part, _ field: OktaTargetField) {
        let node = finder[field]
        if node >= 0, nodes[part.rawValue] < 0 { nodes[part.rawValue] = Int32(node) }
    }
}
