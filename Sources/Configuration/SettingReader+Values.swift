internal import AuditModel
internal import MarkedText
internal import WireFormat

extension SettingReader {
    /// A value that is neither a section nor a secret; nil after a diagnostic.
    mutating func value(_ form: Form, _ node: YAMLNode, _ name: String) -> SettingValue? {
        switch form {
        case .list(let inner): list(inner, node, name)
        case .map: map(node, name)
        case .dialect where node.entries != nil: mapFile(node, name)
        default: scalar(form, node, name).map { .scalar($0.text, $0.number) }
        }
    }

    private mutating func list(_ form: Form, _ node: YAMLNode, _ name: String) -> SettingValue? {
        let before = report.errorCount
        var items: [String] = []
        for item in node.items ?? [node] {
            if let value = scalar(form, item, node.items == nil ? name : "an entry of \(name)") {
                items.append(value.text)
            }
        }
        if report.errorCount == before, items.isEmpty {
            report.error(.wrongType, node.place, "\(name) must not be empty")
        }
        return report.errorCount == before ? .list(items) : nil
    }

    private mutating func map(_ node: YAMLNode, _ name: String) -> SettingValue? {
        guard let entries = node.entries else {
            report.error(
                .wrongType, node.place, "\(name) must be a mapping, not \(node.typeName)")
            return nil
        }
        var items: [(key: String, value: String)] = []
        for entry in entries {
            guard let key = report.string(entry.key, "a key of \(name)") else { continue }
            if SecretWords.isNamed(key) {
                markSecret(entry.value)
                report.error(
                    .literalSecret, entry.key.place, "\(name) must not hold secrets",
                    remedy: "security.sasl.password and security.tls.key_password take a "
                        + "secret_env or secret_file")
            } else if let value = report.string(entry.value, "'\(key.prefix(40))'") {
                items.append((key, value))
            }
        }
        return .map(items)
    }

    /// `{map: FILE}`: the dialect is what a file says.
    private mutating func mapFile(_ node: YAMLNode, _ name: String) -> SettingValue? {
        let entries = report.entries(node, name, keys: ["map"])
        guard let entry = entries.first else {
            if node.entries?.isEmpty == true {
                report.error(
                    .missingKey, node.place, "\(name) has no 'map'", remedy: "the path of a map")
            }
            return nil
        }
        let path = scalar(.path, entry.value, "map")
        return path.map { .scalar(SourceConfiguration.mapPrefix + $0.text, nil) }
    }

    // MARK: - Scalars

    private mutating func scalar(
        _ form: Form, _ node: YAMLNode, _ name: String
    ) -> (text: String, number: Int64?)? {
        guard let text = report.string(node, name) else { return nil }
        if text.isEmpty || text.contains("\0") {
            report.error(
                .wrongType, node.place,
                text.isEmpty ? "\(name) must not be empty" : "\(name) has a zero byte")
            return nil
        }
        switch form {
        case .text: return (text, nil)
        case .path: return (absolute(text), nil)
        case .duration:
            return number(DurationText.nanoseconds(text), node, name, DurationText.remedy)
        case .span:
            let span = DurationText.seconds(text).map { $0 * 1_000_000_000 }
            return number(span, node, name, DurationText.remedy)
        case .lowWater:
            let number = SizeText.bytes(text) ?? SizeText.percent(text)
            return self.number(number, node, name, SizeText.remedy + "; or percent, such as 5%")
        case .size: return number(SizeText.bytes(text), node, name, SizeText.remedy)
        case .count(let range):
            let number = WholeNumber.read(text).flatMap { range.contains($0) ? $0 : nil }
            let remedy = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            return self.number(number, node, name, remedy)
        case .truth: return report.truth(node, name).map { ("\($0)", $0 ? 1 : 0) }
        case .choice(let words): return word(text, node, name, words)
        case .dialect where text.hasPrefix(SourceConfiguration.mapPrefix):
            let path = text.dropFirst(SourceConfiguration.mapPrefix.count)
            return (SourceConfiguration.mapPrefix + absolute(String(path)), nil)
        case .dialect: return word(text, node, name, ["auto"] + environment.dialects)
        case .start: return start(text, node, name)
        case .url: return url(text, node, name)
        case .listen: return listen(text, node, name)
        default: return special(form, text, node, name)
        }
    }

