internal import Detection
internal import Foundation

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
            remedy: "a whole number and s, m, h, d or w, such as 90s, 5m, 2h, 3d or 2w; "
                + "at most \(DurationText.mostDays)d")
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
            if let field = BlockField.named(name) { return field }
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

/// Fields as the block names them.
enum BlockField {
    private static let payload = "payload."

    /// A field by its canonical name, or `payload.` and a path in the server's own record.
    static func named(_ name: String) -> RuleField? {
        if let field = FieldSchema.field(named: name) { return field }
        guard name.hasPrefix(payload), (1...200).contains(name.utf8.count - payload.utf8.count)
        else { return nil }
        return .payload(String(name.dropFirst(payload.count)))
    }
}

/// Durations as rules write them: a whole number and its unit.
enum DurationText {
    static let mostDays = 3_650
    private static let units: [Character: Int64] = [
        "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800,
    ]

    /// Nanoseconds of `90s`, `5m`, `2h`, `3d`, `2w`; nil for anything else, for nothing and for
    /// more than ``mostDays``.
    static func nanoseconds(_ text: String) -> Int64? {
        guard let last = text.last, let unit = units[last] else { return nil }
        let digits = text.dropLast()
        guard (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits),
            number > 0, number * unit <= Int64(mostDays) * 86_400
        else { return nil }
        return number * unit * 1_000_000_000
    }
}
