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
struct WhereParser {
    private enum Kind: Equatable {
        case word, quoted, sign, comma, open, close
    }

    private struct Token {
        var kind: Kind
        var text: String
        var place: Place
    }

    private(set) var terms: [WhereTerm] = []
    private var tokens: [Token] = []
    private var next = 0
    private let end: Place

    static let deepest = 64
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
        guard parser.tokenize(text, &report), let condition = parser.any(&report, depth: 0)
        else { return nil }
        if let rest = parser.peek {
            parser.fail("'\(rest.text.prefix(40))' is not expected here", rest.place, &report)
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
                    fail("the quote is not closed", place, &report)
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

    // MARK: - Conditions

    private var peek: Token? { next < tokens.count ? tokens[next] : nil }

    private func isNext(_ word: String) -> Bool {
        peek.map { $0.kind == .word && $0.text.lowercased() == word } ?? false
    }

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
            fail("the expression ends too early: a comparison must follow", end, &report)
            return nil
        }
        guard depth < Self.deepest else {
            fail("the expression is nested too deep", token.place, &report)
            return nil
        }
        if isNext("not") {
            next += 1
            return factor(&report, depth: depth + 1).map { .not($0) }
        }
        if token.kind == .open {
            next += 1
            guard let inner = any(&report, depth: depth + 1) else { return nil }
            guard peek?.kind == .close else {
                fail("this parenthesis is not closed", token.place, &report)
                return nil
            }
            next += 1
            return inner
        }
        return term(token, &report)
    }

    // MARK: - Comparisons

    private mutating func term(_ token: Token, _ report: inout RuleText) -> Rule.Condition? {
        guard token.kind == .word, !["and", "or"].contains(token.text.lowercased()) else {
            fail("a field must stand here, not '\(token.text.prefix(40))'", token.place, &report)
            return nil
        }
        next += 1
        guard let sign = peek, sign.kind == .sign, Self.signs.contains(sign.text) else {
            fail(
                "'\(token.text.prefix(40))' is compared with nothing", token.place, &report,
                remedy: "a comparison is a field, one of \(Self.signs.joined(separator: " ")) "
                    + "and a value, such as client=web; what is there at all: client|exists=true")
            return nil
        }
        next += 1
        guard let value = values(sign, &report) else { return nil }
        guard terms.count < Self.mostTerms else {
            fail("more than \(Self.mostTerms) comparisons", token.place, &report)
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
                fail("a value must follow", peek?.place ?? sign.place, &report)
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

    private func fail(
        _ message: String, _ place: Place, _ report: inout RuleText, remedy: String? = nil
    ) {
        report.error(.condition, place, message, remedy: remedy)
    }
}
