import AuditModel
import Delivery
import Detection
import Pipeline
import RuleBook
import WireFormat

/// What `doctor` found.
struct DoctorReport {
    var machine: MachineCheck
    var inputs: [InputTally]
    /// Nil when no events were looked at.
    var checkup: Checkup?

    /// What should be mended.
    var problems: Int {
        machine.rows.count { $0.state == .problem } + inputs.count(where: Self.isLossy)
            + (checkup?.sources.flatMap(\.findings).count { $0.symptom.isProblem } ?? 0)
    }

    /// Whether more than one record in a hundred is lost, or all.
    static func isLossy(_ input: InputTally) -> Bool {
        let lost = input.tally.rejectedCount
        return lost * 100 > input.tally.events + lost || input.tally.events == 0
    }

    // MARK: - For programs

    /// `{"machine":[…],"inputs":[…],"sources":[…],"problems":0}` and a line end.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("machine")
        writer.beginArray()
        for row in machine.rows {
            writer.beginObject()
            writer.member("name", row.name)
            writer.member("state", row.state.rawValue)
            writer.member("what", row.what)
            writer.member("remedy", row.remedy)
            writer.endObject()
        }
        writer.endArray()
        writer.key("inputs")
        writer.beginArray()
        for input in inputs { Self.append(input, &writer) }
        writer.endArray()
        writer.key("sources")
        writer.beginArray()
        for source in checkup?.sources ?? [] { source.append(to: &writer) }
        writer.endArray()
        writer.member("problems", Int64(problems))
        writer.endObject()
        writer.endLine()
        return writer.takeBytes()
    }

    private static func append(_ input: InputTally, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", input.name)
        writer.member("events", Int64(input.tally.events))
        if input.tally.records > 0 {
            writer.member("records", Int64(input.tally.records))
            writer.member("ignored", Int64(input.tally.ignored))
        }
        for (key, counts) in [("lost", input.tally.rejected), ("shortened", input.tally.partial)] {
            writer.key(key)
            writer.beginObject()
            for code in IssueCode.allCases {
                writer.member(code.rawValue, counts[code].map(Int64.init))
            }
            writer.endObject()
        }
        writer.endObject()
    }

    // MARK: - For people

    /// Lines with their ends.
    ///
    /// - Parameter now: nanoseconds UTC.
    func text(_ style: TextStyle, now: Int64) -> String {
        let drawing = DoctorText(style: style, now: now)
        var lines = drawing.machine(machine.rows)
        lines += inputs.flatMap(drawing.input)
        for source in checkup?.sources ?? [] { lines += [""] + drawing.source(source) }
        let advice =
            machine.rows.count { $0.state == .advice }
            + (checkup?.sources.flatMap(\.findings).count { !$0.symptom.isProblem } ?? 0)
        lines += ["", style.bold("problems: \(problems), advice: \(advice)")]
        return lines.joined(separator: "\n") + "\n"
    }
}

/// How findings look.
private struct DoctorText {
    let style: TextStyle
    let now: Int64

    func machine(_ rows: [MachineCheck.Row]) -> [String] {
        rows.flatMap { row in
            let state = switch row.state {
            case .ok: style.good("ok     ")
            case .advice: style.severity(.medium, "advice ")
            case .problem: style.severity(.high, "PROBLEM")
            }
            let what = style.escape(row.what, limit: 1000)
            return ["\(state)  \(row.name): \(what)"]
                + (row.remedy.map { ["         " + style.escape($0, limit: 1000)] } ?? [])
        }
    }

    func input(_ input: InputTally) -> [String] {
        let tally = input.tally
        let state =
            DoctorReport.isLossy(input) ? style.severity(.high, "PROBLEM") : style.good("ok     ")
        let line = "\(state)  input \(style.escape(input.name)): \(tally.report.first ?? "")"
        return [line] + IssueCode.allCases.flatMap { code -> [String] in
            guard let count = tally.rejected[code] else { return [] }
            return [
                "         \(count) lost: \(code.rawValue) — \(code.explanation)",
                "         \(code.remedy)",
            ]
        }
    }

    func source(_ source: Checkup.Source) -> [String] {
        let survey = source.survey
        let tenant = survey.health.tenant.isEmpty ? "" : " (\(style.escape(survey.health.tenant)))"
        var lines = [
            style.bold("\(style.escape(survey.dialect)) \(style.escape(survey.name))") + tenant
                + "  \(survey.visibility.name)  \(survey.events) events, "
                + "\(survey.successes) successes, \(survey.failures) failures"
        ]
        if survey.events > 0 {
            let age = now > survey.health.last ? now - survey.health.last : 0
            lines.append(
                "  from \(TimeText.string(survey.health.first, precision: 0)) to "
                    + "\(TimeText.string(survey.health.last, precision: 0)), "
                    + "\(DurationText.text(age)) ago")
        }
        let kinds = survey.kindCounts.prefix(6).map { "\($0.kind.name) \($0.count)" }
        lines.append("  kinds: " + kinds.joined(separator: ", "))
        lines.append(rules(source))
        return lines + source.findings.flatMap(finding)
    }

    private func rules(_ source: Checkup.Source) -> String {
        var line = "  rules: \(source.active.count) active, \(source.degraded.count) degraded"
        if source.blind.isEmpty { return line }
        line += ", \(source.blind.count) blind: "
        return line + style.escape(source.blind.joined(separator: " "), limit: 1000)
    }

    private func finding(_ finding: Checkup.Finding) -> [String] {
        let mark =
            finding.symptom.isProblem
            ? style.severity(.high, "PROBLEM") : style.severity(.medium, "advice ")
        var lines = [
            "  \(mark)  \(finding.symptom.rawValue): \(style.escape(finding.what, limit: 1000))"
        ]
        for (word, names) in [("blind", finding.blind), ("degraded", finding.degraded)]
        where !names.isEmpty {
            lines.append("           \(word): \(style.escape(names.joined(separator: " ")))")
        }
        if let remedy = finding.remedy { lines.append("           \(remedy)") }
        return lines + finding.commands.map { "             $ \($0)" }
    }
}

extension IssueCode {
    /// What to do about records that are lost for this.
    fileprivate var remedy: String {
        switch self {
        case .recordTooLong: "raise --max-record if such records are wanted"
        case .recordTruncated: "read the input again when it is complete; look at what cut it"
        case .recordEmpty: "nothing to do"
        case .jsonSyntax, .jsonDepth, .jsonDuplicateKey, .jsonUTF8, .jsonNumber:
            "look at them with `grantrail store quarantine`; something cuts or mixes lines"
        case .textSyntax, .textUTF8:
            "look at them with `grantrail store quarantine`; let the shipper pass lines unchanged"
        case .dialectUnknown: "name the format with --dialect, if it is one that is known"
        case .fieldMissing, .fieldInvalid, .fieldTooLong:
            "look at what a log shipper strips or renames"
        case .timeInvalid, .timeRange:
            "let the server write whole dates; a date of 1970 is often seconds for milliseconds"
        }
    }
}
