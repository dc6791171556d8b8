internal import AuditModel
internal import WireFormat

/// Decodes the records of one batch in a dialect of JSON: finds the events in whatever envelope
/// they come, and does for each what all dialects have in common.
///
/// Envelopes are arrays, and objects that are no event and have a member of
/// ``JSONFraming/envelopes`` or ``JSONFraming/texts``: what a poll, a stream, a hook, an archive or
/// a bus wraps around events.
struct JSONEventDecoder<Dialect: JSONMapping & ~Copyable>: ~Copyable {
    /// The most partial issues of one record.
    private static var maximumIssues: Int { 8 }
    /// The most events in one object.
    private static var maximumParts: Int { 256 }

    /// JSON in a text of an envelope, to be read once the envelope is.
    private struct InnerText {
        var bytes: [UInt8]
        /// Where in the record its events count from.
        var place: Int
        var level: Int
    }

    private var tally = DecodeTally()
    private let records: RecordBatch
    private let settings: DecodeSettings
    private let dialectCode: UInt32
    private let source: UInt32
    private var fields: JSONFields
    /// The record at hand as the dialect says it anew.
    private var rewritten = ByteBuffer(capacity: 4096)
    private var dialect: Dialect
    private var opener: TextOpener
    private var identity: EventIdentity
    /// An event in another shape than its record has.
    private var shape = ByteBuffer(capacity: 64)
    /// The record at hand: its index, where it starts, and its partial issues so far.
    private var record = 0
    private var start: Int64 = 0
    private var partialIssues = 0
    private var inner: [InnerText] = []
    /// Where in the record the document at hand begins.
    private var base = 0
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
        guard read(content, &issues) else { return }
        let before = tally
        base = 0
        decode(0, at: 0, level: 0, &batch, &issues)
        decodeTexts(&batch, &issues)
        if tally == before { tally.ignored += 1 }
    }

    /// Decodes the JSON that stood in texts of the record.
    private mutating func decodeTexts(
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        var next = 0
        while next < inner.count {
            let text = inner[next]
            next += 1
            text.bytes.withUnsafeBytes { bytes in
                let end = bytes.count - RecordBatch.tailPadding
                if let error = parse(UnsafeRawBufferPointer(rebasing: bytes[..<end])) {
                    return fail(error.code, "at byte \(error.offset)", &issues)
                }
                base = text.place
                decode(0, at: text.place, level: text.level, &batch, &issues)
            }
        }
        inner.removeAll(keepingCapacity: true)
    }

    /// Reads a record, as the dialect says it anew if it is no JSON; false if nothing was read,
    /// which then is counted.
    private mutating func read(
        _ content: UnsafeRawBufferPointer, _ issues: inout [DecodeIssue]
    ) -> Bool {
        let isJSON = JSONFraming.isJSON(content)
        var fault: JSONError?
        if isJSON {
            fault = parse(content)
            if fault == nil {
                open(content, &issues)
                return true
            }
        }
        rewritten.truncate(to: 0)
        switch dialect.rewrite(content, into: &rewritten) {
        case .object:
            fault = parse(rewritten.bytes)
            if fault == nil {
                if !UTF8Check.isValid(content) {
                    note(.textUTF8, "U+FFFD stands for the bad bytes", &issues)
                }
                return true
            }
        case .fault(let code, let detail):
            fail(code, detail, &issues)
            return false
        case .none: break
        }
        if let fault {
            fail(fault.code, "at byte \(fault.offset)", &issues)
        } else {
            tally.ignored += 1
        }
        return false
    }

    /// Reads those texts of a record as JSON that the mapping names.
    private mutating func open(
        _ content: UnsafeRawBufferPointer, _ issues: inout [DecodeIssue]
    ) {
        guard let opened = opener.open(content, fields.document) else { return }
        guard let error = parse(opened) else { return }
        note(error.code, "a text that should hold JSON", &issues)
        _ = parse(content)
    }

    private mutating func parse(_ text: UnsafeRawBufferPointer) -> JSONError? {
        do throws(JSONError) {
            try fields.document.read(
                text,
                limits: JSONLimits(
                    maximumDepth: settings.maximumDepth, maximumLength: Int(Int32.max)))
            return nil
        } catch {
            return error
        }
    }

    /// - Parameter place: where in the record the events of this value count from.
    private mutating func decode(
        _ index: Int, at place: Int, level: Int, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        guard level <= Dialect.deepestEnvelope else {
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
            decodeObject(index, at: place, level: level, &batch, &issues)
        default: fail(.fieldInvalid, "an element is no object", &issues)
        }
    }

    private mutating func decodeObject(
        _ index: Int, at place: Int, level: Int, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        switch dialect.judge(fields) {
        case .event: decodeParts(at: place, &batch, &issues)
        case .ordinary: tally.ignored += 1
        case .other where isEnvelope(index), .incomplete where isEnvelope(index):
            decodeMembers(of: index, at: place, level: level, &batch, &issues)
        case .other: break
        case .incomplete(let what): fail(.fieldMissing, what, &issues)
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
        let key = fields.document.key(node)
        switch node.kind {
        case .object, .array:
            return JSONFraming.envelopes.index(of: key, hash: node.keyHash) != nil
        case .string:
            return JSONFraming.texts.index(of: key, hash: node.keyHash) != nil
                && JSONFraming.isJSON(fields.document.value(node))
        default: return false
        }
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
                let own = isArray || !isFirst ? self.place(child, in: index) : place
                if !isArray, fields.document[child].kind == .string {
                    keepText(child, at: own, level: level + 1)
                } else {
                    decode(child, at: own, level: level + 1, &batch, &issues)
                }
                isFirst = false
            }
            child = Int(fields.document[child].next)
        }
    }

    /// Where a value lies in the record; of a text with escapes, which lies nowhere, a place in
    /// what it is a member of.
    private func place(_ child: Int, in index: Int) -> Int {
        let document = fields.document.offset(fields.document[child])
        let outer = fields.document.offset(fields.document[index]) ?? 0
        return base &+ (document ?? outer &+ child &- index)
    }

    private mutating func keepText(_ index: Int, at place: Int, level: Int) {
        let text = fields.document.value(fields.document[index])
        var bytes = [UInt8]()
        bytes.reserveCapacity(text.count + RecordBatch.tailPadding)
        bytes.append(contentsOf: text)
        bytes.append(contentsOf: repeatElement(0, count: RecordBatch.tailPadding))
        inner.append(InnerText(bytes: bytes, place: place, level: level))
    }

    /// Decodes an object that is an event, or tells of several.
    private mutating func decodeParts(
        at place: Int, _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        guard let list = Dialect.parts(fields) else {
            return decodeEvent(at: place, &batch, &issues)
        }
        guard fields.document[list].kind == .array else {
            fields.beginPart(list, of: nil)
            return decodeEvent(at: place, &batch, &issues)
        }
        let end = Int(fields.document[list].next)
        var child = list + 1
        var count = 0
        while child < end {
            if fields.document[child].kind != .object {
                fail(.fieldInvalid, "an element is no object", &issues)
            } else if count == Self.maximumParts {
                return fail(.fieldTooLong, "more than 256 events in one object", &issues)
            } else {
                fields.beginPart(child, of: list)
                let own = count == 0 ? place : self.place(child, in: list)
                decodeEvent(at: own, &batch, &issues)
                count += 1
            }
            child = Int(fields.document[child].next)
        }
        if count == 0 { tally.ignored += 1 }
    }

    private mutating func decodeEvent(
        at place: Int, _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        shape.truncate(to: 0)
        guard dialect.reshape(fields, into: &shape) else {
            return decodeShaped(at: place, &batch, &issues)
        }
        fields.exchangeDocuments()
        defer { fields.exchangeDocuments() }
        do throws(JSONError) {
            try fields.document.read(
                shape.bytes,
                limits: JSONLimits(
                    maximumDepth: min(settings.maximumDepth, 250) + 1,
                    maximumLength: Int(Int32.max)))
        } catch {
            fail(error.code, "two names of one member, or too many in each other", &issues)
            return
        }
        fields.begin(0)
        decodeShaped(at: place, &batch, &issues)
    }

    private mutating func decodeShaped(
        at place: Int, _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
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
