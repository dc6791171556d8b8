import AuditModel
import GrantLedger
import MarkedText
import Testing

@testable import Clients

/// Reads a file of clients that is given as text.
func readClients(_ text: String) -> LoadedClients {
    ClientBook.read(Array(text.utf8), path: "clients.yml")
}

@Suite("Files of clients are read")
struct ClientReadingTests {
    static let text = """
        servers:
          - issuer: [acme, 5f1e]
            kind: keycloak
            rotation: on
            reuse: 2
          - {issuer: tenant-a, kind: auth0}
        clients:
          - id: portal
            issuer: acme
            name: Staff portal
            type: web
            egress: [192.0.2.0/24, "2001:db8::/32", 198.51.100.7]
            owner: team web
          - {id: app, issuer: tenant-a, type: native, rotation: on}
          - {id: tv, type: device, leeway: 90s}
        """

    @Test("with everything they say")
    func everything() {
        let loaded = readClients(Self.text)
        #expect(loaded.diagnostics == [])
        let book = loaded.book
        #expect(book.servers.map(\.issuers) == [["acme", "5f1e"], ["tenant-a"]])
        let portal = book.clients[0]
        #expect(portal.name == "Staff portal" && portal.type == .web && portal.owner == "team web")
        #expect(portal.egress.map(\.text) == ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"])
        #expect(book.policy(of: portal) == RefreshPolicy(rotation: .on, leeway: nil, reuse: 2))
        #expect(book.policy(of: book.clients[1]) == RefreshPolicy(rotation: .on, leeway: 0))
        #expect(book.policy(of: book.clients[2]) == RefreshPolicy(leeway: 90))
    }

    @Test("and become what detection takes: a client is found by every name of its server")
    func registry() throws {
        let registry = readClients(Self.text).book.registry
        let portal = try #require(registry.clients.first { $0.id == "portal" })
        #expect(portal.issuers == ["5f1e", "acme"])
        #expect(portal.isBackEnd == .yes && portal.rotation == .yes && portal.reuses == 2)
        let server = try #require(
            registry.clients.first { $0.id == nil && $0.issuers.contains("acme") })
        #expect(server.rotation == .yes && server.isBackEnd == .unknown)
        let television = try #require(registry.clients.first { $0.id == "tv" })
        #expect(television.issuers == [] && television.leeway == 90_000_000_000)
        #expect(television.rotation == .unknown && television.isBackEnd == .no)
    }

    @Test("what a maker's server does by itself holds where nothing else is written")
    func profiles() {
        let loaded = readClients(
            """
            servers:
              - {issuer: a, kind: keycloak}
              - {issuer: b, kind: okta}
            clients:
              - {id: x, issuer: a}
              - {id: y, issuer: b, rotation: on}
              - {id: z, issuer: b, rotation: on, leeway: 5s}
              - {id: unknown, issuer: c}
            """)
        let book = loaded.book
        #expect(loaded.diagnostics == [])
        let policies = book.clients.map { book.policy(of: $0) }
        #expect(policies[0].rotation == .off)
        #expect(policies[1] == RefreshPolicy(rotation: .on, leeway: 30))
        #expect(policies[2] == RefreshPolicy(rotation: .on, leeway: 5))
        #expect(policies[3] == RefreshPolicy())
    }

    @Test("every mistake is said at once, at its place")
    func mistakes() {
        let loaded = readClients(
            """
            serverz: []
            servers:
              - {issuer: acme, kind: keyclaok}
              - {issuer: [other, acme], rotation: maybe}
              - {issuer: [x1, x2]}
            clients:
              - {name: x}
              - {id: a, type: wep, leeway: soon, reuse: -1, egress: [10.0.0.1/8, x]}
              - {id: a}
              - 7
              - {id: b, rotation: off, leeway: 30s}
              - {id: c, issuer: x1}
              - {id: c, issuer: x2}
            """)
        let marks = loaded.diagnostics.map { "\($0.line):\($0.column) \($0.code.rawValue)" }
        #expect(
            marks == [
                "1:1 clients.unknown_key", "3:26 clients.unknown_value",
                "4:39 clients.unknown_value", "7:5 clients.missing_key",
                "8:19 clients.unknown_value", "8:32 clients.unknown_value",
                "8:45 clients.unknown_value", "8:58 clients.prefix", "8:70 clients.prefix",
                "10:5 clients.wrong_type", "11:28 clients.no_effect", "4:1 clients.duplicate",
                "9:1 clients.duplicate", "13:1 clients.duplicate",
            ])
        let text = loaded.diagnostics[1].text
        #expect(text.contains("did you mean 'keycloak'?") && text.contains("^~~~"))
        #expect(loaded.diagnostics[7].text.contains("write 10.0.0.0/8"))
    }

    @Test("what is no YAML, or no text, is an error and nothing else")
    func garbage() {
        #expect(readClients("clients: [").diagnostics.map(\.code) == [.syntax])
        #expect(ClientBook.read([0xFF, 0xFE], path: "x").diagnostics.map(\.code) == [.syntax])
        #expect(readClients("").diagnostics == [] && readClients("").book == ClientBook())
        #expect(readClients("clients:\nservers:").diagnostics == [])
        #expect(readClients("clients: 7").diagnostics.map(\.code) == [.wrongType])
        #expect(readClients("a: b\n---\nc: d").hasErrors)
        let long = "clients: [{id: a, leeway: 99999999999999999999d, reuse: 99999999999999999}]"
        #expect(readClients(long).diagnostics.count == 2)
    }

    @Test("What is written reads back as the same, and sorted", arguments: [0, 1, 2])
    func roundTrip(turn: Int) {
        var book = readClients(Self.text).book
        for id in ["on", "0x1f", "a: b # c", "ü\"\\", "- x", "~", "null", "12", "{", "*a"] {
            var client = ClientBook.Client(id: id)
            client.name = id + turn.description
            client.issuer = turn == 0 ? nil : id
            book.clients.append(client)
        }
        if turn == 2 { book.clients.reverse() }
        let text = book.text
        let again = readClients(text)
        #expect(again.diagnostics == [])
        #expect(again.book.text == text)
        #expect(again.book.registry.digest == book.registry.digest)
        #expect(Set(again.book.clients.map(\.id)) == Set(book.clients.map(\.id)))
    }
}
