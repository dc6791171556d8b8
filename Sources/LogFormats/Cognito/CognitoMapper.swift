internal import AuditModel
internal import WireFormat

/// Puts the fields of one CloudTrail event into the columns of an event.
struct CognitoDialect: JSONDialect {
    static let name = "cognito"
    static let tree = CognitoField.tree
    static let timeField = CognitoField.eventTime
    static let idField = CognitoField.eventID
    static let requirement = "eventSource or eventName"

    init(settings: DecodeSettings, pool: inout StringPool) {}

    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        isOperation(fields) || isRemark(fields)
    }

    private static func isOperation(_ fields: borrowing JSONFields) -> Bool {
        fields.text(CognitoField.eventSource) != nil && fields.text(CognitoField.eventName) != nil
    }

    /// An insight of CloudTrail, a digest of its files, which lies beside them, or a log group's
    /// question whether its receiver lives.
    private static func isRemark(_ fields: borrowing JSONFields) -> Bool {
        fields.node(CognitoField.insight) != nil || fields.node(CognitoField.digest) != nil
            || fields.equals(CognitoField.messageType, "CONTROL_MESSAGE")
    }

    /// What other services did.
    static func isOrdinary(_ fields: borrowing JSONFields) -> Bool {
        guard isOperation(fields) else { return true }
        guard let service = fields.text(CognitoField.eventSource).flatMap(CognitoService.init)
        else { return true }
        guard service.isShared, let name = fields.text(CognitoField.eventName) else { return false }
        return service.meaning(name) == nil
    }

    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        shown(fields.text(CognitoField.userPool)) ?? fields.text(CognitoField.account)
            ?? fields.text(CognitoField.callerAccount)
    }

    /// A text that is not one of those by which AWS hides others, which are equal for everybody.
    private static func shown(_ text: UnsafeRawBufferPointer?) -> UnsafeRawBufferPointer? {
        guard let text, !text.starts(with: "HIDDEN_".utf8), !ByteSearch.equals(text, "null"),
            !text.allSatisfy({ $0 == 0x2A })
        else { return nil }
        return text
    }

    func map(_ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool) {
        guard
            let service = fields.text(CognitoField.eventSource).flatMap(CognitoService.init)
        else { return }
        mapType(service, &fields, &row, &pool)
        row.issuer = Self.issuer(fields).map { fields.code(of: $0, &pool) } ?? 0
        if let client = Self.shown(fields.firstText(CognitoField.clientID)) {
            row.client = fields.code(of: client, &pool)
            fields.drop(CognitoField.clientID)
        }
        mapSubject(service, &fields, &row, &pool)
        row.ip = fields.address(CognitoField.address)
        row.userAgent = fields.code(CognitoField.userAgent, &pool)
        row.scopes = fields.wordsCode(CognitoField.scope, &pool)
        row.request = fields.id(CognitoField.request, .request)
        if let role = fields.text(CognitoField.role) {
            row.audience = fields.code(of: role, &pool)
        }
    }

    private func mapType(
        _ service: CognitoService, _ fields: inout JSONFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        guard let name = fields.take(CognitoField.eventName) else { return }
        row.vendorType = pool.code(of: name)
        row.outcome = .success
        if let meaning = service.meaning(name) {
            row.kind = meaning.kind
            row.effects = meaning.effects
            row.ipRole = meaning.ipRole
        }
        mapRequest(&fields, &row, &pool)
        if Self.isFailure(fields) { mapFailure(&fields, &row, &pool) }
        row.reasonRaw = fields.code(CognitoField.errorCode, &pool)
        if row.reasonRaw == 0 { row.reasonRaw = fields.code(CognitoField.responseError, &pool) }
        if row.reasonRaw == 0, let text = fields.text(CognitoField.errorMessage) {
            row.reasonRaw = fields.code(of: text, &pool)
        }
    }

    /// What a request for tokens was, which its operation alone does not say.
    private func mapRequest(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        if let grantType = fields.firstText(CognitoField.grantType) {
            row.grantType = fields.code(of: grantType, &pool)
            fields.drop(CognitoField.grantType)
            guard row.kind == .tokenIssued else { return }
            if let (kind, ipRole) = CognitoRequest.grant(grantType) {
                (row.kind, row.ipRole) = (kind, ipRole)
                if kind != .tokenIssued, kind != .tokenExchanged { row.effects = .tokenIssued }
            }
        } else if row.kind == .refreshSucceeded || CognitoRequest.isRefresh(fields) {
            row.kind = .refreshSucceeded
            row.grantType = pool.code(of: "refresh_token")
        } else if row.kind == .sessionStarted {
            CognitoRequest.mapSignIn(fields, &row)
        }
    }

    /// Whether AWS says so, or the endpoint answered so: `400`, or `400.0`.
    private static func isFailure(_ fields: borrowing JSONFields) -> Bool {
        fields.text(CognitoField.errorCode) != nil || fields.text(CognitoField.errorMessage) != nil
            || fields.text(CognitoField.responseError) != nil
            || CognitoRequest.status(fields) >= 400
    }

    private func mapFailure(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.outcome = .failure
        row.effects = []
        row.reason = CognitoReasons.reason(fields)
        row.kind = CognitoReasons.kind(
            row.kind == .authnChallenged ? .sessionStarted : row.kind, row.reason)
        switch row.kind {
        case .refreshReuseDetected: row.flags.insert(.asserted)
        case .deviceCodeRejected where CognitoReasons.isPolling(fields):
            row.outcome = .interrupted
        case .authnFailed:
            if CognitoRequest.isFactor(fields) { row.kind = .mfaFailed }
            if let name = Self.shown(fields.firstText(CognitoField.username)) {
                fields.repeatText(name, as: "username")
            }
        case .authorizationFailed where row.reason == .redirectURI:
            if let address = fields.firstText(CognitoField.redirect) {
                fields.repeatText(address, as: "redirect_uri")
            }
        default: break
        }
    }

    /// Users of pools by their `sub`, where AWS writes it; at STS and IAM Identity Center whoever
    /// the token is about.
    private func mapSubject(
        _ service: CognitoService, _ fields: inout JSONFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        let subject: UnsafeRawBufferPointer?
        switch service {
        case .userPools, .identityPools: subject = fields.firstText(CognitoField.subject)
        case .tokens: subject = fields.text(CognitoField.webIdentity)
        case .center, .centerTokens, .centerSignIn:
            subject = fields.text(CognitoField.member) ?? fields.text(CognitoField.principal)
            row.session = fields.id(CognitoField.session, .session)
        }
        if let subject = Self.shown(subject) { row.subject = fields.code(of: subject, &pool) }
    }
}

