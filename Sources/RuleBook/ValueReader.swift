internal import Detection

/// The value or values of one field to a predicate, typed by the field and not by YAML.
struct ValueReader {
    let field: RuleField
    let name: String
    let modifiers: Modifiers
    let place: Place

    func predicate(_ node: YAMLNode, _ report: inout RuleText) -> Predicate? {
        let type = FieldSchema.type(of: field)
        if let misfit = modifiers.misfit(for: type) {
            report.error(
                .modifierMisuse, place, "the modifiers do not fit '\(name)': \(misfit)",
                remedy: Self.hint(for: type))
            return nil
        }
        let nodes = node.items ?? [node]
        if nodes.isEmpty || nodes.count > SelectionCompiler.mostValues {
            report.error(.wrongType, node.place, "'\(name)' has \(nodes.count) values")
            return nil
        }
        let matchers = nodes.compactMap { matcher($0, type, &report) }
        guard matchers.count == nodes.count else { return nil }
        return Predicate(field: field, matchers: matchers, requiresAll: modifiers.requiresAll)
    }

    private func matcher(
        _ node: YAMLNode, _ type: FieldSchema.FieldType, _ report: inout RuleText
    ) -> Matcher? {
        if modifiers.isExists {
            return report.truth(node, "'\(name)|exists'").map { .exists($0) }
        }
        if node.scalar?.isNull == true { return .exists(false) }
        switch type {
        case .truth: return report.truth(node, "'\(name)'").map { .truth($0) }
        case .number:
            return report.hundredths(node, "'\(name)'").map {
                .number(modifiers.comparison ?? .equal, $0)
            }
        case .text: return report.string(node, "'\(name)'").map { .text(modifiers.pattern($0)) }
        case .names(let names): return nameMatcher(node, names, &report)
        }
    }

    private func nameMatcher(
        _ node: YAMLNode, _ names: [String], _ report: inout RuleText
    ) -> Matcher? {
        guard let text = report.string(node, "'\(name)'") else { return nil }
        let pattern = modifiers.pattern(text)
        if let literal = SigmaValue.literal(pattern.pieces),
            !names.contains(where: { isSame($0, literal) })
        {
            report.unknown(
                .unknownValue, "value of \(name)", text, node.place, allowed: names)
            return nil
        }
        return .text(pattern)
    }

    private func isSame(_ name: String, _ literal: String) -> Bool {
        modifiers.isCased ? name == literal : name == literal.lowercased()
    }

    private static func hint(for type: FieldSchema.FieldType) -> String {
        switch type {
        case .text, .names: "texts take contains, startswith, endswith, cased, all, exists"
        case .number: "numbers take gt, gte, lt, lte, exists"
        case .truth: "write true or false, or exists"
        }
    }
}
