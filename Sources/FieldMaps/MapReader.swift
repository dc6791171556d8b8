internal import AuditModel
internal import LogFormats
internal import MarkedText

/// Reads a map from YAML: every mistake at its place, all at once.
struct MapReader {
    static let keys = [
        "name", "unwrap", "open", "when", "time", "id", "fields", "constants", "kinds",
        "outcomes", "reasons", "absent",
    ]
    /// Names that `dialect` has another meaning for, or that stand for records of another kind.
    static let reserved = ["auto", "map", "story"]
    static let mostRows = 1000
    static let mostPaths = 16
    static let mostValues = 256

    var report: MapReport

    init(_ report: MapReport) { self.report = report }

    mutating func map(_ node: YAMLNode) -> FieldMap {
        var map = FieldMap(name: "")
        let entries = report.entries(node, "the map", keys: Self.keys)
        for required in ["name", "time", "kinds"] where !entries.contains(where: {
            $0.key == required
        }) {
            report.error(
                .missingKey, node.place, "the map has no '\(required)'",
                remedy: Self.help(required))
        }
        for entry in entries { read(entry.key, entry.value, into: &map) }
        return map
    }

    private static func help(_ key: String) -> String {
        switch key {
        case "name": "what the dialect of its events is called, such as name: acme"
        case "time": "where the event time is, such as time: created_at"
        default: "what events mean, such as kinds: [{match: {type: login}, kind: session.started}]"
        }
    }

    private mutating func read(_ key: String, _ value: YAMLNode, into map: inout FieldMap) {
        switch key {
        case "name": map.name = name(value)
        case "unwrap": map.unwrap = plainPaths(value, key)
        case "open": map.open = plainPaths(value, key)
        case "when": map.when = conditions(value, key)
        case "time": readTime(value, into: &map)
        case "id": map.id = paths(value, key)
        case "fields": map.columns = columns(value, key)
        case "constants": map.constants = constants(value)
        case "kinds": map.kinds = rows(value, key) { $0.kindRow($1) }
        case "outcomes": map.outcomes = rows(value, key) { $0.outcomeRow($1) }
        case "reasons": map.reasons = rows(value, key) { $0.reasonRow($1) }
        default: map.absent = report.strings(value, key)
        }
    }

    private mutating func name(_ node: YAMLNode) -> String {
        guard let name = report.string(node, "name") else { return "" }
        let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case 0x61...0x7A: true
            case 0x30...0x39, 0x2D, 0x5F: index > 0
            default: false
            }
        }
        if !isPlain || !(1...32).contains(name.utf8.count) {
            report.error(
                .badName, node.place, "'\(name.prefix(40))' is no name of a dialect",
                remedy: "a letter, then letters, digits, - and _, all lower case; 32 at most")
        } else if Self.reserved.contains(name) || FormatRegistry.named(name) != nil {
            report.error(
                .badName, node.place, "'\(name)' is the name of something else",
                remedy: "rules and event ids tell servers apart by it: choose another")
        }
        return name
    }

    private mutating func readTime(_ node: YAMLNode, into map: inout FieldMap) {
        guard node.entries != nil else {
            map.time = paths(node, "time")
            return
        }
        let entries = report.entries(node, "time", keys: ["path", "format"])
        for entry in entries {
            if entry.key == "path" {
                map.time = paths(entry.value, "path")
            } else if let format: MapTimeFormat = word(
                entry.value, "format", MapTimeFormat.allCases.map(\.rawValue))
            {
                map.timeFormat = format
            }
        }
        if !entries.contains(where: { $0.key == "path" }) {
            report.error(.missingKey, node.place, "time has no 'path'", remedy: Self.help("time"))
        }
    }

    private mutating func constants(_ node: YAMLNode) -> [FieldMap.Constant] {
        let columns = MapColumn.allCases.filter(\.canBeConstant)
        let entries = report.entries(node, "constants", keys: columns.map(\.rawValue))
        return entries.compactMap { entry in
            guard let text = report.string(entry.value, entry.key),
                let column = MapColumn(rawValue: entry.key)
            else { return nil }
            if text.isEmpty || text.utf8.count > 1024 {
                report.error(
                    .wrongType, entry.value.place, "\(entry.key) needs 1 to 1024 bytes")
            }
            return FieldMap.Constant(column, text)
        }
    }
}

// MARK: - Paths

extension MapReader {
    /// One path or a list of them.
    mutating func paths(_ node: YAMLNode, _ what: String) -> [MapPath] {
        let items = node.items ?? [node]
        if items.isEmpty { report.error(.wrongType, node.place, "\(what) must not be empty") }
        checkCount(items.count, Self.mostPaths, node, "paths of \(what)")
        return items.compactMap { path($0, node.items == nil ? what : "an entry of \(what)") }
    }

    /// Paths without indexes of arrays.
    private mutating func plainPaths(_ node: YAMLNode, _ what: String) -> [MapPath] {
        if node.items?.isEmpty == true { return [] }
        let paths = paths(node, what)
        for path in paths where !path.isPlain {
            report.error(
                .badPath, node.place, "\(what) takes names only, not '\(path.text.prefix(60))'",
                remedy: "leave the index out")
        }
        return paths
    }

    mutating func path(_ node: YAMLNode, _ what: String) -> MapPath? {
        guard let text = report.string(node, what) else { return nil }
        return path(text, node.place)
    }

    mutating func path(_ text: String, _ place: Place) -> MapPath? {
        if let path = MapPath(text) { return path }
        report.error(
            .badPath, place, "'\(text.prefix(60))' is no path",
            remedy: "names joined by dots, at most \(MapPath.longest); a dot in a name is \\. and "
                + "the first element of an array [0]")
        return nil
    }

    mutating func checkCount(_ count: Int, _ most: Int, _ node: YAMLNode, _ what: String) {
        if count > most {
            report.error(.tooMany, node.place, "more than \(most) \(what)")
        }
    }

    /// A value that is one of some words.
    mutating func word<Word: RawRepresentable<String>>(
        _ node: YAMLNode, _ what: String, _ words: [String]
    ) -> Word? {
        guard let text = report.string(node, what) else { return nil }
        if let word = Word(rawValue: text) { return word }
        report.unknown(.unknownValue, what, text, node.place, allowed: words)
        return nil
    }

    /// The same for values that are found by name.
    mutating func named<Value>(
        _ node: YAMLNode, _ what: String, _ names: [String], _ find: (String) -> Value?
    ) -> Value? {
        guard let text = report.string(node, what) else { return nil }
        if names.contains(text), let value = find(text) { return value }
        report.unknown(.unknownValue, what, text, node.place, allowed: names)
        return nil
    }
}
