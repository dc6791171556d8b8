internal import AuditModel
internal import WireFormat

/// Puts the fields of one request into the columns of an event.
struct AccessDialect<Server: AccessServer>: JSONDialect, ~Copyable {
    static var name: String { Server.name }
    static var tree: FieldTree { Server.tree }
    static var timeField: AccessField { .time }
    static var idField: AccessField { .eventID }
    static var requirement: String { Server.requirement }

    private var hash = ByteBuffer(capacity: 64)

    init(settings: DecodeSettings, pool: inout StringPool) {}

    static func isEvent(_ fields: borrowing JSONFields) -> Bool { Server.isRecord(fields) }

    static func isOrdinary(_ fields: borrowing JSONFields) -> Bool {
        Server.verdict(fields) == nil
    }

    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        fields.known(.issuer)
    }

    func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting { Server.rewrite(content, into: &text) }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        guard let verdict = Server.verdict(fields) else { return }
        fields.dropAbsent()
        row.kind = verdict.kind
        row.outcome = verdict.outcome
        row.reason = verdict.reason
        if let text = verdict.text { row.reasonRaw = fields.code(of: text, &pool) }
        row.vendorType = fields.knownCode(.authStatus, &pool)
        row.issuer = fields.knownCode(.issuer, &pool)
        row.subject = fields.knownCode(.subject, &pool)
        row.client = fields.knownCode(.client, &pool)
        if row.client == 0 { row.client = fields.knownCode(.consumerID, &pool) }
        if row.client == 0 { row.client = fields.knownCode(.consumerName, &pool) }
        row.session = fields.knownID(.session, .session)
        row.proofKey = fields.knownID(.proofKey, .proofKey)
        row.request = fields.knownID(.requestID, .request)
        row.audience = fields.knownWords(.audience, &pool)
        row.scopes = fields.knownWords(.scope, &pool)
        row.userAgent = fields.knownCode(.userAgent, &pool)
        row.ip = HolderAddress.take(&fields)
        if !row.ip.isNone { row.ipRole = .holder }
        mapToken(&fields, &row)
    }

    /// The token by its `jti`, else by its hash; one that was logged itself by its fingerprint.
    private mutating func mapToken(_ fields: inout JSONFields, _ row: inout EventRow) {
        row.presented = fields.knownID(.tokenID, .presented)
        guard row.presented.isNone else { return }
        if let text = fields.known(.tokenHash), TokenHash.write(text, to: &hash) {
            fields.drop(AccessField.tokenHash)
            row.presented = fields.pack(hash.bytes, .presented)
        } else if let mark = TokenSign(fields).mark {
            row.presented = fields.pack(mark, .presented)
        }
    }
}
