/// Some events by column: what crosses every border between stages, tasks and the store.
///
/// Each group of columns is one flat array, column after column, `capacity` rows each, so that
/// appending and reading touch no reference counts. Rows are in the order of the source.
/// Codes belong to ``pool`` until an interning stage replaces them by the codes of a larger pool
/// and empties this one.
public struct EventBatch: Sendable {
    /// The number of events.
    public private(set) var count = 0
    /// The number of rows there is room for; appending beyond it makes the columns longer.
    public private(set) var capacity: Int
    /// The texts that the codes of this batch mean; empty after interning.
    public var pool = StringPool()

    public internal(set) var time: ContiguousArray<Int64> = []
    public private(set) var at: ContiguousArray<Int64> = []
    public private(set) var precision: ContiguousArray<UInt8> = []
    public private(set) var kind: ContiguousArray<EventKind> = []
    public internal(set) var effects: ContiguousArray<EffectSet> = []
    public private(set) var outcome: ContiguousArray<Outcome> = []
    public private(set) var reason: ContiguousArray<Reason> = []
    public internal(set) var ipRole: ContiguousArray<IPRole> = []
    public internal(set) var flags: ContiguousArray<EventFlags> = []
    public internal(set) var asn: ContiguousArray<UInt32> = []
    public internal(set) var country: ContiguousArray<UInt16> = []
    public private(set) var generation: ContiguousArray<Int32> = []

    @usableFromInline var ids: ContiguousArray<ID128>
    @usableFromInline var codes: ContiguousArray<UInt32>

    /// What the record said beyond the columns: canonical JSON, redacted; by row, in `bytes`.
    public private(set) var payloadEnds: ContiguousArray<Int> = []
    /// Payloads one after another.
    public private(set) var bytes: ContiguousArray<UInt8> = []
    /// Texts of ids that their bits cannot give back.
    public private(set) var texts = IDTexts()

    public init(capacity: Int) {
        self.capacity = max(1, capacity)
        ids = ContiguousArray(repeating: .none, count: self.capacity * IDColumn.allCases.count)
        codes = ContiguousArray(repeating: 0, count: self.capacity * CodedColumn.allCases.count)
        time.reserveCapacity(self.capacity)
    }

    @inlinable public var isEmpty: Bool { count == 0 }

    /// Appends one event.
    ///
    /// - Parameters:
    ///   - row: the columns; its codes belong to ``pool``.
    ///   - payload: canonical JSON of what the columns do not hold; may be empty.
    public mutating func append(_ row: EventRow, payload: UnsafeRawBufferPointer) {
        if count == capacity { widen() }
        time.append(row.time)
        at.append(row.at)
        precision.append(row.precision)
        kind.append(row.kind)
        effects.append(row.effects)
        outcome.append(row.outcome)
        reason.append(row.reason)
        ipRole.append(row.ipRole)
        flags.append(row.flags)
        asn.append(row.asn)
        country.append(row.country)
        generation.append(row.generation)
        storeIDs(of: row)
        storeCodes(of: row)
        bytes.append(contentsOf: payload)
        payloadEnds.append(bytes.count)
        count += 1
    }

    /// Makes room for payloads of that many bytes in all.
    public mutating func reservePayload(_ bytes: Int) {
        self.bytes.reserveCapacity(self.bytes.count + bytes)
    }

