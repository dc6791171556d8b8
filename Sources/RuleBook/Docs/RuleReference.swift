internal import AuditModel
internal import Detection
internal import GrantLedger

/// The parts of docs/RULES.md that are written from the code: what there is, with what it means.
enum RuleReference {
    /// By the name between its markers.
    static var parts: [String: String] {
        ["facts": facts, "fields": fields, "placeholders": placeholders]
    }

    private static var facts: String {
        let lines = RuleBook.fields.filter { $0.origin == "ledger" }.map { field in
            let values =
                field.values.isEmpty
                ? field.type : field.values.map { "`\($0)`" }.joined(separator: " ")
            return "| `\(field.name)` | \(values) | \(field.meaning) |"
        }
        return (["| field | values | meaning |", "|---|---|---|"] + lines).joined(separator: "\n")
    }

    private static var fields: String {
        let facts = Set(FactField.allCases.map(\.rawValue))
        let own = FieldSchema.names.filter { !facts.contains($0) }
        let groups: [(String, FieldSchema.FieldType?)] = [
            ("one of fixed values, which `rules check` knows", nil), ("number", .number),
            ("`true` or `false`", .truth), ("text", .text),
        ]
        let lines = groups.compactMap { title, type -> String? in
            let names = own.filter { name in
                guard let field = FieldSchema.field(named: name) else { return false }
                let found = FieldSchema.type(of: field)
                if case .names = found { return type == nil }
                return found == type
            }
            if names.isEmpty { return nil }
            return "| \(title) | \(names.map { "`\($0)`" }.joined(separator: " ")) |"
        }
        return (["| values | fields |", "|---|---|"] + lines).joined(separator: "\n")
    }

    private static var placeholders: String {
        Wrapped.text(Rule.placeholders.map { "`\($0)`" })
    }
}

/// Words on lines of at most 120 columns.
enum Wrapped {
    static func text(_ words: [String]) -> String {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + 1 + word.count <= 120 {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(word)
            }
        }
        return lines.joined(separator: "\n")
    }
}
