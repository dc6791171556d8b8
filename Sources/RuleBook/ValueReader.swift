internal import AuditModel
internal import Detection
internal import MarkedText

/// The value or values of one field to predicates, typed by the field and not by YAML.
struct ValueReader {
    let field: RuleField
    /// As the rule writes it.
    let name: String
    let modifiers: Modifiers
    /// Of the key.
    let place: Place
    let map: SourceMap
    let placeholders: Placeholders
    /// Why the rule cannot see anything.
    private(set) var blindness: [String] = []

    /// Expressions of one field.
    static let mostExpressions = 1_000

    init(
        field: RuleField, name: String, modifiers: Modifiers, place: Place, map: SourceMap,
        placeholders: Placeholders
    ) {
        self.field = field
        self.name = name
        self.modifiers = modifiers
        self.place = place
        self.map = map
        self.placeholders = placeholders
    }

    private var most: Int {
        modifiers.reading == .regex ? Self.mostExpressions : SelectionCompiler.mostValues
    }

    private var type: FieldSchema.FieldType { FieldSchema.type(of: field) }

    /// Predicates that must all hold; nil after an error.
    mutating func predicates(_ node: YAMLNode, _ report: inout RuleText) -> [Predicate]? {
        if let misfit = modifiers.misfit(for: type) {
            report.error(
                .modifierMisuse, place, "the modifiers do not fit '\(name)': \(misfit)",
                remedy: Self.hint(for: type))
            return nil
        }
        warn(&report)
        let nodes = node.items ?? [node]
        if nodes.isEmpty || nodes.count > SelectionCompiler.mostValues {
            report.error(.wrongType, node.place, "'\(name)' has \(nodes.count) values")
            return nil
        }
        var values: [[Matcher]] = []
        var count = 0
        for node in nodes {
            guard let matchers = matchers(node, &report) else { continue }
            values.append(matchers)
            count += matchers.count
            if count > most {
                report.error(
                    .tooMany, node.place, "'\(name)' comes to more than \(most) patterns")
                return nil
            }
        }
        guard values.count == nodes.count else { return nil }
        return join(values)
    }

    /// A value that became several texts means any of them, `all` or not.
    private func join(_ values: [[Matcher]]) -> [Predicate] {
        if modifiers.requiresAll, values.contains(where: { $0.count != 1 }) {
            return values.map { Predicate(field: field, matchers: $0) }
        }
        return [
            Predicate(
                field: field, matchers: values.flatMap { $0 },
                requiresAll: modifiers.requiresAll, isNegated: modifiers.isNegated)
        ]
    }

    private func warn(_ report: inout RuleText) {
        if let name = modifiers.reordered {
            report.warning(
                .undefined, place,
                "Sigma does not say what '\(name)' behind base64 means; read as before it",
                remedy: "write '\(name)' before base64")
        }
        let affix = modifiers.steps.first?.affix
        if modifiers.reading == .regex, let affix {
            let reading =
                switch affix {
                case .startswith: "as anchored to the beginning"
                case .endswith: "as anchored to the end"
                case .contains, .whole: "as without it: an expression matches anywhere"
                }
            report.warning(
                .undefined, place,
                "Sigma does not say what '\(affix.rawValue)' does to an expression; "
                    + "read \(reading)",
                remedy: "write ^ or $ in the expression")
        }
    }

    // MARK: - One value

