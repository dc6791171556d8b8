internal import AuditModel
internal import LogFormats
internal import MarkedText

// Columns, and the tables of what events mean.

extension MapReader {
    mutating func columns(_ node: YAMLNode, _ what: String) -> [FieldMap.Columns] {
        let names = MapColumn.allCases.map(\.rawValue)
        let entries = report.entries(node, what, keys: names)
        return entries.compactMap { entry in
            MapColumn(rawValue: entry.key).map {
                FieldMap.Columns($0, sources(entry.value, $0))
            }
        }
    }

    private mutating func sources(_ node: YAMLNode, _ column: MapColumn) -> [MapSource] {
        let items = node.items ?? [node]
        if items.isEmpty {
            report.error(.wrongType, node.place, "\(column.rawValue) must not be empty")
        }
        checkCount(items.count, Self.mostPaths, node, "paths of \(column.rawValue)")
        return items.compactMap { source($0, column) }
    }

    private mutating func source(_ node: YAMLNode, _ column: MapColumn) -> MapSource? {
        let token: SecretMember.Token =
            switch column {
            case .issuedAccess: .access
            case .code: .code
            default: .refresh
            }
        guard node.entries != nil else {
            return path(node, column.rawValue).map { MapSource($0, token: token) }
        }
        let keys = column.isToken ? ["path", "form", "token"] : ["path"]
        var found: MapSource?
        var form = MapSource.Form.id
        var named = token
        let entries = report.entries(node, column.rawValue, keys: keys)
        for entry in entries {
            switch entry.key {
            case "path": found = path(entry.value, "path").map { MapSource($0) }
            case "form":
                form = word(entry.value, "form", MapSource.Form.allCases.map(\.rawValue)) ?? form
            default:
                let names = SecretMember.Token.allCases.map(\.rawValue)
                named = word(entry.value, "token", names) ?? named
            }
        }
        guard let path = found?.path else {
            if !entries.contains(where: { $0.key == "path" }) {
                report.error(.missingKey, node.place, "\(column.rawValue) has no 'path'")
            }
            return nil
        }
        if form == .secret, path.text.hasSuffix("]") {
            report.error(
                .badPath, node.place, "a secret must be a member with a name of its own",
                remedy: "it is found by that name before anything else reads the record")
        }
        return MapSource(path, form: form, token: named)
    }

    // MARK: - Conditions

    mutating func conditions(_ node: YAMLNode, _ what: String) -> [MapCondition] {
        guard let entries = node.entries else {
            report.error(
                .wrongType, node.place, "\(what) must be a mapping, not \(node.typeName)",
                remedy: "paths with the values they must have, such as {type: login}")
            return []
        }
        checkCount(entries.count, 8, node, "conditions together")
        return entries.compactMap { entry in
            let path = self.path(entry.key, "a path of \(what)")
            let values = values(entry.value)
            return path.map { MapCondition($0, values) }
        }
    }

    private mutating func values(_ node: YAMLNode) -> [MapCondition.Value] {
        let items = node.items ?? [node]
        if items.isEmpty { report.error(.wrongType, node.place, "a list must not be empty") }
        checkCount(items.count, Self.mostValues, node, "values")
        return items.compactMap { item in
            guard let scalar = item.scalar else {
                report.error(
                    .wrongType, item.place, "a value must be text, not \(item.typeName)")
                return nil
            }
            return scalar.isNull || scalar.text.isEmpty ? .absent : .pattern(scalar.text)
        }
    }

    // MARK: - Tables

    mutating func rows<Row>(
        _ node: YAMLNode, _ what: String, _ read: (inout MapReader, YAMLNode) -> Row?
    ) -> [Row] {
        guard let items = node.items else {
            report.error(.wrongType, node.place, "\(what) must be a list, not \(node.typeName)")
            return []
        }
        if items.isEmpty { report.error(.wrongType, node.place, "\(what) must not be empty") }
        checkCount(items.count, Self.mostRows, node, what)
        var rows: [Row] = []
        for item in items.prefix(Self.mostRows) {
            if let row = read(&self, item) { rows.append(row) }
        }
        warnOfHidden(items)
        return rows
    }

    /// Rows behind one that takes everything, or the same.
    private mutating func warnOfHidden(_ items: [YAMLNode]) {
        var seen: Set<String> = []
        var takesAll = false
        for item in items {
            let match = item["match"]?.entries ?? []
            let key = match.map { entry in
                let values = (entry.value.items ?? [entry.value]).map { $0.text ?? "" }
                return "\(entry.key.text ?? "")=\(values.sorted().joined(separator: "\u{1}"))"
            }.sorted().joined(separator: "\u{2}")
            if takesAll || seen.contains(key) {
                report.warning(
                    .neverReached, item.place, "no event comes to this row",
                    remedy: "a row before it takes them: the first that matches counts")
            }
            seen.insert(key)
            takesAll = takesAll || match.isEmpty
        }
    }

    private mutating func row(
        _ node: YAMLNode, keys: [String], required: String
    ) -> (match: [MapCondition], values: [(key: String, value: YAMLNode)]) {
        let entries = report.entries(node, "a row", keys: ["match"] + keys)
        var match: [MapCondition] = []
        for entry in entries where entry.key == "match" {
            match = conditions(entry.value, "match")
        }
        if node.entries != nil, !entries.contains(where: { $0.key == required }) {
            report.error(.missingKey, node.place, "the row has no '\(required)'")
        }
        return (match, entries.filter { $0.key != "match" }.map { ($0.key, $0.value) })
    }

    mutating func kindRow(_ node: YAMLNode) -> FieldMap.KindRow? {
        let (match, values) = row(
            node, keys: ["kind", "outcome", "reason", "ip_role", "effects", "fields"],
            required: "kind")
        var row = FieldMap.KindRow(match, .other)
        for (key, value) in values {
            switch key {
            case "kind":
                row.kind =
                    named(value, key, EventKind.names) { EventKind(name: $0) } ?? row.kind
            case "outcome": row.outcome = outcome(value)
            case "reason": row.reason = reason(value)
            case "ip_role":
                row.ipRole = named(value, key, IPRole.names) { name in
                    IPRole.allCases.first { $0.name == name }
                }
            case "effects": row.effects = effects(value)
            default: row.columns = columns(value, "fields")
            }
        }
        return row
    }

    mutating func outcomeRow(_ node: YAMLNode) -> FieldMap.OutcomeRow? {
        let (match, values) = row(node, keys: ["outcome"], required: "outcome")
        return values.first.flatMap { outcome($0.value) }.map { FieldMap.OutcomeRow(match, $0) }
    }

    mutating func reasonRow(_ node: YAMLNode) -> FieldMap.ReasonRow? {
        let (match, values) = row(node, keys: ["reason"], required: "reason")
        return values.first.flatMap { reason($0.value) }.map { FieldMap.ReasonRow(match, $0) }
    }

    private mutating func outcome(_ node: YAMLNode) -> Outcome? {
        named(node, "outcome", Outcome.names) { name in
            Outcome.allCases.first { $0.name == name }
        }
    }

    private mutating func reason(_ node: YAMLNode) -> Reason? {
        named(node, "reason", Reason.names.filter { !$0.isEmpty }) { name in
            Reason.allCases.first { $0.name == name }
        }
    }

    private mutating func effects(_ node: YAMLNode) -> EffectSet {
        var effects: EffectSet = []
        for item in node.items ?? [node] {
            let effect = named(item, "effect", EffectSet.all.names) { EffectSet(name: $0) }
            if let effect { effects.insert(effect) }
        }
        return effects
    }
}
