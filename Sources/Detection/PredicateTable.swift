internal import AuditModel
internal import GrantLedger

/// Every distinct predicate of a rule pack once. A predicate over a coded column is evaluated once
/// per distinct value and remembered by code; every other one once per event.
struct PredicateTable: Sendable {
    private struct Entry: Sendable {
        let predicate: Predicate
        let column: CodedColumn?
        /// By code: 0 not evaluated, 1 no, 2 yes.
        var byCode: ContiguousArray<UInt8> = []
        /// The event that `last` belongs to.
        var stamp: UInt64 = 0
        var last = false
    }

    private var entries: [Entry] = []
    private var stamp: UInt64 = 0

    /// The index of a predicate, a new one if it is the first of its kind.
    mutating func index(of predicate: Predicate) -> Int {
        if let index = entries.firstIndex(where: { $0.predicate == predicate }) { return index }
        var column: CodedColumn?
        if case .event(let field) = predicate.field { column = FieldReader.codedColumn(field) }
        entries.append(Entry(predicate: predicate, column: column))
        return entries.count - 1
    }

    /// Starts a new event: what was evaluated for the last one no longer holds.
    mutating func nextEvent() { stamp &+= 1 }

    mutating func test(
        _ index: Int, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Bool {
        if let column = entries[index].column {
            let code = Int(batch.code(column, row))
            if code < entries[index].byCode.count, entries[index].byCode[code] != 0 {
                return entries[index].byCode[code] == 2
            }
            let result = evaluate(index, batch, row, transition, pool)
            let missing = code + 1 - entries[index].byCode.count
            if missing > 0 {
                entries[index].byCode.append(contentsOf: repeatElement(0, count: missing))
            }
            entries[index].byCode[code] = result ? 2 : 1
            return result
        }
        if entries[index].stamp == stamp { return entries[index].last }
        let result = evaluate(index, batch, row, transition, pool)
        entries[index].stamp = stamp
        entries[index].last = result
        return result
    }

    private func evaluate(
        _ index: Int, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Bool {
        let predicate = entries[index].predicate
        return PredicateTest.matches(
            predicate, FieldReader.value(predicate.field, batch, row, transition, pool))
    }
}