/// What a request asked for.
enum CognitoRequest {
    /// The kind of a success, and whose address it has.
    static func grant(_ grantType: UnsafeRawBufferPointer) -> (EventKind, IPRole)? {
        if ByteSearch.equals(grantType, "authorization_code") { return (.codeRedeemed, .holder) }
        if ByteSearch.equals(grantType, "refresh_token") { return (.refreshSucceeded, .holder) }
        if ByteSearch.equals(grantType, "client_credentials") { return (.tokenIssued, .caller) }
        if ByteSearch.equals(grantType, "urn:ietf:params:oauth:grant-type:device_code") {
            return (.deviceCodeRedeemed, .holder)
        }
        let isExchange =
            ByteSearch.equals(grantType, "urn:ietf:params:oauth:grant-type:token-exchange")
            || ByteSearch.equals(grantType, "urn:ietf:params:oauth:grant-type:jwt-bearer")
        return isExchange ? (.tokenExchanged, .caller) : nil
    }

    /// Whether an operation that signs in redeems a refresh token.
    static func isRefresh(_ fields: borrowing JSONFields) -> Bool {
        fields.equals(CognitoField.authFlow, "REFRESH_TOKEN_AUTH")
            || fields.equals(CognitoField.authFlow, "REFRESH_TOKEN")
    }

    /// A sign-in that asks for more has not happened yet: a challenge is answered later, and a
    /// hosted page that is shown again instead of redirecting (302) waits for its user.
    static func mapSignIn(_ fields: borrowing JSONFields, _ row: inout EventRow) {
        let isPage = row.effects.isEmpty
        if isPage ? status(fields) == 200 : isChallenged(fields) {
            row.kind = .authnChallenged
            row.outcome = .interrupted
            row.effects = []
        } else if isPage, fields.firstText(CognitoField.responseType).map(isCode) == true {
            row.effects = .codeIssued
        }
    }

    private static func isCode(_ text: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.equals(text, "code")
    }

    /// Whether the answer is a challenge, as it always is where a flow begins with one.
    private static func isChallenged(_ fields: borrowing JSONFields) -> Bool {
        fields.text(CognitoField.answeredChallenge) != nil
            || fields.equals(CognitoField.authFlow, "USER_SRP_AUTH")
            || fields.equals(CognitoField.authFlow, "CUSTOM_AUTH")
    }

    /// Whether what failed is a second factor.
    static func isFactor(_ fields: borrowing JSONFields) -> Bool {
        guard let name = fields.text(CognitoField.challenge) else { return false }
        return ByteSearch.containsFolded(name, "mfa") || ByteSearch.containsFolded(name, "otp")
    }

    /// The status of an endpoint's answer, `200` or `200.0`; 0 where there is none.
    static func status(_ fields: borrowing JSONFields) -> Int {
        guard let text = fields.firstText(CognitoField.status) else { return 0 }
        let digits = text.prefix { $0 &- 0x30 < 10 }
        return digits.count == 3 ? digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) } : 0
    }
}
