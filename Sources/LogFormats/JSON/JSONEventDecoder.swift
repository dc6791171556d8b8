internal import AuditModel
internal import WireFormat

/// Decodes the records of one batch in a dialect of JSON: finds the events in whatever envelope
/// they come, and does for each what all dialects have in common.
///
/// Envelopes are arrays, and objects that are no event and have a member of ``envelopes``: what a
/// poll, a stream, a hook, an archive or a bus wraps around events.
struct JSONEventDecoder<Dialect: JSONMapping & ~Copyable>: ~Copyable {
    /// The most partial issues of one record.
    private static var maximumIssues: Int { 8 }
    /// The deepest envelope.
    private static var maximumLevel: Int { 6 }

    private var tally = DecodeTally()
    private let records: RecordBatch
    private let settings: DecodeSettings
    private let dialectCode: UInt32
    private let source: UInt32
    private var fields: JSONFields
    private var dialect: Dialect
    private var opener: TextOpener
    private var identity: EventIdentity
    /// The record at hand: its index, where it starts, and its partial issues so far.
    private var record = 0
    private var start: Int64 = 0
    private var partialIssues = 0
    /// What is decoded lies where the mapping says that a record's events are.
    private var isUnwrapped = false

    private init(
        _ records: RecordBatch, settings: DecodeSettings, dialect: consuming Dialect,
        pool: inout StringPool
    ) {
        self.records = records
        self.settings = settings
        let name = dialect.dialectName
        dialectCode = pool.code(of: name)
        source = pool.code(of: records.stream.name)
        identity = EventIdentity(dialect: name, lineage: records.stream.lineage)
        fields = JSONFields(dialect.fieldTree)
        opener = TextOpener(dialect.openedTexts)
        self.dialect = dialect
    }

    /// Decodes a batch, as ``LogFormat`` asks for it.
    static func decode(
        _ records: RecordBatch, _ settings: DecodeSettings, with dialect: consuming Dialect,
        into batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) -> DecodeTally {
        var decoder = Self(records, settings: settings, dialect: dialect, pool: &batch.pool)
        decoder.decodeAll(&batch, &issues)
        return decoder.tally
    }

    /// Decodes every record, in order.
    private mutating func decodeAll(_ batch: inout EventBatch, _ issues: inout [DecodeIssue]) {
        batch.reservePayload(records.bytes.count)
        records.bytes.withUnsafeBytes { bytes in
            for index in records.records.indices {
                let place = records.records[index]
                let end = place.offset &+ place.count
                record = index
                start = place.at
                partialIssues = 0
                guard place.offset >= 0, place.count >= 0,
                    end <= bytes.count - RecordBatch.tailPadding
                else {
                    fail(.recordTruncated, "outside its batch", &issues)
                    continue
                }
                let content = UnsafeRawBufferPointer(rebasing: bytes[place.offset..<end])
                decode(content, &batch, &issues)
            }
        }
    }

    private mutating func decode(
        _ content: UnsafeRawBufferPointer, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        guard JSONFraming.isJSON(content) else {
            tally.ignored += 1
            return
        }
        do throws(JSONError) {
            try read(content, &issues)
        } catch {
            fail(error.code, "at byte \(error.offset)", &issues)
            return
        }
        let before = tally
        decode(0, at: 0, level: 0, &batch, &issues)
        if tally == before { tally.ignored += 1 }
    }

    /// Reads a record, and those of its texts as JSON that the mapping names.
    private mutating func read(
        _ content: UnsafeRawBufferPointer, _ issues: inout [DecodeIssue]
    ) throws(JSONError) {
        let limits = JSONLimits(
            maximumDepth: settings.maximumDepth, maximumLength: Int(Int32.max))
        try fields.document.read(content, limits: limits)
        guard let opened = opener.open(content, fields.document) else { return }
        do throws(JSONError) {
            try fields.document.read(opened, limits: limits)
        } catch {
            note(error.code, "a text that should hold JSON", &issues)
            try fields.document.read(content, limits: limits)
        }
    }

    /// - Parameter place: where in the record the events of this value count from.
    private mutating func decode(
        _ index: Int, at place: Int, level: Int, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        guard level <= Self.maximumLevel else {
            fail(.jsonDepth, "envelopes in envelopes", &issues)
            return
        }
        switch fields.document[index].kind {
        case .array: decodeMembers(of: index, at: place, level: level, &batch, &issues)
        case .object:
            if !isUnwrapped, let content = dialect.content(of: fields.document, index) {
                isUnwrapped = true
                decode(content, at: place, level: level + 1, &batch, &issues)
                isUnwrapped = false
                return
            }
            fields.begin(index)
            let verdict = dialect.judge(fields)
            if case .event = verdict {
                decodeEvent(index, at: place, &batch, &issues)
            } else if isEnvelope(index) {
                decodeMembers(of: index, at: place, level: level, &batch, &issues)
            } else if case .incomplete(let what) = verdict {
                fail(.fieldMissing, what, &issues)
            } else {
                tally.ignored += 1
            }
        default: fail(.fieldInvalid, "an element is no object", &issues)
        }
    }

