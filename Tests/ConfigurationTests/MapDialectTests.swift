import Configuration
import Testing

@Suite("A dialect that is a map")
struct MapDialectTests {
    private func source(_ dialect: String) -> String {
        Fixture.least + "sources: [{type: file, path: a, dialect: \(dialect)}]"
    }

    @Test("it is named by its file, seen from the configuration's directory", arguments: [
        ("{map: maps/a.yml}", "map:/etc/gt/maps/a.yml"), ("{map: /srv/a.yml}", "map:/srv/a.yml"),
        ("'map:a.yml'", "map:/etc/gt/a.yml"), ("KEYCLOAK", "keycloak"),
    ])
    func forms(text: String, dialect: String) throws {
        let loaded = Fixture.load(source(text))
        #expect(loaded.diagnostics == [])
        #expect(loaded.configuration?.sources.first?.dialect == dialect)
        let again = Fixture.load(loaded.effectiveText(showsOrigin: false))
        #expect(again.configuration?.sources.first?.dialect == dialect)
    }

    @Test("what is no such thing is said at its place", arguments: [
        ("{}", "config.missing_key"), ("{mapp: a}", "config.unknown_key"),
        ("{map: [a]}", "config.wrong_type"), ("{map: ''}", "config.wrong_type"),
        ("acme", "config.unknown_value"),
    ])
    func mistakes(text: String, code: String) {
        let marks = Fixture.marks(source(text))
        #expect(marks.count == 1 && marks.allSatisfy { $0.hasSuffix(" " + code) }, "\(marks)")
        #expect(marks.allSatisfy { $0.hasPrefix("2:") })
    }
}
