internal import AuditModel
internal import WireFormat

/// Puts the fields of one Hydra record into the columns of an event.
struct HydraDialect: JSONDialect, ~Copyable {
    static let name = "hydra"
    static let tree = HydraField.tree
    static let timeField = HydraField.time
    static let idField = HydraField.id
    static let requirement = "msg or name, and time"
    /// OTLP: resources, scopes, spans and events, each a list of objects.
    static let deepestEnvelope = 8

    private let issuer: UInt32
    private var translator = HydraTranslator()
    private var attributes = HydraAttributes()

    init(settings: DecodeSettings, pool: inout StringPool) {
        issuer = pool.code(of: settings.tenant ?? Self.name)
    }

    mutating func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting {
        JSONFraming.isJSON(content) ? .none : translator.rewrite(content, into: &text)
    }

    static func isEvent(_ fields: borrowing JSONFields) -> Bool {
        if isTrace(fields) { return true }
        guard fields.text(HydraField.message) != nil else { return false }
        if hasError(fields) {
            let refusal = refusal(fields)
            return refusal.isAboutProtocol && !refusal.isDetour
        }
        return HydraRequest(fields)?.isKnown ?? false
    }

    /// Other lines of the server, spans without events, and other events of spans.
    static func isOther(_ fields: borrowing JSONFields) -> Bool {
        fields.node(HydraField.message) != nil || fields.node(HydraField.name) != nil
            || fields.node(HydraField.trace) != nil || fields.node(HydraField.attributes) != nil
    }

    /// Nanoseconds since 1970, as OTLP writes them.
    static func otherTime(_ fields: borrowing JSONFields) -> RecordTime? {
        guard let time = fields.integer(HydraField.nanoTime), time >= 0 else { return nil }
        return RecordTime(time: time, precision: 9)
    }

    /// No record names it: the source's tenant stands for it, or else the dialect's name.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? { nil }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.issuer = issuer
        if Self.isTrace(fields) {
            mapTrace(&fields, &row, &pool)
            return
        }
        row.vendorType = fields.code(HydraField.message, &pool)
        if Self.hasError(fields) {
            Self.refusal(fields).map(&row)
            mapReason(&fields, &row, &pool)
        } else if let request = HydraRequest(fields) {
            request.map(&row)
        }
        row.ip = HydraOrigin.take(&fields)
        row.userAgent = fields.code(HydraField.userAgent, &pool)
        row.request = fields.id(HydraField.trace, .request)
        if row.request.isNone { row.request = fields.id(HydraField.requestID, .request) }
    }

    private static func isTrace(_ fields: borrowing JSONFields) -> Bool {
        guard let name = fields.text(HydraField.name) else { return false }
        return HydraTypes.traces.meaning(name) != nil
            && (fields.node(HydraField.nanoTime) != nil || fields.node(HydraField.time) != nil)
    }

    private static func hasError(_ fields: borrowing JSONFields) -> Bool {
        fields.node(HydraField.error) != nil
    }

    private static func refusal(_ fields: borrowing JSONFields) -> HydraRefusal {
        HydraRefusal(
            endpoint: HydraRequest.endpoint(fields.text(HydraField.path)),
            name: fields.text(HydraField.errorName) ?? fields.text(HydraField.error),
            reason: fields.text(HydraField.reason), debug: fields.text(HydraField.debug))
    }

    /// The words for the client, else those for operators, else the error's name.
    private func mapReason(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        row.reasonRaw = fields.code(HydraField.reason, &pool)
        if row.reasonRaw == 0 { row.reasonRaw = fields.code(HydraField.debug, &pool) }
        if row.reasonRaw == 0 { row.reasonRaw = fields.code(HydraField.errorName, &pool) }
        if row.reasonRaw == 0 { row.reasonRaw = fields.code(HydraField.error, &pool) }
    }
}

// MARK: - Traces

extension HydraDialect {
    private mutating func mapTrace(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        guard let name = fields.take(HydraField.name),
            let meaning = HydraTypes.traces.meaning(name)
        else { return }
        attributes.read(fields)
        fields.drop(HydraField.nanoTime)
        row.vendorType = pool.code(of: name)
        row.kind = meaning.kind
        row.outcome = meaning.outcome
        row.effects = meaning.effects
        row.ipRole = meaning.ipRole
        if let grantType = attributes.text(.grantType, fields) {
            row.grantType = fields.code(of: grantType, &pool)
            let isAccessToken = ByteSearch.equals(name, "OAuth2AccessTokenIssued")
            if isAccessToken { HydraTypes.issued(grantType, &row) }
        }
        if meaning.outcome == .failure { mapTraceFailure(&fields, &row, &pool) }
        mapTraceParties(&fields, &row, &pool)
    }

