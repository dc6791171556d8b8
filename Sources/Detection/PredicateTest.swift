internal import AuditModel

/// Matches one predicate against one value.
enum PredicateTest {
    /// - Parameter other: reads another field of the same event, for ``Matcher/sameAs``.
    static func matches(
        _ predicate: Predicate, _ value: FieldValue,
        other: (RuleField) -> FieldValue = { _ in .absent }
    ) -> Bool {
        if predicate.isNegated {
            if case .absent = value { return false }
            return !predicate.matchers.contains { matches($0, value, other) }
        }
        return predicate.requiresAll
            ? predicate.matchers.allSatisfy { matches($0, value, other) }
            : predicate.matchers.contains { matches($0, value, other) }
    }

    private static func matches(
        _ matcher: Matcher, _ value: FieldValue, _ other: (RuleField) -> FieldValue
    ) -> Bool {
        switch (matcher, value) {
        case (.exists(let wanted), .absent): !wanted
        case (.exists(let wanted), _): wanted
        case (_, .absent): false
        case (.text(let pattern), .texts(let texts)): texts.contains { pattern.matches($0) }
        case (.text(let pattern), let other): pattern.matches(other.text)
        case (.regex(let pattern), .texts(let texts)): texts.contains { pattern.matches($0) }
        case (.regex(let pattern), let other): pattern.matches(other.text)
        case (.network(let prefix), .texts(let texts)):
            texts.contains { IPAddress($0).map(prefix.contains) ?? false }
        case (.truth(let wanted), .truth(let truth)): wanted == truth
        case (.truth(let wanted), let other): other.text == (wanted ? "true" : "false")
        case (.number(let comparison, let limit), .number(let number)):
            compare(comparison, number, limit)
        case (.number(let comparison, let limit), .texts(let texts)):
            texts.contains { text in
                FieldValue.hundredths(text).map { compare(comparison, $0, limit) } ?? false
            }
        case (.sameAs(let field, let affix, let isCased), _):
            isSame(value, other(field), affix, isCased: isCased)
        case (.network, _), (.number, _): false
        }
    }

    /// Whether one of several values is, or holds, one of the other field's.
    private static func isSame(
        _ value: FieldValue, _ other: FieldValue, _ affix: Matcher.Affix, isCased: Bool
    ) -> Bool {
        func texts(_ value: FieldValue) -> [String] {
            let texts: [String] =
                switch value {
                case .absent: []
                case .texts(let texts): texts
                case .number, .truth: [value.text]
                }
            return isCased ? texts : texts.map(\.asciiLowercased)
        }
        let others = texts(other)
        return texts(value).contains { text in
            others.contains { part in
                switch affix {
                case .whole: text == part
                case .contains: !part.isEmpty && text.contains(part)
                case .startswith: !part.isEmpty && text.hasPrefix(part)
                case .endswith: !part.isEmpty && text.hasSuffix(part)
                }
            }
        }
    }

    static func compare(_ comparison: Matcher.Comparison, _ number: Int, _ limit: Int)
        -> Bool
    {
        switch comparison {
        case .equal: number == limit
        case .notEqual: number != limit
        case .greater: number > limit
        case .greaterOrEqual: number >= limit
        case .less: number < limit
        case .lessOrEqual: number <= limit
        }
    }
}
