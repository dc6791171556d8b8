/// The text of one rule file while it is read, and what is to be said about it.
struct RuleText {
    let path: String
    private let lines: [Substring]
    private(set) var diagnostics: [RuleDiagnostic] = []

    /// Errors, those beyond ``mostDiagnostics`` included.
    private(set) var errorCount = 0

    /// No file is worth more than this many errors, nor as many other diagnostics.
    static let mostDiagnostics = 200

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var hasErrors: Bool { errorCount > 0 }

    /// A line of the file, from 1, without its line break.
    func line(_ number: Int) -> String? {
        guard number >= 1, number <= lines.count else { return nil }
        let line = lines[number - 1]
        return String(line.hasSuffix("\r") ? line.dropLast() : line)
    }

    mutating func error(
        _ code: RuleDiagnostic.Code, _ place: Place, _ message: String, remedy: String? = nil
    ) {
        add(.error, code, place, message, remedy)
    }

    mutating func warning(
        _ code: RuleDiagnostic.Code, _ place: Place, _ message: String, remedy: String? = nil
    ) {
        add(.warning, code, place, message, remedy)
    }

    mutating func notice(
        _ code: RuleDiagnostic.Code, _ place: Place, _ message: String, remedy: String? = nil
    ) {
        add(.notice, code, place, message, remedy)
    }

    private mutating func add(
        _ severity: RuleDiagnostic.Severity, _ code: RuleDiagnostic.Code, _ place: Place,
        _ message: String, _ remedy: String?
    ) {
        if severity == .error {
            errorCount += 1
            guard errorCount <= Self.mostDiagnostics else { return }
        } else if diagnostics.count - min(errorCount, Self.mostDiagnostics)
            >= Self.mostDiagnostics
        {
            return
        }
        diagnostics.append(
            RuleDiagnostic(
                severity: severity, code: code, path: path, line: place.line,
                column: place.column, length: max(1, place.length), message: message,
                remedy: remedy, sourceLine: line(place.line)))
    }
}

extension RuleText {
    /// Reports a key or value that is not one of those allowed.
    mutating func unknown(
        _ code: RuleDiagnostic.Code, _ what: String, _ word: String, _ place: Place,
        allowed: [String]
    ) {
        guard errorCount < Self.mostDiagnostics else {
            return error(code, place, "unknown \(what)")
        }
        let nearest = Suggestion.phrase(for: word, among: allowed)
        let shown = allowed.prefix(24).joined(separator: ", ")
        error(
            code, place, "unknown \(what) '\(word.prefix(60))'\(nearest)",
            remedy: "one of: \(shown)\(allowed.count > 24 ? ", …" : "")")
    }

    /// The text of a scalar; reports anything else.
    mutating func string(_ node: YAMLNode, _ what: String) -> String? {
        guard let scalar = node.scalar, !scalar.isNull else {
            error(.wrongType, node.place, "\(what) must be text, not \(node.typeName)")
            return nil
        }
        return scalar.text
    }

    /// The texts of a list, or of one scalar; reports anything else.
    mutating func strings(_ node: YAMLNode, _ what: String) -> [String] {
        if node.scalar?.isNull == true { return [] }
        guard let items = node.items else { return string(node, what).map { [$0] } ?? [] }
        return items.compactMap { string($0, "an entry of \(what)") }
    }

    /// The entries of a mapping, after a look at their keys; reports anything else.
    mutating func entries(
        _ node: YAMLNode, _ what: String, keys: [String]
    ) -> [(key: String, place: Place, value: YAMLNode)] {
        guard let entries = node.entries else {
            error(.wrongType, node.place, "\(what) must be a mapping, not \(node.typeName)")
            return []
        }
        return entries.compactMap { entry in
            guard let key = string(entry.key, "a key of \(what)") else { return nil }
            guard keys.contains(key) else {
                unknown(.unknownKey, "key of \(what)", key, entry.key.place, allowed: keys)
                return nil
            }
            return (key, entry.key.place, entry.value)
        }
    }

    /// A decimal number in hundredths; reports anything else.
    mutating func hundredths(_ node: YAMLNode, _ what: String) -> Int? {
        guard let text = string(node, what) else { return nil }
        if let number = DecimalText.hundredths(text) { return number }
        error(
            .wrongType, node.place, "\(what) must be a number, not \(node.typeName)",
            remedy: "at most two decimals, such as 4, -3 or 2.5")
        return nil
    }

    /// `true` or `false`; reports anything else.
    mutating func truth(_ node: YAMLNode, _ what: String) -> Bool? {
        guard let text = string(node, what) else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default:
            error(
                .wrongType, node.place, "\(what) must be true or false, not \(node.typeName)")
            return nil
        }
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
