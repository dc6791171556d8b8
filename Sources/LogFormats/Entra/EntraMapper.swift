internal import AuditModel
internal import WireFormat

/// Puts the fields of one record of Entra into the columns of an event.
struct EntraDialect: JSONDialect, ~Copyable {
    static let name = "entra"
    static let tree = EntraField.tree
    static let timeField = EntraField.time
    static let idField = EntraField.id
    static let requirement = "category and time, or createdDateTime"

    private var shape = EntraShape()
    private var tokenID = EntraTokenID()
    private var scopeText = EntraScopeText()
    private var administration = EntraAdministration()
    private var places = SourcePlaces()
    private var lowered = ByteBuffer(capacity: 64)

    init(settings: DecodeSettings, pool: inout StringPool) {}

    /// An object of the audit report has a `category` of its own, and no envelope.
    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        let isEnvelope =
            fields.text(EntraField.category) != nil
            && (fields.text(EntraField.time) != nil || hasProperties(fields))
        return isEnvelope || fields.text(EntraField.flatTime) != nil
    }

    private static func hasProperties(_ fields: borrowing JSONFields) -> Bool {
        fields.node(EntraField.properties).map { fields.document[$0].kind == .object } ?? false
    }

    mutating func reshape(
        _ fields: borrowing JSONFields, into text: inout ByteBuffer
    ) -> Bool {
        guard !Self.hasProperties(fields), fields.text(EntraField.flatTime) != nil else {
            return false
        }
        shape.write(fields, into: &text)
        return true
    }

    /// When it happened, not when it was written, which may be minutes later.
    static func timeField(of fields: borrowing JSONFields) -> EntraField {
        let own: EntraField =
            switch EntraLog.of(fields) {
            case .interactive, .nonInteractive, .application: .created
            case .graphActivity: .generated
            case .audit: .activityTime
            case .detectedRisk: fields.text(EntraField.detected) != nil ? .detected : .activityTime
            case .riskyIdentity: .updated
            case .another: .time
            }
        return fields.text(own) != nil ? own : .time
    }

    static func time(
        _ text: UnsafeRawBufferPointer, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime? {
        RecordTime(text, zone, &fault) ?? EntraTime.read(text)
    }

    /// A risk is written again whenever it changes: the time of the change tells them apart.
    static func idField(of fields: borrowing JSONFields) -> EntraField {
        let log = EntraLog.of(fields)
        if log == .graphActivity { return .requestID }
        return log.isRisk && fields.text(EntraField.updated) != nil ? .updated : .id
    }

    /// Ids are GUIDs, and one event comes by ways that do not all name the tenant, which is
    /// therefore no part of the event's id. What is: how a sign-in ended, because one that was
    /// interrupted goes on under its id; and the risk that changed.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        let log = EntraLog.of(fields)
        if log.isSignIn { return EntraResult.code(fields) }
        return log.isRisk ? fields.text(EntraField.id) : nil
    }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let log = EntraLog.of(fields)
        if let category = fields.text(EntraField.category) {
            row.vendorType = fields.code(of: category, &pool)
        }
        mapTenant(&fields, &row, &pool)
        row.client = Self.code(.appID, &fields, &pool)
        row.subject = Self.code(.userID, &fields, &pool)
        if EntraText.known(fields.text(EntraField.session)) != nil {
            row.session = fields.id(EntraField.session, .session)
        }
        mapRequest(log, &fields, &row)
        mapOrigin(&fields, &row, &pool)
        switch log {
        case .interactive, .nonInteractive, .application: mapSignIn(log, &fields, &row, &pool)
        case .graphActivity: mapCall(&fields, &row, &pool)
        case .audit: administration.map(&fields, &row, &pool)
        case .detectedRisk, .riskyIdentity: mapRisk(&fields, &row, &pool)
        case .another: break
        }
    }

    /// The code of a field that names something.
    private static func code(
        _ field: EntraField, _ fields: inout JSONFields, _ pool: inout StringPool
    ) -> UInt32 {
        EntraText.known(fields.text(field)) == nil ? 0 : fields.code(field, &pool)
    }

    private mutating func mapTenant(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.issuer = Self.code(.tenant, &fields, &pool)
        if row.issuer == 0,
            let name = fields.text(EntraField.resource).flatMap(EntraText.tenant(ofResource:))
        {
            EntraText.fold(name, into: &lowered)
            row.issuer = pool.code(of: lowered.bytes)
        }
        row.tenant = row.issuer
    }

    /// The envelope of a risk has the risk's own id there.
    private func mapRequest(
        _ log: EntraLog, _ fields: inout JSONFields, _ row: inout EventRow
    ) {
        dropTwin(.outerCorrelation, of: .correlation, &fields)
        let field: EntraField =
            EntraText.known(fields.text(EntraField.correlation)) != nil ? .correlation
            : !log.isRisk && EntraText.known(fields.text(EntraField.outerCorrelation)) != nil
            ? .outerCorrelation : .originalRequest
        if EntraText.known(fields.text(field)) != nil {
            row.request = fields.id(field, .request)
        }
    }

    /// Leaves a member of the envelope out of the payload that says what another one says.
    private func dropTwin(
        _ twin: EntraField, of field: EntraField, _ fields: inout JSONFields
    ) {
        if let text = fields.text(field), let other = fields.text(twin),
            RawBytes.equal(text, other)
        {
            fields.drop(twin)
        }
    }

    private mutating func mapOrigin(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.ip = fields.address(EntraField.address)
        if row.ip.isNone {
            row.ip = fields.address(EntraField.callerAddress)
        } else {
            dropTwin(.callerAddress, of: .address, &fields)
        }
        row.userAgent = fields.code(EntraField.userAgent, &pool)
        row.device = Self.code(.device, &fields, &pool)
        if let number = fields.integer(EntraField.systemNumber).flatMap(UInt32.init(exactly:)) {
            row.asn = number
            fields.drop(EntraField.systemNumber)
        }
        row.city = fields.code(EntraField.city, &pool)
        row.place = places.code(
            latitude: fields.text(EntraField.latitude),
            longitude: fields.text(EntraField.longitude), &pool)
        if let country = fields.text(EntraField.country), country.count == 2,
            country.allSatisfy({ $0 &- 0x41 < 26 })
        {
            row.country = UInt16(country[0]) << 8 | UInt16(country[1])
            fields.drop(EntraField.country)
        }
    }
}

