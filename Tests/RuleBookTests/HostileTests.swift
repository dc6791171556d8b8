import MarkedText
import RuleBook
import TestSupport
import Testing

@Suite("Hostile rule files")
struct HostileTests {
    @Test("Whatever would make a parser grow or recurse is refused")
    func refusals() {
        let deepFlow = "a: " + String(repeating: "[", count: 1 << 19)
        let deepDashes = String(repeating: "- ", count: 1 << 18) + "a"
        let deepIndent = (0..<600).map { String(repeating: " ", count: $0) + "k\($0):" }
            .joined(separator: "\n")
        let bomb =
            "a0: &a0 [x, x]\n"
            + (1..<40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
        let keyBomb =
            "- &a0 [x, x]\n"
            + (1..<30).map { "- &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
            + "- {? *a29 : 1, ? *a29 : 2}\n"
        let cases: [(String, RuleDiagnostic.Code)] = [
            (deepFlow, .tooDeep), (deepDashes, .tooDeep), (deepIndent, .tooDeep),
            (bomb, .tooManyAliases), (keyBomb, .tooManyAliases),
            (String(repeating: "a", count: (1 << 20) + 1), .tooLarge),
            (String(repeating: "--- 1\n", count: 5_000), .tooMany),
            ("a: \u{0}", .syntax), ("a: *b", .syntax), ("\t- x: [", .syntax),
            ("a: 1\na: 2", .duplicateKey), ("- a", .wrongType), ("just text", .wrongType),
        ]
        for (text, code) in cases {
            let found = RuleBook.load(text: text, path: "h.yml").diagnostics.map(\.code)
            #expect(found.contains(code), "\(text.prefix(40)): \(found)")
        }
    }

    @Test("An error counts even behind more warnings than are kept")
    func manyWarnings() {
        let fields = (0..<400).map { "x\($0): 1" }.joined(separator: ", ")
        let text = RuleFixture.detection("a: {\(fields), kind: nothing}\ncondition: a")
        let loaded = RuleFixture.load(text)
        #expect(loaded.hasErrors)
        #expect(loaded.rules.isEmpty)
        #expect(loaded.diagnostics.count == 201)
    }

    @Test("A few aliases are read")
    func aliases() {
        let text = RuleFixture.detection(
            """
            a: &places {country: [DE, FR]}
            b: *places
            condition: a or b
            """)
        #expect(RuleFixture.load(text).diagnostics.isEmpty)
    }

    @Test("Conditions of any depth and length end in a diagnostic")
    func conditions() {
        let deep = String(repeating: "(", count: 5_000)
        let nots = String(repeating: "not ", count: 3_000) + "a"
        let long = Array(repeating: "a", count: 20_000).joined(separator: " or ")
        for text in [deep, nots, long] {
            let rule = RuleFixture.detection("a: {ip: x}\ncondition: '\(text)'")
            #expect(RuleFixture.load(rule).diagnostics.map(\.code) == [.condition])
        }
    }

    @Test("Files spoiled at random never trap")
    func spoiled() {
        var random = SeededGenerator(seed: 0x9E37_79B9)
        let texts = [RuleFixture.sound, RuleFixture.story]
        let alphabet = Array("{}[]:,-&*!|>'\"%@`#? \n\tg1>+".utf8)
        for round in 0..<1_500 {
            var bytes = Array(texts[round % texts.count].utf8)
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = alphabet[random.below(alphabet.count)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
                }
            }
            let loaded = RuleFixture.load(String(decoding: bytes, as: UTF8.self))
            for diagnostic in loaded.diagnostics {
                #expect(!diagnostic.text.isEmpty, "seed 0x9E3779B9, round \(round)")
            }
            _ = RuleTests.run(loaded)
        }
    }
}
