internal import Detection
internal import MarkedText

/// `detection:` of a rule file, or `filter:`, to selections and a condition.
struct SelectionCompiler {
    var selections: [Rule.Selection] = []
    var condition: Rule.Condition = .all([])
    /// Where each selection stands.
    var places: [Place] = []
    /// Why the rule cannot see anything, one reason a cause; empty when it can.
    var blindness: [String] = []
    /// Nil for a rule on a log source that is not mapped: its fields are not ours to judge.
    let map: SourceMap?
    private let placeholders: Placeholders
    private let what: String

    static let mostSelections = 200
    static let mostValues = 10_000
    /// Ways to meet one mapping, where a field has two places.
    static let mostAlternatives = 64

    /// - Parameter what: the block, `detection` or `filter`.
    init(map: SourceMap?, placeholders: Placeholders, what: String = "detection") {
        self.map = map
        self.placeholders = placeholders
        self.what = what
    }

    /// - Parameter others: keys of the block that are no selections.
    mutating func compile(
        _ node: YAMLNode, besides others: [String] = [], _ report: inout RuleText
    ) {
        guard let entries = node.entries else {
            report.error(
                .wrongType, node.place, "\(what) must be a mapping, not \(node.typeName)")
            return
        }
        var conditionNode: YAMLNode?
        for entry in entries {
            guard let name = report.string(entry.key, "a selection's name"),
                !others.contains(name)
            else { continue }
            if name == "condition" {
                conditionNode = entry.value
            } else if name == "timeframe" {
                obsolete("timeframe", entry.key.place, &report)
            } else if selections.count < Self.mostSelections {
                places.append(entry.key.place)
                selections.append(
                    Rule.Selection(name: name, alternatives: alternatives(entry.value, &report)))
            } else {
                report.error(
                    .tooMany, entry.key.place, "more than \(Self.mostSelections) selections")
                return
            }
        }
        guard let conditionNode else {
            report.error(
                .missingKey, node.place, "\(what) has no condition",
                remedy: "add a line such as condition: \(selections.first?.name ?? "selection")")
            return
        }
        compileCondition(conditionNode, &report)
    }

    private mutating func compileCondition(_ node: YAMLNode, _ report: inout RuleText) {
        let names = selections.map(\.name)
        let nodes = node.items ?? [node]
        if nodes.isEmpty {
            report.error(.condition, node.place, "the condition is empty")
            return
        }
        var conditions: [Rule.Condition] = []
        for item in nodes {
            guard let text = report.string(item, "a condition") else { continue }
            var parser = ConditionParser(text: text, node: item, names: names)
            guard let condition = parser.parse(&report) else { continue }
            conditions.append(condition)
            if let aggregation = parser.aggregation {
                obsolete("'| \(aggregation.text)'", aggregation.place, &report)
            }
        }
        condition = conditions.count == 1 ? conditions[0] : .any(conditions)
    }

    /// Says that something is of Sigma 1 and left the language.
    private mutating func obsolete(
        _ what: String, _ place: Place, _ report: inout RuleText
    ) {
        blindness.append("it uses \(what), which Sigma 2 no longer has")
        report.warning(
            .obsolete, place, "\(what) is not part of Sigma 2 any more; the rule is blind",
            remedy: "a correlation says it: type event_count, value_count or temporal, with "
                + "rules, group-by, timespan and condition")
    }

    // MARK: - Selections

