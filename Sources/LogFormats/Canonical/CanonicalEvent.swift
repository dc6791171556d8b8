internal import AuditModel
internal import WireFormat

/// One event in Grantrail's own JSON to a row.
struct CanonicalEvent {
    private let records: RecordBatch
    private let record: Int
    private let place: Int
    private(set) var issues: [DecodeIssue] = []
    private var row = EventRow()
    private var texts: [(column: IDColumn, text: String)] = []

    /// - Parameter place: the event's node in its record.
    init(_ records: RecordBatch, _ record: Int, place: Int) {
        self.records = records
        self.record = record
        self.place = place
    }

    /// Appends the event; false when it has no kind or no time that can be read.
    mutating func read(
        _ document: borrowing JSONDocument, _ root: Int, into batch: inout EventBatch
    ) -> Bool {
        guard document[root].kind == .object else {
            fail(.fieldInvalid, "an element is no object")
            return false
        }
        let members = JSONMembers(document, root)
        guard readMoment(members), readKind(members) else { return false }
        readFixed(members)
        readIDs(members)
        readCoded(members, &batch.pool)
        readOrigin(members, &batch.pool)
        let payload = Self.details(document, root)
        payload.withUnsafeBytes { batch.append(row, payload: $0) }
        for text in texts { batch.keepText(text.text, of: text.column) }
        return true
    }

    private mutating func fail(_ code: IssueCode, _ detail: String, isPartial: Bool = false) {
        issues.append(
            DecodeIssue(code: code, record: record, detail: detail, isPartial: isPartial))
    }

    // MARK: - What every event needs

    private mutating func readMoment(_ members: JSONMembers) -> Bool {
        guard var text = members.text("time") else {
            fail(.fieldMissing, "time")
            return false
        }
        guard let moment = text.withUTF8({ TimeText.parse(UnsafeRawBufferPointer($0)) }) else {
            fail(.timeInvalid, "time")
            return false
        }
        row.time = moment.time
        row.precision = moment.precision
        row.at = records.records[record].at
        return true
    }

    private mutating func readKind(_ members: JSONMembers) -> Bool {
        guard let kind = members.text("kind").flatMap(EventKind.init(name:)) else {
            fail(members["kind"] == nil ? .fieldMissing : .fieldInvalid, "kind")
            return false
        }
        row.kind = kind
        return true
    }

    // MARK: - Columns

    private mutating func readFixed(_ members: JSONMembers) {
        row.id = members.text("id").flatMap { ID128(hex: $0) } ?? ownID
        row.outcome = .success
        if let name = members.text("outcome") {
            let outcome = Outcome.allCases.first { $0.name == name }
            row.outcome = expect(outcome, "outcome") ?? .unknown
        }
        if let name = members.text("reason") {
            let reason = Reason.allCases.first { $0.name == name }
            row.reason = expect(reason, "reason") ?? .none
        }
        row.ipRole = .holder
        if let name = members.text("ip_role") {
            let role = IPRole.allCases.first { $0.name == name }
            row.ipRole = expect(role, "ip_role") ?? .unknown
        }
        for name in members.texts("effects") {
            if let effect = expect(EffectSet(name: name), "effects") {
                row.effects.insert(effect)
            }
        }
        if let text = members.text("generation") {
            row.generation = expect(Int32(text), "generation") ?? -1
        }
        let flags: [(String, EventFlags)] = [
            ("asserted", .asserted), ("time_zone_assumed", .timeZoneAssumed),
            ("time_ambiguous", .timeAmbiguous), ("positional_id", .positionalID),
            ("offline", .offline),
            ("tenant_assigned", .tenantAssigned),
        ]
        for (name, flag) in flags where members.text(name) == "true" { row.flags.insert(flag) }
    }

    /// Of an event that was written without one: where it stands.
    private var ownID: ID128 {
        var hash = IdentityHash("event/1")
        hash.add(CanonicalFormat.dialect)
        hash.add(records.stream.lineage)
        hash.add(records.records[record].at)
        hash.add(Int64(place))
        hash.add(records.digest(of: record))
        return hash.id()
    }

    private mutating func expect<Value>(_ value: Value?, _ name: String) -> Value? {
        if value == nil { fail(.fieldInvalid, name, isPartial: true) }
        return value
    }