    private mutating func matchers(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [Matcher]? {
        if modifiers.reading == .presence {
            return report.truth(node, "'\(name)|exists'").map { [.exists($0)] }
        }
        if node.scalar?.isNull == true, modifiers.reading == .text, modifiers.comparison == nil {
            return [.exists(false)]
        }
        guard let text = report.string(node, "'\(name)'"),
            let texts = expand(text, node, &report)
        else { return nil }
        var matchers: [Matcher] = []
        for text in texts {
            guard let some = self.matchers(text, node, &report) else { return nil }
            matchers += some
        }
        return matchers
    }

    private mutating func expand(
        _ text: String, _ node: YAMLNode, _ report: inout RuleText
    ) -> [String]? {
        guard modifiers.expands else { return [text] }
        switch placeholders.expand(text) {
        case .values(let texts): return texts
        case .tooMany:
            report.error(
                .tooMany, node.place,
                "'\(name)' comes to more than \(Placeholders.mostValues) values")
            return nil
        case .unknown(let unknown, let offset):
            blindness.append("nothing says what %\(unknown)% stands for")
            report.warning(
                .unknownPlaceholder,
                node.place(at: offset, length: unknown.unicodeScalars.count + 2),
                "nothing says what %\(unknown.prefix(60))% stands for; the rule is blind"
                    + Suggestion.phrase(for: unknown, among: placeholders.names),
                remedy: "a file placeholders.yml beside the rules with \(unknown.prefix(60)): "
                    + "[value, value]")
            return []
        }
    }

    private mutating func matchers(
        _ text: String, _ node: YAMLNode, _ report: inout RuleText
    ) -> [Matcher]? {
        switch modifiers.reading {
        case .presence: return nil
        case .regex: return expression(text, node, &report).map { [$0] }
        case .field: return reference(text, node, &report)
        case .network:
            if let network = IPPrefix(text) { return [.network(network)] }
            report.error(
                .wrongType, node.place, "'\(text.prefix(60))' is no network",
                remedy: "an address and a length, such as 192.0.2.0/24 or 2001:db8::/32")
            return nil
        case .text: break
        }
        if case .time(let part) = field { return time(text, part, node, &report).map { [$0] } }
        if let comparison = modifiers.comparison {
            return number(text, node, &report).map { [.number(comparison, $0)] }
        }
        switch type {
        case .truth: return report.truth(node, "'\(name)'").map { [.truth($0)] }
        case .number:
            let pieces = SigmaValue.pieces(text)
            if modifiers.steps.isEmpty, SigmaValue.literal(pieces) != nil {
                return number(text, node, &report).map { [.number(.equal, $0)] }
            }
            return patterns(pieces, node, &report)
        case .names(let names):
            let pieces = SigmaValue.pieces(text)
            if modifiers.steps.isEmpty, let literal = SigmaValue.literal(pieces),
                !names.contains(where: { isSame($0, literal) })
            {
                report.unknown(
                    .unknownValue, "value of \(name)", text, node.place, allowed: names)
                return nil
            }
            return patterns(pieces, node, &report)
        case .text, .open: return patterns(SigmaValue.pieces(text), node, &report)
        }
    }

    private func number(
        _ text: String, _ node: YAMLNode, _ report: inout RuleText
    ) -> Int? {
        if let number = DecimalText.hundredths(text) { return number }
        report.error(
            .wrongType, node.place, "'\(name)' must be a number, not '\(text.prefix(40))'",
            remedy: "at most two decimals, such as 4, -3 or 2.5")
        return nil
    }

    private func patterns(
        _ pieces: [TextPattern.Piece], _ node: YAMLNode, _ report: inout RuleText
    ) -> [Matcher]? {
        do throws(ValueTransform.Failure) {
            let all = try ValueTransform.patterns(pieces, steps)
            if all.count < expected {
                report.warning(
                    .undefined, node.place,
                    "the value is too short for every base64offset; the offsets at which nothing "
                        + "of it is certain are left out")
            }
            return all.map { .text(TextPattern(pieces: $0, isCased: modifiers.isCased)) }
        } catch {
            switch error {
            case .wildcard:
                report.error(
                    .modifierMisuse, node.place, "a text with wildcards has no base64",
                    remedy: "write contains, startswith or endswith behind base64, and \\* for *")
            case .tooMany:
                report.error(
                    .tooMany, node.place,
                    "the value comes to more than \(ValueTransform.mostPatterns) patterns",
                    remedy: "fewer dashes under windash")
            }
            return nil
        }
    }

    /// A keyword is searched, not compared.
    private var steps: [Modifiers.Step] {
        field == .anyText && !modifiers.steps.contains { $0.affix != nil }
            ? modifiers.steps + [.affix(.contains)] : modifiers.steps
    }

    private var expected: Int {
        modifiers.steps.contains(.base64Offset) && !modifiers.steps.contains(.windash) ? 3 : 0
    }

    private func isSame(_ name: String, _ literal: String) -> Bool {
        modifiers.isCased ? name == literal : name == literal.lowercased()
    }

    // MARK: - Expressions, references, times

    private func expression(
        _ text: String, _ node: YAMLNode, _ report: inout RuleText
    ) -> Matcher? {
        do throws(RegexPattern.SyntaxError) {
            let plain = try RegexPattern(text, options: modifiers.regexOptions)
            switch modifiers.steps.first?.affix {
            case .startswith:
                return .regex(try RegexPattern("^(?:\(text))", options: modifiers.regexOptions))
            case .endswith:
                return .regex(try RegexPattern("(?:\(text))$", options: modifiers.regexOptions))
            default: return .regex(plain)
            }
        } catch {
            let place = modifiers.expands ? node.place : node.place(at: error.offset, length: 1)
            report.error(
                .expression, place, "not an expression: \(error.message)",
                remedy: "Perl-compatible syntax; the place is where reading stopped")
            return nil
        }
    }

    private mutating func reference(
        _ text: String, _ node: YAMLNode, _ report: inout RuleText
    ) -> [Matcher]? {
        let affix = modifiers.steps.first?.affix ?? .whole
        switch map.target(of: text) {
        case .field(let other): return [.sameAs(other, affix, isCased: modifiers.isCased)]
        case .either(let first, let second):
            return [first, second].map { .sameAs($0, affix, isCased: modifiers.isCased) }
        case .time, nil:
            blindness.append("nothing has a field '\(text.prefix(60))'")
            report.warning(
                .unknownField, node.place,
                "unknown field '\(text.prefix(60))'; the rule is blind"
                    + Suggestion.phrase(for: text, among: FieldSchema.names),
                remedy: "fieldref takes the name of another field")
            return []
        }
    }

    private func time(
        _ text: String, _ part: RuleField.TimePart, _ node: YAMLNode, _ report: inout RuleText
    ) -> Matcher? {
        guard let number = number(text, node, &report) else { return nil }
        let range =
            switch part {
            case .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .week: 1...53
            case .month: 1...12
            case .year: 1970...2262
            }
        guard number % 100 == 0, range.contains(number / 100) else {
            report.error(
                .unknownValue, node.place, "no \(part.rawValue) is \(text.prefix(20))",
                remedy: "from \(range.lowerBound) to \(range.upperBound), UTC")
            return nil
        }
        return .number(modifiers.comparison ?? .equal, number)
    }

    private static func hint(for type: FieldSchema.FieldType) -> String {
        switch type {
        case .text, .names:
            "texts take contains, startswith, endswith, re, cased, all, neq, exists and more"
        case .number: "numbers take gt, gte, lt, lte, neq, contains, exists and more"
        case .truth: "write true or false, or exists"
        case .open: "docs/RULES.md says what goes with what"
        }
    }
}
