internal import AuditModel
internal import Detection
internal import MarkedText

/// One YAML document to a draft: Sigma's own keys; `grantrail:` is ``ExtensionCompiler``'s.
struct DocumentCompiler {
    /// What a document does not say of itself.
    struct Context {
        /// The name of a rule that has none.
        var stem: String
        /// Which document of its file it is, from 1.
        var number: Int
        var placeholders: Placeholders
    }

    private let node: YAMLNode
    private let context: Context
    private var draft: RuleDraft

    /// What decides a rule: a slip in one of these is an error.
    static let keys = [
        "title", "id", "name", "status", "logsource", "detection", "level", "tags", "correlation",
        "filter", "grantrail",
    ]
    /// What people read. Sigma allows keys of one's own beside them.
    static let otherKeys = [
        "related", "taxonomy", "description", "license", "author", "references", "date",
        "modified", "fields", "falsepositives", "scope", "generate",
    ]

    /// Sigma's levels, in our order of severities.
    static let levels = ["informational", "low", "medium", "high", "critical"]

    private init(_ node: YAMLNode, _ context: Context) {
        self.node = node
        self.context = context
        draft = RuleDraft(
            rule: Rule(id: "", name: "", title: "", level: .medium), place: node.place)
    }

    /// The draft; nil when it cannot be used, after diagnostics.
    static func draft(
        _ node: YAMLNode, _ context: Context, _ report: inout RuleText
    ) -> RuleDraft? {
        guard node.entries != nil else {
            report.error(
                .wrongType, node.place, "a rule must be a mapping, not \(node.typeName)")
            return nil
        }
        let errors = report.errorCount
        var compiler = DocumentCompiler(node, context)
        checkKeys(of: node, &report)
        compiler.identity(&report)
        compiler.texts(&report)
        compiler.meaning(&report)
        return report.errorCount == errors ? compiler.draft : nil
    }

    /// Keys of one's own are Sigma; one that is nearly a key that matters is most likely a slip.
    static func checkKeys(of node: YAMLNode, _ report: inout RuleText) {
        for entry in node.entries ?? [] {
            guard let key = report.string(entry.key, "a key"),
                !keys.contains(key), !otherKeys.contains(key)
            else { continue }
            if let nearest = Suggestion.nearest(to: key, among: keys) {
                report.error(
                    .unknownKey, entry.key.place, "unknown key '\(key)'; did you mean '\(nearest)'?"
                )
            } else {
                report.warning(
                    .unknownKey, entry.key.place,
                    "key '\(key.prefix(60))' is not Sigma's; ignored"
                        + Suggestion.phrase(for: key, among: otherKeys))
            }
        }
    }

    private mutating func identity(_ report: inout RuleText) {
        if let title = node["title"] {
            draft.rule.title = report.string(title, "title") ?? ""
            draft.place = title.place
        } else {
            report.error(
                .missingKey, node.place, "the rule has no title",
                remedy: "add a first line such as title: \(context.stem)")
        }
        if let name = node["name"] {
            draft.rule.name = report.string(name, "name") ?? ""
            draft.hasOwnName = true
        } else {
            draft.rule.name = context.stem
        }
        guard let id = node["id"] else {
            let number = context.number == 1 ? "" : "#\(context.number)"
            draft.rule.id = Self.derivedID(draft.rule.title + number)
            report.warning(
                .missingKey, draft.place, "the rule has no id; its title stands in for one",
                remedy: "add id: \(draft.rule.id)")
            return
        }
        draft.place = id.place
        let text = report.string(id, "id")?.lowercased() ?? ""
        draft.rule.id = text
        let isUUID = Array(text.utf8).withUnsafeBytes { ID128(uuid: $0) } != nil
        if !isUUID, id.scalar?.isNull == false {
            report.error(
                .wrongType, id.place, "id must be a UUID, not \(id.typeName)",
                remedy: "for instance \(Self.derivedID(draft.rule.title + text))")
        }
    }

    /// A version 8 UUID (RFC 9562 §5.8) from a title, so that the same rule keeps its id.
    private static func derivedID(_ title: String) -> String {
        var hash = IdentityHash("rule-id/1")
        hash.add(title)
        var id = hash.id()
        id.high = id.high & ~0xF000 | 0x8000
        id.low = id.low & ~(3 << 62) | 2 << 62
        return id.uuidText
    }

    private mutating func texts(_ report: inout RuleText) {
        if let status = node["status"], let text = report.string(status, "status") {
            if let known = Rule.Status(rawValue: text) {
                draft.rule.status = known
            } else {
                report.unknown(
                    .unknownValue, "status", text, status.place,
                    allowed: Rule.Status.allCases.map(\.rawValue))
            }
        }
        if let level = node["level"], let text = report.string(level, "level") {
            if let index = Self.levels.firstIndex(of: text) {
                draft.rule.level = Severity(rawValue: UInt8(index)) ?? .medium
            } else {
                let meant = text == "info" ? "informational" : text
                report.unknown(.unknownValue, "level", meant, level.place, allowed: Self.levels)
            }
        }
        draft.rule.description = optional("description", &report) ?? ""
        for key in ["author", "license", "taxonomy"] { _ = optional(key, &report) }
        for key in ["date", "modified"] { checkDate(key, &report) }
        draft.rule.references = list("references", &report)
        draft.rule.falsePositives = list("falsepositives", &report)
        for key in ["fields", "scope"] { _ = list(key, &report) }
        draft.rule.attack = list("tags", &report).compactMap(Self.technique)
    }

