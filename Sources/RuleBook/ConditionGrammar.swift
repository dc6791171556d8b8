internal import Detection

/// A word or sign of a condition.
protocol ConditionToken {
    /// Whether it is this operator or parenthesis, in any case.
    func means(_ sign: String) -> Bool
}

/// What the conditions of rules and the expressions of `--where` have in common, as Sigma has it:
/// `or` binds weaker than `and`, which binds weaker than `not`; parentheses.
protocol ConditionGrammar {
    associatedtype Token: ConditionToken

    /// What is read, as messages call it.
    static var name: String { get }
    var tokens: [Token] { get }
    /// The token to be read next.
    var next: Int { get set }

    /// What the operators combine; begins with a token, which is read already. Nil after a
    /// diagnostic.
    mutating func operand(_ token: Token, _ report: inout RuleText) -> Rule.Condition?
    func fail(_ message: String, at token: Token, _ report: inout RuleText)
    /// Says what is missing at the end.
    func failAtEnd(_ report: inout RuleText)
}

/// The deepest nesting of operators and parentheses.
private let deepest = 64

extension ConditionGrammar {
    var peek: Token? { next < tokens.count ? tokens[next] : nil }

    func isNext(_ sign: String) -> Bool { peek?.means(sign) ?? false }

    /// Reads a condition from the next token on; nil after a diagnostic.
    mutating func condition(
        _ report: inout RuleText, depth: Int = 0
    ) -> Rule.Condition? {
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
            failAtEnd(&report)
            return nil
        }
        guard depth < deepest else {
            fail("the \(Self.name) is nested too deep", at: token, &report)
            return nil
        }
        next += 1
        if token.means("not") { return factor(&report, depth: depth + 1).map { .not($0) } }
        guard token.means("(") else { return operand(token, &report) }
        guard let inner = condition(&report, depth: depth + 1) else { return nil }
        guard isNext(")") else {
            fail("this parenthesis is not closed", at: token, &report)
            return nil
        }
        next += 1
        return inner
    }
}