    private func mapTraceFailure(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let reason = attributes.text(.reason, fields)
        HydraRefusal(endpoint: .token, name: reason, reason: reason, debug: nil).map(&row)
        if let reason { row.reasonRaw = fields.code(of: reason, &pool) }
    }

    private func mapTraceParties(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        if let client = attributes.text(.client, fields) {
            row.client = fields.code(of: client, &pool)
        }
        if let subject = attributes.text(.subject, fields) {
            row.subject = fields.code(of: subject, &pool)
        }
        if let consent = attributes.text(.consent, fields) {
            row.grant = fields.pack(consent, .grant)
        }
        if let address = attributes.text(.address, fields) {
            row.ip = IPAddress(endpoint: address) ?? .none
        }
        if let trace = fields.take(HydraField.trace) ?? HydraAttributes.spanTrace(fields) {
            row.request = fields.pack(trace, .request)
        }
    }
}

/// The attributes of a trace's event: a list of keys and values (OTLP, or what Go's exporter
/// prints), or an object.
struct HydraAttributes: ~Copyable {
    private var nodes: InlineArray<6, Int32> = InlineArray(repeating: -1)

    func text(
        _ attribute: HydraAttribute, _ fields: borrowing JSONFields
    ) -> UnsafeRawBufferPointer? {
        let index = Int(nodes[attribute.rawValue])
        return index < 0 ? nil : fields.text(at: index)
    }

    mutating func read(_ fields: borrowing JSONFields) {
        for attribute in HydraAttribute.allCases { nodes[attribute.rawValue] = -1 }
        guard let list = fields.node(HydraField.attributes) else { return }
        let isObject = fields.document[list].kind == .object
        guard isObject || fields.document[list].kind == .array else { return }
        let end = Int(fields.document[list].next)
        var child = list + 1
        while child < end {
            let node = fields.document[child]
            if isObject {
                set(fields.document.key(node), child)
            } else if node.kind == .object {
                readPair(child, fields)
            }
            child = Int(node.next)
        }
    }

    private mutating func readPair(_ index: Int, _ fields: borrowing JSONFields) {
        var key: UnsafeRawBufferPointer?
        var value: Int?
        let end = Int(fields.document[index].next)
        var child = index + 1
        while child < end {
            let node = fields.document[child]
            let name = fields.document.key(node)
            if ByteSearch.equals(name, "key") || ByteSearch.equals(name, "Key") {
                key = fields.text(at: child)
            } else if ByteSearch.equals(name, "value") || ByteSearch.equals(name, "Value") {
                value = Self.leaf(child, fields)
            }
            child = Int(node.next)
        }
        if let key, let value { set(key, value) }
    }

    /// A value itself, or the last member of what wraps it: `{"stringValue":"x"}`,
    /// `{"Type":"STRING","Value":"x"}`.
    private static func leaf(_ index: Int, _ fields: borrowing JSONFields) -> Int? {
        guard fields.document[index].kind == .object else { return index }
        let end = Int(fields.document[index].next)
        var last: Int?
        var child = index + 1
        while child < end {
            last = child
            child = Int(fields.document[child].next)
        }
        return last
    }

    private mutating func set(_ name: UnsafeRawBufferPointer, _ node: Int) {
        guard let place = HydraAttribute.table.index(of: name, hash: KeyHash.of(name)),
            nodes[place] < 0
        else { return }
        nodes[place] = Int32(truncatingIfNeeded: node)
    }

    /// The trace id of the span around an event. Looks no further back than a span is long.
    static func spanTrace(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        let depth = fields.document[fields.root].depth
        guard depth >= 2 else { return nil }
        var index = fields.root - 1
        let first = max(0, index - 1024)
        while index >= first, fields.document[index].depth >= depth - 1 {
            let node = fields.document[index]
            if node.depth == depth - 1, ByteSearch.equals(fields.document.key(node), "traceId") {
                return fields.text(at: index)
            }
            index -= 1
        }
        return nil
    }
}
