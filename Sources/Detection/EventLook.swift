public import AuditModel

/// What one event has, for people and reports; too slow for every event of a run.
public enum EventLook {
    /// Which of some payload paths the event has.
    public static func present(
        _ paths: [String], _ batch: EventBatch, row: Int
    ) -> [Bool] {
        if paths.isEmpty { return [] }
        let members = PayloadMembers(batch, row)
        return paths.map { !members.values($0.asciiLowercased).isEmpty }
    }

    /// Whether the event has a field of its own.
    public static func has(_ field: Field, _ batch: EventBatch, row: Int) -> Bool {
        if let column = FieldReader.codedColumn(field) { return batch.code(column, row) != 0 }
        if let column = FieldReader.idColumn(field) { return !batch.id(column, row).isNone }
        switch field {
        case .asn: return batch.asn[row] != 0
        case .country: return batch.country[row] != 0
        case .generation: return batch.generation[row] >= 0
        case .issued:
            return !batch.id(.issuedRefresh, row).isNone || !batch.id(.issuedAccess, row).isNone
        default: return true
        }
    }
}

extension Predicate {
    /// Whether it holds for a field with this one text.
    public func matches(text: String) -> Bool { PredicateTest.matches(self, .texts([text])) }

    /// Whether it holds for a field with these texts; without any the field is absent.
    public func matches(texts: [String]) -> Bool {
        PredicateTest.matches(self, texts.isEmpty ? .absent : .texts(texts))
    }
}
