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
    /// Details that are JSON in a text of the record.
    var innerDocument = JSONDocument()
    var fields = KeycloakFields()
    var payload = PayloadBuilder()
    var scratch = ByteBuffer(capacity: 4096)
    /// Records that were wrapped in the record, by level.
    var wrapped = ByteBuffer(capacity: 4096)
    var wrappedTwice = ByteBuffer(capacity: 4096)
    private var mapper: KeycloakMapper
    private var identity: EventIdentity
    /// When the carrier of the record at hand saw it, nanoseconds since 1970 UTC, if it says so.
    var carrierTime: Int64?
    /// Partial issues of the record at hand so far.
    private var partialIssues = 0

    init(_ records: RecordBatch, settings: DecodeSettings, pool: inout StringPool) {
        self.records = records
        self.settings = settings
        mapper = KeycloakMapper(settings: settings, stream: records.stream, pool: &pool)
        identity = EventIdentity(
            dialect: KeycloakFormat.dialect, lineage: records.stream.lineage)
    }

    mutating func decode(
        _ content: UnsafeRawBufferPointer, index: Int, at: Int64, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        partialIssues = 0
        carrierTime = nil
        decode(content, index, at, level: 0, &batch, &issues)
    }

    /// Decodes a record, or one that is wrapped in another.
    ///
    /// - Parameter level: how many others are around it.
    mutating func decode(
        _ content: UnsafeRawBufferPointer, _ index: Int, _ at: Int64, level: Int,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        switch Self.framing(of: content) {
        case .json: decodeJSON(content, index, at, level: level, &batch, &issues)
        case .text: decodeText(content, index, at, level: level, &batch, &issues)
        case .blank: ignore()
        }
    }

    static func framing(of content: UnsafeRawBufferPointer) -> Framing {
        for byte in content where byte != 0x20 && byte != 0x09 && byte != 0x0D && byte != 0x0A {
            return byte == 0x7B || (byte == 0x5B && !LinePrefix.isPod(content)) ? .json : .text
        }
        return .blank
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
        if value.count > Self.maximumValue, slot != KeycloakField.representation.rawValue {
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
        _ moment: RecordTime, nativeID: UnsafeRawBufferPointer?, record: Int, at: Int64,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        let issuer = fields.text(.realmId) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        var row = mapper.map(&fields, &batch.pool)
        if let nativeID { row.id = identity.native(issuer: issuer, id: nativeID) }
        append(&row, moment, record, at, &batch, &issues)
    }

    /// Appends a code that was presented twice, as the server's own log tells it.
    mutating func emit(
        _ replay: KeycloakCodeLine, _ moment: RecordTime, record: Int, at: Int64,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        beginEvent()
        payload.add(KeycloakCodeLine.clientKey, replay.client)
        var row = mapper.map(replay, &batch.pool)
        append(&row, moment, record, at, &batch, &issues)
    }

    private mutating func append(
        _ row: inout EventRow, _ moment: RecordTime, _ record: Int, _ at: Int64,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        row.time = moment.time
        row.precision = moment.precision
        row.flags.formUnion(moment.flags)
        row.at = at
        if row.id.isNone {
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
