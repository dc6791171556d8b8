internal import AuditModel
public import Delivery
internal import WireFormat

/// Draws a grant's life for a terminal: one line a step, one column a branch.
public struct GrantTreeText {
    /// Of a run of rotations without event, so many stay at its start and its end.
    private static let kept = (start: 2, end: 4)

    let style: TextStyle
    let isComplete: Bool

    /// - Parameter isComplete: false folds long runs of ordinary rotations into one line.
    public init(style: TextStyle, isComplete: Bool = false) {
        self.style = style
        self.isComplete = isComplete
    }

    /// The drawing, lines ended by newlines. Texts from logs are escaped.
    public func draw(_ history: GrantHistory) -> String {
        var lines = header(history)
        let lineages = Self.lineages(of: history)
        for lineage in 0..<lineages {
            lines.append("")
            lines.append(style.bold("lineage \(lineage + 1)"))
            lines += draw(history, lineage: lineage)
        }
        let rest = history.steps.filter { Self.lineage(of: $0) == nil && !$0.isUse }
        if !rest.isEmpty {
            lines.append("")
            lines.append(style.bold("session"))
            lines += rest.map { "  \(time($0))   \(note($0, history))" }
        }
        lines += uses(history)
        return lines.joined(separator: "\n") + "\n"
    }

    /// Some steps of a grant, a line each; lines ended by newlines.
    public func draw(_ steps: [GrantHistory.Step], of history: GrantHistory) -> String {
        steps.map { "  \(time($0))  \(label($0, history))\n" }.joined()
    }

    private func header(_ history: GrantHistory) -> [String] {
        let subject = style.escape(history.subject ?? "unknown subject")
        var lines = [
            style.bold("grant \(history.family.prefix(12))")
                + "  \(subject) → \(style.escape(history.client))  state: "
                + style.severity(Self.stateSeverity(history.state), history.state.uppercased()),
            "  issuer \(style.escape(history.tenant ?? history.issuer))"
                + "  session \(style.escape(history.session))"
                + (history.scopes.isEmpty
                    ? "" : "  scope \(style.escape(history.scopes.joined(separator: " ")))"),
        ]
        if !history.isBorn {
            lines.append("  first seen in mid-life: generations count from the first token seen")
        }
        for alert in history.alerts where alert.severity > .info {
            let branch = alert.branch.map { ", \($0.rawValue)" } ?? ""
            lines.append(
                "  verdict " + style.severity(alert.severity, alert.rule.name)
                    + " \(alert.verdict)\(branch): \(style.escape(alert.message))")
        }
        return lines
    }

    private func draw(_ history: GrantHistory, lineage: Int) -> [String] {
        var open = 1
        let steps = history.steps.filter { Self.lineage(of: $0) == lineage }
        let folded = isComplete ? [:] : foldedRuns(steps, history)
        var lines: [String] = []
        var index = 0
        while index < steps.count {
            if let count = folded[index] {
                lines.append(style.dim("  … \(count) ordinary rotations"))
                index += count
                continue
            }
            let step = steps[index]
            let rail = rail(
                step, column: Self.column(of: step, history), open: &open, isFirst: index == 0,
                isLast: index == steps.count - 1)
            lines.append("  \(time(step)) \(rail) \(label(step, history))")
            index += 1
        }
        return lines
    }

    /// Runs to fold away, by the index of their first step.
    private func foldedRuns(_ steps: [GrantHistory.Step], _ history: GrantHistory) -> [Int: Int] {
        var runs: [Int: Int] = [:]
        var start = 0
        for index in 0...steps.count {
            if index < steps.count, Self.isOrdinary(steps[index], history) { continue }
            let count = index - start - Self.kept.start - Self.kept.end
            if count > 1 { runs[start + Self.kept.start] = count }
            start = index + 1
        }
        return runs
    }

    private static func isOrdinary(_ step: GrantHistory.Step, _ history: GrantHistory) -> Bool {
        guard case .rotated = step.meaning else { return false }
        return step.alerts.isEmpty && !step.isForked && role(of: step, history) == nil
    }

