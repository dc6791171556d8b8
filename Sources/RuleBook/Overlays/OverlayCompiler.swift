internal import AuditModel
internal import Detection
internal import MarkedText

/// Reads files of overlays and allow-lists, such as `local.yml`.
enum OverlayCompiler {
    static let keys = ["since", "overlays", "allow"]
    private static let signature = ["owner", "reason", "expires", "since"]
    static let mostEntries = 1_000
    /// Days that an entry may last from its `since` on.
    static let mostDays = 180

    /// What surrounds a document.
    struct Context {
        /// Index of its file.
        var file: Int
        var placeholders: Placeholders
    }

    /// Whether a document is one of overlays and no rule.
    static func isOverlay(_ node: YAMLNode) -> Bool {
        node["title"] == nil && (node["overlays"] != nil || node["allow"] != nil)
    }

    static func overlays(
        _ node: YAMLNode, _ context: Context, _ report: inout RuleText
    ) -> [Overlay] {
        var since: Int64?
        var overlays: [Overlay] = []
        if let value = node["since"] { since = date(value, "since", &report) }
        for (key, _, value) in report.entries(node, "a file of overlays", keys: keys) {
            if key == "since" { continue }
            guard let items = value.items, items.count <= mostEntries else {
                report.error(
                    .wrongType, value.place,
                    "\(key) must be a list of at most \(mostEntries), not \(value.typeName)")
                continue
            }
            for item in items {
                let errors = report.errorCount
                let overlay =
                    key == "allow"
                    ? allowance(item, since, context, &report)
                    : overlay(item, since, context, &report)
                if report.errorCount == errors, let overlay { overlays.append(overlay) }
            }
        }
        return overlays
    }

    // MARK: - Overlays

    private static func overlay(
        _ node: YAMLNode, _ since: Int64?, _ context: Context,
        _ report: inout RuleText
    ) -> Overlay? {
        let keys = ["rule", "where", "disable", "level", "fire_at", "set"] + signature
        let entries = report.entries(node, "an overlay", keys: keys)
        guard var overlay = signed(node, since, context, &report) else { return nil }
        for (key, _, value) in entries {
            switch key {
            case "rule": overlay.rules = rules(value, &report)
            case "where":
                overlay.scope = OverlayScope.selection(value, context.placeholders, &report)
                overlay.scopeText = OverlayScope.text(value)
            case "disable":
                if report.truth(value, key) == true { overlay.changes.append(.disable) }
            case "level":
                if let level = level(value, &report) { overlay.changes.append(.level(level)) }
            case "fire_at":
                if let number = report.hundredths(value, key) {
                    overlay.changes.append(.fireAt(Rule.Band(from: number)))
                }
            case "set": overlay.changes.append(.set(settings(value, &report)))
            default: continue
            }
        }
        if node["rule"] == nil {
            report.error(
                .missingKey, node.place, "the overlay names no rule",
                remedy: "add rule: REF-01, or rule: any")
        }
        if overlay.changes.isEmpty, ["disable", "level", "fire_at", "set"].allSatisfy({
            node[$0] == nil
        }) {
            report.error(
                .missingKey, node.place, "the overlay changes nothing",
                remedy: "add disable: true, level: low, fire_at: 5 or set: {count.gte: 20}")
        }
        return overlay
    }

    private static func level(_ node: YAMLNode, _ report: inout RuleText) -> Severity? {
        guard let text = report.string(node, "level") else { return nil }
        if let index = DocumentCompiler.levels.firstIndex(of: text) {
            return Severity(rawValue: UInt8(index))
        }
        if let severity = Severity(name: text) { return severity }
        report.unknown(
            .unknownValue, "level", text, node.place, allowed: DocumentCompiler.levels)
        return nil
    }

