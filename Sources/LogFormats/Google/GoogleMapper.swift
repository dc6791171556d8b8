internal import AuditModel
internal import WireFormat

/// Puts one event of a Google activity into the columns of an event.
struct GoogleDialect: JSONDialect, ~Copyable {
    static let name = "google"
    static let tree = GoogleField.tree
    static let timeField = GoogleField.time
    static let idField = GoogleField.qualifier
    static let requirement = "id or protoPayload"

    private let fallbackIssuer: UInt32
    private var event = GoogleEvent()
    private var identity = ByteBuffer(capacity: 256)
    private var scopes = ByteBuffer(capacity: 1024)

    init(settings: DecodeSettings, pool: inout StringPool) {
        fallbackIssuer = pool.code(of: Self.name)
    }

    /// Activities of Drive, Mail and the like, which are many.
    static func isOrdinary(_ fields: borrowing JSONFields) -> Bool {
        if let application = fields.text(GoogleField.application) {
            return GoogleTypes.applications.index(
                of: application, hash: KeyHash.of(application)) == nil
        }
        guard fields.node(GoogleField.protoPayload) != nil else { return false }
        guard let service = fields.text(GoogleField.service) else { return true }
        return GoogleTypes.services.index(of: service, hash: KeyHash.of(service)) == nil
    }

    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        fields.node(GoogleField.application) != nil || fields.node(GoogleField.protoPayload) != nil
            || (fields.node(GoogleField.qualifier) != nil && fields.node(GoogleField.time) != nil)
    }

    /// Some exports have one event a record, its members beside the activity's.
    static func parts(_ fields: borrowing JSONFields) -> Int? {
        guard let node = fields.node(GoogleField.events) else { return nil }
        let kind = fields.document[node].kind
        return kind == .array || kind == .object ? node : nil
    }

    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        fields.text(GoogleField.customer) ?? fields.text(GoogleField.ownerDomain)
    }

    /// A qualifier is one of its time and application only, and its events are told apart by
    /// their place.
    mutating func takeID(_ fields: inout JSONFields) -> UnsafeRawBufferPointer? {
        guard let qualifier = fields.take(GoogleField.qualifier) else { return nil }
        identity.truncate(to: 0)
        if let application = fields.text(GoogleField.application) { identity.append(application) }
        identity.append(0x20)
        if let time = fields.text(GoogleField.time) { identity.append(time) }
        identity.append(0x20)
        identity.append(qualifier)
        var number = fields.partNumber
        if number > 0 { identity.append(0x20) }
        while number > 0 {
            identity.append(UInt8(0x30 + number % 10))
            number /= 10
        }
        return identity.bytes
    }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        event.read(fields)
        row.outcome = .success
        if let node = event.name, let name = fields.take(at: node) {
            row.vendorType = pool.code(of: name)
            if let meaning = GoogleTypes.table.meaning(name) {
                row.kind = meaning.kind
                row.outcome = meaning.outcome
                row.effects = meaning.effects
                row.ipRole = meaning.ipRole
                row.reason = meaning.reason
            }
        }
        row.issuer = Self.issuer(fields).map { fields.code(of: $0, &pool) } ?? fallbackIssuer
        mapActor(&fields, &row, &pool)
        mapParameters(&fields, &row, &pool)
    }

    /// The person's address in mail, by which people are known elsewhere.
    private func mapActor(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let person = fields.text(GoogleField.email) ?? fields.text(GoogleField.profile)
        if let person = person ?? fields.text(GoogleField.key) {
            row.subject = fields.code(of: person, &pool)
        }
        row.ip = fields.address(GoogleField.address)
        row.userAgent = fields.code(GoogleField.userAgent, &pool)
        row.country = fields.country(GoogleField.region)
        if let number = fields.firstText(GoogleField.systemNumber),
            case .value(let value) = JSONNumber.integer(number)
        {
            row.asn = UInt32(exactly: value) ?? 0
        }
    }

    private mutating func mapParameters(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        if let client = event.text(.client, fields) ?? event.text(.adminClient, fields) {
            row.client = fields.code(of: client, &pool)
        }
        if let api = event.text(.api, fields) { row.audience = fields.code(of: api, &pool) }
        mapScopes(&fields, &row, &pool)
        switch row.kind {
        case .tokenUsed:
            // What runs on a device shows the person's address, a server its own.
            guard let type = event.text(.clientType, fields) else { return }
            if ByteSearch.equals(type, "WEB") {
                row.ipRole = .caller
            } else if ByteSearch.contains(type, "NATIVE") || ByteSearch.contains(type, "DEVICE") {
                row.ipRole = .holder
            }
        case .authnFailed: mapFailure(fields, &row, &pool)
        case .mfaSucceeded:
            if let status = event.text(.challenge, fields),
                !ByteSearch.containsFolded(status, "passed")
            {
                (row.kind, row.outcome, row.reason) = (.mfaFailed, .failure, .unspecified)
            }
        default: break
        }
    }

    private func mapFailure(
        _ fields: borrowing JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        guard let text = event.text(.failure, fields) else { return }
        row.reasonRaw = pool.code(of: text)
        if ByteSearch.containsFolded(text, "disabled") || ByteSearch.containsFolded(text, "suspend")
        {
            row.reason = .userDisabled
        }
    }

    /// The names of scopes: a list, or in newer records one object for each.
    private mutating func mapScopes(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        if let list = event.node(.scope) ?? event.node(.adminScopes) {
            row.scopes = fields.wordsCode(at: list, &pool)
            return
        }
        guard let list = event.node(.scopeData), fields.document[list].kind == .array else {
            return
        }
        scopes.truncate(to: 0)
        let end = Int(fields.document[list].next)
        var child = list + 1
        while child < end {
            addScope(child, fields)
            child = Int(fields.document[child].next)
        }
        row.scopes = scopes.count == 0 ? 0 : fields.code(of: scopes.bytes, &pool)
    }

    /// Adds the scope of one `{parameter: [{name: scope_name, value}, …]}`, or `{scope_name}`.
    private mutating func addScope(_ index: Int, _ fields: borrowing JSONFields) {
        let end = Int(fields.document[index].next)
        var child = index + 1
        while child < end {
            let node = fields.document[child]
            if node.kind == .object {
                let (name, value) = GoogleEvent.member(child, fields)
                if let name, value > 0, ByteSearch.equals(name, "scope_name") {
                    addWord(value, fields)
                }
                child = Int(node.next)
            } else if node.kind == .array {
                child += 1
            } else {
                if ByteSearch.equals(fields.document.key(node), "scope_name") {
                    addWord(child, fields)
                }
                child = Int(node.next)
            }
        }
    }

    private mutating func addWord(_ index: Int, _ fields: borrowing JSONFields) {
        guard let text = fields.firstText(at: index) else { return }
        if scopes.count > 0 { scopes.append(0x20) }
        scopes.append(text)
    }
}
