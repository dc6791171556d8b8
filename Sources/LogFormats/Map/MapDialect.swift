internal import AuditModel
internal import WireFormat

/// Puts the fields of one event into the columns that a map names.
struct MapDialect: JSONMapping, ~Copyable {
    private let program: MapProgram
    /// By index in the program's constants.
    private let constants: [UInt32]
    private let clientCredentials: UInt32
    private var when: MapDecision
    private var kinds: MapDecision
    private var outcomes: MapDecision
    private var reasons: MapDecision
    private var ids = MapIDs()

    init(_ program: MapProgram, _ pool: inout StringPool) {
        self.program = program
        clientCredentials = pool.code(of: "client_credentials")
        var constants: [UInt32] = []
        for text in program.constants { constants.append(pool.code(of: text)) }
        self.constants = constants
        when = MapDecision(program.when)
        kinds = MapDecision(program.kinds)
        outcomes = MapDecision(program.outcomes)
        reasons = MapDecision(program.reasons)
    }

    var dialectName: String { program.name }
    var fieldTree: FieldTree { program.tree }
    var openedTexts: [[String]] { program.open }

    func content(of document: borrowing JSONDocument, _ root: Int) -> Int? {
        for path in program.unwrap {
            if let node = JSONWalk.node(document, root, path.names),
                document[node].kind == .object || document[node].kind == .array
            {
                return node
            }
        }
        return nil
    }

    mutating func judge(_ fields: borrowing JSONFields) -> ObjectVerdict {
        if !program.when.isEmpty, when.row(fields, program.places) < 0 { return .other }
        return first(program.time, fields) == nil ? .incomplete("time") : .event
    }

    func moment(
        _ fields: inout JSONFields, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime? {
        guard let node = first(program.time, fields), let text = fields.take(at: node) else {
            fault = .fieldMissing
            return nil
        }
        return program.timeFormat.read(text, zone, &fault)
    }

    func writtenIssuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        first(program.issuer, fields).flatMap { fields.text(at: $0) }
    }

    func takeID(_ fields: inout JSONFields) -> UnsafeRawBufferPointer? {
        first(program.id, fields).flatMap { fields.take(at: $0) }
    }

    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        ids.begin()
        let found = kinds.row(fields, program.places)
        let meaning = program.meanings[found < 0 ? program.meanings.count - 1 : found]
        row.kind = meaning.kind
        row.effects = meaning.effects
        mapOutcome(meaning, fields, &row)
        for index in meaning.steps { fill(program.steps[index], &fields, &row, &pool) }
        if row.vendorType == 0, let place = program.vendorType,
            let node = program.places.node(place, fields), let text = fields.take(at: node)
        {
            row.vendorType = fields.code(of: text, &pool)
        }
        if row.reason == .unspecified, row.reasonRaw != 0 { row.reason = .unknown }
        mapRole(meaning, &row)
        if fields.isSecret(.presented) || fields.isSecret(.issuedRefresh) {
            row.flags.insert(.secretToken)
        }
    }

    /// The first of some places that has a value.
    @inline(__always)
    private func first(
        _ places: [MapPlaces.Place], _ fields: borrowing JSONFields
    ) -> Int? {
        for place in places {
            if let node = program.places.node(place, fields), isValue(node, fields) {
                return node
            }
        }
        return nil
    }

    /// Whether a node says something.
    @inline(__always)
    private func isValue(_ node: Int, _ fields: borrowing JSONFields) -> Bool {
        let kind = fields.document[node].kind
        if kind == .array { return true }
        guard let text = fields.text(at: node) else { return false }
        return kind != .string || !isAbsent(text)
    }

    /// Whether a text means that there is nothing; letters count in both cases.
    @inline(__always)
    private func isAbsent(_ text: UnsafeRawBufferPointer) -> Bool {
        if text.count > 16 { return false }
        var folded = (UInt64(0), UInt64(0))
        return withUnsafeMutableBytes(of: &folded) { buffer in
            for index in 0..<text.count {
                let byte = text[index]
                buffer[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<text.count])
            return program.absent.index(of: bytes, hash: KeyHash.of(bytes)) != nil
        }
    }

    private mutating func mapOutcome(
        _ meaning: MapProgram.Meaning, _ fields: borrowing JSONFields, _ row: inout EventRow
    ) {
        var outcome = meaning.outcome ?? row.kind.ownOutcome
        if meaning.outcome == nil || meaning.outcome == .unknown {
            let found = outcomes.row(fields, program.places)
            if found >= 0 { outcome = program.outcomeValues[found] }
        }
        row.outcome = outcome
        guard outcome == .failure || outcome == .denied else { return }
        row.kind = row.kind.failed
        if let reason = meaning.reason {
            row.reason = reason
        } else {
            let found = reasons.row(fields, program.places)
            row.reason = found < 0 ? .unspecified : program.reasonValues[found]
        }
        if row.kind == .refreshReuseDetected {
            row.flags.insert(.asserted)
            if row.reason == .unspecified { row.reason = .reused }
        }
    }

    private func mapRole(_ meaning: MapProgram.Meaning, _ row: inout EventRow) {
        if let role = meaning.ipRole {
            row.ipRole = role
        } else if row.grantType == clientCredentials {
            row.ipRole = .caller
        } else {
            row.ipRole = row.kind.ownIPRole
        }
    }
}