    private mutating func alternatives(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [[Predicate]] {
        if node.items?.isEmpty == true || node.entries?.isEmpty == true {
            report.error(.wrongType, node.place, "the selection is empty")
            return []
        }
        if node.entries != nil { return mapping(node, &report) }
        guard let items = node.items else { return keywords([node], &report) }
        var alternatives: [[Predicate]] = []
        for item in items where item.entries != nil { alternatives += mapping(item, &report) }
        let words = items.filter { $0.entries == nil }
        if !words.isEmpty { alternatives += keywords(words, &report) }
        return alternatives
    }

    /// Texts without a field, any of them, anywhere in the event.
    private mutating func keywords(
        _ words: [YAMLNode], _ report: inout RuleText
    ) -> [[Predicate]] {
        for word in words where word.scalar?.isNull != false {
            report.error(
                .wrongType, word.place,
                "a selection must be a mapping of fields, a list of such or a list of keywords, "
                    + "not \(word.typeName)")
            return []
        }
        guard let first = words.first else { return [] }
        let list = YAMLNode(content: .sequence(words), place: first.place)
        return predicates(.anyText, "keywords", Modifiers(), first.place, list, &report)
            .map { [$0] } ?? []
    }

    /// The ways to meet all fields of a mapping.
    mutating func mapping(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [[Predicate]] {
        var ways: [[Predicate]] = [[]]
        for entry in node.entries ?? [] {
            guard let name = report.string(entry.key, "a field name") else { continue }
            let choices = field(name, entry.key, entry.value, &report)
            guard ways.count * choices.count <= Self.mostAlternatives else {
                report.error(
                    .tooMany, entry.key.place,
                    "more than \(Self.mostAlternatives) ways to meet the selection",
                    remedy: "make two selections of it")
                return []
            }
            ways = ways.flatMap { way in choices.map { way + $0 } }
        }
        return ways
    }

    /// The ways to meet one field: one, or two where it has two places.
    private mutating func field(
        _ name: String, _ key: YAMLNode, _ value: YAMLNode, _ report: inout RuleText
    ) -> [[Predicate]] {
        let parts = name.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let fieldName = parts.first ?? ""
        let modifiers = readModifiers(parts.dropFirst(), key, from: fieldName, &report)
        guard let map, let modifiers else { return [[]] }
        let place = key.place(at: 0, length: fieldName.unicodeScalars.count)
        if fieldName.isEmpty {
            return predicates(.anyText, "keywords", modifiers, key.place, value, &report)
                .map { [$0] } ?? [[]]
        }
        guard let target = map.target(of: fieldName) else {
            blind("nothing has a field '\(fieldName)'")
            let nearest = Suggestion.phrase(for: fieldName, among: FieldSchema.names)
            report.warning(
                .unknownField, place,
                "unknown field '\(fieldName.prefix(60))'; the rule is blind\(nearest)",
                remedy: "docs/RULES.md lists the fields; payload.\(fieldName.prefix(60)) names "
                    + "what the server wrote")
            return [[]]
        }
        return ways(target, fieldName, modifiers, key, value, &report)
    }

    private mutating func ways(
        _ target: FieldTarget, _ name: String, _ modifiers: Modifiers, _ key: YAMLNode,
        _ value: YAMLNode, _ report: inout RuleText
    ) -> [[Predicate]] {
        if let part = modifiers.timePart {
            guard target == .time else {
                return timeless(name, "'|\(part.rawValue)'", key.place, &report)
            }
            return predicates(.time(part), name, modifiers, key.place, value, &report)
                .map { [$0] } ?? [[]]
        }
        switch target {
        case .time:
            return timeless(name, "a comparison", key.place, &report)
        case .field(let field):
            return predicates(field, name, modifiers, key.place, value, &report)
                .map { [$0] } ?? [[]]
        case .either(let first, let second):
            guard
                let found = predicates(first, name, modifiers, key.place, value, &report)
            else { return [[]] }
            let isThere = Predicate(field: first, matchers: [.exists(true)])
            let isNotThere = Predicate(field: first, matchers: [.exists(false)])
            return [
                [isThere] + found,
                [isNotThere] + found.map { predicate in
                    var other = predicate
                    other.field = second
                    return other
                },
            ]
        }
    }

    private mutating func timeless(
        _ name: String, _ what: String, _ place: Place, _ report: inout RuleText
    ) -> [[Predicate]] {
        blind("\(what) of '\(name)' is not read")
        report.warning(
            .undefined, place,
            "\(what) of '\(name.prefix(60))' is not defined: only parts of the event's time are "
                + "read; the rule is blind",
            remedy: "time|minute, time|hour, time|day, time|week, time|month or time|year, in UTC")
        return [[]]
    }

    private mutating func predicates(
        _ field: RuleField, _ name: String, _ modifiers: Modifiers, _ place: Place,
        _ value: YAMLNode, _ report: inout RuleText
    ) -> [Predicate]? {
        guard let map else { return nil }
        var reader = ValueReader(
            field: field, name: name, modifiers: modifiers, place: place, map: map,
            placeholders: placeholders)
        let predicates = reader.predicates(value, &report)
        for reason in reader.blindness { blind(reason) }
        return predicates
    }

    private mutating func blind(_ reason: String) {
        if !blindness.contains(reason) { blindness.append(reason) }
    }

    private mutating func readModifiers(
        _ names: ArraySlice<String>, _ key: YAMLNode, from field: String,
        _ report: inout RuleText
    ) -> Modifiers? {
        var modifiers = Modifiers()
        var offset = field.unicodeScalars.count + 1
        var isUsable = true
        for name in names {
            let length = name.unicodeScalars.count
            let place = key.place(at: offset, length: length)
            offset += length + 1
            switch modifiers.read(name) {
            case .understood: continue
            case .contradiction(let why):
                report.error(.modifierMisuse, place, "modifier '\(name.prefix(60))': \(why)")
            case .unknown:
                report.unknown(
                    .unknownModifier, "modifier", name, place, allowed: Modifiers.supported)
            }
            isUsable = false
        }
        return isUsable ? modifiers : nil
    }
}
