import AuditModel
import Detection
import Foundation
import RuleBook
import Testing

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
            #expect(rule.verdict != nil && loaded.tests.count >= 3, "\(rule.name)")
        }
    }

    @Test("Every message and command of the pack fills all its placeholders in its own tests")
    func placeholders() {
        for result in RuleTests.run(RuleBook.pack()) {
            for alert in result.alerts {
                #expect(!alert.message.contains("{") && !alert.message.contains("}"))
                for action in alert.actions {
                    #expect(action.command?.contains("UNKNOWN") != true, "\(action.title)")
                }
            }
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
