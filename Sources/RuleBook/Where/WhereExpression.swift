public import AuditModel
public import Detection
public import MarkedText

/// Expressions that pick events or alerts, in the language of rules:
/// `kind=refresh.rejected and client|startswith=web and not ip|cidr=10.0.0.0/8`.
public enum WhereExpression {
    /// Why an expression cannot be used.
    public struct Fault: Error {
        /// With carets under the expression; their path is `--where`.
        public var diagnostics: [RuleDiagnostic]
    }

    /// An expression about fields of events and facts about their grants.
    public static func events(_ text: String) throws(Fault) -> EventFilter {
        let compiled = try compile(text) { term, report in
            guard !term.field.isEmpty, SourceMap.canonical.target(of: term.field) == nil
            else { return true }
            unknown(term, among: FieldSchema.names, &report)
            return false
        }
        return EventFilter(selections: compiled.selections, condition: compiled.condition)
    }

    /// An expression about members of alerts.
    public static func alerts(_ text: String) throws(Fault) -> AlertFilter {
        let compiled = try compile(text) { term, report in
            AlertTerm.prepare(&term, &report)
        }
        return AlertFilter(selections: compiled.selections, condition: compiled.condition)
    }

    /// - Parameter prepare: checks a comparison's field, and may change how it is read; false after
    ///   a diagnostic.
    private static func compile(
        _ text: String, _ prepare: (inout WhereTerm, inout RuleText) -> Bool
    ) throws(Fault) -> (selections: [Rule.Selection], condition: Rule.Condition) {
        let line = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }))
        var report = RuleText(path: "--where", text: line)
        guard let parsed = WhereParser.parse(line, &report) else {
            throw Fault(diagnostics: report.diagnostics)
        }
        var selections: [Rule.Selection] = []
        for var term in parsed.terms where prepare(&term, &report) {
            var compiler = SelectionCompiler(
                map: .canonical, placeholders: Placeholders(), what: "the expression")
            let entry = YAMLNode.Entry(key: term.key, value: term.value)
            let mapping = YAMLNode(content: .mapping([entry]), place: term.key.place)
            selections.append(
                Rule.Selection(name: term.field, alternatives: compiler.mapping(mapping, &report)))
            if !compiler.blindness.isEmpty, !report.hasErrors {
                let reasons = compiler.blindness.joined(separator: "; ")
                report.error(.condition, term.key.place, "the comparison sees nothing: \(reasons)")
            }
        }
        if report.hasErrors { throw Fault(diagnostics: report.diagnostics.filter(\.isError)) }
        return (selections, parsed.condition)
    }

    /// Reports a field that is not there.
    static func unknown(
        _ term: WhereTerm, among names: [String], _ report: inout RuleText
    ) {
        let place = term.key.place(at: 0, length: max(1, term.field.unicodeScalars.count))
        report.unknown(.unknownField, "field", term.field, place, allowed: names)
    }
}

/// Picks alerts by a condition on their members.
public struct AlertFilter: Sendable {
    let selections: [Rule.Selection]
    let condition: Rule.Condition

    /// Whether an alert meets the condition.
    public func matches(_ alert: Alert) -> Bool { holds(condition, alert) }

    private func holds(_ condition: Rule.Condition, _ alert: Alert) -> Bool {
        switch condition {
        case .selection(let index):
            selections[index].alternatives.contains { predicates in
                predicates.allSatisfy { $0.matches(texts: AlertTerm.texts($0.field, alert)) }
            }
        case .not(let part): !holds(part, alert)
        case .all(let parts): parts.allSatisfy { holds($0, alert) }
        case .any(let parts): parts.contains { holds($0, alert) }
        case .fired: false
        }
    }
}

/// Members of alerts as fields that expressions compare.
enum AlertTerm {
    private static let prefix = "payload."

    static let members =
        Alert.memberNames + [
            "id", "rule", "rule.id", "title", "severity", "state", "verdict", "branch", "tenant",
            "message", "count", "confidence", "score", "attack", "attacker.place",
            "attacker.user_agent", "victim.place", "victim.user_agent", "incident",
        ]

    /// Members with certain values.
    private static let names = [
        "severity": Severity.names,
        "state": ["provisional", "confirmed", "withdrawn", "historic"],
    ]

