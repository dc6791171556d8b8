internal import WireFormat

/// One value of a configuration in force.
public struct EffectiveSetting: Sendable, Equatable {
    /// Such as `store.path` or `sources.kc.group`.
    public var name: String
    /// As it would be written on one line; `‹set›` for a secret.
    public var value: String
    /// `default`, the variable, the flag, or `path:line` of the file.
    public var origin: String
}

extension LoadedConfiguration {
    /// The values in force, in the order of the reference.
    public var settings: [EffectiveSetting] {
        var settings: [EffectiveSetting] = []
        collect(root, "", &settings)
        return settings
    }

    private func collect(
        _ section: SettingSection, _ path: String, _ settings: inout [EffectiveSetting]
    ) {
        for entry in section.entries {
            let name = path + entry.setting.name
            switch entry.value {
            case .section(let inner): collect(inner, name + ".", &settings)
            case .entries(let sections):
                for inner in sections {
                    collect(inner, "\(name).\(inner.text("name") ?? "").", &settings)
                }
            case .secret(let reference):
                let value = reference.secret == nil ? "‹not set›" : Secret.mask
                settings.append(.init(name: name, value: value, origin: origin(entry)))
            default:
                let value = Self.inline(Self.shown(entry, in: section))
                settings.append(.init(name: name, value: value, origin: origin(entry)))
            }
        }
    }

    private func origin(_ entry: SettingEntry) -> String { entry.origin.text(file: path) }

    // MARK: - YAML

    /// The configuration in force as YAML that is a configuration again. Secrets stand as where
    /// they are, with a remark that they are set.
    ///
    /// - Parameter showsOrigin: says behind each value where it comes from.
    public func effectiveText(showsOrigin: Bool) -> String {
        var lines: [String] = []
        write(root, "", showsOrigin, &lines)
        return lines.map { $0 + "\n" }.joined()
    }

    private func write(
        _ section: SettingSection, _ indent: String, _ showsOrigin: Bool,
        _ lines: inout [String]
    ) {
        for entry in section.entries {
            let head = "\(indent)\(entry.setting.name):"
            var remark = showsOrigin ? origin(entry) : ""
            switch entry.value {
            case .section(let inner):
                if inner.entries.isEmpty {
                    lines.append(head + " {}")
                } else {
                    lines.append(head)
                    write(inner, indent + "  ", showsOrigin, &lines)
                }
                continue
            case .entries(let sections):
                lines.append(head + (sections.isEmpty ? " []" : ""))
                for inner in sections { writeItem(inner, indent + "  ", showsOrigin, &lines) }
                continue
            case .secret(let reference):
                let mask = reference.secret == nil ? "‹not set›" : Secret.mask
                remark = remark.isEmpty ? mask : "\(mask) \(remark)"
            default: break
            }
            let comment = remark.isEmpty ? "" : "  # " + Self.oneLine(remark)
            lines.append("\(head) \(Self.inline(Self.shown(entry, in: section)))\(comment)")
        }
    }

    private func writeItem(
        _ section: SettingSection, _ indent: String, _ showsOrigin: Bool,
        _ lines: inout [String]
    ) {
        var item: [String] = []
        write(section, indent + "  ", showsOrigin, &item)
        for (index, line) in item.enumerated() {
            lines.append(index == 0 ? "\(indent)- " + line.dropFirst(indent.count + 2) : line)
        }
    }

    /// The value without what is secret although it was written out: the URL of Slack.
    private static func shown(_ entry: SettingEntry, in section: SettingSection) -> SettingValue {
        guard case .url = entry.setting.form, case .scalar(let text, _) = entry.value,
            section.text("body") == WebhookConfiguration.Body.slack.rawValue
        else { return entry.value }
        return .scalar(WebhookURL(text)?.shown(isSecret: true) ?? "", nil)
    }

    private static func inline(_ value: SettingValue) -> String {
        switch value {
        case .scalar(let text, _): return scalar(text)
        case .list(let items): return "[" + items.map(scalar).joined(separator: ", ") + "]"
        case .map(let items):
            let members = items.map { "\(scalar($0.key)): \(scalar($0.value))" }
            return "{" + members.joined(separator: ", ") + "}"
        case .secret(let reference):
            switch reference.place {
            case .variable(let name):
                let shown = SecretWords.isVariable(name) ? name : "‹not shown›"
                return "{secret_env: \(scalar(shown))}"
            case .file(let path): return "{secret_file: \(scalar(path))}"
            }
        case .section, .entries: return ""
        }
    }

    /// Text as a YAML scalar: plain where nothing could take it for something else, or else in
    /// double quotes, of which JSON's are a part.
    private static func scalar(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F: true
            default: false
            }
        }
        let first = text.utf8.first ?? 0x2D
        if isPlain, first != 0x2D, first != 0x2E, text.lowercased() != "null" { return text }
        var json = JSONWriter()
        json.string(text)
        let quoted = String(decoding: json.bytes, as: UTF8.self)
        // YAML breaks lines at three characters that JSON lets stand.
        return String(
            String.UnicodeScalarView(
                quoted.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    switch scalar.value {
                    case 0x85: ["\\", "N"]
                    case 0x2028: ["\\", "L"]
                    case 0x2029: ["\\", "P"]
                    default: [scalar]
                    }
                }))
    }

    private static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { !$0.properties.isWhitespace || $0 == " " }))
    }
}
