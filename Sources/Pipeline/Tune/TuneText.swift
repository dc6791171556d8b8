internal import AuditModel
public import Delivery
internal import WireFormat

/// A ``TuneTable`` and its suggestions for people.
public struct TuneText: Sendable {
    public var style: TextStyle

    public init(style: TextStyle) { self.style = style }

    /// Lines with their ends.
    public func draw(_ table: TuneTable, _ suggestions: [TuneSuggestion]) -> String {
        var lines = [heading(table)] + table.loads.map { line($0, table) } + [""]
        lines += rows(table)
        for suggestion in suggestions { lines += [""] + draw(suggestion) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func heading(_ table: TuneTable) -> String {
        let told = table.rows.reduce(0) { $0 + $1.told }
        let quiet = table.rows.reduce(0) { $0 + $1.count(.info) }
        let from = DayText.text(table.span.lowerBound / TuneTable.day)
        let to = DayText.text(table.span.upperBound / TuneTable.day)
        return style.bold("\(told) alerts would have been told")
            + " from \(from) to \(to), and \(quiet) kept for information"
    }

    private func line(_ load: TuneTable.Load, _ table: TuneTable) -> String {
        var text = padded(load.kind.name, 8) + "\(load.total)"
        guard let worst = load.worst else { return text }
        text += ", \(decimal(table.perDay(load.total))) a day, at most \(worst.count) on "
            + DayText.text(worst.day)
        let limit = "the budget of \(load.limit) a day"
        if load.daysOver == 0 { return text + ": " + style.good("within \(limit)") }
        let days = load.daysOver == 1 ? "1 day" : "\(load.daysOver) days"
        return text + ": " + style.severity(.high, "over \(limit) on \(days)")
    }

    // MARK: - The table

    private func rows(_ table: TuneTable) -> [String] {
        if table.rows.isEmpty { return ["no rule raised an alert"] }
        var heads = ["rule", "client"]
        if table.hasTenants { heads.append("tenant") }
        let names = heads.count
        heads += ["critical", "high", "medium", "low", "info", "a day", "worst day"]
        var cells = [heads]
        for row in table.rows {
            var line = [row.rule, row.client ?? "-"]
            if table.hasTenants { line.append(row.tenant ?? "-") }
            line = line.map { style.escape($0, limit: 40) }
            line += Severity.allCases.reversed().map { "\(row.count($0))" }
            line += [decimal(table.perDay(row.told)), "\(row.worst)"]
            cells.append(line)
        }
        let widths = heads.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.enumerated().map { number, line in
            let text = line.indices.map { column in
                column < names
                    ? padded(line[column], widths[column])
                    : String(repeating: " ", count: widths[column] - line[column].count)
                        + line[column]
            }.joined(separator: "  ")
            return number == 0 ? style.dim(text) : text + marks(table.rows[number - 1])
        }
    }

    private func marks(_ row: TuneTable.Row) -> String {
        (row.truths > 0 ? "  \(row.truths) true" : "")
            + (row.isOver ? "  " + style.severity(.high, "over budget") : "")
    }

    // MARK: - Suggestions

    private func draw(_ suggestion: TuneSuggestion) -> [String] {
        let client = suggestion.client.map { " at \(style.escape($0, limit: 80))" } ?? ""
        var lines = [style.bold("to quiet \(style.escape(suggestion.rule))\(client)")]
        if let refusal = suggestion.refusal {
            lines.append("  no overlay is suggested: \(style.escape(refusal, limit: 1000))")
            return lines + suggestion.others.map { "  also quiets " + $0 }
        }
        lines += (suggestion.document ?? "").split(separator: "\n").map { "  " + $0 }
        return lines
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func decimal(_ hundredths: Int) -> String {
        let tenths = (hundredths + 5) / 10
        return "\(tenths / 10).\(tenths % 10)"
    }
}
