public import AuditModel
internal import WireFormat

/// Alerts as text for people.
public struct AlertTextFormat: Sendable {
    public var style: TextStyle

    public init(style: TextStyle) { self.style = style }

    /// One line without its end: time, severity, rule, message, short id.
    public func line(_ alert: Alert) -> String {
        let severity = alert.severity.name.uppercased()
        let padded = severity + String(repeating: " ", count: max(0, 8 - severity.count))
        return [
            style.dim(TimeText.string(alert.time, precision: alert.precision)),
            style.severity(alert.severity, padded),
            style.bold(alert.rule.name),
            style.escape(alert.message),
            style.dim(String(alert.id.hex.prefix(12))),
        ].joined(separator: "  ")
    }

    /// The line of a stored alert, with its state unless that is `confirmed`, and with what kept
    /// notifications of it back; nil when the text is no alert's JSON.
    public func line(stored body: [UInt8]) -> String? {
        guard let alert = AlertJSON.read(body) else { return nil }
        var parts = [line(alert)]
        if alert.state != .confirmed { parts.append(style.dim(alert.state.rawValue)) }
        if let suppressor = alert.suppressedBy { parts.append(style.dim(style.escape(suppressor))) }
        return parts.joined(separator: "  ")
    }

    /// The line and, below it, what counted and what to do; lines ended by newlines.
    public func block(_ alert: Alert) -> String {
        var lines = [line(alert)]
        var facts: [String] = []
        if let branch = alert.branch { facts.append("branch \(branch.rawValue)") }
        if let ip = alert.attacker?.ip { facts.append("attacker \(ip)") }
        if let ip = alert.victim?.ip { facts.append("victim \(ip)") }
        if let score = alert.score { facts.append("score \(Self.decimal(score))") }
        if alert.count > 1 { facts.append("seen \(alert.count) times") }
        if let incident = alert.incident { facts.append("incident \(incident.id.text)") }
        if let suppressor = alert.suppressedBy {
            facts.append("not told because of \(style.escape(suppressor))")
        }
        if !facts.isEmpty { lines.append("    " + facts.joined(separator: ", ")) }
        for why in alert.why where why.points != nil {
            let points = Self.decimal(why.points ?? 0)
            lines.append(
                "    \(Self.padded(points))  \(style.escape(why.fact)) = "
                    + style.escape(why.value))
        }
        for action in alert.actions {
            lines.append(
                "    → \(style.escape(action.title))"
                    + (action.command.map { ": " + command($0) } ?? "")
                    + (action.reversible ? "" : style.dim("  not reversible")))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A command as it is, or not at all: a changed one would do something else.
    private func command(_ command: String) -> String {
        let shown = style.escape(command, limit: 4000)
        return shown.utf8.elementsEqual(command.utf8)
            ? shown : "(the command cannot be shown here)"
    }

    private static func padded(_ text: String) -> String {
        String(repeating: " ", count: max(0, 5 - text.count)) + text
    }

    private static func decimal(_ hundredths: Int) -> String {
        var writer = JSONWriter()
        writer.hundredths(hundredths)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
