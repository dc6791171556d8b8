internal import MarkedText
internal import WireFormat

/// YAML values as JSON, as YAML's core schema types them: what stands in quotes is a text.
enum JSONNodeText {
    /// The text of a mapping as a JSON object; reports anything else.
    static func object(_ node: YAMLNode, _ report: inout RuleText) -> String {
        guard node.entries != nil else {
            report.error(
                .wrongType, node.place, "a record must be a mapping, not \(node.typeName)")
            return "{}"
        }
        var text = ""
        write(node, to: &text)
        return text
    }

    private static func write(_ node: YAMLNode, to text: inout String) {
        switch node.content {
        case .scalar(let scalar): text += literal(scalar) ?? quoted(scalar.text)
        case .sequence(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += "," }
                write(item, to: &text)
            }
            text += "]"
        case .mapping(let entries):
            text += "{"
            let sorted = entries.sorted { ($0.key.text ?? "") < ($1.key.text ?? "") }
            for (index, entry) in sorted.enumerated() {
                if index > 0 { text += "," }
                text += quoted(entry.key.text ?? "") + ":"
                write(entry.value, to: &text)
            }
            text += "}"
        }
    }

    private static func literal(_ scalar: YAMLNode.Scalar) -> String? {
        guard scalar.isPlain else { return nil }
        if scalar.isNull { return "null" }
        if ["true", "false"].contains(scalar.text) { return scalar.text }
        let digits = scalar.text.hasPrefix("-") ? scalar.text.dropFirst() : scalar.text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        let isNumber =
            (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                (1...18).contains(part.utf8.count)
                    && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            } && (digits.count == 1 || !digits.hasPrefix("0") || digits.hasPrefix("0."))
        return isNumber ? scalar.text : nil
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.beginArray()
        json.string(text)
        json.endArray()
        return String(String(decoding: json.bytes, as: UTF8.self).dropFirst().dropLast())
    }
}
