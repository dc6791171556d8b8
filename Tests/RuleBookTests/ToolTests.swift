import AuditModel
import Detection
import Foundation
import MarkedText
import RuleBook
import Testing

@Suite("Tools for rules")
struct ToolTests {
    private static let tested = """
        title: Tokens refused
        id: 11111111-2222-4333-8444-555555555555
        name: TST-01
        level: low
        logsource: {product: oauth, service: ledger}
        detection:
            refused: {fact: refresh.refused}
            ours: {client: batch}
            condition: refused and not ours
        grantrail:
            key: [issuer, client]
            tests:
                - name: refused
                  story: |
                      10:00 anna berlin/telekom refresh g5>g6
                      10:10 anna berlin/telekom refresh g7 refused
                  expect: {level: low}
        """

    // MARK: - Status

    @Test("A rule that is not to be trusted is loaded, tested and off, unless asked for")
    func statusSwitchesOff() {
        for status in Rule.Status.allCases {
            let text = Self.tested.replacing(
                "level: low\n", with: "status: \(status)\nlevel: low\n")
            var loaded = RuleFixture.load(text)
            let isOff = [.experimental, .deprecated, .unsupported].contains(status)
            #expect(loaded.rules.map(\.isOff) == [isOff])
            #expect(loaded.active.count == (isOff ? 0 : 1))
            #expect((loaded.inactiveSummary == "1 rule, 0 blind, 1 off") == isOff)
            #expect(RuleTests.run(loaded).map(\.passed) == [true])
            loaded.runsExperimental = true
            #expect(loaded.active.count == 1 && loaded.inactiveSummary == nil)
        }
    }

    @Test("A rule that is off gives hits to a running one that is about it, and no alerts")
    func offBase() {
        var base = Rule(id: "a", name: "A", title: "a", level: .low)
        base.status = .experimental
        var correlation = Rule(id: "b", name: "B", title: "b", level: .low)
        correlation.condition = .fired("a")
        var loaded = RuleFixture.load(Self.tested)
        guard let sample = loaded.rules.first else { return }
        loaded.rules = [base, correlation].map { rule in
            var entry = sample
            entry.rule = rule
            return entry
        }
        #expect(loaded.active.map(\.name) == ["B", "A"])
        #expect(loaded.active.map(\.isSilent) == [false, true])
    }

    // MARK: - Mutants

    @Test("Tests that look at one side only leave mistakes unnoticed, each named with its line")
    func weakTests() {
        let report = MutationTests.run(RuleFixture.load(Self.tested))
        #expect(report.mutants > report.survivors.count && report.percent < 100)
        let dropped = report.survivors.first { $0.change == "drop selection ours" }
        // The text is not on disk, so that the rule's own line stands for the selection's.
        #expect(dropped?.line == 2 && dropped?.rule == "TST-01" && dropped?.path == "rule.yml")
    }

    @Test("A test of the other side notices them all")
    func strongTests() {
        let more = """

                    - name: ours
                      story: |
                          10:00 anna berlin/telekom refresh g5>g6 client=batch
                          10:10 anna berlin/telekom refresh g7 refused client=batch
                      expect: none
                    - name: accepted
                      story: |
                          10:00 anna berlin/telekom refresh g5>g6
                      expect: none
            """
        let report = MutationTests.run(RuleFixture.load(Self.tested + more))
        #expect(report.survivors == [] && report.percent == 100 && report.mutants >= 4)
    }

    @Test("A rule without tests is named, not counted")
    func untested() {
        let report = MutationTests.run(RuleFixture.load(RuleFixture.sound))
        #expect(report.untested == ["TST-01"] && report.mutants == 0 && report.percent == 100)
    }

    @Test("Conditions that hold for the same events are no mutants of each other")
    func equivalent() {
        let twice = Self.tested.replacing(
            "condition: refused and not ours",
            with: "condition: refused or (refused and ours)")
        let report = MutationTests.run(RuleFixture.load(twice))
        // Whatever is done to the second half changes nothing, and is not counted.
        #expect(!report.survivors.contains { $0.change == "negate ours" })
    }

    // MARK: - Scaffolds and documents

    @Test("A fresh rule passes check and test, and so does a copy of every rule of the pack")
    func scaffolds() throws {
        var texts = [try RuleTemplate.text(name: "OWN-01")]
        for rule in RuleBook.pack().rules {
            texts.append(try RuleTemplate.text(name: "OWN-\(rule.rule.name)", from: rule))
        }
        for text in texts {
            let source = RuleSource(path: "own.yml", text: text, set: 1)
            let loaded = RuleBook.load(sources: RuleFixture.packSources + [source])
            #expect(loaded.diagnostics.map(\.text) == [])
            let results = RuleTests.run(loaded, runsPack: false)
            #expect(results.count >= 2)
            for result in results {
                #expect(result.failures == [], "\(result.rule) \(result.test)")
            }
        }
    }

    @Test("Names that would leave the directory or the language are refused")
    func badNames() {
        for name in ["", "../x", "a b", "-x", "ü", String(repeating: "a", count: 61)] {
            #expect(throws: RuleTemplate.Refusal.self) { try RuleTemplate.text(name: name) }
        }
    }

    @Test("The generated documents are up to date; if not, run Scripts/generate-rule-docs")
    func documents() throws {
        let reference = try SourceTree.text("docs/RULES.md")
        #expect(RuleDocs.updated(reference) == reference)
        #expect(RuleDocs.updated(reference.replacing("| `fact` |", with: "")) == reference)
        let readme = try SourceTree.text("Rules/README.md")
        #expect(RuleDocs.readme(RuleBook.pack()) == readme)
        for rule in RuleBook.pack().rules { #expect(readme.contains("## \(rule.rule.name): ")) }
    }

    @Test("State is bounded and said")
    func stateBounds() throws {
        var rule = Rule(id: "a", name: "A", title: "a", level: .low)
        #expect(StateBound(rule).text == "none" && StateBound(rule).bytes == 0)
        rule.operation = Operation(
            .count, window: Operation.Window(span: 60), bounds: [Operation.Bound(.greater, 5)])
        let bound = StateBound(rule)
        #expect(bound.keys > 0 && bound.bytes == bound.keys * bound.bytesPerKey)
        #expect(bound.text.contains("\(bound.keys) keys of "))
    }
}
