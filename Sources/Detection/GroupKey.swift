internal import AuditModel
internal import GrantLedger

/// The group key of one event as 128 bits, for tables of state. Codes and indexes of this run go
/// into it, so it never leaves the process; what people see is ``AlertBuilder``'s.
struct GroupKey {
    private var high: UInt64 = 0x243F_6A88_85A3_08D3
    private var low: UInt64 = 0x1319_8A2E_0370_7344

    /// Nil when the event lacks one of the fields: what has no key is in no group.
    ///
    /// - Parameter byText: whether other events of the rule have the same texts in other fields.
    static func of(
        _ fields: [Rule.KeyField], byText: Bool = false, _ batch: EventBatch, _ row: Int,
        _ transition: Transition?, _ ledger: Ledger, _ pool: StringPool
    ) -> ID128? {
        var key = GroupKey()
        let family = ledger.names(ofFamily: transition?.family ?? -1)
        let tenant = tenant(batch, row, ofFamily: family.assignedTenant)
        if tenant != 0 {
            key.add(byText ? hash(pool.text(tenant)) : ID128(high: 1, low: UInt64(tenant)))
        }
        for field in fields {
            guard
                var part = part(
                    field, batch, row, transition, family, pool,
                    isOfGrant: Rule.KeyField.nameGrant(fields))
            else { return nil }
            if byText { part = text(of: field, part, batch, row, transition, pool) }
            key.add(part)
        }
        return key.id
    }

    /// The tenant that an event's source, or else its family, was configured with; 0 for none.
    /// Events of two tenants are in one group of no rule.
    static func tenant(_ batch: EventBatch, _ row: Int, ofFamily family: UInt32) -> UInt32 {
        let own = batch.assignedTenant(row)
        return own == 0 ? family : own
    }

    /// A part of a key as the hash of its text, equal for fields of different kinds.
    private static func text(
        of field: Rule.KeyField, _ part: ID128, _ batch: EventBatch, _ row: Int,
        _ transition: Transition?, _ pool: StringPool
    ) -> ID128 {
        switch field {
        case .issuer, .tenant, .client, .subject: hash(pool.text(UInt32(part.low)))
        case .session: hash(batch.text(.session, row: row) ?? "")
        case .ip: hash(batch.text(.ip, row: row) ?? "")
        case .prefix: hash(IPAddress(bits: batch.id(.ip, row)).networkText)
        case .family, .lineage: part
        case .field(let field):
            hash(FieldReader.value(field, batch, row, transition, pool).firstText)
        }
    }

    /// The value of some fields together, for counting different ones; nil when one is absent. A
    /// list is one value as a whole.
    static func value(
        _ fields: [RuleField], _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> ID128? {
        var key = GroupKey()
        for field in fields {
            guard let part = part(field, batch, row, transition, pool) else { return nil }
            key.add(part)
        }
        return key.id
    }

    private var id: ID128 { ID128(high: high, low: low) }

    private mutating func add(_ part: ID128) {
        high = Self.mix(high ^ part.high) &+ Self.mix(low &+ part.low)
        low = Self.mix(low ^ part.low &* 0x9E37_79B9_7F4A_7C15) ^ (high &<< 23 | high &>> 41)
    }

    private static func mix(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    private static func part(
        _ field: Rule.KeyField, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ family: FamilyNames, _ pool: StringPool,
        isOfGrant: @autoclosure () -> Bool
    ) -> ID128? {
        func code(
            _ column: CodedColumn, _ known: UInt32,
            isKnownFirst: @autoclosure () -> Bool = false
        ) -> ID128? {
            let own = batch.code(column, row)
            let differ = own != known && known != 0
            let code = own == 0 || (differ && isKnownFirst()) ? known : own
            return code == 0 ? nil : ID128(high: 0, low: UInt64(code))
        }
        func bits(_ bits: ID128) -> ID128? { bits.isNone ? nil : bits }
        switch field {
        // Other sources call the issuer of a grant by other names.
        case .issuer: return code(.issuer, family.issuer, isKnownFirst: isOfGrant())
        case .tenant: return code(.tenant, family.tenant)
        case .client: return code(.client, family.client)
        case .subject: return code(.subject, family.subject)
        case .session: return bits(batch.id(.session, row))
        case .ip: return bits(batch.id(.ip, row))
        case .prefix: return bits(IPAddress(bits: batch.id(.ip, row)).network.bits)
        case .family, .lineage:
            guard let transition, transition.family >= 0 else { return nil }
            let root = field == .lineage ? transition.lineageRoot : .none
            return ID128(
                high: UInt64(transition.familySerial) << 32 ^ root.high,
                low: UInt64(truncatingIfNeeded: transition.family) ^ root.low)
        case .field(.event(.scopes)):
            let scopes = FieldReader.value(.event(.scopes), batch, row, transition, pool)
            return scopes.firstText.isEmpty ? nil : hash(scopes.firstText)
        case .field(let field): return part(field, batch, row, transition, pool, isWhole: false)
        }
    }

    private static func part(
        _ field: RuleField, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool, isWhole: Bool = true
    ) -> ID128? {
        if case .event(let name) = field {
            if let column = FieldReader.codedColumn(name) {
                let code = batch.code(column, row)
                return code == 0 ? nil : ID128(high: 0, low: UInt64(code))
            }
            if let column = FieldReader.idColumn(name) {
                let bits = batch.id(column, row)
                return bits.isNone ? nil : bits
            }
        }
        let value = FieldReader.value(field, batch, row, transition, pool)
        switch value {
        case .absent: return nil
        case .texts(let texts):
            var hash = IdentityHash("value/1")
            for text in isWhole ? texts[...] : texts.prefix(1) { hash.add(text) }
            return hash.id()
        case .number, .truth: return hash(value.text)
        }
    }

    private static func hash(_ text: String) -> ID128 {
        var hash = IdentityHash("value/1")
        hash.add(text)
        return hash.id()
    }
}
