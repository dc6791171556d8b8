import AuditModel
import GrantLedger

@testable import Detection

/// Selections and conditions by the letter of docs/RULES.md, one event at a time.
struct ReferenceMatching {
    let event: ReferenceEvent
    let transition: Transition?
    /// Ids of the rules that fired for the event.
    let fired: Set<String>

    func holds(_ condition: Rule.Condition, _ rule: Rule) -> Bool {
        switch condition {
        case .selection(let index): holds(rule.selections[index])
        case .not(let part): !holds(part, rule)
        case .all(let parts): !parts.contains { !holds($0, rule) }
        case .any(let parts): parts.contains { holds($0, rule) }
        case .fired(let id): fired.contains(id)
        }
    }

    func holds(_ selection: Rule.Selection) -> Bool {
        selection.alternatives.contains { alternative in
            !alternative.contains { !holds($0) }
        }
    }

    func holds(_ predicate: Predicate) -> Bool {
        let value = event.value(predicate.field, transition)
        let results = predicate.matchers.map { holds($0, value) }
        if predicate.isNegated { return value != .none && !results.contains(true) }
        return predicate.requiresAll ? !results.contains(false) : results.contains(true)
    }

    private func holds(_ matcher: Matcher, _ value: ReferenceValue) -> Bool {
        if case .exists(let wanted) = matcher { return (value != .none) == wanted }
        switch matcher {
        case .exists: return false
        case .text(let pattern):
            return value.texts.contains { Self.glob(pattern, $0) }
        case .regex(let regex):
            return value.texts.contains { Self.isRegexMatch(regex.source, $0) }
        case .number(let comparison, let limit):
            let numbers: [Int] =
                if case .number(let number) = value {
                    [number]
                } else if case .texts(let texts) = value {
                    texts.compactMap(ReferenceValue.hundredths)
                } else {
                    []
                }
            return numbers.contains { Self.compare($0, comparison, limit) }
        case .truth(let wanted):
            if case .texts(let texts) = value {
                return texts.joined(separator: ", ") == (wanted ? "true" : "false")
            }
            return value.texts == [wanted ? "true" : "false"]
        case .network(let prefix):
            guard case .texts(let texts) = value else { return false }
            return texts.contains { IPAddress($0).map { prefix.contains($0) } ?? false }
        case .sameAs(let field, let affix, let isCased):
            return isSame(value, event.value(field, transition), affix, isCased)
        }
    }

    private func isSame(
        _ value: ReferenceValue, _ other: ReferenceValue, _ affix: Matcher.Affix, _ cased: Bool
    ) -> Bool {
        let fold: (String) -> String = { cased ? $0 : $0.lowercased() }
        for own in value.texts.map(fold) {
            for part in other.texts.map(fold) {
                let hit =
                    switch affix {
                    case .whole: own == part
                    case .startswith: own.hasPrefix(part)
                    case .endswith: own.hasSuffix(part)
                    case .contains: Self.contains(own, part)
                    }
                if hit { return true }
            }
        }
        return false
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text), Array(part))
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains {
            Array(text[$0..<($0 + part.count)]) == part
        }
    }

    static func compare(_ number: Int, _ comparison: Matcher.Comparison, _ limit: Int) -> Bool {
        switch comparison {
        case .equal: number == limit
        case .notEqual: number != limit
        case .greater: number > limit
        case .greaterOrEqual: number >= limit
        case .less: number < limit
        case .lessOrEqual: number <= limit
        }
    }

    /// The few expressions that random rules use.
    private static func isRegexMatch(_ source: String, _ text: String) -> Bool {
        switch source {
        case "^a": text.hasPrefix("a")
        case "b$": text.hasSuffix("b")
        case "[ab]+c": contains(text, "ac") || contains(text, "bc")
        default: false
        }
    }

    static let expressions = ["^a", "b$", "[ab]+c"]

    private static func glob(_ pattern: TextPattern, _ text: String) -> Bool {
        var pieces: [Character?] = []
        // nil is any run; U+FFFF any character.
        for piece in pattern.pieces {
            switch piece {
            case .literal(let bytes): pieces += String(decoding: bytes, as: UTF8.self).map { $0 }
            case .anyRun: pieces.append(nil)
            case .anyByte: pieces.append("\u{FFFF}")
            }
        }
        return glob(pieces[...], Array(text)[...], pattern.isCased)
    }

    private static func glob(
        _ pattern: ArraySlice<Character?>, _ text: ArraySlice<Character>, _ cased: Bool
    ) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        guard let wanted = first else {
            return glob(rest, text, cased)
                || !text.isEmpty && glob(pattern, text.dropFirst(), cased)
        }
        guard let own = text.first else { return false }
        let isEqual =
            wanted == "\u{FFFF}" || wanted == own
            || !cased && wanted.lowercased() == own.lowercased()
        return isEqual && glob(rest, text.dropFirst(), cased)
    }
}