    private func rail(
        _ step: GrantHistory.Step, column: Int, open: inout Int, isFirst: Bool, isLast: Bool
    ) -> String {
        if case .rotated = step.meaning, column >= open {
            open = column + 1
            return String(repeating: "│ ", count: column - 1) + "├─◆"
        }
        if case .replayed(_, .some) = step.meaning, column > 0 {
            // A new branch leaves the column of the token's first redemption.
            open = max(open, column + 1)
            return String(repeating: "│ ", count: column - 1) + "├─◆"
        }
        let before = String(repeating: "│ ", count: column)
        if case .replayed = step.meaning {
            return String(repeating: "│ ", count: max(0, column - 1)) + "├─✗"
        }
        let after = String(repeating: " │", count: max(0, open - column - 1))
        let mark: String
        switch step.meaning {
        case .opened: mark = "●"
        case .refused: mark = "✗"
        default: mark = isFirst ? "○" : isLast ? "╰" : "├"
        }
        return before + mark + after
    }

    private func label(_ step: GrantHistory.Step, _ history: GrantHistory) -> String {
        let place = note(step, history)
        switch step.meaning {
        case .opened(let token):
            return "\(name(token)) issued  \(place)"
        case .rotated(let token, let next):
            let fork = step.isForked ? "  " + style.severity(.high, "BOTH BRANCHES ACT") : ""
            return "\(name(token)) → \(name(next))  \(place)\(fork)"
        case .replayed(let token, let next):
            let shown = token.map(name) ?? "unknown token"
            let result = next.map { "accepted → \(name($0))" } ?? "refused"
            return "\(shown) \(style.severity(.high, "REPLAYED")), \(result)  \(place)"
        case .refused(let token):
            return "\(token.map(name) ?? "unknown token") refused  \(place)"
        case .other:
            return place
        }
    }

    func note(_ step: GrantHistory.Step, _ history: GrantHistory) -> String {
        var parts: [String] = []
        if case .other = step.meaning { parts.append(step.kind.name) }
        if let ip = step.ip { parts.append(ip + (step.country.map { " (\($0))" } ?? "")) }
        if let role = Self.role(of: step, history) { parts.append("← \(role)") }
        if let reason = step.reason { parts.append("“\(style.escape(reason))”") }
        parts += step.alerts.filter { $0.severity > .info }.map {
            style.severity($0.severity, "\($0.rule.name) \($0.severity.name)")
        }
        return parts.joined(separator: "  ")
    }

    func time(_ step: GrantHistory.Step) -> String {
        style.dim(TimeText.string(step.time, precision: step.precision))
    }

    private func name(_ token: GrantHistory.Token) -> String {
        let letters = ["", "b", "c", "d", "e", "f"]
        let branch =
            token.branch < letters.count ? letters[token.branch] : "-\(token.branch)"
        return "g\(token.generation)\(branch)"
    }

    private static func role(of step: GrantHistory.Step, _ history: GrantHistory) -> String? {
        guard let ip = step.ip else { return nil }
        for alert in history.alerts where alert.severity > .info {
            if alert.attacker?.ip == ip { return "attacker" }
        }
        return nil
    }

    /// The thief's acts stand in a column of their own, also where the server knows one branch.
    private static func column(of step: GrantHistory.Step, _ history: GrantHistory) -> Int {
        let branch = branch(of: step)
        return branch == 0 && role(of: step, history) == "attacker" ? 1 : branch
    }

    private static func branch(of step: GrantHistory.Step) -> Int {
        switch step.meaning {
        case .opened(let token), .rotated(let token, _): token.branch
        case .replayed(let token, let next): next?.branch ?? token?.branch ?? 0
        case .refused(let token): token?.branch ?? 0
        case .other: 0
        }
    }

    private static func lineage(of step: GrantHistory.Step) -> Int? {
        switch step.meaning {
        case .opened(let token), .rotated(let token, _): token.lineage
        case .replayed(let token, _): token?.lineage
        case .refused(let token): token?.lineage
        case .other: nil
        }
    }

    private static func lineages(of history: GrantHistory) -> Int {
        (history.steps.compactMap(lineage).max() ?? -1) + 1
    }

    private static func stateSeverity(_ state: String) -> Severity {
        state == "compromised" ? .critical : state == "suspected" ? .medium : .info
    }
}