    /// Checks the member and reads it like a member of a record.
    static func prepare(_ term: inout WhereTerm, _ report: inout RuleText) -> Bool {
        guard members.contains(term.field) else {
            WhereExpression.unknown(term, among: members.sorted(), &report)
            return false
        }
        if let names = names[term.field], !check(&term, names, &report) { return false }
        // The prefix is not in the expression: with it the key begins further left.
        guard let text = term.key.text else { return false }
        let scalar = YAMLNode.Scalar(
            text: prefix + text, isPlain: false, isQuoted: false, isBlock: false)
        var place = term.key.place
        place.column -= prefix.unicodeScalars.count
        term.key = YAMLNode(content: .scalar(scalar), place: place)
        return true
    }

    /// Checks values that are names, and makes a list of names of a comparison of severities.
    private static func check(
        _ term: inout WhereTerm, _ names: [String], _ report: inout RuleText
    ) -> Bool {
        let modifiers = term.modifiers + (WhereParser.modifiers[term.sign].map { [$0] } ?? [])
        let isOrder = modifiers.contains { ["lt", "lte", "gt", "gte"].contains($0) }
        guard isOrder || modifiers.allSatisfy({ $0 == "neq" }) else { return true }
        var found: [Int] = []
        for value in term.value.items ?? [term.value] {
            let text = value.text ?? ""
            if !isOrder, text.contains(where: { $0 == "*" || $0 == "?" }) { return true }
            guard let index = names.firstIndex(of: text.lowercased()) else {
                report.unknown(.unknownValue, term.field, text, value.place, allowed: names)
                return false
            }
            found.append(index)
        }
        guard isOrder else { return true }
        guard term.field == "severity", modifiers.count == 1, found.count == 1,
            let comparison = modifiers.first
        else {
            report.error(
                .modifierMisuse, term.key.place, "'\(term.field)' has no such order",
                remedy: "severity>=medium, or state=confirmed,historic")
            return false
        }
        let least = found[0]
        let chosen = names.indices.filter { index in
            switch comparison {
            case "lt": index < least
            case "lte": index <= least
            case "gt": index > least
            default: index >= least
            }
        }
        term.value = list(chosen.map { names[$0] }, term.value.place)
        term.key = YAMLNode(content: .scalar(plain(term.field)), place: term.key.place)
        return true
    }

    /// Some names; of none, one that nothing has.
    private static func list(_ names: [String], _ place: Place) -> YAMLNode {
        let items = (names.isEmpty ? ["none"] : names).map {
            YAMLNode(content: .scalar(plain($0)), place: place)
        }
        return YAMLNode(content: .sequence(items), place: place)
    }

    private static func plain(_ text: String) -> YAMLNode.Scalar {
        YAMLNode.Scalar(text: text, isPlain: false, isQuoted: false, isBlock: false)
    }

    /// What an alert has as a member.
    static func texts(_ field: RuleField, _ alert: Alert) -> [String] {
        guard case .payload(let name) = field else { return [] }
        if let own = alert.member(name) { return [own] }
        let text: String? =
            switch name {
            case "id": alert.id.hex
            case "rule": alert.rule.name
            case "rule.id": alert.rule.id
            case "title": alert.rule.title
            case "severity": alert.severity.name
            case "state": alert.state.rawValue
            case "verdict": alert.verdict
            case "branch": alert.branch?.rawValue
            case "tenant": alert.tenant
            case "message": alert.message
            case "count": String(alert.count)
            case "confidence": String(alert.confidence)
            case "score": alert.score.map(points)
            case "attacker.place": alert.attacker?.place
            case "attacker.user_agent": alert.attacker?.userAgent
            case "victim.place": alert.victim?.place
            case "victim.user_agent": alert.victim?.userAgent
            case "incident": alert.incident?.id.text
            default: nil
            }
        if name == "attack" { return alert.attack }
        return text.map { [$0] } ?? []
    }

    /// Hundredths of a point as a decimal number.
    private static func points(_ hundredths: Int) -> String {
        let rest = hundredths.magnitude % 100
        let sign = hundredths < 0 ? "-" : ""
        let whole = "\(sign)\(hundredths.magnitude / 100)"
        if rest == 0 { return whole }
        return whole + ".\(rest / 10)" + (rest % 10 == 0 ? "" : "\(rest % 10)")
    }
}
