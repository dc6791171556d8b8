internal import MarkedText

/// Reads the settings of the table from a file's text, from variables and from flags.
struct SettingReader {
    let environment: ConfigurationEnvironment
    /// What is read at the moment: the file, or one variable's or flag's text.
    var report: ConfigurationReport
    /// Against which relative paths are resolved at the moment.
    var directory: String
    /// Diagnostics about variables and flags.
    var outside: [ConfigurationDiagnostic] = []
    /// Lines of the file that hold a literal where a secret's place should be named.
    var secretLines: Set<Int> = []
    /// Names of variables that settings answer to, for suggestions; with whether one was used.
    var variables: [String: Bool] = [:]
    private let overrides: [String: SettingOverride]

    init(
        path: String, text: String, directory: String, environment: ConfigurationEnvironment,
        overrides: [SettingOverride]
    ) {
        self.environment = environment
        self.directory = directory
        report = ConfigurationReport(path: path, text: text)
        self.overrides = Dictionary(overrides.map { ($0.path, $0) }) { _, last in last }
    }

    // MARK: - Sections

    /// - Parameter path: the section's name with a dot at its end; empty for the whole.
    mutating func section(
        _ settings: [Setting], _ node: YAMLNode?, at path: String, what: String
    ) -> SettingSection {
        var section = SettingSection()
        section.place = node?.place ?? .whole
        let names = settings.flatMap(\.names)
        var written: [(key: String, place: Place, value: YAMLNode)] = []
        if let node, node.scalar?.isNull != true {
            written = report.entries(node, what, keys: names)
            section.written = Set(written.map(\.key))
        }
        for setting in settings {
            let values = written.filter { setting.names.contains($0.key) }
            if values.count > 1 {
                let key = values[1]
                report.error(
                    .duplicateKey, key.place, "'\(key.key)' says the same as '\(values[0].key)'",
                    remedy: "keep one of the two")
            }
            let entry = self.entry(setting, values.first?.value, at: path + setting.name)
            if let entry {
                section.entries.append(entry)
            } else if setting.isRequired, values.first.map({ $0.value.isNull }) ?? true {
                missing(setting, section.place, what, at: path + setting.name)
            }
        }
        return section
    }

    private mutating func missing(
        _ setting: Setting, _ place: Place, _ what: String, at path: String
    ) {
        let variable = Self.variable(path)
        let isThere = overrides[path] != nil || environment.variables[variable] != nil
        if isThere { return }
        report.error(
            .missingKey, Place(line: place.line, column: place.column, length: 1),
            "\(what) has no '\(setting.name)'", remedy: setting.help)
    }

    /// One setting, from the highest place that has a value for it.
    private mutating func entry(
        _ setting: Setting, _ node: YAMLNode?, at path: String
    ) -> SettingEntry? {
        switch setting.form {
        case .section(let settings, let isAlways):
            guard isAlways || node != nil || isOverridden(below: path) else { return nil }
            let section = section(settings, node, at: path + ".", what: path)
            return SettingEntry(
                setting: setting, value: .section(section), origin: origin(node),
                place: node?.place ?? .whole)
        case .variants(let variants, let kind):
            return entries(variants, kind, node, at: path).map {
                SettingEntry(
                    setting: setting, value: .entries($0), origin: origin(node),
                    place: node?.place ?? .whole)
            }
        case .secret:
            return secretEntry(setting, node, at: path)
        case .url where isSecretPlace(node, at: path):
            answer(to: path)
            return secretEntry(setting, node, at: path)
        case .url:
            for key in SecretWords.references { answer(to: "\(path).\(key)") }
            return leaf(setting, node, at: path)
        default:
            return leaf(setting, node, at: path)
        }
    }

    /// Whether a value that may be a secret's place or a text is the former.
    private func isSecretPlace(_ node: YAMLNode?, at path: String) -> Bool {
        if outsideText(path) != nil { return false }
        return node?.entries != nil
            || SecretWords.references.contains { outsideText("\(path).\($0)") != nil }
    }

    private mutating func leaf(
        _ setting: Setting, _ node: YAMLNode?, at path: String
    ) -> SettingEntry? {
        if let entry = overridden(setting, at: path) { return entry.value }
        if let node, !node.isNull {
            return value(setting.form, node, setting.name).map {
                SettingEntry(
                    setting: setting, value: $0, origin: origin(node), place: node.place)
            }
        }
        guard let preset = setting.preset else { return nil }
        let place = Place.whole
        let scalar = YAMLNode.Scalar(text: preset, isPlain: true, isQuoted: false, isBlock: false)
        let node = YAMLNode(content: .scalar(scalar), place: place)
        return value(setting.form, node, setting.name).map {
            SettingEntry(setting: setting, value: $0, origin: .preset, place: place)
        }
    }

    private func origin(_ node: YAMLNode?) -> SettingOrigin {
        node.map { .file(line: $0.place.line) } ?? .preset
    }

    // MARK: - Lists of sources and sinks

