internal import AuditModel
internal import Delivery
internal import WireFormat

// How a grant's access tokens were used, as resource servers and gateways log it.

extension GrantTreeText {
    /// So many lines at most; what is not shown is counted.
    private static let mostUses = 20

    /// Uses that look the same, as one line of the drawing.
    private struct Uses {
        let first: GrantHistory.Step
        var last: GrantHistory.Step
        var count = 1
    }

    /// A line for all uses from one address in one log, and their heading; none without uses.
    func uses(_ history: GrantHistory) -> [String] {
        var groups: [Uses] = []
        var places: [[String]: Int] = [:]
        for step in history.steps where step.isUse {
            let look = [
                step.kind.name, step.ip ?? "", step.dialect, step.isInferred ? "inferred" : "",
                step.alerts.map(\.id.hex).joined(separator: " "),
            ]
            if let place = places[look] {
                groups[place].last = step
                groups[place].count += 1
            } else {
                places[look] = groups.count
                groups.append(Uses(first: step, last: step))
            }
        }
        if groups.isEmpty { return [] }
        var lines = ["", style.bold("use of access tokens")]
        lines += groups.prefix(Self.mostUses).map { line($0, history) }
        if groups.count > Self.mostUses {
            lines.append(style.dim("  … and from \(groups.count - Self.mostUses) more places"))
        }
        return lines
    }

    private func line(_ uses: Uses, _ history: GrantHistory) -> String {
        var line = "  \(time(uses.first))"
        if uses.count > 1 { line += " to \(time(uses.last)), \(uses.count) times" }
        line += "   \(note(uses.first, history))  \(style.dim(style.escape(uses.first.dialect)))"
        return uses.first.isInferred ? line + style.dim(", inferred by subject and client") : line
    }
}
