import AuditModel
import Detection
import Foundation
import MarkedText
import Testing

@testable import RuleBook

@Suite("The pack")
struct PackTests {
    @Test("The pack loads without a word")
    func loads() {
        let pack = RuleBook.pack()
        #expect(pack.diagnostics.map(\.text) == [])
        #expect(pack.rules.count >= 25 && pack.active.count == pack.rules.count)
    }

    @Test("Every test of the pack passes")
    func testsPass() {
        for result in RuleTests.run(RuleBook.pack()) {
            #expect(result.failures == [], "\(result.rule): \(result.test) (line \(result.line))")
        }
    }
}

/// Files of the source tree that the binary or the documents must agree with.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}

extension PackTests {
    @Test("The pack in the binary is the one under Rules/; if not, run Scripts/generate-pack")
    func isUpToDate() throws {
        let check = Process()
        check.executableURL = SourceTree.root.appendingPathComponent("Scripts/generate-pack")
        check.arguments = ["--check"]
        try check.run()
        check.waitUntilExit()
        #expect(check.terminationStatus == 0)
        let files = RuleBook.load(
            paths: [SourceTree.root.appendingPathComponent("Rules").path], withPack: false)
        #expect(files.diagnostics.isEmpty)
        #expect(files.rules.map(\.rule) == RuleBook.pack().rules.map(\.rule))
    }

    @Test("Every rule has what a reader needs: references, false positives, triage, actions, tests")
    func isComplete() {
        for loaded in RuleBook.pack().rules {
            let rule = loaded.rule
            #expect(!rule.references.isEmpty && !rule.falsePositives.isEmpty, "\(rule.name)")
            #expect(rule.description.contains("Triage:") && !rule.attack.isEmpty, "\(rule.name)")
            #expect(!rule.actions.isEmpty && rule.message != nil, "\(rule.name)")
            #expect(rule.verdict != nil, "\(rule.name)")
            let alerting = loaded.tests.count { test in
                test.expectation.alerts.contains { ($0.rule ?? rule.name) == rule.name }
            }
            #expect(alerting >= 1, "\(rule.name) has no test in which it fires")
            #expect(loaded.tests.count - alerting >= 2, "\(rule.name) has too few silent tests")
        }
    }

    @Test("The tests of the pack notice nine of ten mistakes in its rules")
    func mutation() {
        let report = MutationTests.run(RuleBook.pack())
        #expect(report.untested == [] && report.mutants > 250)
        #expect(report.percent >= 92, "\(MutationTests.text(report))")
    }

    @Test("Every message and command of the pack fills all its placeholders in its own tests")
    func placeholders() {
        for result in RuleTests.run(RuleBook.pack()) {
            for alert in result.alerts {
                let place = "\(alert.rule.name), \(result.test): "
                #expect(!alert.message.contains("{") && !alert.message.contains("}"))
                for action in alert.actions {
                    let command = action.command ?? ""
                    #expect(!command.contains("UNKNOWN"), "\(place)\(action.title)")
                    #expect(!action.title.contains("unknown"), "\(place)\(action.title)")
                }
            }
        }
    }

    @Test("No command puts a placeholder into quotes, which a value could end")
    func quoting() {
        for action in RuleBook.pack().rules.flatMap(\.rule.actions) {
            let command = action.command ?? ""
            #expect(!command.contains("'") && !command.contains("\""), "\(command)")
        }
    }

    @Test("The rules under docs/RULES.md are sound, and what it lists is what there is")
    func documentation() throws {
        let text = try SourceTree.text("docs/RULES.md")
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        let rules = blocks.filter { $0.hasPrefix("title:") }
        #expect(rules.count >= 2)
        let sources = rules.enumerated().map {
            RuleSource(path: "docs/RULES.md#\($0.offset)", text: $0.element, set: 2)
        }
        let loaded = RuleBook.load(sources: RuleFixture.packSources + sources)
        #expect(loaded.diagnostics.filter { $0.severity != .notice }.map(\.text) == [])
        for result in RuleTests.run(loaded) {
            #expect(result.failures == [], "\(result.path): \(result.test)")
        }
        for name in RuleBook.fieldNames + RuleBook.modifierNames + Rule.placeholders {
            #expect(text.contains("`\(name)`"), "\(name) is not documented")
        }
        for code in RuleDiagnostic.Code.allCases {
            #expect(text.contains("`\(code.rawValue)`"), "\(code.rawValue) is not documented")
        }
    }
}
