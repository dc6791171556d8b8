internal import Detection
internal import MarkedText

/// A comparison of an expression: `field|modifier=value,value`.
struct WhereTerm {
    /// The field and its modifiers as in a rule; those that the sign stands for are added.
    var key: YAMLNode
    /// The value, or a list of several of which one must match.
    var value: YAMLNode
    /// The field's name.
    var field: String
    /// The modifiers, without those that the sign stands for.
    var modifiers: [String]
    /// `=`, `!=`, `<`, `<=`, `>` or `>=`.
    var sign: String
}

/// Reads expressions of `--where`: comparisons with `and`, `or`, `not` and parentheses, which bind
/// as in Sigma's conditions.
struct WhereParser: ConditionGrammar {
    enum Kind: Equatable {
        case word, quoted, sign, comma, open, close
    }

    struct Token: ConditionToken {
        var kind: Kind
        var text: String
        var place: Place

        func means(_ sign: String) -> Bool { kind != .quoted && text.lowercased() == sign }
    }

    static let name = "expression"

    private(set) var terms: [WhereTerm] = []
    private(set) var tokens: [Token] = []
    var next = 0
    private let end: Place

    static let mostTerms = 500
    static let signs = ["=", "!=", "<=", ">=", "<", ">"]

    /// The modifier that a sign stands for.
    static let modifiers = ["!=": "neq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"]

    private init(_ text: String) {
        end = Place(line: 1, column: max(1, text.unicodeScalars.count), length: 1)
    }

    /// The comparisons and how they combine; nil after a diagnostic.
    static func parse(
        _ text: String, _ report: inout RuleText
    ) -> (terms: [WhereTerm], condition: Rule.Condition)? {
        var parser = WhereParser(text)
        guard parser.tokenize(text, &report), let condition = parser.condition(&report)
        else { return nil }
        if let rest = parser.peek {
            parser.fail("'\(rest.text.prefix(40))' is not expected here", at: rest, &report)
            return nil
        }
        return (parser.terms, condition)
    }

    // MARK: - Words

    private mutating func tokenize(_ text: String, _ report: inout RuleText) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let start = index
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case "(": add(.open, "(", start, 1)
            case ")": add(.close, ")", start, 1)
            case ",": add(.comma, ",", start, 1)
            case "=", "!", "<", ">":
                var sign = String(scalar)
                if index < scalars.count, scalars[index] == "=" {
                    sign += "="
                    index += 1
                }
                add(.sign, sign, start, index - start)
            case "'", "\"":
                guard let quoted = Self.quoted(scalars, &index) else {
                    let place = Place(line: 1, column: start + 1, length: 1)
                    report.error(.condition, place, "the quote is not closed")
                    return false
                }
                add(.quoted, quoted, start, index - start)
            case _ where scalar.properties.isWhitespace: continue
            default:
                while index < scalars.count, Self.isWord(scalars[index]) { index += 1 }
                let word = String(String.UnicodeScalarView(scalars[start..<index]))
                add(.word, word, start, index - start)
            }
        }
        return true
    }

    private mutating func add(_ kind: Kind, _ text: String, _ start: Int, _ length: Int) {
        tokens.append(
            Token(
                kind: kind, text: text, place: Place(line: 1, column: start + 1, length: length)))
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "(", ")", ",", "=", "!", "<", ">", "'", "\"": false
        default: !scalar.properties.isWhitespace
        }
    }

    /// The text up to the quote that began it, which `\` lets stand for itself.
    private static func quoted(_ scalars: [Unicode.Scalar], _ index: inout Int) -> String? {
        let quote = scalars[index - 1]
        var text = String.UnicodeScalarView()
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == quote { return String(text) }
            if scalar == "\\", index < scalars.count, scalars[index] == quote {
                text.append(quote)
                index += 1
            } else {
                text.append(scalar)
            }
        }
        return nil
    }

    // MARK: - Comparisons

    mutating func operand(_ token: Token, _ report: inout RuleText) -> Rule.Condition? {
        guard token.kind == .word, !["and", "or"].contains(token.text.lowercased()) else {
            fail("a field must stand here, not '\(token.text.prefix(40))'", at: token, &report)
            return nil
        }
        guard let sign = peek, sign.kind == .sign, Self.signs.contains(sign.text) else {
            report.error(
                .condition, token.place, "'\(token.text.prefix(40))' is compared with nothing",
                remedy: "a comparison is a field, one of \(Self.signs.joined(separator: " ")) "
                    + "and a value, such as client=web; what is there at all: client|exists=true")
            return nil
        }
        next += 1
        guard let value = values(sign, &report) else { return nil }
        guard terms.count < Self.mostTerms else {
            fail("more than \(Self.mostTerms) comparisons", at: token, &report)
            return nil
        }
        let parts = token.text.split(separator: "|", omittingEmptySubsequences: false)
        let added = Self.modifiers[sign.text].map { "|" + $0 } ?? ""
        terms.append(
            WhereTerm(
                key: Self.node(token.text + added, token.place, isQuoted: false), value: value,
                field: String(parts.first ?? ""), modifiers: parts.dropFirst().map(String.init),
                sign: sign.text))
        return .selection(terms.count - 1)
    }

    private mutating func values(_ sign: Token, _ report: inout RuleText) -> YAMLNode? {
        var values: [YAMLNode] = []
        repeat {
            if !values.isEmpty { next += 1 }
            guard let token = peek, token.kind == .word || token.kind == .quoted else {
                fail("a value must follow", at: peek ?? sign, &report)
                return nil
            }
            next += 1
            values.append(Self.node(token.text, token.place, isQuoted: token.kind == .quoted))
        } while peek?.kind == .comma
        if values.count == 1 { return values[0] }
        return YAMLNode(content: .sequence(values), place: values[0].place)
    }

    private static func node(_ text: String, _ place: Place, isQuoted: Bool) -> YAMLNode {
        let scalar = YAMLNode.Scalar(
            text: text, isPlain: false, isQuoted: isQuoted, isBlock: false)
        return YAMLNode(content: .scalar(scalar), place: place)
    }

    func fail(_ message: String, at token: Token, _ report: inout RuleText) {
        report.error(.condition, token.place, message)
    }

    func failAtEnd(_ report: inout RuleText) {
        report.error(
            .condition, end, "the expression ends too early: a comparison must follow")
    }
}