    private mutating func entries(
        _ variants: [Variant], _ kind: String, _ node: YAMLNode?, at path: String
    ) -> [SettingSection]? {
        guard let node, !node.isNull else { return nil }
        guard let items = node.items else {
            report.error(.wrongType, node.place, "\(path) must be a list, not \(node.typeName)")
            return nil
        }
        var names: [String: Int] = [:]
        return items.compactMap { item in
            guard let variant = variant(variants, kind, item) else { return nil }
            let name = item["name"]?.text ?? variant.type
            let section = section(
                variant.settings, item, at: "\(path).\(name).", what: "\(kind) '\(name.prefix(40))'"
            )
            if let first = names[name] {
                report.error(
                    .duplicateName, item["name"]?.place ?? item.place,
                    "two \(kind)s are called '\(name.prefix(40))', the other on line \(first)",
                    remedy: "give each a name of its own")
            }
            names[name] = names[name] ?? item.place.line
            return section
        }
    }

    private mutating func variant(
        _ variants: [Variant], _ kind: String, _ item: YAMLNode
    ) -> Variant? {
        guard item.entries != nil else {
            report.error(
                .wrongType, item.place, "a \(kind) must be a mapping, not \(item.typeName)")
            return nil
        }
        let types = variants.map(\.type)
        guard let node = item["type"], !node.isNull else {
            let place = Place(line: item.place.line, column: item.place.column, length: 1)
            report.error(
                .missingKey, place, "the \(kind) has no 'type'",
                remedy: "one of: " + types.joined(separator: ", "))
            return nil
        }
        guard let type = report.string(node, "type") else { return nil }
        if let variant = variants.first(where: { $0.type == type }) { return variant }
        report.unknown(.unknownValue, "\(kind) type", type, node.place, allowed: types)
        return nil
    }

    // MARK: - Variables and flags

    /// The variable of a setting: `GRANTRAIL_STORE__PATH` for `store.path`.
    static func variable(_ path: String) -> String {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map { part in
            part.uppercased().unicodeScalars.map { scalar -> String in
                let isPlain = ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                return isPlain ? String(scalar) : "_"
            }.joined()
        }
        return ConfigurationFile.prefix + parts.joined(separator: "__")
    }

    private func isOverridden(below path: String) -> Bool {
        let start = Self.variable(path) + "__"
        return environment.variables.keys.contains { $0.hasPrefix(start) }
            || overrides.keys.contains { $0.hasPrefix(path + ".") }
    }

    /// The texts that a flag, or else a variable, has for a setting.
    func outsideText(_ path: String) -> (name: String, values: [String], origin: SettingOrigin)? {
        if let flag = overrides[path] { return (flag.flag, flag.values, .flag(flag.flag)) }
        let name = Self.variable(path)
        guard let text = environment.variables[name] else { return nil }
        return (name, [text], .variable(name))
    }

    /// Notes that a setting answers to a variable.
    mutating func answer(to path: String) {
        let name = Self.variable(path)
        variables[name] = environment.variables[name] != nil
    }

    /// The setting as a flag or a variable has it; nil if none has, a nil value if it is wrong.
    private mutating func overridden(
        _ setting: Setting, at path: String
    ) -> (value: SettingEntry?, Void)? {
        answer(to: path)
        guard let (name, values, origin) = outsideText(path) else { return nil }
        let text = values.joined(separator: ",")
        let value = reading(text, of: name) { reader, place -> SettingValue? in
            let node = Self.node(text, for: setting.form, place)
            return reader.value(setting.form, node, setting.name)
        }
        let entry = value.map {
            SettingEntry(setting: setting, value: $0, origin: origin, place: .whole)
        }
        return (entry, ())
    }

    /// Reads something that is not in the file, with diagnostics that show it.
    mutating func reading<Result>(
        _ text: String, of name: String, _ read: (inout SettingReader, Place) -> Result
    ) -> Result {
        let (file, fileDirectory, fileLines) = (report, directory, secretLines)
        report = ConfigurationReport(path: name, text: text)
        directory = environment.workingDirectory
        secretLines = []
        let length = text.unicodeScalars.count
        let result = read(&self, Place(line: 1, column: 1, length: max(1, length)))
        outside += shown
        (report, directory, secretLines) = (file, fileDirectory, fileLines)
        return result
    }

    /// Text from outside as if it stood in a file: commas part the entries of a list, and
    /// `key=value` those of a mapping.
    private static func node(_ text: String, for form: Form, _ place: Place) -> YAMLNode {
        func scalar(_ text: Substring, _ offset: Int) -> YAMLNode {
            let scalar = YAMLNode.Scalar(
                text: String(text), isPlain: false, isQuoted: false, isBlock: false)
            return YAMLNode(
                content: .scalar(scalar),
                place: Place(
                    line: 1, column: offset + 1, length: max(1, text.unicodeScalars.count)))
        }
        func parts() -> [(text: Substring, offset: Int)] {
            var offset = 0
            return text.split(separator: ",").map { part in
                offset = text.unicodeScalars.distance(from: text.startIndex, to: part.startIndex)
                return (part, offset)
            }
        }
        switch form {
        case .list:
            return YAMLNode(
                content: .sequence(parts().map { scalar($0.text, $0.offset) }), place: place)
        case .map:
            let entries = parts().map { part in
                let halves = part.text.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let value = halves.count == 2 ? halves[1] : ""
                return YAMLNode.Entry(
                    key: scalar(halves[0], part.offset),
                    value: scalar(value, part.offset + halves[0].unicodeScalars.count + 1))
            }
            return YAMLNode(content: .mapping(entries), place: place)
        default:
            return scalar(text[...], 0)
        }
    }
}

extension YAMLNode {
    var isNull: Bool { scalar?.isNull ?? false }
}
