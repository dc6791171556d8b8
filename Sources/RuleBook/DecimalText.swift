internal import MarkedText

extension RuleText {
    /// A decimal number in hundredths; reports anything else.
    mutating func hundredths(_ node: YAMLNode, _ what: String) -> Int? {
        guard let text = string(node, what) else { return nil }
        if let number = DecimalText.hundredths(text) { return number }
        error(
            .wrongType, node.place, "\(what) must be a number, not \(node.typeName)",
            remedy: "at most two decimals, such as 4, -3 or 2.5")
        return nil
    }
}

/// Decimal numbers as rules write them.
enum DecimalText {
    /// Reads `-12`, `2.5`, `0.25` as hundredths; nil for anything else, for more than two decimals
    /// that are not zero, and for numbers beyond ±10^15.
    static func hundredths(_ text: String) -> Int? {
        var digits = Substring(text)
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = integer(parts[0]) else { return nil }
        var fraction = 0
        if parts.count == 2 {
            var decimals = parts[1]
            while decimals.count > 2, decimals.hasSuffix("0") { decimals.removeLast() }
            guard (1...2).contains(decimals.count), let value = integer(decimals)
            else { return nil }
            fraction = decimals.count == 1 ? value * 10 : value
        }
        let magnitude = whole * 100 + fraction
        return isNegative ? -magnitude : magnitude
    }

    private static func integer(_ digits: Substring) -> Int? {
        guard (1...15).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(digits)
    }
}
