import ArgumentParser
import AuditModel
import Delivery
import Foundation
import Pipeline
import RuleBook

struct RulesCoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Say which rules see what through which sources, and what would cure the rest.",
        discussion: """
            Measured from events: kinds and outcomes of all of them, fields of the first \
            \(SourceSurvey.fullEvents) of each source and of every \(SourceSurvey.stride)th \
            after them.

            EXAMPLES
              grantrail rules coverage keycloak.log
              grantrail rules coverage --store events.db --navigator layer.json
            """)

    @OptionGroup var history: HistoryArguments

    @Option(help: "Only sources whose dialect or name is this; repeatable.")
    var source: [String] = []

    @Option(help: "Also write a layer for the ATT&CK Navigator to this file.")
    var navigator: String?

    @OptionGroup var rules: RuleOptions
    @OptionGroup var clients: ClientArguments
    @OptionGroup var intake: IntakeArguments
    @OptionGroup var output: OutputOptions

    func run() {
        perform { () throws(PipelineError) in
            let loaded = rules.loadAll()
            var survey = SourceSurvey(loaded)
            let tally = try EventReader(history, intake, clients).read(
                showsProgress: true
            ) { batch, row, pool in
                survey.take(batch, row: row, pool: pool)
            }
            note(tally)
            if !source.isEmpty { survey.keep(source) }
            let coverage = Coverage(loaded, survey)
            if let navigator { write(coverage.navigatorLayer, to: navigator) }
            switch output.choice {
            case .text:
                Terminal.write(CoverageTable(coverage: coverage, style: output.style).text)
            case .json: Terminal.write(coverage.json + "\n")
            case .ndjson:
                Printer(output).objects(coverage.entries) { coverage.append($0, to: &$1) }
            }
        }
    }

    private func write(_ text: String, to path: String) {
        do {
            try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            Terminal.fail("cannot write \(path): \(error.localizedDescription)", status: 74)
        }
    }
}

/// Coverage for people: a table and the cures, source by source.
private struct CoverageTable {
    let coverage: Coverage
    let style: TextStyle

    var text: String {
        coverage.sources.indices.map(section).joined(separator: "\n")
    }

    private func section(_ index: Int) -> String {
        let source = coverage.sources[index]
        let entries = coverage.entries.filter { $0.source == index }
        let width = entries.map(\.rule.count).max() ?? 0
        var lines = [
            style.bold("\(style.escape(source.dialect)) \(style.escape(source.name))")
                + "  \(source.visibility.name)  \(source.events) events, "
                + "\(source.successes) successes, \(source.failures) failures"
                + (source.sampled < source.events
                    ? ", fields of \(source.sampled) looked at" : "")
        ]
        for entry in entries {
            let name = style.escape(entry.rule)
            let padding = String(repeating: " ", count: max(0, width - entry.rule.count))
            var why = style.escape(entry.why.joined(separator: "; "), limit: 500)
            if why.isEmpty, entry.isWaiting { why = style.dim("waiting: nothing of it came yet") }
            lines.append("  \(name)\(padding)  \(state(entry.state))  \(why)")
        }
        let cures = entries.filter { $0.state != .off }.flatMap(\.cures)
        var seen: Set<String> = []
        let distinct = cures.filter { seen.insert($0).inserted }
        if !distinct.isEmpty {
            lines.append("  " + style.bold("to see more"))
            lines += distinct.map { "  - \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func state(_ state: Coverage.State) -> String {
        let padded = state.rawValue + String(repeating: " ", count: 8 - state.rawValue.count)
        switch state {
        case .active: return style.good(padded)
        case .degraded: return style.severity(.medium, padded)
        case .blind: return style.severity(.high, padded)
        case .off: return style.dim(padded)
        }
    }
}
