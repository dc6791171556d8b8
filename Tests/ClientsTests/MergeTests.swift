import AuditModel
import MarkedText
import Testing

@testable import Clients

@Suite("An import keeps what people wrote")
struct ClientMergeTests {
    private static func export(_ text: String) throws -> ClientBook {
        try ClientImportTests.imported(text).book
    }

    private static let before = """
        [{"tenant":"acme","client_id":"a","name":"A","app_type":"spa",
          "refresh_token":{"rotation_type":"rotating","leeway":10}},
         {"tenant":"acme","client_id":"b","name":"B","app_type":"regular_web"},
         {"tenant":"acme","client_id":"c","name":"C","app_type":"native"}]
        """

    private static let after = """
        [{"tenant":"acme","client_id":"a","name":"A","app_type":"spa",
          "refresh_token":{"rotation_type":"rotating","leeway":20}},
         {"tenant":"acme","client_id":"b","name":"B2","app_type":"regular_web"},
         {"tenant":"acme","client_id":"d","name":"D","app_type":"native"}]
        """

    @Test("the same export again changes nothing")
    func same() throws {
        let book = try Self.export(Self.before)
        let merged = book.merged(over: readClients(book.text))
        #expect(merged.text == book.text)
        #expect(merged.notes == [] && merged.added == 0 && merged.updated == 0)
    }

    @Test("what an export wrote is brought up to date, what people filled in stays")
    func updates() throws {
        var text = try Self.export(Self.before).text
        text = text.replacing("    egress: []\n    owner:\n", with: """
                egress: [192.0.2.0/24]  # Frankfurt
                # who pays
                owner: team b

            """)
        let older = readClients(text)
        #expect(older.diagnostics == [] && older.book.clients[1].owner == "team b")
        let merged = try Self.export(Self.after).merged(over: older)
        #expect(merged.added == 1 && merged.updated == 2)
        let book = merged.book
        #expect(book.clients.first { $0.id == "a" }?.policy.leeway == 20)
        let second = try #require(book.clients.first { $0.id == "b" })
        #expect(second.name == "B2" && second.owner == "team b")
        #expect(second.egress.map(\.text) == ["192.0.2.0/24"])
        #expect(merged.text.contains("egress: [192.0.2.0/24]  # Frankfurt\n"))
        #expect(merged.text.contains("    # who pays\n    owner: team b\n") )
        #expect(merged.notes.count == 1 && merged.notes[0].contains("c is not in the export"))
        #expect(book.clients.contains { $0.id == "c" })
        let again = try Self.export(Self.after).merged(over: readClients(merged.text))
        #expect(again.text == merged.text)
    }

    @Test("an entry that somebody changed stays, and a note says what the export has")
    func edited() throws {
        let text = try Self.export(Self.before).text
            .replacing("leeway: 10s", with: "leeway: 3s  # measured")
        let merged = try Self.export(Self.after).merged(over: readClients(text))
        #expect(merged.text.contains("leeway: 3s  # measured"))
        let note = try #require(merged.notes.first { $0.contains(" a stays") })
        #expect(note.contains("leeway: 20s") && note.hasPrefix("clients.yml:"))
    }

    @Test("comments above, beside and below stay where they were")
    func comments() throws {
        let text = """
            # Ours.
            # Ask the web team.

            servers:
              # production
              - issuer: acme # the tenant
                kind: auth0
            clients:
              # the shop
              - id: a  # public
                egress:
                  # old
                  - 192.0.2.0/24   # Frankfurt
                  - 198.51.100.0/24
                owner: "x # y"
            # the end

            """
        let loaded = readClients(text)
        #expect(loaded.diagnostics == [])
        let merged = ClientBook().merged(over: loaded)
        #expect(
            merged.text == """
                # Ours.
                # Ask the web team.
                servers:
                  # production
                  - issuer: acme  # the tenant
                    kind: auth0
                clients:
                  # the shop
                  - id: a  # public
                    egress:
                        # old
                        - 192.0.2.0/24  # Frankfurt
                        - 198.51.100.0/24
                    owner: "x # y"
                # the end

                """)
        #expect(ClientBook().merged(over: readClients(merged.text)).text == merged.text)
    }
}
