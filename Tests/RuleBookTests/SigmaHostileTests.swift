import AuditModel
import Detection
import MarkedText
import RuleBook
import TestSupport
import Testing

@Suite("Hostile Sigma")
struct SigmaHostileTests {
    private func codes(_ detection: String) -> [RuleDiagnostic.Code] {
        RuleFixture.load(RuleFixture.detection(detection)).diagnostics.map(\.code)
    }

    @Test("Ten thousand values are read and matched; more are refused")
    func longLists() {
        func field(_ count: Int) -> String {
            "user_agent: [" + (0..<count).map { "v\($0)" }.joined(separator: ", ") + "]"
        }
        let event = SigmaFixture.Event(columns: [.userAgent: "v9999"])
        #expect(SigmaFixture.fires(field(10_000), event))
        #expect(codes("s: {\(field(10_001))}\ncondition: s") == [.wrongType])
    }

    @Test("What multiplies is bounded: dashes, placeholders, places of a field")
    func products() {
        let dashes = Array(repeating: "-a", count: 6).joined(separator: " ")
        #expect(codes("s: {user_agent|windash: '\(dashes)'}\ncondition: s") == [.tooMany])
        let five = (0..<10).map { "'-a -b -c -d -\($0)'" }.joined(separator: ", ")
        #expect(codes("s: {user_agent|windash: [\(five)]}\ncondition: s") == [.tooMany])
        let long = String(repeating: "x", count: 400_000)
        #expect(codes("s: {user_agent|windash: '-a -b \(long)'}\ncondition: s") == [.tooMany])
        let sources = [
            RuleSource(
                path: "r.yml",
                text: RuleFixture.detection("s: {ip|expand: '%p%%p%%p%%p%%p%'}\ncondition: s")),
            RuleSource(
                path: "placeholders.yml",
                text: "p: [" + (0..<20).map(String.init).joined(separator: ", ") + "]"),
        ]
        #expect(RuleBook.load(sources: sources).diagnostics.map(\.code) == [.tooMany])
        let text = SigmaFixture.rule(
            "s: {clientId: a, error: b, code: c, token: d, token_id: e, code_id: f, "
                + "refresh_token: g}\ncondition: s", logsource: "{product: keycloak}")
        #expect(RuleFixture.load(text).diagnostics.map(\.code) == [.tooMany])
    }

    @Test("An expression that never ends matches nothing, soon")
    func expressions() {
        let event = SigmaFixture.Event(
            columns: [.userAgent: String(repeating: "a", count: 5_000) + "!"])
        #expect(!SigmaFixture.fires("user_agent|re: '^(a+)+$'", event))
        let huge = String(repeating: "(a{1000}){1000}", count: 20)
        #expect(codes("s: {user_agent|re: '\(huge)'}\ncondition: s") == [.expression])
        let many = (0...1_000).map { "a\($0)" }.joined(separator: ", ")
        #expect(codes("s: {user_agent|re: [\(many)]}\ncondition: s") == [.tooMany])
        let deep = String(repeating: "(", count: 2_000) + String(repeating: ")", count: 2_000)
        #expect(codes("s: {user_agent|re: '\(deep)'}\ncondition: s") == [.expression])
    }

    @Test("Documents that take everything over a thousand times are cut off")
    func collections() {
        let values = (0..<20_000).map { "v\($0)" }.joined(separator: ", ")
        let text =
            "action: global\ntitle: x\nlogsource: {product: oauth}\n"
            + "detection: {s: {user_agent: [\(values.prefix(60_000))]}, condition: s}\n"
            + String(repeating: "---\nlevel: low\n", count: 900)
        let loaded = RuleBook.load(text: text, path: "g.yml")
        #expect(loaded.diagnostics.contains { $0.code == .tooMany })
    }

    @Test("Sigma documents spoiled at random never trap")
    func spoiled() {
        var random = SeededGenerator(seed: 0x51C3_A001)
        let texts = [
            SigmaFixture.rule(
                "a: {user_agent|re|i: 'x+', ip|cidr: 10.0.0.0/8, time|hour|gte: 3}\n"
                    + "b: {client|windash|base64offset|contains: '-x y', tls|fieldref: device}\n"
                    + "condition: 1 of them and not all of b*"),
            """
            title: C
            id: cccccccc-2222-4333-8444-555555555555
            correlation:
                type: value_percentile
                rules: [a, b]
                group-by: [who]
                timespan: 10m
                condition: {field: asn, percentile: 95, gte: 3, lt: 9}
                aliases: {who: {a: subject, b: client}}
            generate: true
            ---
            title: F
            logsource: {product: okta, service: okta}
            filter: {rules: any, s: {eventType: x}, condition: not s}
            ---
            action: repeat
            """,
        ]
        let alphabet = Array("{}[]:,-&*!|>'\"%@`#? \n\tg1>+".utf8)
        for round in 0..<1_000 {
            var bytes = Array(texts[round % texts.count].utf8)
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = alphabet[random.below(alphabet.count)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let loaded = RuleBook.load(
                sources: [RuleSource(path: "s.yml", text: text)], strictly: true)
            for diagnostic in loaded.diagnostics {
                #expect(!diagnostic.text.isEmpty, "seed 0x51C3A001, round \(round)")
            }
            _ = SigmaFixture.alerts(loaded, [SigmaFixture.Event(columns: [.userAgent: "x"])])
        }
    }
}
