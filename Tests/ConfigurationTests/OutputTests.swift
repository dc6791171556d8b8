import Configuration
import Foundation
import MarkedText
import TestSupport
import Testing

@Suite("Configurations are printed and described")
struct ConfigurationOutputTests {
    @Test("What is printed is a configuration that says the same")
    func roundTrip() {
        for origin in [false, true] {
            let loaded = Fixture.load(Fixture.whole)
            let text = loaded.effectiveText(showsOrigin: origin)
            let again = Fixture.load(text)
            #expect(again.diagnostics.map(\.text) == [])
            #expect(again.settings.map(\.value) == loaded.settings.map(\.value))
            #expect(again.settings.map(\.name) == loaded.settings.map(\.name))
            #expect(again.effectiveText(showsOrigin: origin).count > 100)
        }
    }

    @Test("Values that YAML would take for something else are quoted")
    func quotes() {
        let strange = ["null", "~", "- a", "a: b", "#x", "é\u{85}", "\"", "{", "-1", "'", "%5"]
        for text in strange {
            let quoted = text.replacing("\"", with: "\\\"").replacing("\u{85}", with: "\\N")
            let json = "\"" + quoted + "\""
            let source = Fixture.least + "sources: [{type: file, path: a, tenant: \(json)}]"
            let loaded = Fixture.load(source)
            let again = Fixture.load(loaded.effectiveText(showsOrigin: true))
            #expect(again.configuration?.sources.first?.tenant == text)
        }
    }

    @Test("The schema knows every setting of the whole example and nothing else")
    func schema() throws {
        let json = try JSONSerialization.jsonObject(with: Data(ConfigurationFile.schema.utf8))
        let schema = try #require(json as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: Any])
        let top = Set(Fixture.load(Fixture.whole).settings.map { $0.name.prefix { $0 != "." } })
        #expect(Set(properties.keys.map { $0[...] }) == top)
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    }

    @Test("docs/CONFIGURATION.md has the reference of this version")
    func reference() throws {
        var root = URL(filePath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let path = root.appending(path: "docs/CONFIGURATION.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(
            text.contains(ConfigurationFile.reference),
            "put the output of `grantrail config schema --reference` there")
    }

    @Test("Files spoiled at random give a configuration or errors, and never trap")
    func spoiled() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("{}[]:,-&*!|>'\"%@`#? \n\tg1_=".utf8)
        for _ in 0..<1_000 {
            var bytes = Array(Fixture.whole.utf8)
            for _ in 0...random.below(5) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[place] = alphabet[random.below(alphabet.count)]
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                case 2: bytes[place] = UInt8(random.below(256))
                default: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
                }
            }
            let loaded = Fixture.load(String(decoding: bytes, as: UTF8.self))
            #expect((loaded.configuration == nil) == loaded.hasErrors, "seed \(seed)")
            let again = Fixture.load(loaded.effectiveText(showsOrigin: true))
            #expect(loaded.hasErrors || !again.hasErrors, "seed \(seed)")
        }
    }
}
