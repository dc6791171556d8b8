internal import Detection
internal import Foundation
internal import MarkedText

/// The values that the block `grantrail:` is written with.
extension RuleText {
    /// A stretch of time in nanoseconds; reports anything else.
    ///
    /// - Parameter allowsNone: `0` is a duration, too.
    mutating func duration(
        _ node: YAMLNode, _ what: String, allowsNone: Bool = false
    ) -> Int64? {
        guard let text = string(node, what) else { return nil }
        if allowsNone, text == "0" { return 0 }
        if let span = DurationText.nanoseconds(text) { return span }
        error(
            .wrongType, node.place, "\(what) must be a duration, not \(node.typeName)",
            remedy: DurationText.remedy)
        return nil
    }

    /// A duration, or `0` for none at all; reports anything else.
    mutating func learning(_ node: YAMLNode, _ what: String) -> Int64? {
        node.text == "0" ? 0 : duration(node, what)
    }

    /// A whole number within bounds; reports anything else.
    mutating func whole(
        _ node: YAMLNode, _ what: String, _ range: ClosedRange<Int> = 1...1_000_000
    ) -> Int? {
        guard let text = string(node, what) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        error(
            .wrongType, node.place, "\(what) must be a whole number, not \(node.typeName)",
            remedy: "from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// A small probability as its negative decimal exponent in hundredths: `1e-9` is 900.
    mutating func tail(_ node: YAMLNode, _ what: String) -> Int? {
        guard let text = string(node, what) else { return nil }
        if let number = Double(text), number >= 1e-300, number <= 0.1 {
            return Int((-log10(number) * 100).rounded())
        }
        error(
            .wrongType, node.place, "\(what) must be a small probability, not \(node.typeName)",
            remedy: "between 1e-300 and 0.1, such as 1e-9")
        return nil
    }

    /// One field or a list of them, by the names that rules use; reports unknown ones.
    mutating func fields(_ node: YAMLNode, _ what: String) -> [RuleField] {
        if let items = node.items, items.isEmpty {
            error(.wrongType, node.place, "\(what) names no field")
        }
        return (node.items ?? [node]).compactMap { item in
            guard let name = string(item, "a field of \(what)") else { return nil }
            if let field = RuleField.canonical(name) { return field }
            unknown(.unknownField, "field", name, item.place, allowed: FieldSchema.names)
            return nil
        }
    }

    /// The index of a selection; reports a name that is none.
    mutating func selection(_ node: YAMLNode, _ what: String, among names: [String]) -> Int? {
        guard let name = string(node, what) else { return nil }
        if let index = names.firstIndex(of: name) { return index }
        unknown(.unknownSelection, "selection", name, node.place, allowed: names)
        return nil
    }
}
