internal import AuditModel
internal import GrantLedger

/// Every distinct predicate of a rule pack once. A predicate over a column of codes is evaluated
/// once per distinct value and remembered by code; every other one once per event, and what its
/// field holds is read once per event.
struct PredicateTable: Sendable {
    private struct Entry: Sendable {
        let predicate: Predicate
        let column: SmallColumn?
        /// Index in `values`; -1 for a column of codes.
        let slot: Int
        let comparesFields: Bool
        /// By code: 0 not evaluated, 1 no, 2 yes.
        var byCode: ContiguousArray<UInt8> = []
        /// The event that `last` belongs to.
        var stamp: UInt64 = 0
        var last = false
    }

    private struct CachedValue: Sendable {
        let field: RuleField
        var stamp: UInt64 = 0
        var value = FieldValue.absent
    }

    private var entries: [Entry] = []
    private var values: [CachedValue] = []
    private var places: [RuleField: [Int]] = [:]
    private var payload = PayloadMembers.empty
    private var payloadStamp: UInt64 = 0
    private var payloadNames = PayloadNames()
    /// Whether all of the payload is asked for.
    private var readsAllOfPayload = false
    private var scratch = ScratchOwner()
    private var stamp: UInt64 = 0

    /// Distinct predicates.
    var count: Int { entries.count }

    /// The index of a predicate, a new one if it is the first of its kind.
    mutating func index(of predicate: Predicate) -> Int {
        for index in places[predicate.field] ?? [] where entries[index].predicate == predicate {
            return index
        }
        let column = predicate.comparesFields ? nil : SmallColumn(predicate.field)
        let slot = column == nil ? self.slot(of: predicate.field) : -1
        entries.append(
            Entry(
                predicate: predicate, column: column, slot: slot,
                comparesFields: predicate.comparesFields))
        places[predicate.field, default: []].append(entries.count - 1)
        return entries.count - 1
    }

    /// The index of a field whose value is read once per event.
    mutating func slot(of field: RuleField) -> Int {
        if let index = values.firstIndex(where: { $0.field == field.folded }) { return index }
        switch field {
        case .payload(let path): payloadNames.add(path: path)
        case .anyText: readsAllOfPayload = true
        case .event, .ledger, .time: break
        }
        values.append(CachedValue(field: field.folded))
        return values.count - 1
    }

    /// Starts a new event: what was evaluated for the last one no longer holds.
    mutating func nextEvent() { stamp &+= 1 }

    mutating func test(
        _ index: Int, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Bool {
        if let column = entries[index].column {
            let code = column.code(batch, row, transition)
            let known = remembered(index, code)
            if known != 0 { return known == 2 }
            let result = PredicateTest.matches(
                entries[index].predicate,
                FieldReader.value(entries[index].predicate.field, batch, row, transition, pool))
            remember(index, code, result)
            return result
        }
        if entries[index].stamp == stamp { return entries[index].last }
        let value = value(entries[index].slot, batch, row, transition, pool)
        let result =
            entries[index].comparesFields
            ? compare(index, value, batch, row, transition, pool)
            // Lent, not copied: this is the innermost loop.
            : entries.withUnsafeBufferPointer { PredicateTest.matches($0[index].predicate, value) }
        entries[index].stamp = stamp
        entries[index].last = result
        return result
    }

    /// By itself, because the closure takes a copy of the batch.
    @inline(never)
    private func compare(
        _ index: Int, _ value: FieldValue, _ batch: EventBatch, _ row: Int,
        _ transition: Transition?, _ pool: StringPool
    ) -> Bool {
        PredicateTest.matches(entries[index].predicate, value) { field in
            FieldReader.value(field, batch, row, transition, pool)
        }
    }

    /// What a field of the event holds; read once per event.
    mutating func value(
        _ slot: Int, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> FieldValue {
        if values[slot].stamp == stamp { return values[slot].value }
        switch values[slot].field {
        case .payload(let path):
            readPayload(batch, row)
            values[slot].value = FieldReader.texts(payload.values(path))
        case .anyText:
            readPayload(batch, row)
            values[slot].value = FieldReader.texts(
                FieldReader.ownTexts(batch, row, pool) + payload.texts)
        case .event, .ledger, .time:
            values[slot].value = FieldReader.value(
                values[slot].field, batch, row, transition, pool)
        }
        values[slot].stamp = stamp
        return values[slot].value
    }

    private mutating func readPayload(_ batch: EventBatch, _ row: Int) {
        if payloadStamp == stamp { return }
        payload = PayloadMembers(
            batch, row, scratch.own(), wanted: readsAllOfPayload ? nil : payloadNames)
        payloadStamp = stamp
    }

    /// See ``Entry/byCode``. Lent, not copied.
    private func remembered(_ index: Int, _ code: Int) -> UInt8 {
        entries.withUnsafeBufferPointer { entries in
            entries[index].byCode.withUnsafeBufferPointer { code < $0.count ? $0[code] : 0 }
        }
    }

    private mutating func remember(_ index: Int, _ code: Int, _ result: Bool) {
        let missing = code + 1 - entries[index].byCode.count
        if missing > 0 {
            entries[index].byCode.append(contentsOf: repeatElement(0, count: missing))
        }
        entries[index].byCode[code] = result ? 2 : 1
    }
}

/// Holds the one reference to reading memory: a copy of the table makes its own.
private struct ScratchOwner: @unchecked Sendable {
    private var scratch = PayloadScratch()

    mutating func own() -> PayloadScratch {
        if !isKnownUniquelyReferenced(&scratch) { scratch = PayloadScratch() }
        return scratch
    }
}

extension RuleField {
    /// With the path of a payload's member folded, as members are found.
    fileprivate var folded: RuleField {
        if case .payload(let path) = self { .payload(path.asciiLowercased) } else { self }
    }
}

extension Predicate {
    /// Whether it holds one field of the event against another, so that its value alone does not
    /// decide.
    var comparesFields: Bool {
        matchers.contains { if case .sameAs = $0 { true } else { false } }
    }

    /// Whether an event without the field may meet it.
    var mayLackValue: Bool {
        matchers.contains(.exists(false)) && !isNegated
    }
}
