import Detection
import MarkedText
import RuleBook
import Testing

@Suite("Diagnostics of rule files")
struct DiagnosticTests {
    @Test("Five mistakes in one file give five diagnostics, each with its place and remedy")
    func fiveMistakes() {
        let text = """
            titel: Tokens replayed
            title: Tokens replayed
            id: 11111111-2222-4333-8444-555555555555
            name: TST-01
            level: hihg
            logsource: {product: oauth}
            detection:
                replay:
                    fact: refresh.replayd
                    ip|endwith: .7
                condition: replay and not alowed
                allowed: {policy_allows: true}
            """
        let found = RuleFixture.load(text).diagnostics
        #expect(
            found.map { "\($0.line):\($0.column)-\($0.length) \($0.code.rawValue)" } == [
                "1:1-5 rule.unknown_key", "5:8-4 rule.unknown_value", "9:15-15 rule.unknown_value",
                "10:12-7 rule.unknown_modifier", "11:31-6 rule.unknown_selection",
            ])
        let hints = ["'title'", "'high'", "'refresh.replayed'", "'endswith'", "'allowed'"]
        for (diagnostic, hint) in zip(found, hints) {
            #expect(diagnostic.message.contains("did you mean \(hint)?"))
            #expect(diagnostic.isError)
        }
        #expect(RuleFixture.load(text).rules.isEmpty)
    }

    @Test("A diagnostic shows its line with a caret under the place")
    func rendering() {
        let text = RuleFixture.replacing("level: low", "level: lwo")
        #expect(
            RuleFixture.load(text).diagnostics.map(\.text) == [
                """
                rule.yml:5:8: error: unknown level 'lwo'; did you mean 'low'? [rule.unknown_value]
                    level: lwo
                           ^~~
                    help: one of: informational, low, medium, high, critical
                """
            ])
    }

    @Test(
        "Each mistake is found at its place",
        arguments: [
            ("title: Tokens refused", "description: none", "rule.missing_key 1:1"),
            ("id: 11111111", "id: x1111111", "rule.wrong_type 2:5"),
            ("status: test", "status: tset", "rule.unknown_value 4:9"),
            ("level: low", "level: [low]", "rule.wrong_type 5:8"),
            ("level: low", "date: yesterday", "rule.wrong_type 5:7"),
            ("{product: oauth,", "{prodcut: oauth,", "rule.unknown_key 6:13"),
            ("refused: {fact: ", "refused: {rotation: ", "rule.unknown_value 8:25"),
            ("fact: refresh.refused", "policy_allows: maybe", "rule.wrong_type 8:30"),
            ("fact: refresh.refused", "generation_gap: two", "rule.wrong_type 8:31"),
            ("fact: refresh.refused", "policy_allows|contains: t", "rule.modifier_misuse 8:15"),
            ("fact: refresh.refused", "ip|gte: 2", "rule.modifier_misuse 8:15"),
            ("condition: refused", "condition: refused and", "rule.condition 9:26"),
            ("condition: refused", "condition: (refused", "rule.condition 9:16"),
            ("condition: refused", "condition: refused refused", "rule.condition 9:24"),
            ("condition: refused", "condition: 1 of sel*", "rule.unknown_selection 9:21"),
            ("condition: refused", "conditoin: {ip: a}", "rule.missing_key 8:5"),
            ("key: [issuer, client]", "key: [isuer]", "rule.unknown_value 11:11"),
            ("key: [issuer, client]", "kye: [issuer]", "rule.unknown_key 11:5"),
            ("key: [issuer, client]", "fire_at: 4", "rule.missing_key 11:14"),
            ("key: [issuer, client]", "points: {refusd: 1}", "rule.unknown_selection 11:14"),
            ("key: [issuer, client]", "points: {refused: 1e3}", "rule.wrong_type 11:23"),
            ("key: [issuer, client]", "points_from: TST-02", "rule.unknown_rule 11:18"),
            ("condition: ", "other: {ip: x}\n    condition: ", "rule.unused_selection 9:5"),
            ("key: [issuer, client]", "unless: [TST-01]", "rule.unknown_rule 11:14"),
            ("key: [issuer, client]", "unless: [TST-02]", "rule.unknown_rule 11:14"),
            ("key: [issuer, client]", "raise: {worst: [refused]}", "rule.unknown_key 11:13"),
            ("key: [issuer, client]", "needs: {all: [ipp]}", "rule.unknown_value 11:19"),
            ("at {client}", "at {clientt}", "rule.unknown_placeholder 12:28"),
            ("message: \"{subject} at {client}\"", "message: [", "rule.syntax 13:1"),
            ("status: test", "name: TST-02", "rule.duplicate_key 3:1"),
        ])
    func mistakes(old: String, new: String, place: String) {
        #expect(RuleFixture.places(RuleFixture.replacing(old, new)).contains(place))
    }

    @Test("Every code of a diagnostic is a stable lower-case name")
    func codes() {
        let names = RuleDiagnostic.Code.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.hasPrefix("rule."))
            #expect(name.allSatisfy { $0.isLowercase || $0 == "." || $0 == "_" })
        }
    }

    @Test("Control characters of a file never reach the terminal")
    func printable() {
        let text = RuleFixture.replacing("status: test", "status: \"\\e[31mred\u{202E}\"")
        let shown = RuleFixture.load(text).diagnostics.map(\.text).joined()
        #expect(shown.contains("unknown status"))
        #expect(!shown.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    }

    @Test("What is good Sigma but cannot be seen here leaves the rule blind, with a warning")
    func blind() {
        let cases = [
            ("logsource: {product: oauth,", "logsource: {product: windows,", "other_logsource"),
            ("fact: refresh.refused", "CommandLine: a", "unknown_field"),
            ("fact: refresh.refused", "ip|expand: '%x%'", "unknown_placeholder"),
            ("fact: refresh.refused", "ip|hour: 3", "undefined"),
            ("condition: refused", "condition: refused | count() > 3", "obsolete"),
        ]
        for (old, new, code) in cases {
            let loaded = RuleFixture.load(RuleFixture.replacing(old, new))
            #expect(loaded.diagnostics.map(\.code.rawValue) == ["rule.\(code)"])
            #expect(!loaded.hasErrors)
            #expect(loaded.rules.count == 1)
            #expect(loaded.active.isEmpty)
            #expect(loaded.rules.first?.blindness.isEmpty == false)
        }
    }

    @Test("An empty document is nothing")
    func emptyDocuments() {
        #expect(RuleFixture.load("---\n---\n").diagnostics.isEmpty)
    }
}
