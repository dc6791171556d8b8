internal import AuditModel

/// Judges findings, and says what there is.
public enum LeakReport {
    /// One verdict for every finding, in their order.
    public static func judge(
        _ findings: [LeakFinding], _ knowledge: LeakKnowledge
    ) -> [LeakVerdict] {
        findings.map { LeakVerdict($0, knowledge) }
    }

    /// Lines for standard error: what was scanned, what was found, what was not seen.
    public static func summary(
        _ outcome: LeakScan.Outcome, _ verdicts: [LeakVerdict], known: Int
    ) -> [String] {
        var lines = [
            "\(outcome.inputs) \(outcome.inputs == 1 ? "input" : "inputs"), "
                + "\(outcome.bytes) bytes, \(outcome.lines) lines, "
                + (verdicts.isEmpty ? "no token found" : count(verdicts.count, "token"))
        ]
        if !verdicts.isEmpty {
            lines.append("  by status: " + counts(verdicts.map(\.status.rawValue)))
            lines.append("  by kind: " + counts(verdicts.map(\.finding.kind)))
        }
        if known > 0 { lines.append("\(count(known, "finding")) of the baseline left out") }
        if outcome.dropped > 0 {
            lines.append("\(outcome.dropped) findings beyond the bound are not shown")
        }
        return lines + outcome.faults.map { "not scanned to its end: \($0)" }
    }

    private static func count(_ number: Int, _ what: String) -> String {
        "\(number) \(what)\(number == 1 ? "" : "s")"
    }

    private static func counts(_ names: [String]) -> String {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }
}