    private func isEnvelope(_ index: Int) -> Bool {
        let end = Int(fields.document[index].next)
        var child = index + 1
        while child < end {
            if isContent(child) { return true }
            child = Int(fields.document[child].next)
        }
        return false
    }

    /// Whether a member of an envelope holds events.
    private func isContent(_ index: Int) -> Bool {
        let node = fields.document[index]
        guard node.kind == .object || node.kind == .array else { return false }
        return JSONFraming.envelopes.index(
            of: fields.document.key(node), hash: node.keyHash) != nil
    }

    /// An element of an array counts from its own start, the only event of an envelope from the
    /// envelope's, so that it stands where its record does.
    private mutating func decodeMembers(
        of index: Int, at place: Int, level: Int, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        let isArray = fields.document[index].kind == .array
        let end = Int(fields.document[index].next)
        var child = index + 1
        var isFirst = true
        while child < end {
            if isArray || isContent(child) {
                let own = fields.document.offset(fields.document[child]) ?? place
                decode(
                    child, at: isArray || !isFirst ? own : place, level: level + 1, &batch,
                    &issues)
                isFirst = false
            }
            child = Int(fields.document[child].next)
        }
    }

    private mutating func decodeEvent(
        _ index: Int, at place: Int, _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        fields.beginPayload()
        guard let moment = moment(&issues) else { return }
        var row = EventRow()
        row.time = moment.time
        row.precision = moment.precision
        row.dialect = dialectCode
        row.source = source
        row.at = start &+ Int64(place)
        let issuer =
            dialect.writtenIssuer(fields) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        if let native = dialect.takeID(&fields) {
            row.id = identity.native(issuer: issuer, id: native)
        } else {
            row.id = identity.positional(at: row.at, digest: records.digest(of: record))
            row.flags.insert(.positionalID)
        }
        row.flags.formUnion(moment.flags)
        dialect.map(&fields, &row, &batch.pool)
        batch.append(row, payload: fields.buildPayload())
        for place in fields.kept.indices {
            let entry = fields.kept[place]
            batch.keepText(entry.text, of: entry.column)
        }
        if fields.isCut { note(.fieldTooLong, "a value over 4096 bytes was cut", &issues) }
        if fields.isPayloadIncomplete {
            note(.fieldTooLong, "parts of the payload were cut or left out", &issues)
        }
        tally.events += 1
    }

    private mutating func moment(_ issues: inout [DecodeIssue]) -> RecordTime? {
        var fault = IssueCode.timeInvalid
        if let moment = dialect.moment(&fields, settings.timeZone, &fault) { return moment }
        fail(fault, "time", &issues)
        return nil
    }

    private mutating func fail(
        _ code: IssueCode, _ detail: String, _ issues: inout [DecodeIssue]
    ) {
        tally.failed += 1
        issues.append(DecodeIssue(code: code, record: record, detail: detail))
    }

    private mutating func note(
        _ code: IssueCode, _ detail: String, _ issues: inout [DecodeIssue]
    ) {
        if partialIssues >= Self.maximumIssues { return }
        partialIssues += 1
        issues.append(DecodeIssue(code: code, record: record, detail: detail, isPartial: true))
    }
}

extension JSONEventDecoder where Dialect: JSONDialect & ~Copyable {
    /// Decodes a batch in a dialect, as ``LogFormat`` asks for it.
    static func decode(
        _ records: RecordBatch, _ settings: DecodeSettings, into batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) -> DecodeTally {
        let dialect = Dialect(settings: settings, stream: records.stream, pool: &batch.pool)
        return decode(records, settings, with: dialect, into: &batch, &issues)
    }
}

/// What is told of a record before it is read.
enum JSONFraming {
    /// Members in which envelopes hold events: EventBridge `detail`, CloudTrail `Records`, Event
    /// Hub `records`, hooks and streams `data` and `events`, polls `items`, `value` and `logs`,
    /// tenants that wrap `payload`, search exports `_source`.
    static let envelopes = NameTable([
        "data", "detail", "events", "records", "Records", "items", "value", "logs", "payload",
        "event", "_source", "body",
    ])

    /// Whether a record begins as an object or an array does.
    static func isJSON(_ content: UnsafeRawBufferPointer) -> Bool {
        for byte in content where byte != 0x20 && byte != 0x09 && byte != 0x0D && byte != 0x0A {
            return byte == 0x7B || byte == 0x5B
        }
        return false
    }

    /// Whether JSON has a member or a text with each of these names, quotes included. Quotes inside
    /// texts are escaped, so that no text poses as a member.
    static func mentions(_ content: UnsafeRawBufferPointer, _ names: StaticString...) -> Bool {
        isJSON(content) && names.allSatisfy { ByteSearch.contains(content, $0) }
    }
}