// MARK: - Columns

extension MapDialect {
    private mutating func fill(
        _ step: MapProgram.Step, _ fields: inout JSONFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        // A failed attempt issued nothing, whatever its record names.
        let isRefused = row.outcome == .failure || row.outcome == .denied
        let issues = step.column == .issuedRefresh || step.column == .issuedAccess
        for index in step.sources {
            let source = program.sources[index]
            guard let node = program.places.node(source.place, fields), isValue(node, fields)
            else { continue }
            if issues, isRefused {
                if source.form == .secret { ids.hide(node, &fields) }
                continue
            }
            if source.form != .id {
                let id = ids.take(node, source.form, step.column.idColumn, &fields)
                if id.isNone { continue }
                row.set(step.column, id)
            } else if !put(node, step.column, &fields, &row, &pool) {
                continue
            }
            return
        }
        if step.constant >= 0 { row.set(step.column, constants[step.constant]) }
    }

    /// Puts a value into its column; false if it is none of that sort.
    private func put(
        _ node: Int, _ column: MapColumn, _ fields: inout JSONFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) -> Bool {
        switch column {
        case .scopes, .audience: row.set(column, fields.wordsCode(at: node, &pool))
        case .ip:
            guard let text = fields.text(at: node), let address = MapAddress.read(text) else {
                return false
            }
            row.ip = address
            fields.drop(at: node)
        case .asn, .generation, .country: return putNumber(node, column, &fields, &row)
        case .session, .grant, .family, .presented, .issuedRefresh, .issuedAccess, .code,
            .proofKey, .request:
            guard let text = fields.take(at: node) else { return false }
            row.set(column, fields.pack(text, column.idColumn))
        default:
            guard let text = fields.take(at: node) else { return false }
            row.set(column, fields.code(of: text, &pool))
        }
        return true
    }

    private func putNumber(
        _ node: Int, _ column: MapColumn, _ fields: inout JSONFields, _ row: inout EventRow
    ) -> Bool {
        guard let text = fields.text(at: node) else { return false }
        if column == .country {
            guard text.count == 2, text.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }) else {
                return false
            }
            row.country = UInt16(text[0] & 0xDF) << 8 | UInt16(text[1] & 0xDF)
        } else {
            let isNamed = column == .asn && text.count > 2 && text[0] | 0x20 == 0x61
            let digits = isNamed ? UnsafeRawBufferPointer(rebasing: text[2...]) : text
            guard case .value(let number) = JSONNumber.integer(digits) else { return false }
            if column == .asn {
                guard let number = UInt32(exactly: number) else { return false }
                row.asn = number
            } else {
                guard let number = Int32(exactly: number), number >= 0 else { return false }
                row.generation = number
            }
        }
        fields.drop(at: node)
        return true
    }
}

extension MapColumn {
    /// The column of ids that a value goes to; for columns of other sorts that of requests.
    fileprivate var idColumn: IDColumn {
        switch self {
        case .session: .session
        case .grant: .grant
        case .family: .family
        case .presented: .presented
        case .issuedRefresh: .issuedRefresh
        case .issuedAccess: .issuedAccess
        case .code: .code
        case .proofKey: .proofKey
        default: .request
        }
    }
}

extension EventRow {
    fileprivate mutating func set(_ column: MapColumn, _ id: ID128) {
        switch column {
        case .session: session = id
        case .grant: grant = id
        case .family: family = id
        case .presented: presented = id
        case .issuedRefresh: issuedRefresh = id
        case .issuedAccess: issuedAccess = id
        case .code: code = id
        case .proofKey: proofKey = id
        default: request = id
        }
    }

    fileprivate mutating func set(_ column: MapColumn, _ code: UInt32) {
        switch column {
        case .issuer: issuer = code
        case .tenant: tenant = code
        case .client: client = code
        case .subject: subject = code
        case .grantType: grantType = code
        case .scopes: scopes = code
        case .audience: audience = code
        case .city: city = code
        case .userAgent: userAgent = code
        case .device: device = code
        case .tls: tls = code
        case .reasonRaw: reasonRaw = code
        default: vendorType = code
        }
    }
}
