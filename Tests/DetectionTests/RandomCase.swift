import AuditModel
import GrantLedger
import TestSupport

@testable import Detection

/// Random rules and a random timeline: small alphabets and small times, so that everything meets.
struct RandomCase {
    private var random: SeededGenerator
    private(set) var rules: [Rule] = []
    private(set) var events: [ReferenceEvent] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        makeEvents()
        for number in 0..<(1 + below(4)) { rules.append(rule(number)) }
    }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    private mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    // Events.

    private static let words = ["a", "b", "ab", "aab", "abc", "Cab", "bbac", "7", "12.5"]
    private static let addresses = ["192.0.2.1", "192.0.2.9", "198.51.100.3", "2001:db8::1"]
    private static let kinds: [EventKind] = [
        .authnFailed, .authnSucceeded, .tokenValidationFailed, .tokenIntrospected,
    ]

    private mutating func makeEvents() {
        let starts: [Int64] = [0, -20, 59, 1_700_000_000]
        var time = pick(starts) * ReferenceEvent.second
        var spent: [Int: Int] = [:]
        for number in 0..<(4 + below(28)) {
            time += Int64(pick([0, 0, 1, 1, 2, 5, 11])) * ReferenceEvent.second
            var event = chance(25) ? refresh(&spent) : plain()
            event.number = number
            event.time = time
            events.append(event)
        }
        // Ids in no order of their own, then the total order.
        for index in events.indices {
            events[index].number = Int(random.next() & 0xFFFF) << 8 | index
        }
        events.sort { Self.key($0) < Self.key($1) }
    }

    private static func key(_ event: ReferenceEvent) -> OrderKey {
        OrderKey(time: event.time, rank: event.kind.causalRank, id: event.id)
    }

    private mutating func plain() -> ReferenceEvent {
        var event = ReferenceEvent()
        event.kind = pick(Self.kinds)
        event.outcome = pick([.failure, .success])
        event.reason = pick([.none, .expired, .signature])
        event.issuer = chance(90) ? pick(["i", "j"]) : nil
        event.client = chance(80) ? pick(["a", "ab", "Cab"]) : nil
        event.subject = chance(80) ? pick(["a", "b", "abc"]) : nil
        event.userAgent = chance(70) ? pick(Self.words) : nil
        event.scopes = chance(40) ? [pick(["a", "b"]), pick(["ab", "bbac"])] : []
        event.ip = chance(70) ? pick(Self.addresses) : nil
        event.asn = chance(50) ? 1 + below(4) : 0
        if chance(60) { event.payload.append(("x", [pick(Self.words)])) }
        if chance(40) { event.payload.append(("deep.y", [pick(Self.words), pick(Self.words)])) }
        return event
    }

    /// A refresh in one of a few sessions, whose people and clients never change.
    private mutating func refresh(_ spent: inout [Int: Int]) -> ReferenceEvent {
        var event = ReferenceEvent()
        let session = 1 + below(3)
        let generation = spent[session] ?? 0
        let presented = chance(75) ? generation : max(0, generation - 1)
        event.kind = .refreshSucceeded
        event.outcome = .success
        event.issuer = "i"
        event.client = ["a", "ab", "Cab"][session - 1]
        event.subject = ["a", "b", "abc"][session - 1]
        event.session = session
        event.presented = session * 1000 + presented + 1
        event.issued = session * 1000 + generation + 2
        event.ip = pick(Self.addresses)
        spent[session] = generation + 1
        return event
    }

    // Rules.

    private static let textFields: [RuleField] = [
        .event(.client), .event(.subject), .event(.userAgent), .event(.scopes), .event(.ip),
        .payload("x"), .payload("deep.y"), .anyText,
    ]

    private mutating func rule(_ number: Int) -> Rule {
        var rule = Rule(
            id: "id-\(number)", name: "R\(number)", title: "t", level: pick([.low, .medium]))
        for index in 0..<(1 + below(4)) {
            let alternatives = (0..<(1 + below(2))).map { _ in
                (0..<(1 + below(2))).map { _ in predicate() }
            }
            // Some match nearly everything, so that much is counted.
            let all = Predicate(field: .event(.outcome), matchers: [.exists(true)])
            rule.selections.append(
                Rule.Selection(
                    name: "s\(index)", alternatives: chance(25) ? [[all]] : alternatives))
        }
        rule.key = key()
        let spans: [Int64?] = [nil, 3, 10]
        rule.suppress = pick(spans).map { $0 * ReferenceEvent.second }
        rule.message = ReferenceRun.figures.map { "{\($0)}" }.joined(separator: "|")
        rule.isSilent = chance(10)
        if number > 0, chance(25) { rule.unless = ["R\(below(number))"] }
        if chance(75) {
            operate(&rule, number)
        } else {
            rule.condition = condition(rule, number, depth: 2)
        }
        score(&rule)
        return rule
    }

    private mutating func score(_ rule: inout Rule) {
        if chance(30) {
            rule.points = rule.selections.indices.map {
                Rule.Points(selection: $0, hundredths: 50 + 50 * below(3))
            }
            if chance(60) { rule.fireAt = Rule.Band(from: 100, below: chance(30) ? 200 : nil) }
        }
        if chance(20) {
            rule.raise = [
                Rule.Raise(
                    severity: .high, selections: chance(50) ? [below(rule.selections.count)] : [],
                    score: chance(50) ? 150 : nil)
            ]
        }
    }

    private mutating func condition(_ rule: Rule, _ number: Int, depth: Int) -> Rule.Condition {
        if number > 0, chance(12) { return .fired("id-\(below(number))") }
        if depth == 0 || chance(40) { return .selection(below(rule.selections.count)) }
        switch below(3) {
        case 0: return .not(condition(rule, number, depth: depth - 1))
        case 1:
            return .all((0..<2).map { _ in condition(rule, number, depth: depth - 1) })
        default:
            return .any((0..<2).map { _ in condition(rule, number, depth: depth - 1) })
        }
    }

    private mutating func key() -> [Rule.KeyField] {
        let fields: [Rule.KeyField] = [
            .issuer, .client, .subject, .session, .ip, .prefix, .family, .lineage,
            .field(.payload("x")), .field(.event(.scopes)), .field(.event(.asn)),
            .field(.event(.userAgent)),
        ]
        return chance(60) ? [pick([.client, .subject, .issuer])] : [pick(fields), pick(fields)]
    }

    private mutating func operate(_ rule: inout Rule, _ number: Int) {
        let kind = operation()
        var window = Operation.Window(
            pick([.sliding, .sliding, .tumbling, .session, .sinceGrant, .sinceRotation]),
            span: Int64(1 + below(9)) * ReferenceEvent.second)
        switch kind {
        case .ratio, .absence: rule.inputs = inputs(rule, number, count: 2)
        case .temporal: rule.inputs = inputs(rule, number, count: 1 + below(3))
        default: rule.condition = condition(rule, number, depth: 2)
        }
        switch kind {
        case .temporal, .absence, .newValue: window.shape = .sliding
        default: break
        }
        if case .absence = kind {
            // An absence has the key of its trigger.
            for index in rule.inputs.indices { rule.inputs[index].key = nil }
        }
        if !rule.inputs.isEmpty { rule.condition = .any(rule.inputs.map(\.condition)) }
        var bounds: [Operation.Bound] = []
        let comparisons = Matcher.Comparison.allCases
        switch kind {
        case .count, .distinct: bounds = [Operation.Bound(pick(comparisons), below(4))]
        case .sum, .average, .percentile:
            bounds = [Operation.Bound(pick(comparisons), 100 * below(8))]
        default: break
        }
        if !bounds.isEmpty, chance(20) { bounds.append(Operation.Bound(.less, 5)) }
        rule.operation = Operation(kind, window: window, bounds: bounds)
    }

    private mutating func operation() -> Operation.Kind {
        let number: RuleField = pick([.event(.asn), .payload("x")])
        let fields: [RuleField] = [
            pick([.event(.ip), .payload("x"), .event(.scopes), .payload("deep.y"), .event(.asn)])
        ]
        switch below(10) {
        case 0, 1: return .count
        case 2: return .distinct(fields + (chance(30) ? [.event(.client)] : []))
        case 3: return .sum(number)
        case 4: return .average(number)
        case 5: return .percentile(number, pick([1, 50, 90, 100]))
        case 6: return .temporal(ordered: chance(60))
        case 7: return .ratio(Operation.Ratio(atLeast: 25 * below(5), minimum: below(4)))
        case 8:
            return .newValue(
                Operation.NewValue(
                    fields: fields, learn: Int64(below(5)) * ReferenceEvent.second,
                    peers: below(3)))
        default: return .absence(Operation.Absence(tail: 0))
        }
    }

    private mutating func inputs(_ rule: Rule, _ number: Int, count: Int) -> [Rule.Input] {
        let hasAliases = chance(20)
        return (0..<count).map { index in
            var input = Rule.Input(
                name: "in\(index)", condition: condition(rule, number, depth: 1))
            if hasAliases, chance(60) {
                input.key = rule.key.map { _ in
                    pick([.client, .subject, .field(.event(.userAgent)), .field(.payload("x"))])
                }
            }
            input.least = chance(20) ? 2 + below(2) : 1
            return input
        }
    }

    private mutating func predicate() -> Predicate {
        var predicate: Predicate
        switch below(12) {
        case 0:
            predicate = Predicate(
                field: .event(.kind), matchers: [.text(TextPattern(pick(Self.kinds).name))])
        case 1:
            predicate = Predicate(
                field: .event(.reason), matchers: [.text(TextPattern("signature"))])
        case 2:
            predicate = Predicate(
                field: pick([.event(.asn), .payload("x"), .time(.minute)]),
                matchers: [.number(pick(Matcher.Comparison.allCases), 100 * below(8))])
        case 3:
            predicate = Predicate(
                field: .event(.ip),
                matchers: [IPPrefix("192.0.2.0/29")].compactMap { $0 }.map(Matcher.network))
        case 4: predicate = ledgerPredicate()
        case 5:
            predicate = Predicate(
                field: pick(Self.textFields), matchers: [.exists(chance(60))])
        case 6:
            predicate = Predicate(
                field: pick(Self.textFields),
                matchers: [
                    .sameAs(
                        pick([.event(.client), .payload("x"), .event(.asn)]),
                        pick([.whole, .contains, .startswith, .endswith]), isCased: chance(50))
                ])
        case 7:
            let regex = try? RegexPattern(pick(ReferenceMatching.expressions))
            predicate = Predicate(
                field: pick(Self.textFields),
                matchers: [regex].compactMap { $0 }.map(Matcher.regex))
        default:
            predicate = Predicate(
                field: pick(Self.textFields),
                matchers: (0..<(1 + below(2))).map { _ in .text(pattern()) })
        }
        predicate.requiresAll = chance(15)
        predicate.isNegated = !predicate.mayLackValue && chance(12)
        return predicate
    }

    private mutating func ledgerPredicate() -> Predicate {
        switch below(3) {
        case 0:
            Predicate(
                field: .ledger(.fact),
                matchers: [.text(TextPattern(pick(["refresh.rotated", "refresh.replayed"])))])
        case 1: Predicate(field: .ledger(.refused), matchers: [.truth(chance(50))])
        default:
            Predicate(
                field: .ledger(.generation), matchers: [.number(.greaterOrEqual, 100 * below(4))])
        }
    }

    private mutating func pattern() -> TextPattern {
        let word = TextPattern.Piece.literal(Array(pick(Self.words).utf8))
        let pieces: [TextPattern.Piece] =
            switch below(6) {
            case 0: [.anyRun, word]
            case 1: [word, .anyRun]
            case 2: [.anyRun, word, .anyRun]
            case 3: [.anyByte, word]
            default: [word]
            }
        return TextPattern(pieces: pieces, isCased: chance(20))
    }
}