    private mutating func readIDs(_ members: JSONMembers) {
        keep(members.text("session"), .session, \.session)
        keep(members.text("grant"), .grant, \.grant)
        keep(members.text("family"), .family, \.family)
        keep(members.text("presented"), .presented, \.presented)
        keep(members.text("code"), .code, \.code)
        keep(members.text("proof_key"), .proofKey, \.proofKey)
        keep(members.text("request"), .request, \.request)
        keep(members.text("issued"), .issuedRefresh, \.issuedRefresh)
        keep(members.text("issued_access"), .issuedAccess, \.issuedAccess)
        guard case .objects(let tokens)? = members["issued"] else { return }
        for token in tokens {
            if token.text("type") == "access" {
                keep(token.text("id"), .issuedAccess, \.issuedAccess)
            } else {
                keep(token.text("id"), .issuedRefresh, \.issuedRefresh)
            }
        }
    }

    private mutating func keep(
        _ text: String?, _ column: IDColumn, _ path: WritableKeyPath<EventRow, ID128>
    ) {
        guard let text, let packed = Array(text.utf8).withUnsafeBytes({ ID128.pack($0) })
        else { return }
        row[keyPath: path] = packed.id
        if !packed.isText { texts.append((column, text)) }
    }

    private mutating func readCoded(_ members: JSONMembers, _ pool: inout StringPool) {
        let columns: [(String, WritableKeyPath<EventRow, UInt32>)] = [
            ("issuer", \.issuer), ("tenant", \.tenant), ("client", \.client),
            ("subject", \.subject), ("grant_type", \.grantType), ("audience", \.audience),
            ("user_agent", \.userAgent), ("device", \.device), ("tls", \.tls),
            ("reason_raw", \.reasonRaw), ("vendor_type", \.vendorType), ("city", \.city),
        ]
        for (name, path) in columns {
            if let text = members.text(name) { row[keyPath: path] = pool.code(of: text) }
        }
        let scopes = members.texts("scopes")
        if !scopes.isEmpty { row.scopes = pool.code(of: scopes.joined(separator: " ")) }
        row.dialect = pool.code(of: members.text("dialect") ?? CanonicalFormat.dialect)
        var source = members.text("source")
        if case .object(let object)? = members["source"] { source = object.text("name") }
        row.source = pool.code(of: source ?? records.stream.name)
    }

    private mutating func readOrigin(_ members: JSONMembers, _ pool: inout StringPool) {
        if let text = members.text("ip") { row.ip = expect(IPAddress(text), "ip") ?? .none }
        if let text = members.text("asn") { row.asn = expect(UInt32(text), "asn") ?? 0 }
        if let text = members.text("country") { row.country = country(text) }
        if let text = members.text("network") {
            if expect(NetworkClass(name: text), "network") != nil {
                row.network = pool.code(of: text)
            }
        }
        if let text = members.text("leaked"), expect(LeakedToken(text: text), "leaked") != nil {
            row.leaked = pool.code(of: text)
        }
        if let text = members.text("place"), expect(GeoPoint(text: text), "place") != nil {
            row.place = pool.code(of: text)
        }
        guard case .object(let place)? = members["place"] else { return }
        if let text = place.text("country") { row.country = country(text) }
        if let text = place.text("city") { row.city = pool.code(of: text) }
        guard let latitude = place.text("lat"), let longitude = place.text("lon") else { return }
        let radius = place.text("radius_km") ?? "0"
        if let point = expect(GeoPoint(text: "\(latitude),\(longitude),\(radius)"), "place") {
            row.place = pool.code(of: point.text)
        }
    }

    private mutating func country(_ text: String) -> UInt16 {
        let letters = Array(text.utf8)
        guard letters.count == 2, letters.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            fail(.fieldInvalid, "country", isPartial: true)
            return 0
        }
        return UInt16(letters[0]) << 8 | UInt16(letters[1])
    }

    /// The text of `details`, what the server's record said beyond the columns.
    private static func details(_ document: borrowing JSONDocument, _ root: Int) -> [UInt8] {
        let end = Int(document[root].next)
        var index = root + 1
        while index < end {
            let node = document[index]
            let key = String(decoding: document.key(node), as: UTF8.self)
            if node.kind == .object, key == "details" {
                return Array(document.value(node))
            }
            index = Int(node.next)
        }
        return []
    }
}
