internal import AuditModel
internal import WireFormat

/// The state of decoding one batch: everything that is used again from record to record.
struct KeycloakDecoder: ~Copyable {
    enum Framing {
        case json, text, blank
    }

    /// The longest value of one field in bytes; longer ones are cut.
    static let maximumValue = 4096
    /// The most partial issues of one record.
    static let maximumIssues = 8

    private(set) var tally = DecodeTally()
    let records: RecordBatch
    let settings: DecodeSettings
    let table = KeycloakField.table
    var document = JSONDocument()
    var fields = KeycloakFields()
    var payload = PayloadBuilder()
    var scratch = ByteBuffer(capacity: 4096)
    private var mapper: KeycloakMapper
    private var identity: EventIdentity
    /// Partial issues of the record at hand so far.
    private var partialIssues = 0

    init(_ records: RecordBatch, settings: DecodeSettings, pool: inout StringPool) {
        self.records = records
        self.settings = settings
        mapper = KeycloakMapper(settings: settings, stream: records.stream, pool: &pool)
        identity = EventIdentity(
            dialect: KeycloakFormat.dialect, lineage: records.stream.lineage)
    }

    /// When the event at hand happened.
    struct Moment {
        var time: Int64
        var precision: UInt8
        var flags: EventFlags
    }

    mutating func decode(
        _ content: UnsafeRawBufferPointer, index: Int, at: Int64, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        partialIssues = 0
        switch Self.framing(of: content) {
        case .json: decodeJSON(content, index, at, &batch, &issues)
        case .text: decodeText(content, index, at, &batch, &issues)
        case .blank: ignore()
        }
    }

    static func framing(of content: UnsafeRawBufferPointer) -> Framing {
        for byte in content where byte != 0x20 && byte != 0x09 && byte != 0x0D && byte != 0x0A {
            return byte == 0x7B || byte == 0x5B ? .json : .text
        }
        return .blank
    }

    /// Whether text speaks of a realm the way Keycloak's events do.
    static func mentionsRealm(_ content: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.contains(content, "\"realmId\"") || ByteSearch.contains(content, "\"realmName\"")
    }

    mutating func ignore() { tally.ignored += 1 }

    mutating func fail(
        _ code: IssueCode, _ record: Int, _ detail: String, _ issues: inout [DecodeIssue]
    ) {
        tally.failed += 1
        issues.append(DecodeIssue(code: code, record: record, detail: detail))
    }

    /// Reports that a part of the record at hand was dropped or changed.
    mutating func note(
        _ code: IssueCode, _ record: Int, _ detail: String, _ issues: inout [DecodeIssue]
    ) {
        if partialIssues >= Self.maximumIssues { return }
        partialIssues += 1
        issues.append(DecodeIssue(code: code, record: record, detail: detail, isPartial: true))
    }

    /// Takes back the partial issues of an attempt that came to nothing.
    mutating func withdrawNotes(to count: Int, _ issues: inout [DecodeIssue]) {
        partialIssues -= issues.count - count
        issues.removeSubrange(count...)
    }

    mutating func beginEvent() {
        fields.removeAll()
        payload.removeAll()
    }

    /// Keeps one field of the event at hand: in its slot, or in the payload when its name is
    /// unknown or was there before.
    ///
    /// - Parameter slot: the index of its ``KeycloakField``; nil for an unknown name.
    @inline(__always)
    mutating func keep(
        _ slot: Int?, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ record: Int,
        _ issues: inout [DecodeIssue]
    ) {
        var value = value
        if value.count > Self.maximumValue {
            value = UnsafeRawBufferPointer(
                rebasing: value[0..<UTF8Check.cut(value, to: Self.maximumValue)])
            note(.fieldTooLong, record, "a value over 4096 bytes was cut", &issues)
        }
        guard let slot else {
            payload.add(key, value)
            return
        }
        let isAbsent =
            slot < KeycloakField.firstDetail && value.count == 4
            && ByteSearch.equals(value, "null")
        if isAbsent ? fields.setAbsent(slot) : fields.set(slot, value) { return }
        payload.add(key, value)
    }

    /// Appends the event whose fields were kept.
    ///
    /// - Parameter nativeID: what the server calls the event, if it has a name.
    mutating func emit(
        _ moment: Moment, nativeID: UnsafeRawBufferPointer?, record: Int, at: Int64,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        let issuer = fields.text(.realmId) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        var row = mapper.map(&fields, &batch.pool)
        row.time = moment.time
        row.precision = moment.precision
        row.flags.formUnion(moment.flags)
        row.at = at
        if let nativeID {
            row.id = identity.native(issuer: issuer, id: nativeID)
        } else {
            row.id = identity.positional(at: at, digest: records.digest(of: record))
            row.flags.insert(.positionalID)
        }
        fields.addLeft(to: &payload)
        batch.append(row, payload: payload.build(document))
        for index in mapper.kept.indices {
            let entry = mapper.kept[index]
            batch.keepText(entry.text, of: entry.column)
        }
        if payload.isIncomplete {
            note(.fieldTooLong, record, "members of the payload were left out", &issues)
        }
        tally.events += 1
    }
}
