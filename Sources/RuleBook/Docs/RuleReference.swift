internal import AuditModel
internal import Detection
internal import GrantLedger

/// The parts of docs/RULES.md that are written from the code: what there is, with what it means.
enum RuleReference {
    /// By the name between its markers.
    static var parts: [String: String] {
        [
            "modifiers": modifiers, "facts": facts, "fields": fields, "placeholders": placeholders,
            "diagnostics": diagnostics,
        ]
    }

    // MARK: - Modifiers

    private static var modifiers: String {
        let lines = Modifiers.supported.map { name in
            let (on, meaning) = modifierTexts[name] ?? ("any field", "see Sigma's specification")
            return "| `\(name)` | \(on) | \(meaning) |"
        }
        return (["| modifier | on | meaning |", "|---|---|---|"] + lines).joined(separator: "\n")
    }

    private static let modifierTexts: [String: (on: String, meaning: String)] = [
        "contains": ("texts", "the value holds the text"),
        "startswith": ("texts", "the value begins so"),
        "endswith": ("texts", "the value ends so"),
        "cased": ("texts", "letters must have the same case; otherwise ASCII case is ignored"),
        "all": ("lists", "every value must match, not any"),
        "exists": ("any field", "`true`: the field has a value; `false`: it has none"),
        "gt": ("numbers", "greater; numbers have at most two decimals"),
        "gte": ("numbers", "greater or equal"),
        "lt": ("numbers", "less"),
        "lte": ("numbers", "less or equal"),
        "neq": ("any field", "the field has a value, and it is another one"),
        "re": ("texts", "a Perl-compatible regular expression, anywhere in the value"),
        "i": ("`re`", "letters of any case"),
        "m": ("`re`", "`^` and `$` at every line"),
        "s": ("`re`", "`.` matches line ends"),
        "cidr": ("addresses", "the address lies in the network"),
        "base64": ("texts", "the value in Base64"),
        "base64offset": ("texts", "the value in Base64 at any of three offsets"),
        "utf16": ("texts", "before `base64`: UTF-16 with its byte order mark"),
        "utf16le": ("texts", "before `base64`: UTF-16, little end first"),
        "utf16be": ("texts", "before `base64`: UTF-16, big end first"),
        "wide": ("texts", "before `base64`: the same as `utf16le`"),
        "windash": ("texts", "every kind of dash in place of `-`"),
        "fieldref": ("any field", "the same value as another field of the event"),
        "expand": ("texts", "`%name%` stands for the values of a placeholder"),
        "minute": ("times", "the minute of the hour, in UTC"),
        "hour": ("times", "the hour of the day, in UTC"),
        "day": ("times", "the day of the month, in UTC"),
        "week": ("times", "the week of the year (ISO 8601), in UTC"),
        "month": ("times", "the month, in UTC"),
        "year": ("times", "the year, in UTC"),
    ]

    // MARK: - Fields

    private static var facts: String {
        let lines = FactField.allCases.map { field in
            let values =
                switch field.type {
                case .names(let names): names.map { "`\($0)`" }.joined(separator: " ")
                case .number: "number"
                case .truth: "`true` `false`"
                }
            return "| `\(field.rawValue)` | \(values) | \(factTexts[field] ?? "") |"
        }
        return (["| field | values | meaning |", "|---|---|---|"] + lines).joined(separator: "\n")
    }

    private static let factTexts: [FactField: String] = [
        .fact: "what the event was to its grant",
        .presenterNew:
            "what about either presenter of a replayed token the family had not seen before the "
            + "token was first redeemed",
        .generation:
            "depth of the presented token in its lineage; absent when birth was not seen",
        .generationGap: "generations between the presented token and the newest",
        .successor:
            "whether the token that the first redemption gave was used before this event",
        .replayGapSeconds: "seconds since the first redemption",
        .policyAllows: "whether the client's policy allows the token to be presented again",
        .rotation: "whether the client's refresh tokens are for one use, once that is known",
        .sameNetwork: "whether both presenters share a /24 or /56",
        .birth: "whether the family's first token was issued before our eyes",
        .branchesForeign:
            "whether the branches of a fork come from networks foreign to each other",
        .refused: "whether the server refused",
        .asserted: "whether the server itself called it reuse",
    ]

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

    // MARK: - Diagnostics

    private static var diagnostics: String {
        let lines = RuleDiagnostic.Code.allCases.map { code in
            "| `\(code.rawValue)` | \(diagnosticTexts[code.rawValue] ?? "see ERRORS.md") |"
        }
        return (["| code | what |", "|---|---|"] + lines).joined(separator: "\n")
    }

    private static let diagnosticTexts: [String: String] = [
        "rule.unreadable": "the file cannot be opened, or is no regular file",
        "rule.too_large": "the file has over 1 MiB",
        "rule.too_deep": "YAML nested too deeply",
        "rule.too_many_aliases": "over 16 YAML aliases",
        "rule.too_many": "over a bound on rules, selections or values",
        "rule.syntax": "not YAML, or not UTF-8",
        "rule.duplicate_key": "a key stands twice",
        "rule.unknown_key": "a key nobody reads",
        "rule.missing_key": "a key that must be there",
        "rule.wrong_type": "a value of the wrong type",
        "rule.unknown_value": "a value that is none of those allowed",
        "rule.unknown_field": "a field that no event has",
        "rule.unknown_modifier": "no modifier of Sigma",
        "rule.unsupported_modifier": "a modifier that this version does not read",
        "rule.modifier_misuse": "a modifier on a value it does not fit",
        "rule.keywords": "a search without a field",
        "rule.condition": "the condition cannot be read",
        "rule.unknown_selection": "a name of a selection that is not there",
        "rule.unused_selection": "a selection that nothing uses",
        "rule.unknown_rule": "a name of a rule that is not there",
        "rule.unknown_placeholder": "a `{name}` that no alert has",
        "rule.duplicate_id": "two rules of one directory have one id",
        "rule.duplicate_name": "two rules have one name",
        "rule.replaced": "a rule takes the place of another one",
        "rule.other_logsource": "a rule about a source that is not ours",
        "rule.unsupported_document": "a kind of document that this version does not read",
        "rule.story": "a line of a story cannot be read",
    ]
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
