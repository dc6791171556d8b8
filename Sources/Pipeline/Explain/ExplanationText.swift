internal import AuditModel
public import Delivery
public import Detection
internal import WireFormat

/// An explanation as a tree for people.
public struct ExplanationText {
    private let style: TextStyle

    public init(style: TextStyle) { self.style = style }

    /// Lines ended by newlines. Texts from logs are escaped.
    public func draw(_ explanation: Explanation) -> String {
        var lines = header(explanation)
        lines += draw(explanation.condition, depth: 1)
        for input in explanation.inputs {
            lines.append("")
            lines.append(style.bold("input \(style.escape(input.name))"))
            lines += draw(input.part, depth: 1)
        }
        if let operation = explanation.operation {
            lines.append("")
            lines.append(style.bold("operation"))
            lines.append(mark(operation.fired) + "  " + style.escape(operation.text))
            lines += operation.figures.map(figure)
        }
        lines += points(explanation)
        lines.append("")
        lines.append(verdict(explanation))
        if !explanation.nearestMiss.isEmpty {
            lines.append(style.bold("nearest miss"))
            lines += explanation.nearestMiss.map { "  " + style.escape($0, limit: 1000) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func header(_ explanation: Explanation) -> [String] {
        var lines = [
            style.bold(style.escape(explanation.rule.name)) + "  "
                + style.escape(explanation.rule.title),
            "event \(explanation.event.hex.prefix(12))  "
                + TimeText.string(explanation.time, precision: explanation.precision)
                + "  \(explanation.kind.name)  \(style.escape(explanation.dialect))",
        ]
        if !explanation.facts.isEmpty {
            lines.append("facts " + explanation.facts.joined(separator: ", "))
        }
        let key = explanation.key.map {
            "\($0.name) " + ($0.value.map { style.escape($0, limit: 80) } ?? "absent")
        }
        lines.append("key " + key.joined(separator: ", "))
        lines.append("")
        lines.append(style.bold("condition"))
        return lines
    }

    private func draw(_ part: Explanation.Part, depth: Int) -> [String] {
        let indent = String(repeating: "  ", count: depth)
        var text = style.escape(part.text)
        if let actual = part.actual {
            text += style.dim(actual.isEmpty ? "   absent" : "   is \(style.escape(actual))")
        }
        return [mark(part.passed) + indent + text]
            + part.parts.flatMap { draw($0, depth: depth + 1) }
    }

    private func figure(_ figure: Explanation.Figure) -> String {
        "      \(figure.name) \(style.escape(figure.value))"
            + (figure.comparedTo.map { style.dim("   wanted \(style.escape($0))") } ?? "")
    }

    private func points(_ explanation: Explanation) -> [String] {
        guard let score = explanation.score else { return [] }
        var lines = ["", style.bold("points")]
        for points in explanation.points {
            let number = Self.decimal(points.hundredths)
            let padding = String(repeating: " ", count: max(1, 6 - number.count))
            let shown = points.part.passed ? number : style.dim("(\(number))")
            lines.append(mark(points.part.passed) + padding + shown + "  " + points.part.text)
            for leaf in points.part.parts.flatMap(Self.leaves) {
                let actual = leaf.actual ?? ""
                lines.append(
                    style.dim(
                        "             \(style.escape(leaf.text))   "
                            + (actual.isEmpty ? "absent" : "is \(style.escape(actual))")))
            }
        }
        var sum = "      score \(Self.decimal(score))"
        if let band = explanation.fireAt {
            sum += ", fires from \(Self.decimal(band.from))"
            if let below = band.below { sum += " to below \(Self.decimal(below))" }
        }
        lines.append(sum)
        return lines
    }

    private static func leaves(_ part: Explanation.Part) -> [Explanation.Part] {
        part.parts.isEmpty ? [part] : part.parts.flatMap(leaves)
    }

    private func verdict(_ explanation: Explanation) -> String {
        guard explanation.fired else { return style.bold("does not fire") }
        guard let severity = explanation.severity else { return style.bold("fires") }
        return style.bold("fires: ") + style.severity(severity, severity.name)
    }

    private func mark(_ passed: Bool) -> String {
        passed ? style.good("PASS") : style.severity(.medium, "FAIL")
    }

    private static func decimal(_ hundredths: Int) -> String {
        var writer = JSONWriter()
        writer.hundredths(hundredths)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
