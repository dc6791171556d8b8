import AuditModel
import Detection
import MarkedText
import RuleBook
import Testing

@Suite("Filters, collections and strictness")
struct SigmaDocumentTests {
    private typealias Event = SigmaFixture.Event

    private let events = ["batch-7", "shop"].map {
        Event(columns: [.userAgent: "curl", .client: $0, .subject: $0])
    }

    private func filter(_ condition: String, rules: String = "[TST-01]") -> String {
        """
        \(SigmaFixture.rule("s: {user_agent: curl}\ncondition: s"))
        grantrail: {key: [client]}
        ---
        title: Batch jobs
        logsource: {product: oauth}
        filter:
            rules: \(rules)
            selection: {client|startswith: batch-}
            condition: \(condition)
        """
    }

    private func seen(_ text: String) -> [String] {
        SigmaFixture.alerts(RuleBook.load(text: text, path: "f.yml"), events)
            .compactMap(\.keys.client)
    }

    @Test("A filter hides what it selects, however it says so, and the rule knows it")
    func filters() {
        #expect(seen(filter("not selection")) == ["shop"])
        #expect(seen(filter("selection")) == ["shop"])
        #expect(seen(filter("not selection", rules: "any")) == ["shop"])
        #expect(seen(filter("not 1 of selection*")) == ["shop"])
        let loaded = RuleBook.load(text: filter("not selection"), path: "f.yml")
        #expect(loaded.diagnostics.isEmpty && loaded.rules.map(\.filters) == [["Batch jobs"]])
        let undefined = RuleBook.load(text: filter("selection"), path: "f.yml")
        #expect(undefined.diagnostics.map(\.code) == [.undefined])
    }

    @Test("A filter that cannot apply hides nothing, with a warning")
    func uselessFilters() {
        let unknown = RuleBook.load(
            text: filter("not selection", rules: "[TST-02]"), path: "f.yml")
        #expect(unknown.diagnostics.map(\.code) == [.filter, .unknownRule])
        #expect(!unknown.hasErrors && unknown.rules[0].filters.isEmpty)
        let blind = filter("not selection").replacing("client|", with: "Image|")
        #expect(seen(blind).count == 2)
        #expect(
            RuleBook.load(text: blind, path: "f.yml").diagnostics.map(\.code)
                == [.filter, .unknownField])
        let other = filter("not selection").replacing(
            "title: Batch jobs\nlogsource: {product: oauth}",
            with: "title: Batch jobs\nlogsource: {product: okta}")
        #expect(seen(other).count == 2)
    }

    @Test("Collections share parts by global, repeat and reset")
    func collections() {
        let loaded = RuleBook.load(
            text: """
                action: global
                title: Shared
                logsource: {product: oauth}
                detection: {condition: s}
                level: low
                ---
                detection: {s: {user_agent: curl}}
                ---
                id: 11111111-2222-4333-8444-555555555555
                detection: {s: {client: shop}}
                ---
                action: repeat
                id: 21111111-2222-4333-8444-555555555555
                level: high
                ---
                action: reset
                ---
                title: Own
                id: 31111111-2222-4333-8444-555555555555
                logsource: {product: oauth}
                detection: {s: {client: none}, condition: s}
                """, path: "col.yml")
        #expect(loaded.diagnostics.map(\.code) == [.missingKey] && !loaded.hasErrors)
        let alerts = SigmaFixture.alerts(loaded, events)
        #expect(alerts.map(\.severity).sorted() == [.low, .low, .high])
        #expect(loaded.rules.map(\.rule.name) == ["col", "col-2", "col-3", "col-4"])
        let bad = RuleBook.load(text: "action: repaet\ntitle: x", path: "x.yml")
        #expect(bad.diagnostics.map(\.code) == [.unknownValue])
    }

    @Test("Plain Sigma passes the strict check, and what is not plain is named")
    func strictness() {
        let plain = """
            title: Plain
            id: 5a1c0a57-3b1e-4c55-9d3c-6f1f6a0c0b01
            status: test
            date: 2026-01-01
            logsource: {product: okta, service: okta}
            detection:
                words: [a, b]
                selection: {eventType|contains: [x, y]}
                condition: words or selection
            level: low
            tags: [attack.t1528]
            """
        func codes(_ text: String, strictly: Bool = true) -> [RuleDiagnostic.Code] {
            RuleBook.load(sources: [RuleSource(path: "p.yml", text: text)], strictly: strictly)
                .diagnostics.map(\.code)
        }
        #expect(codes(plain) == [])
        let changes = [
            ("id: 5a1c0a57-3b1e-4c55-9d3c", "id: 5a1c0a57-3b1e-8c55-9d3c"), ("status: test\n", ""),
            ("2026-01-01", "2026/01/01"), ("[a, b]", "a"), ("attack.t1528", "T1528"),
            ("contains: [x, y]", "contains|all: [x]"), ("contains: [x, y]", "re: a(?=b)"),
            ("tags:", "grantrail: {points: {words: 1}}\ntags:"),
        ]
        for (old, new) in changes {
            let text = plain.replacing(old, with: new)
            #expect(codes(text) == [.notPortable], "\(new)")
            #expect(codes(text, strictly: false) == [], "\(new)")
        }
        #expect(codes(plain + "\nmine: 1") == [.notPortable, .unknownKey])
    }
}