    private mutating func special(
        _ form: Form, _ text: String, _ node: YAMLNode, _ name: String
    ) -> (text: String, number: Int64?)? {
        switch form {
        case .name:
            let isPlain = text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
            if isPlain, text.utf8.count <= 64 { return (text, nil) }
            report.error(
                .unknownValue, node.place, "'\(text.prefix(40))' is no name",
                remedy: "at most 64 letters, digits, dots, dashes and underscores")
        case .timeZone:
            if environment.isTimeZone(text) { return (text, nil) }
            report.error(
                .unknownValue, node.place, "unknown time zone '\(text.prefix(40))'",
                remedy: "a name such as UTC or Europe/Berlin")
        case .prefix:
            switch IPPrefix.read(text) {
            case .success(let prefix): return (prefix.text, nil)
            case .failure(.notAPrefix):
                report.error(
                    .unknownValue, node.place, "'\(text.prefix(60))' is neither address nor prefix",
                    remedy: "such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32")
            case .failure(.hostBits(let prefix)):
                report.error(
                    .unknownValue, node.place,
                    "'\(text.prefix(60))' has bits set beyond its length", remedy: prefix)
            }
        default: break
        }
        return nil
    }

    private mutating func listen(
        _ text: String, _ node: YAMLNode, _ name: String
    ) -> (text: String, number: Int64?)? {
        if let address = ListenAddress(text: text) { return (address.text, nil) }
        report.error(
            .unknownValue, node.place, "\(name) cannot be '\(text.prefix(60))'",
            remedy: ListenAddress.remedy)
        return nil
    }

    private mutating func url(
        _ text: String, _ node: YAMLNode, _ name: String
    ) -> (text: String, number: Int64?)? {
        switch WebhookURL.read(text) {
        case .success(let url): return (url.text, nil)
        case .failure(let fault):
            // What stands before the host is most likely a password.
            if case .user = fault { markSecret(node) }
            report.error(
                .unknownValue, node.place, "the \(name) \(fault.reason)",
                remedy: "such as https://soc.example/alerts")
            return nil
        }
    }

    private mutating func number(
        _ number: Int64?, _ node: YAMLNode, _ name: String, _ remedy: String
    ) -> (text: String, number: Int64?)? {
        if let number, let text = node.text { return (text, number) }
        report.error(
            .wrongType, node.place, "\(name) cannot be \(node.typeName)", remedy: remedy)
        return nil
    }

    private mutating func word(
        _ text: String, _ node: YAMLNode, _ name: String, _ words: [String]
    ) -> (text: String, number: Int64?)? {
        if let word = words.first(where: { $0.lowercased() == text.lowercased() }) {
            return (word, nil)
        }
        report.unknown(.unknownValue, "value of \(name)", text, node.place, allowed: words)
        return nil
    }

    private mutating func start(
        _ text: String, _ node: YAMLNode, _ name: String
    ) -> (text: String, number: Int64?)? {
        switch text.lowercased() {
        case "beginning", "earliest": return ("beginning", nil)
        case "end", "latest": return ("end", nil)
        default: break
        }
        var copy = text
        let parsed = copy.withUTF8 { TimeText.parse(UnsafeRawBufferPointer($0)) }
        if let parsed, !parsed.isLocal { return (text, parsed.time) }
        let words = ["beginning", "end", "earliest", "latest"]
        let nearest = Suggestion.phrase(for: text, among: words)
        report.error(
            .unknownValue, node.place, "\(name) cannot be '\(text.prefix(40))'\(nearest)",
            remedy: "beginning, end, or a moment such as 2026-11-20T00:00:00Z")
        return nil
    }

    // MARK: - Paths

    /// The path seen from the directory of what is read, without `.` in it.
    func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : directory + "/" + path
        let parts = whole.split(separator: "/").filter { $0 != "." }
        return "/" + parts.joined(separator: "/")
    }
}
