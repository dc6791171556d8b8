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
        let sort = ColumnSort(step.column)
        let issues = step.column == .issuedRefresh || step.column == .issuedAccess
        for index in step.sources {
            let source = program.sources[index]
            guard let node = program.places.node(source.place, fields), isValue(node, fields)
            else { continue }
            if issues, isRefused {
                if source.form == .secret { ids.hide(node, &fields) }
                continue
            }
            if source.form != .id, case .id(let column) = sort {
                let id = ids.take(node, source.form, column, &fields)
                if id.isNone { continue }
                row.set(column, id)
            } else if !put(node, step.column, &fields, &row, &pool) {
                continue
            }
            return
        }
        guard step.constant >= 0 else { return }
        switch sort {
        case .code(let column), .words(let column): row.set(column, constants[step.constant])
        case .id, .address, .number: break
        }
    }

    /// Puts a value into its column; false if it is none of that sort.
    private func put(
        _ node: Int, _ column: MapColumn, _ fields: inout JSONFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) -> Bool {
        switch ColumnSort(column) {
        case .words(let column): row.set(column, fields.wordsCode(at: node, &pool))
        case .address:
            guard let text = fields.text(at: node), let address = MapAddress.read(text) else {
                return false
            }
            row.ip = address
            fields.drop(at: node)
        case .number: return putNumber(node, column, &fields, &row)
        case .id(let column):
            guard let text = fields.take(at: node) else { return false }
            row.set(column, fields.pack(text, column))
        case .code(let column):
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

/// Where the values of a map's column go.
private enum ColumnSort {
    case id(IDColumn)
    case code(CodedColumn)
    case words(CodedColumn)
    case address
    case number

    init(_ column: MapColumn) {
        self =
            switch column {
            case .session: .id(.session)
            case .grant: .id(.grant)
            case .family: .id(.family)
            case .presented: .id(.presented)
            case .issuedRefresh: .id(.issuedRefresh)
            case .issuedAccess: .id(.issuedAccess)
            case .code: .id(.code)
            case .proofKey: .id(.proofKey)
            case .request: .id(.request)
            case .issuer: .code(.issuer)
            case .tenant: .code(.tenant)
            case .client: .code(.client)
            case .subject: .code(.subject)
            case .grantType: .code(.grantType)
            case .city: .code(.city)
            case .userAgent: .code(.userAgent)
            case .device: .code(.device)
            case .tls: .code(.tls)
            case .reasonRaw: .code(.reasonRaw)
            case .vendorType: .code(.vendorType)
            case .scopes: .words(.scopes)
            case .audience: .words(.audience)
            case .ip: .address
            case .asn, .generation, .country: .number
            }
    }
}
