internal import AuditModel
internal import WireFormat

/// Puts the fields of one line of PingFederate into the columns of an event.
struct PingFederateDialect: JSONDialect, ~Copyable {
    static let name = "pingfederate"
    static let tree = PingFederateField.tree
    static let timeField = PingFederateField.time
    static let idField = PingFederateField.id
    static let requirement = "event"

    private let issuer: UInt32
    private var translator = PingFederateTranslator()

    init(settings: DecodeSettings, pool: inout StringPool) {
        issuer = pool.code(of: settings.tenant ?? Self.name)
    }

    mutating func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting {
        JSONFraming.isJSON(content) ? .none : translator.rewrite(content, into: &text)
    }

    /// An audit event, or a line that the server has written about something else.
    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        fields.text(PingFederateField.event) != nil
            || fields.node(PingFederateField.message) != nil
    }

    /// The log names the node that wrote it, not the issuer: the source's tenant stands for that,
    /// or else the dialect's name.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? { nil }

    func map(_ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool) {
        row.issuer = issuer
        row.request = id(.trackingID, .request, &fields)
        if row.request.isNone { row.request = id(.transactionID, .request, &fields) }
        guard let event = fields.take(PingFederateField.event) else {
            row.vendorType = fields.code(PingFederateField.category, &pool)
            return
        }
        row.vendorType = fields.code(of: event, &pool)
        mapOutcome(fields, &row)
        mapKind(event, fields, &row)
        if row.outcome == .failure { mapFailure(fields, &row) }
        if row.outcome == .failure || row.outcome == .denied {
            row.reasonRaw = fields.code(PingFederateField.description, &pool)
        }
        mapParties(&fields, &row, &pool)
        row.grantType = fields.code(PingFederateField.grantType, &pool)
        row.scopes = fields.wordsCode(PingFederateField.scope, &pool)
        row.userAgent = fields.code(PingFederateField.userAgent, &pool)
        mapAddress(&fields, &row)
    }

    private func mapOutcome(_ fields: borrowing JSONFields, _ row: inout EventRow) {
        guard let status = fields.text(PingFederateField.status) else { return }
        if ByteSearch.equals(status, "success") {
            row.outcome = .success
        } else if ByteSearch.equals(status, "failure") {
            row.outcome = .failure
        } else if ByteSearch.equals(status, "inprogress") {
            row.outcome = .interrupted
        }
    }

    private func mapKind(
        _ event: UnsafeRawBufferPointer, _ fields: borrowing JSONFields, _ row: inout EventRow
    ) {
        guard let meaning = PingFederateTypes.table.meaning(event) else { return }
        row.ipRole = meaning.ipRole
        var grant: PingFederateGrant?
        if meaning.kind == .tokenIssued {
            grant = fields.text(PingFederateField.grantType).flatMap(PingFederateGrant.find)
        }
        if let grant { row.ipRole = grant.ipRole }
        switch row.outcome {
        case .success:
            row.kind = grant?.kind ?? meaning.kind
            row.effects = grant?.effects ?? []
        case .failure:
            row.kind = grant?.failure ?? PingFederateTypes.failure(meaning.kind)
        default:
            row.kind = PingFederateTypes.open(
                meaning.kind, isGoingOn: row.outcome == .interrupted)
        }
    }

    /// What the server's words about a failure say beyond the grant type, which the default pattern
    /// does not have.
    private func mapFailure(_ fields: borrowing JSONFields, _ row: inout EventRow) {
        let words = fields.text(PingFederateField.description)
        row.reason = PingFederateReasons.table.reason(words)
        guard fields.equals(PingFederateField.event, "OAuth") else { return }
        if row.reason == .clientAuth {
            row.kind = .clientAuthFailed
            row.ipRole = .caller
        } else if row.kind == .deviceCodeRejected, let words,
            ByteSearch.containsFolded(words, "authorization_pending")
                || ByteSearch.containsFolded(words, "slow_down")
        {
            row.outcome = .interrupted
        } else if row.kind == .tokenIssueFailed, let words,
            fields.text(PingFederateField.grantType) == nil
        {
            mapWords(words, &row)
        }
    }

    private func mapWords(_ words: UnsafeRawBufferPointer, _ row: inout EventRow) {
        if ByteSearch.containsFolded(words, "refresh token") {
            row.kind = .refreshRejected
            row.ipRole = .holder
        } else if ByteSearch.containsFolded(words, "authorization code")
            || row.reason == .pkce
        {
            row.kind = .codeRejected
            row.ipRole = .holder
        } else if row.reason == .redirectURI {
            row.kind = .authorizationFailed
            row.ipRole = .holder
        } else if ByteSearch.containsFolded(words, "access_denied")
            || ByteSearch.containsFolded(words, "denied by")
        {
            row.kind = .authorizationDenied
            row.outcome = .denied
            row.ipRole = .holder
        } else if ByteSearch.containsFolded(words, "access token") {
            row.kind = .tokenValidationFailed
            row.ipRole = .caller
        }
    }

    private func mapParties(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let client = fields.text(PingFederateField.client)
        if let client, !Self.isNothing(client) {
            row.client = fields.code(PingFederateField.client, &pool)
        }
        row.session = id(.session, .session, &fields)
        guard let subject = fields.text(PingFederateField.subject), !Self.isNothing(subject)
        else { return }
        if row.kind == .authnFailed { fields.repeatText(subject, as: "username") }
        // A client that acts for itself is its own subject here.
        if let client, RawBytes.equal(client, subject) { return }
        row.subject = fields.code(PingFederateField.subject, &pool)
    }

    /// IPv6 stands in brackets; some front ends add the port.
    private func mapAddress(_ fields: inout JSONFields, _ row: inout EventRow) {
        row.ip = fields.address(PingFederateField.address)
        guard row.ip.isNone, let text = fields.text(PingFederateField.address),
            let address = IPAddress(endpoint: text)
        else { return }
        row.ip = address
        fields.drop(PingFederateField.address)
    }

    private func id(
        _ field: PingFederateField, _ column: IDColumn, _ fields: inout JSONFields
    ) -> ID128 {
        guard let text = fields.text(field), !Self.isNothing(text) else { return .none }
        return fields.id(field, column)
    }

    /// What stands for an absent value.
    private static func isNothing(_ text: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.equals(text, "null") || ByteSearch.equals(text, "unknown")
            || ByteSearch.equals(text, "-") || ByteSearch.equals(text, "tid:")
    }
}