    /// Appends one event without payload.
    public mutating func append(_ row: EventRow) {
        append(row, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Keeps the text of an id of the last appended row.
    public mutating func keepText(_ text: String, of column: IDColumn) {
        texts.append(text, row: count - 1, column: column)
    }

    /// Keeps the text of an id of the last appended row by its bytes.
    public mutating func keepText(_ text: UnsafeRawBufferPointer, of column: IDColumn) {
        texts.append(text, row: count - 1, column: column)
    }

    /// Keeps all texts of a list for the last appended row.
    public mutating func keepTexts(_ list: IDTexts) {
        for index in 0..<list.count {
            list.withBytes(index) { keepText($0, of: list.column(index)) }
        }
    }

    /// Appends row `row` of another batch whose codes mean the same as this one's, with its
    /// payload and texts.
    public mutating func append(row: Int, of other: borrowing EventBatch) {
        let source = other[row]
        other.withPayload(row) { append(source, payload: $0) }
        texts.append(
            other.texts.indexes(row..<row + 1), of: other.texts, shift: count - 1 - row)
    }

    /// Drops all events and texts; keeps the memory.
    public mutating func removeAll() {
        let rows = capacity
        self = EventBatch(capacity: rows)
    }

    /// One id of a row.
    @inlinable
    public func id(_ column: IDColumn, _ row: Int) -> ID128 {
        ids[column.rawValue &* capacity &+ row]
    }

    /// One text code of a row, from ``pool``.
    @inlinable
    public func code(_ column: CodedColumn, _ row: Int) -> UInt32 {
        codes[column.rawValue &* capacity &+ row]
    }

    /// The tenant that the source of a row was configured with; 0 when it was not. Nothing that one
    /// such tenant's events name is the same as what another's name.
    @inlinable
    public func assignedTenant(_ row: Int) -> UInt32 {
        flags[row].contains(.tenantAssigned) ? code(.tenant, row) : 0
    }

    /// Replaces the codes of every column through a table indexed by the old code, and empties
    /// ``pool``.
    public mutating func recode(_ table: ContiguousArray<UInt32>) {
        for column in CodedColumn.allCases {
            let start = column.rawValue * capacity
            for index in start..<(start + count) where codes[index] != 0 {
                codes[index] = table[Int(codes[index])]
            }
        }
        pool = StringPool()
    }

    /// All columns of one row.
    public subscript(row: Int) -> EventRow {
        var event = EventRow()
        event.time = time[row]
        event.at = at[row]
        event.precision = precision[row]
        event.kind = kind[row]
        event.effects = effects[row]
        event.outcome = outcome[row]
        event.reason = reason[row]
        event.ipRole = ipRole[row]
        event.flags = flags[row]
        event.asn = asn[row]
        event.country = country[row]
        event.generation = generation[row]
        loadIDs(row, into: &event)
        loadCodes(row, into: &event)
        return event
    }

    /// The key of the total order of one row.
    @inlinable
    public func orderKey(_ row: Int) -> OrderKey {
        OrderKey(time: time[row], rank: kind[row].causalRank, id: id(.event, row))
    }

    /// Lends the payload of one row: canonical JSON, or no bytes.
    public func withPayload<Result>(
        _ row: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let start = row == 0 ? 0 : payloadEnds[row - 1]
        let end = payloadEnds[row]
        return try bytes.withUnsafeBytes { all in
            try body(UnsafeRawBufferPointer(rebasing: all[start..<end]))
        }
    }

    /// The kept texts of one row, as if it were row 0.
    public func idTexts(row: Int) -> IDTexts {
        var list = IDTexts()
        list.append(texts.indexes(row..<row + 1), of: texts, shift: -row)
        return list
    }

    /// The text of an id: the kept one, else the UUID of its bits; nil when the id is absent.
    public func text(_ column: IDColumn, row: Int) -> String? {
        let bits = id(column, row)
        if bits.isNone { return nil }
        if column == .ip { return IPAddress(bits: bits).text }
        if column == .event { return bits.hex }
        return texts.text(column, row: row) ?? bits.uuidText
    }
}

extension EventBatch {
    private mutating func widen() {
        let wider = capacity * 2
        var widerIDs = ContiguousArray<ID128>(
            repeating: .none, count: wider * IDColumn.allCases.count)
        for column in IDColumn.allCases {
            for row in 0..<count {
                widerIDs[column.rawValue * wider + row] = ids[column.rawValue * capacity + row]
            }
        }
        var widerCodes = ContiguousArray<UInt32>(
            repeating: 0, count: wider * CodedColumn.allCases.count)
        for column in CodedColumn.allCases {
            for row in 0..<count {
                widerCodes[column.rawValue * wider + row] = codes[column.rawValue * capacity + row]
            }
        }
        ids = widerIDs
        codes = widerCodes
        capacity = wider
    }

    private mutating func storeIDs(of row: EventRow) {
        let stride = capacity
        let index = count
        ids.withUnsafeMutableBufferPointer { ids in
            ids[IDColumn.event.rawValue * stride + index] = row.id
            ids[IDColumn.session.rawValue * stride + index] = row.session
            ids[IDColumn.family.rawValue * stride + index] = row.family
            ids[IDColumn.grant.rawValue * stride + index] = row.grant
            ids[IDColumn.presented.rawValue * stride + index] = row.presented
            ids[IDColumn.issuedRefresh.rawValue * stride + index] = row.issuedRefresh
            ids[IDColumn.issuedAccess.rawValue * stride + index] = row.issuedAccess
            ids[IDColumn.code.rawValue * stride + index] = row.code
            ids[IDColumn.proofKey.rawValue * stride + index] = row.proofKey
            ids[IDColumn.request.rawValue * stride + index] = row.request
            ids[IDColumn.ip.rawValue * stride + index] = row.ip.bits
        }
    }

    private func loadIDs(_ row: Int, into event: inout EventRow) {
        event.id = id(.event, row)
        event.session = id(.session, row)
        event.family = id(.family, row)
        event.grant = id(.grant, row)
        event.presented = id(.presented, row)
        event.issuedRefresh = id(.issuedRefresh, row)
        event.issuedAccess = id(.issuedAccess, row)
        event.code = id(.code, row)
        event.proofKey = id(.proofKey, row)
        event.request = id(.request, row)
        event.ip = IPAddress(bits: id(.ip, row))
    }

    private mutating func storeCodes(of row: EventRow) {
        let stride = capacity
        let index = count
        codes.withUnsafeMutableBufferPointer { codes in
            codes[CodedColumn.dialect.rawValue * stride + index] = row.dialect
            codes[CodedColumn.source.rawValue * stride + index] = row.source
            codes[CodedColumn.issuer.rawValue * stride + index] = row.issuer
            codes[CodedColumn.tenant.rawValue * stride + index] = row.tenant
            codes[CodedColumn.client.rawValue * stride + index] = row.client
            codes[CodedColumn.subject.rawValue * stride + index] = row.subject
            codes[CodedColumn.grantType.rawValue * stride + index] = row.grantType
            codes[CodedColumn.scopes.rawValue * stride + index] = row.scopes
            codes[CodedColumn.audience.rawValue * stride + index] = row.audience
            codes[CodedColumn.userAgent.rawValue * stride + index] = row.userAgent
            codes[CodedColumn.device.rawValue * stride + index] = row.device
            codes[CodedColumn.tls.rawValue * stride + index] = row.tls
            codes[CodedColumn.reasonRaw.rawValue * stride + index] = row.reasonRaw
            codes[CodedColumn.vendorType.rawValue * stride + index] = row.vendorType
            codes[CodedColumn.city.rawValue * stride + index] = row.city
            codes[CodedColumn.place.rawValue * stride + index] = row.place
            codes[CodedColumn.network.rawValue * stride + index] = row.network
            codes[CodedColumn.leaked.rawValue * stride + index] = row.leaked
        }
    }

    private func loadCodes(_ row: Int, into event: inout EventRow) {
        event.dialect = code(.dialect, row)
        event.source = code(.source, row)
        event.issuer = code(.issuer, row)
        event.tenant = code(.tenant, row)
        event.client = code(.client, row)
        event.subject = code(.subject, row)
        event.grantType = code(.grantType, row)
        event.scopes = code(.scopes, row)
        event.audience = code(.audience, row)
        event.userAgent = code(.userAgent, row)
        event.device = code(.device, row)
        event.tls = code(.tls, row)
        event.reasonRaw = code(.reasonRaw, row)
        event.vendorType = code(.vendorType, row)
        event.city = code(.city, row)
        event.place = code(.place, row)
        event.network = code(.network, row)
        event.leaked = code(.leaked, row)
    }
}

extension EventBatch {
    /// Takes columns over as they are, without a pool.
    public init(_ columns: consuming BatchColumns) {
        let columns = columns.compacted()
        count = columns.count
        capacity = max(1, columns.count)
        time = columns.time
        at = columns.at
        precision = columns.precision
        kind = columns.kind
        effects = columns.effects
        outcome = columns.outcome
        reason = columns.reason
        ipRole = columns.ipRole
        flags = columns.flags
        asn = columns.asn
        country = columns.country
        generation = columns.generation
        ids = columns.ids
        codes = columns.codes
        payloadEnds = columns.payloadEnds
        bytes = columns.bytes
        texts = columns.texts
        if columns.count == 0 { self = EventBatch(capacity: 1) }
    }

    /// Lends one id column, `count` rows.
    @inlinable
    public func withIDs<Result>(
        _ column: IDColumn, _ body: (UnsafeBufferPointer<ID128>) throws -> Result
    ) rethrows -> Result {
        let start = column.rawValue * capacity
        return try ids.withUnsafeBufferPointer { all in
            try body(UnsafeBufferPointer(rebasing: all[start..<(start + count)]))
        }
    }

    /// Lends one coded column, `count` rows.
    @inlinable
    public func withCodes<Result>(
        _ column: CodedColumn, _ body: (UnsafeBufferPointer<UInt32>) throws -> Result
    ) rethrows -> Result {
        let start = column.rawValue * capacity
        return try codes.withUnsafeBufferPointer { all in
            try body(UnsafeBufferPointer(rebasing: all[start..<(start + count)]))
        }
    }
}
