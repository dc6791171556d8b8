internal import AuditModel
public import Delivery
internal import WireFormat

/// A comparison of two sets of rules for people.
public struct ComparisonText {
    private let style: TextStyle

    public init(style: TextStyle) { self.style = style }

    /// One line a rule, the first alerts that differ below it; lines ended by newlines.
    public func draw(_ comparison: AlertComparison) -> String {
        let width = comparison.rules.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for rule in comparison.rules {
            let padding = String(repeating: " ", count: max(0, width - rule.name.count))
            let counts =
                "\(rule.gained.count) gained, \(rule.lost.count) lost, "
                + "\(rule.changed.count) changed, \(rule.same) the same"
            lines.append(
                style.bold(style.escape(rule.name)) + padding + "  "
                    + (rule.isDifferent ? counts : style.dim(counts)))
            lines += samples("+", rule.gained)
            lines += samples("-", rule.lost)
            lines += rule.changed.prefix(AlertComparison.samples).map { before, after in
                "  ~ " + summary(before) + " → " + summary(after) + "  "
                    + style.dim(String(after.id.hex.prefix(12)))
            }
        }
        let different = comparison.rules.count { $0.isDifferent }
        lines.append(
            "\(different) of \(comparison.rules.count) rules that gave alerts differ")
        return lines.joined(separator: "\n") + "\n"
    }

    private func samples(_ mark: String, _ alerts: [Alert]) -> [String] {
        let format = AlertTextFormat(style: style)
        return alerts.prefix(AlertComparison.samples).map { "  \(mark) " + format.line($0) }
    }

    private func summary(_ alert: Alert) -> String {
        var text = style.severity(alert.severity, alert.severity.name)
        if let score = alert.score {
            var writer = JSONWriter()
            writer.hundredths(score)
            text += " (score \(String(decoding: writer.bytes, as: UTF8.self)))"
        }
        return text
    }
}