    private func optional(_ key: String, _ report: inout RuleText) -> String? {
        guard let value = node[key], value.scalar?.isNull != true else { return nil }
        return report.string(value, key)
    }

    private func list(_ key: String, _ report: inout RuleText) -> [String] {
        node[key].map { report.strings($0, key) } ?? []
    }

    private func checkDate(_ key: String, _ report: inout RuleText) {
        guard let text = optional(key, &report), let place = node[key]?.place else { return }
        let digits = Array(text.utf8)
        let isDate =
            digits.count == 10
            && digits.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7
                    ? byte == 0x2D || byte == 0x2F : (0x30...0x39).contains(byte)
            }
        if !isDate {
            report.error(
                .wrongType, place, "\(key) must be a date, not '\(text.prefix(40))'",
                remedy: "year, month and day, such as 2026-03-02")
        }
    }

    /// `attack.t1550.001` → `T1550.001`; nil for every other tag.
    private static func technique(_ tag: String) -> String? {
        let tag = tag.lowercased()
        guard tag.hasPrefix("attack.t") else { return nil }
        let id = tag.dropFirst("attack.".count)
        guard id.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }),
            id.utf8.count >= 5
        else { return nil }
        return id.uppercased()
    }

    private mutating func meaning(_ report: inout RuleText) {
        if let block = node["correlation"], node["detection"] == nil {
            correlation(block, &report)
            return
        }
        guard let source = node["logsource"] else {
            report.error(
                .missingKey, draft.place, "the rule has no logsource",
                remedy: "add logsource: {product: oauth, service: ledger}")
            return
        }
        let map = LogSource.read(source, blindness: &draft.blindness, &report)
        draft.map = map
        guard let detection = node["detection"] else {
            report.error(
                .missingKey, draft.place, "the rule has no detection",
                remedy: "add detection: with a selection and a condition")
            return
        }
        var selections = SelectionCompiler(map: map, placeholders: context.placeholders)
        selections.compile(detection, &report)
        draft.rule.selections = selections.selections
        draft.rule.condition = selections.condition
        draft.blindness += selections.blindness
        if map?.isCanonical == false { draft.rule.key = [.issuer, .client, .subject] }
        extend(&report)
        if draft.blindness.isEmpty, !report.hasErrors { checkUse(of: selections, &report) }
        route(map)
    }

    /// The block `grantrail:`, or what holds without it: told again the next day.
    private mutating func extend(_ report: inout RuleText) {
        guard let block = node["grantrail"] else {
            ExtensionCompiler.settleSuppression(&draft)
            return
        }
        ExtensionCompiler.compile(block, into: &draft, &report)
    }

    /// A rule about a vendor's log looks at that vendor's events only.
    private mutating func route(_ map: SourceMap?) {
        guard let map, !map.predicates.isEmpty else { return }
        draft.rule.selections.append(
            Rule.Selection(name: "_source", alternatives: [map.predicates]))
        draft.rule.narrow(by: .selection(draft.rule.selections.count - 1))
    }

    private mutating func correlation(_ block: YAMLNode, _ report: inout RuleText) {
        draft.rule.key = []
        if let compiled = CorrelationCompiler.compile(block, in: node, &report) {
            draft.correlation = compiled.draft
            draft.blindness += compiled.blindness
        }
        extend(&report)
        guard let own = node["grantrail"] else { return }
        if draft.rule.operation != nil || !draft.rule.key.isEmpty {
            report.error(
                .correlation, own.place,
                "a correlation has its operation and its key already: type and group-by",
                remedy: "take key and operators out of the block")
        }
    }

    /// A selection that nothing names is most likely a slip.
    private func checkUse(of compiler: SelectionCompiler, _ report: inout RuleText) {
        var used = compiler.condition.selections
        let named =
            draft.points.map(\.selection.name) + draft.raise.flatMap { $0.selections.map(\.name) }
            + draft.operands
        for (index, selection) in compiler.selections.enumerated()
        where named.contains(selection.name) { used.insert(index) }
        for (index, selection) in compiler.selections.enumerated()
        where !used.contains(index) && !selection.name.hasPrefix("_") {
            report.warning(
                .unusedSelection, compiler.places[index],
                "nothing uses the selection '\(selection.name)'",
                remedy: "name it in the condition, in points or in raise, or remove it")
        }
    }
}

extension Rule.Condition {
    /// The indexes of all selections in the condition.
    fileprivate var selections: Set<Int> {
        switch self {
        case .selection(let index): [index]
        case .fired: []
        case .not(let part): part.selections
        case .all(let parts), .any(let parts): Set(parts.flatMap(\.selections))
        }
    }
}