// MARK: - Sign-ins

extension EntraDialect {
    private mutating func mapSignIn(
        _ log: EntraLog, _ fields: inout JSONFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        let request = EntraRequest(log, fields)
        row.ipRole = request.ipRole
        row.grantType = request.grantType.map { pool.code(of: $0) } ?? 0
        row.audience = Self.code(.audience, &fields, &pool)
        row.scopes = scopeText.code(&fields, &pool)
        switch EntraResult(fields) {
        case .success:
            row.kind = request.success
            row.outcome = .success
            if let token = fields.take(EntraField.token) {
                row.issuedAccess = fields.pack(tokenID.normalize(token), .issuedAccess)
                if row.kind != .tokenIssued { row.effects = .tokenIssued }
            }
        case .error(let meaning):
            row.kind = request.failure(meaning)
            row.outcome = meaning.outcome
            row.reason = meaning.reason
            mapRefusal(&fields, &row, &pool)
        case .unknown: break
        }
        repeatWords(&fields, row)
    }

    private func mapRefusal(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        if row.kind == .codeReplayed { row.flags.insert(.asserted) }
        if row.kind == .codeReplayed || row.kind == .codeRejected { row.ipRole = .holder }
        if row.kind == .mfaFailed, let detail = fields.text(EntraField.failureDetail),
            ByteSearch.containsFolded(detail, "declined")
                || ByteSearch.containsFolded(detail, "fraud")
        {
            row.kind = .mfaRejected
            row.outcome = .denied
        }
        let text =
            fields.text(EntraField.failureReason) ?? fields.text(EntraField.resultText)
            ?? EntraResult.code(fields)
        if let text { row.reasonRaw = fields.code(of: text, &pool) }
    }

    /// Says again, in the words of rules for all servers, what was tried and how risky it was.
    private func repeatWords(_ fields: inout JSONFields, _ row: EventRow) {
        if row.reason == .redirectURI, let address = fields.text(EntraField.redirect) {
            fields.repeatText(address, as: "redirect_uri")
        }
        if let level = fields.text(EntraField.risk), !ByteSearch.equals(level, "none"),
            !ByteSearch.equals(level, "hidden")
        {
            fields.repeatText(level, as: "risk_level")
        }
        if row.kind == .authnFailed, let name = fields.text(EntraField.userName) {
            fields.repeatText(name, as: "username")
        }
    }
}

// MARK: - Calls and risks

extension EntraDialect {
    /// A request to Microsoft Graph: its token is named as in the sign-in that it came of.
    private mutating func mapCall(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.kind = .tokenUsed
        row.ipRole = row.subject == 0 ? .caller : .unknown
        if let token = EntraText.known(fields.text(EntraField.signIn)) {
            row.presented = fields.pack(tokenID.normalize(token), .presented)
            fields.drop(EntraField.signIn)
        }
        row.scopes = fields.wordsCode(EntraField.scopes, &pool)
        if row.scopes == 0 { row.scopes = fields.wordsCode(EntraField.roles, &pool) }
        switch fields.integer(EntraField.status) {
        case 401?:
            row.kind = .tokenValidationFailed
            row.outcome = .failure
            row.reason = .unspecified
        case 403?:
            row.outcome = .failure
            row.reason = .scope
        case .some: row.outcome = .success
        case nil: break
        }
    }

    private func mapRisk(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.kind = .riskSignal
        if let type = fields.text(EntraField.riskType) {
            row.reasonRaw = fields.code(of: type, &pool)
        }
        let isUser = fields.equals(EntraField.category, "RiskyUsers")
        if isUser, row.subject == 0, let id = fields.text(EntraField.id) {
            row.subject = fields.code(of: id, &pool)
        }
        repeatWords(&fields, row)
    }
}