    private static func settings(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [Overlay.Setting] {
        guard let entries = node.entries, !entries.isEmpty else {
            report.error(
                .wrongType, node.place, "set must be a mapping, not \(node.typeName)",
                remedy: "such as set: {count.gte: 20}")
            return []
        }
        return entries.compactMap { entry in
            report.string(entry.key, "a key of set").map {
                Overlay.Setting(path: $0, value: entry.value, place: entry.key.place)
            }
        }
    }

    // MARK: - Allow-lists

    private static func allowance(
        _ node: YAMLNode, _ since: Int64?, _ context: Context,
        _ report: inout RuleText
    ) -> Overlay? {
        let keys = ["name", "fields", "rules"] + signature
        let entries = report.entries(node, "an entry of allow", keys: keys)
        guard var overlay = signed(node, since, context, &report) else { return nil }
        for key in ["name", "fields", "rules"] where node[key] == nil {
            report.error(
                .missingKey, node.place, "the entry of allow has no \(key)",
                remedy: "such as {name: office, fields: {ip: 192.0.2.7}, rules: [GEO-02], …}")
        }
        for (key, _, value) in entries {
            switch key {
            case "name":
                overlay.changes = report.string(value, key).map { [.allow($0)] } ?? []
            case "fields":
                overlay.scope = OverlayScope.selection(value, context.placeholders, &report)
                overlay.scopeText = OverlayScope.text(value)
            case "rules": overlay.rules = rules(value, &report)
            default: continue
            }
        }
        return overlay
    }

    private static func rules(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [RuleDraft.Reference] {
        let found = (node.items ?? [node]).compactMap { item in
            report.string(item, "a rule").map {
                RuleDraft.Reference(name: $0, place: item.place)
            }
        }
        if found.isEmpty {
            report.error(.wrongType, node.place, "no rule is named", remedy: "name one, or any")
        }
        return found.contains { $0.name == "any" } ? [] : found
    }

    // MARK: - Who, why and how long

    /// An overlay with owner, reason and dates; nil after a diagnostic.
    private static func signed(
        _ node: YAMLNode, _ since: Int64?, _ context: Context,
        _ report: inout RuleText
    ) -> Overlay? {
        guard node.entries != nil else { return nil }
        let missing = ["owner", "reason", "expires"].filter { node[$0] == nil }
        if !missing.isEmpty {
            report.error(
                .missingKey, node.place, "the entry has no \(missing.joined(separator: ", no "))",
                remedy: "say who answers for it, why, and its last day: "
                    + "owner: anna@example.org, reason: ticket 123, expires: 2026-12-31")
        }
        let owner = node["owner"].flatMap { report.string($0, "owner") }
        let reason = node["reason"].flatMap { report.string($0, "reason") }
        let begin = node["since"].map { date($0, "since", &report) } ?? since
        let last = node["expires"].flatMap { date($0, "expires", &report) }
        guard let owner, let reason, let last, let place = node["expires"]?.place else {
            return nil
        }
        let expires = last + OverlayDate.day
        if let begin, expires <= begin {
            report.error(.wrongType, place, "expires lies before since")
        } else if let begin, expires - begin > Int64(mostDays) * OverlayDate.day {
            report.error(
                .wrongType, place, "an entry lasts at most \(mostDays) days from its since on",
                remedy: "expires: "
                    + OverlayDate.text(before: begin + Int64(mostDays) * OverlayDate.day))
        }
        return Overlay(
            rules: [], changes: [], scope: nil, scopeText: "", owner: owner, reason: reason,
            since: begin, expires: expires, file: context.file, place: node.place)
    }

    private static func date(
        _ node: YAMLNode, _ what: String, _ report: inout RuleText
    ) -> Int64? {
        guard let text = report.string(node, what) else { return nil }
        if let date = OverlayDate.start(text) { return date }
        report.error(
            .wrongType, node.place, "\(what) must be a date, not \(node.typeName)",
            remedy: "year, month and day, such as 2026-12-31")
        return nil
    }
}
