internal import MarkedText

/// What in a document is not plain Sigma 2.1, so that other tools may refuse it or read it in
/// another way. The block `grantrail:` is a key of one's own, which Sigma allows.
enum StrictSigma {
    static func check(_ node: YAMLNode, _ report: inout RuleText) {
        guard node.entries != nil else { return }
        checkKeys(node, &report)
        checkIdentity(node, &report)
        checkDates(node, &report)
        checkTags(node, &report)
        if let detection = node["detection"] ?? node["filter"] {
            checkSelections(detection, &report)
        }
        checkPortability(node, &report)
    }

    private static func say(
        _ place: Place, _ message: String, _ remedy: String? = nil, _ report: inout RuleText
    ) {
        report.warning(.notPortable, place, "not plain Sigma 2.1: " + message, remedy: remedy)
    }

    private static func checkKeys(_ node: YAMLNode, _ report: inout RuleText) {
        let known = DocumentCompiler.keys + DocumentCompiler.otherKeys
        for entry in node.entries ?? [] {
            guard let key = entry.key.text, !known.contains(key) else { continue }
            say(entry.key.place, "key '\(key.prefix(60))'", nil, &report)
        }
        let filter = node["filter"] != nil
        for key in ["title", "id", "status", "level"] where node[key] == nil {
            if filter, key == "status" || key == "level" { continue }
            say(node.place, "a rule to share has \(key)", nil, &report)
        }
    }

    private static func checkIdentity(_ node: YAMLNode, _ report: inout RuleText) {
        if let title = node["title"], (title.text ?? "").unicodeScalars.count > 256 {
            say(title.place, "a title has at most 256 characters", nil, &report)
        }
        if let id = node["id"], let text = id.text, !isRandomUUID(text) {
            say(id.place, "an id is a random UUID (version 4)", nil, &report)
        }
    }

    private static func isRandomUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 36 && bytes[14] == UInt8(ascii: "4")
            && "89abAB".utf8.contains(bytes[19])
    }

    private static func checkDates(_ node: YAMLNode, _ report: inout RuleText) {
        for key in ["date", "modified"] {
            guard let date = node[key], date.text?.contains("/") == true else { continue }
            say(date.place, "\(key) is written with slashes", "write YYYY-MM-DD", &report)
        }
    }

    private static func checkTags(_ node: YAMLNode, _ report: inout RuleText) {
        for tag in node["tags"]?.items ?? [] {
            guard let text = tag.text else { continue }
            let isTag = text.contains(".") && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
            if !isTag {
                say(
                    tag.place, "tag '\(text.prefix(60))'",
                    "lower case with a namespace, such as attack.t1528", &report)
            }
        }
    }

    private static func checkSelections(_ node: YAMLNode, _ report: inout RuleText) {
        for entry in node.entries ?? [] where entry.key.text != "condition" {
            if entry.key.text == "rules" || entry.key.text == "timeframe" { continue }
            if entry.value.scalar != nil {
                say(entry.value.place, "keywords are a list", "write - in front of it", &report)
            }
            let mappings = entry.value.items ?? [entry.value]
            for mapping in mappings {
                for field in mapping.entries ?? [] { checkField(field, &report) }
            }
        }
    }

    private static func checkField(_ field: YAMLNode.Entry, _ report: inout RuleText) {
        let parts = (field.key.text ?? "").split(
            separator: "|", omittingEmptySubsequences: false)
        let values = field.value.items ?? [field.value]
        if parts.dropFirst().contains("all"), values.count == 1 {
            say(field.key.place, "'all' with a single value", nil, &report)
        }
        guard parts.dropFirst().contains("re") else { return }
        for value in values {
            guard let text = value.text,
                let found = unsupported.first(where: { text.contains($0) })
            else { continue }
            say(
                value.place, "expressions have no '\(found)' that every tool must know", nil,
                &report)
        }
    }

    /// What the specification's list of metacharacters leaves out.
    private static let unsupported = ["(?=", "(?!", "(?<", "(?>", "[[:"]

    /// Facts and operators are Grantrail's: other tools read the rule, and cannot run it.
    private static func checkPortability(_ node: YAMLNode, _ report: inout RuleText) {
        guard let block = node["grantrail"]?.entries else { return }
        let harmless = [
            "key", "needs", "message", "verdict", "actions", "tests", "suppress", "raise",
        ]
        for entry in block {
            guard let key = entry.key.text, !harmless.contains(key) else { continue }
            say(
                entry.key.place,
                "'\(key.prefix(60))' decides when the rule fires; other tools fire whenever its "
                    + "condition holds", nil, &report)
        }
    }
}
