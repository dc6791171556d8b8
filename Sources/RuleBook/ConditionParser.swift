internal import Detection
internal import MarkedText

/// Sigma's conditions: selections, `1 of x*`, `any of x*`, `all of x*` and `1 of them`, combined.
struct ConditionParser: ConditionGrammar {
    struct Token: ConditionToken {
        var text: String
        var offset: Int

        func means(_ sign: String) -> Bool { text.lowercased() == sign }
    }

    static let name = "condition"

    private let node: YAMLNode
    private let names: [String]
    let tokens: [Token]
    var next = 0
    private let end: Int
    private let text: String
    /// What follows a `|`: an aggregation of Sigma 1, which is not read.
    private(set) var aggregation: (text: String, place: Place)?

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
        guard let condition = self.condition(&report) else { return nil }
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

    mutating func operand(_ token: Token, _ report: inout RuleText) -> Rule.Condition? {
        switch token.text.lowercased() {
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

    func fail(_ message: String, at token: Token, _ report: inout RuleText) {
        report.error(.condition, place(of: token), message)
    }

    func failAtEnd(_ report: inout RuleText) {
        report.error(
            .condition, node.place(at: max(0, end - 1), length: 1),
            "the condition ends too early", remedy: "a selection must follow")
    }

    private func place(of token: Token) -> Place {
        node.place(at: token.offset, length: token.text.unicodeScalars.count)
    }
}
