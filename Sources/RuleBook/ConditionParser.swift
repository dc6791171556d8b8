internal import Detection
internal import MarkedText

/// Sigma's conditions: `or` binds weaker than `and`, which binds weaker than `not`; `1 of x*`,
/// `any of x*`, `all of x*`, `1 of them`; parentheses.
struct ConditionParser {
    private struct Token {
        var text: String
        var offset: Int
    }

    private let node: YAMLNode
    private let names: [String]
    private var tokens: [Token] = []
    private var next = 0
    private let end: Int
    private let text: String
    /// What follows a `|`: an aggregation of Sigma 1, which is not read.
    private(set) var aggregation: (text: String, place: Place)?

    static let deepest = 64
    static let mostTokens = 4_000

    init(text: String, node: YAMLNode, names: [String]) {
        self.node = node
        self.names = names
        self.text = text
        end = text.unicodeScalars.count
        tokens = Self.tokenize(text)
    }

    /// The condition; nil after a diagnostic.
    mutating func parse(_ report: inout RuleText) -> Rule.Condition? {
        if tokens.count > Self.mostTokens {
            report.error(.condition, node.place, "the condition has too many words")
            return nil
        }
        guard let condition = any(&report, depth: 0) else { return nil }
        if let rest = peek, rest.text == "|" {
            let tail = String(
                text.unicodeScalars.dropFirst(rest.offset + 1).map(Character.init))
            aggregation = (
                tail.split(separator: " ").joined(separator: " "),
                node.place(at: rest.offset, length: max(1, end - rest.offset))
            )
        } else if let rest = peek {
            fail("'\(rest.text)' is not expected here", at: rest, &report)
            return nil
        }
        return condition
    }

    private static func tokenize(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        var start = 0
        func flush() {
            if !word.isEmpty { tokens.append(Token(text: word, offset: start)) }
            word = ""
        }
        for (offset, scalar) in text.unicodeScalars.enumerated() {
            if scalar.properties.isWhitespace {
                flush()
            } else if scalar == "(" || scalar == ")" || scalar == "|" {
                flush()
                tokens.append(Token(text: String(scalar), offset: offset))
            } else {
                if word.isEmpty { start = offset }
                word.unicodeScalars.append(scalar)
            }
        }
        flush()
        return tokens
    }

    private var peek: Token? { next < tokens.count ? tokens[next] : nil }

    private func isNext(_ word: String) -> Bool { peek?.text.lowercased() == word }

    private mutating func any(_ report: inout RuleText, depth: Int) -> Rule.Condition? {
        guard let first = all(&report, depth: depth) else { return nil }
        var parts = [first]
        while isNext("or") {
            next += 1
            guard let part = all(&report, depth: depth) else { return nil }
            parts.append(part)
        }
        return parts.count == 1 ? first : .any(parts)
    }

    private mutating func all(_ report: inout RuleText, depth: Int) -> Rule.Condition? {
        guard let first = factor(&report, depth: depth) else { return nil }
        var parts = [first]
        while isNext("and") {
            next += 1
            guard let part = factor(&report, depth: depth) else { return nil }
            parts.append(part)
        }
        return parts.count == 1 ? first : .all(parts)
    }

    private mutating func factor(_ report: inout RuleText, depth: Int) -> Rule.Condition? {
        guard let token = peek else {
            report.error(
                .condition, node.place(at: max(0, end - 1), length: 1),
                "the condition ends too early", remedy: "a selection must follow")
            return nil
        }
        guard depth < Self.deepest else {
            fail("the condition is nested too deep", at: token, &report)
            return nil
        }
        next += 1
        switch token.text.lowercased() {
        case "not": return factor(&report, depth: depth + 1).map { .not($0) }
        case "(": return group(token, &report, depth: depth)
        case "1", "any", "all":
            if isNext("of") { return quantified(token, &report) }
            return selection(token, &report)
        case "and", "or", ")", "of":
            fail("'\(token.text)' is not expected here", at: token, &report)
            return nil
        case "|":
            fail("a selection must stand before '|'", at: token, &report)
            return nil
        default:
            if isNext("of"), token.text.allSatisfy(\.isNumber) {
                fail("Sigma has '1 of' and 'all of', no other number", at: token, &report)
                return nil
            }
            return selection(token, &report)
        }
    }

    private mutating func group(
        _ open: Token, _ report: inout RuleText, depth: Int
    ) -> Rule.Condition? {
        guard let inner = any(&report, depth: depth + 1) else { return nil }
        guard isNext(")") else {
            fail("this parenthesis is not closed", at: open, &report)
            return nil
        }
        next += 1
        return inner
    }

    private mutating func quantified(
        _ quantity: Token, _ report: inout RuleText
    ) -> Rule.Condition? {
        next += 1
        guard let pattern = peek else {
            fail("'\(quantity.text) of' wants a name", at: quantity, &report)
            return nil
        }
        next += 1
        let isThem = pattern.text.lowercased() == "them"
        let found = names.indices.filter { index in
            let name = names[index]
            if isThem { return !name.hasPrefix("_") }
            if name.hasPrefix("_"), !pattern.text.hasPrefix("_") { return false }
            return SigmaValue.matches(name, pattern: pattern.text)
        }
        if found.isEmpty {
            unknown(pattern, &report)
            return nil
        }
        let parts = found.map { Rule.Condition.selection($0) }
        if parts.count == 1 { return parts[0] }
        return quantity.text.lowercased() == "all" ? .all(parts) : .any(parts)
    }

    private func selection(_ token: Token, _ report: inout RuleText) -> Rule.Condition? {
        if let index = names.firstIndex(of: token.text) { return .selection(index) }
        unknown(token, &report)
        return nil
    }

    private func unknown(_ token: Token, _ report: inout RuleText) {
        let bare = token.text.filter { $0 != "*" }
        let nearest = Suggestion.phrase(for: bare, among: names)
        report.error(
            .unknownSelection, place(of: token),
            "the condition names '\(token.text.prefix(60))', which is no selection\(nearest)",
            remedy: "selections: \(names.prefix(24).joined(separator: ", "))")
    }

    private func fail(_ message: String, at token: Token, _ report: inout RuleText) {
        report.error(.condition, place(of: token), message)
    }

    private func place(of token: Token) -> Place {
        node.place(at: token.offset, length: token.text.unicodeScalars.count)
    }
}
