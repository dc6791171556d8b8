internal import AuditModel
internal import Detection

/// One YAML document to a draft: Sigma's own keys; `grantrail:` is ``ExtensionCompiler``'s.
struct DocumentCompiler {
    private let node: YAMLNode
    private var draft: RuleDraft

    static let keys = [
        "title", "id", "name", "related", "taxonomy", "status", "description", "license", "author",
        "references", "date", "modified", "logsource", "detection", "fields", "falsepositives",
        "level", "tags", "scope", "correlation", "filter", "grantrail",
    ]

    /// Sigma's levels, in our order of severities.
    static let levels = ["informational", "low", "medium", "high", "critical"]

    private init(_ node: YAMLNode) {
        self.node = node
        draft = RuleDraft(
            rule: Rule(id: "", name: "", title: "", level: .medium), place: node.place)
    }

    /// The draft; nil when it cannot be used, after diagnostics.
    ///
    /// - Parameter stem: the file's name without its ending, the name of a rule that has none.
    static func draft(
        _ node: YAMLNode, stem: String, _ report: inout RuleText
    ) -> RuleDraft? {
        guard node.entries != nil else {
            report.error(
                .wrongType, node.place, "a rule must be a mapping, not \(node.typeName)")
            return nil
        }
        let errors = report.errorCount
        var compiler = DocumentCompiler(node)
        compiler.checkKeys(&report)
        compiler.identity(stem, &report)
        compiler.texts(&report)
        compiler.meaning(&report)
        return report.errorCount == errors ? compiler.draft : nil
    }

    private func checkKeys(_ report: inout RuleText) {
        for entry in node.entries ?? [] {
            guard let key = report.string(entry.key, "a key"), !Self.keys.contains(key)
            else { continue }
            if let nearest = Suggestion.nearest(to: key, among: Self.keys) {
                report.error(
                    .unknownKey, entry.key.place, "unknown key '\(key)'; did you mean '\(nearest)'?"
                )
            } else {
                report.warning(
                    .unknownKey, entry.key.place, "key '\(key.prefix(60))' is not Sigma's; ignored")
            }
        }
    }

    private mutating func identity(_ stem: String, _ report: inout RuleText) {
        if let title = node["title"] {
            draft.rule.title = report.string(title, "title") ?? ""
            draft.place = title.place
        } else {
            report.error(
                .missingKey, node.place, "the rule has no title",
                remedy: "add a first line such as title: \(stem)")
        }
        if let name = node["name"] {
            draft.rule.name = report.string(name, "name") ?? ""
            draft.hasOwnName = true
        } else {
            draft.rule.name = stem
        }
        guard let id = node["id"] else {
            draft.rule.id = Self.derivedID(draft.rule.title)
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
        for kind in ["correlation", "filter"] {
            guard let value = node[kind], node["detection"] == nil else { continue }
            draft.blindness.append("it is a \(kind) document")
            report.warning(
                .unsupportedDocument, value.place,
                "\(kind) documents are Sigma, but this version does not run them; the rule is blind"
            )
            return
        }
        let isOurs = logSource(&report)
        guard let detection = node["detection"] else {
            report.error(
                .missingKey, draft.place, "the rule has no detection",
                remedy: "add detection: with a selection and a condition")
            return
        }
        var selections = SelectionCompiler(isOurs: isOurs)
        selections.compile(detection, &report)
        draft.rule.selections = selections.selections
        draft.rule.condition = selections.condition
        draft.blindness += selections.blindness
        if let block = node["grantrail"] {
            ExtensionCompiler.compile(block, into: &draft, &report)
        }
        if isOurs, !report.hasErrors { checkUse(of: selections, &report) }
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

    /// Whether the rule is about what Grantrail sees.
    private mutating func logSource(_ report: inout RuleText) -> Bool {
        guard let source = node["logsource"] else {
            report.error(
                .missingKey, draft.place, "the rule has no logsource",
                remedy: "add logsource: {product: oauth, service: ledger}")
            return false
        }
        let keys = ["category", "product", "service", "definition"]
        let entries = report.entries(source, "logsource", keys: keys)
        let product = entries.first { $0.key == "product" }?.value
        if product?.text?.lowercased() == "oauth" { return true }
        let shown = entries.map { "\($0.key) \($0.value.text ?? "?")" }.joined(separator: ", ")
        draft.blindness.append("its log source is \(shown)")
        report.warning(
            .otherLogSource, product?.place ?? source.place,
            "log source \(shown) is not ours; the rule is blind",
            remedy: "Grantrail's events and facts are product: oauth")
        return false
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
