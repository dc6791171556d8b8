internal import AuditModel
internal import GrantLedger

/// Fills `{name}` placeholders of messages and actions from an alert.
struct AlertText {
    let alert: Alert
    /// What the server calls the tenant; in commands `{tenant}` is that.
    let realm: String?
    let transition: Transition?
    let figures: [Firing.Figure]
    /// What a field of the anchor event holds, for people; empty when absent.
    let field: (RuleField) -> String

    /// Fills a sentence; what is unknown is said to be.
    func fill(_ template: String) -> String {
        expand(template) { name, _ in value(name) ?? "unknown" }
    }

    /// Fills a command line. Values are other people's text: each is put in single quotes unless it
    /// is plain, and percent-encoded behind a slash. Nil where one cannot be put in safely.
    func fillCommand(_ template: String) -> String? {
        var isSafe = true
        let command = expand(template) { name, before in
            let text = name == "tenant" ? realm : value(name)
            let word = Self.word(text ?? "UNKNOWN", after: before)
            if word == nil { isSafe = false }
            return word ?? ""
        }
        return isSafe ? command : nil
    }

    /// A value as a part of a command; nil where it would not look the same everywhere, would lead
    /// to another path, or would be an option.
    private static func word(_ value: String, after before: Unicode.Scalar?) -> String? {
        guard ShellText.isShowable(value) else { return nil }
        if before == "/" { return ShellText.pathSegment(value) }
        let isAlone = before == nil || before == " "
        return isAlone && value.hasPrefix("-") ? nil : ShellText.quoted(value)
    }

    private func value(_ name: String) -> String? {
        switch name {
        case _ where Alert.memberNames.contains(name): alert.member(name)
        case "tenant": alert.tenant ?? alert.keys.issuer
        case "presenting_client": alert.why.first { $0.fact == "presenting_client" }?.value
        case "branch": alert.branch?.rawValue
        case "severity": alert.severity.name
        case "generation": number(transition?.generation)
        case "generation_gap": number(transition?.generationGap)
        case "replay_gap": (transition?.replayGap).flatMap { $0 < 0 ? nil : DurationText.text($0) }
        case "score": alert.score.map(FieldValue.decimal)
        default: figures.first { $0.name == name }?.value ?? fieldText(name)
        }
    }

    private func fieldText(_ name: String) -> String? {
        guard let name = Field(rawValue: name) else { return nil }
        let text = field(.event(name))
        return text.isEmpty ? nil : text
    }

    private func number(_ number: Int32?) -> String? {
        number.flatMap { $0 < 0 ? nil : String($0) }
    }

    /// - Parameter value: of a placeholder, with the character before it.
    private func expand(
        _ template: String, _ value: (String, Unicode.Scalar?) -> String
    ) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let tail = rest[rest.index(after: open)...]
            guard let close = tail.firstIndex(of: "}") else {
                rest = rest[open...]
                break
            }
            let name = String(tail[..<close])
            let isKnown = Rule.placeholders.contains(name)
            result += isKnown ? value(name, result.unicodeScalars.last) : "{\(name)}"
            rest = tail[tail.index(after: close)...]
        }
        return result + rest
    }
}
