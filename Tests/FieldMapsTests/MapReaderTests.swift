import AuditModel
import FieldMaps
import Foundation
import LogFormats
import MarkedText
import Testing

@Suite("Maps as people write them")
struct MapReaderTests {
    /// Every key once.
    static let whole = """
        name: acme
        unwrap: [records, detail.event]
        open: log
        when: {category: [auth, "token*"], debug: null}
        time: {path: [at, '@timestamp'], format: epoch_ms}
        id: event_id
        fields:
          client: [client.id, client_id]
          presented: {path: token.hash, form: sha256}
          issued_refresh: [{path: rt, form: secret}, rt_id]
          issued_access: {path: at_value, form: secret}
          subject: 'user\\.id'
          audience: targets[0].id
        constants: {issuer: "https://id.example"}
        kinds:
          - {match: {type: refresh}, kind: refresh.succeeded, effects: [token.issued]}
          - match: {type: revoke}
            kind: token.revoked
            outcome: success
            reason: policy
            ip_role: caller
            fields: {presented: rt}
          - kind: other
        outcomes:
          - {match: {ok: no}, outcome: failure}
        reasons:
          - {match: {error: "*expired*"}, reason: expired}
        absent: [n/a]
        """

    private func read(_ text: String) -> LoadedMap { LoadedMap.read(text, path: "m.yml") }

    @Test("a map is read as it is written")
    func wholeMap() throws {
        let loaded = read(Self.whole)
        #expect(loaded.diagnostics == [])
        let map = try #require(loaded.map)
        #expect(map.name == "acme" && map.timeFormat == .milliseconds)
        #expect(map.unwrap.map(\.text) == ["records", "detail.event"])
        #expect(map.open.map(\.text) == ["log"] && map.id.map(\.text) == ["event_id"])
        #expect(map.time.map(\.text) == ["at", "@timestamp"])
        #expect(map.when.map(\.values) == [[.pattern("auth"), .pattern("token*")], [.absent]])
        let columns = Dictionary(uniqueKeysWithValues: map.columns.map { ($0.column, $0.sources) })
        #expect(columns.count == 6)
        #expect(columns[.client]?.map(\.path.text) == ["client.id", "client_id"])
        #expect(columns[.presented]?.first?.form == .sha256)
        #expect(columns[.issuedRefresh]?.map(\.form) == [.secret, .id])
        #expect(columns[.issuedAccess]?.first?.token == .access)
        #expect(map.constants == [.init(.issuer, "https://id.example")])
        #expect(map.kinds.map(\.kind) == [.refreshSucceeded, .tokenRevoked, .other])
        #expect(map.kinds[0].effects == .tokenIssued && map.kinds[0].outcome == nil)
        #expect(map.kinds[1].reason == .policy && map.kinds[1].ipRole == .caller)
        #expect(map.kinds[1].columns.map(\.column) == [.presented])
        #expect(map.outcomes.first?.match.first?.values == [.pattern("no")])
        #expect(map.reasons.map(\.reason) == [.expired] && map.absent == ["n/a"])
    }

    @Test("every mistake is said at its place, all at once")
    func mistakes() {
        let loaded = read(
            """
            name: okta
            tiem: at
            when: [type]
            fields:
              clinet: id
              presented: {path: a, form: sha1}
              subject: {path: u, form: id}
              issued_refresh: {form: secret}
              code: {path: "codes[0]", form: secret}
              session: a..b
            constants: {ip: 192.0.2.1}
            kinds:
              - {match: {type: x}, kind: token.isued, effects: refresh}
              - {match: {type: y}}
              - {match: {type: [z, [w]]}, kind: other, ip_role: owner, color: red}
            reasons: {}
            """)
        #expect(loaded.map == nil)
        let places = loaded.diagnostics.map { "\($0.line):\($0.column) \($0.code.rawValue)" }
        #expect(
            places == [
                "1:1 map.missing_key", "1:7 map.bad_name", "2:1 map.unknown_key",
                "3:7 map.wrong_type", "5:3 map.unknown_key", "6:30 map.unknown_value",
                "7:22 map.unknown_key", "8:19 map.missing_key", "9:9 map.bad_path",
                "10:12 map.bad_path", "11:13 map.unknown_key", "13:30 map.unknown_value",
                "13:52 map.unknown_value", "14:5 map.missing_key", "15:24 map.wrong_type",
                "15:53 map.unknown_value", "15:60 map.unknown_key", "16:10 map.wrong_type",
            ])
        let first = loaded.diagnostics.first { $0.code == .unknownKey }
        let said = "m.yml:2:1: error: unknown key of the map 'tiem'; did you mean 'time'?"
        #expect(first?.text.contains(said) == true)
        #expect(first?.text.contains("\n    tiem: at\n    ^~~~\n") == true)
    }

    @Test("a row that no event comes to is a warning", arguments: [
        "[{kind: other}, {match: {a: b}, kind: other}]",
        "[{match: {a: [b, c]}, kind: other}, {match: {a: [c, b]}, kind: token.used}]",
    ])
    func hidden(rows: String) {
        let loaded = read("{name: m, time: t, kinds: \(rows)}")
        #expect(loaded.map != nil)
        #expect(loaded.diagnostics.map(\.code) == [.neverReached])
        #expect(loaded.diagnostics.map(\.severity) == [.warning])
    }

    @Test("names that mean something else are refused", arguments: [
        "auto", "map", "keycloak", "Acme", "a b", "1a", "", "a.b",
        String(repeating: "a", count: 33),
    ])
    func names(name: String) {
        let loaded = read("{name: '\(name)', time: t, kinds: [{kind: other}]}")
        #expect(loaded.map == nil && loaded.diagnostics.map(\.code) == [.badName])
    }

    @Test("what is no map at all is said", arguments: [
        ("", "map.missing_key"), ("- a", "map.wrong_type"), ("a: [", "map.syntax"),
        ("{name: m, time: t, kinds: [{kind: other}]}\n---\n{}", "map.too_many"),
        ("{name: m, name: n}", "map.duplicate_key"),
        (String(repeating: "x", count: 2 << 20), "map.too_large"),
    ])
    func broken(text: String, code: String) {
        let loaded = read(text)
        #expect(loaded.map == nil)
        #expect(loaded.diagnostics.contains { $0.code.rawValue == code }, "\(loaded.diagnostics)")
    }

    @Test("maps are bounded")
    func bounds() {
        let rows = (0..<1001).map { "{match: {a: \($0)}, kind: other}" }.joined(separator: ",")
        let paths = (0..<17).map { "p\($0)" }.joined(separator: ",")
        let conditions = (0..<9).map { "c\($0): 1" }.joined(separator: ",")
        for text in [
            "kinds: [\(rows)]", "id: [\(paths)], kinds: [{kind: other}]",
            "kinds: [{match: {\(conditions)}, kind: other}]",
        ] {
            let loaded = read("{name: m, time: t, \(text)}")
            #expect(loaded.diagnostics.map(\.code).contains(.tooMany))
        }
    }

    @Test("the schema knows exactly the keys, columns and words that maps take")
    func schema() throws {
        let value = try JSONSerialization.jsonObject(with: Data(FieldMap.schema.utf8))
        let root = try #require(value as? [String: Any])
        let keys = try #require(root["properties"] as? [String: Any]).keys.sorted()
        let remedy = read("{zzz: 1}").diagnostics.first { $0.code == .unknownKey }?.remedy
        #expect(remedy == "one of: " + Self.inOrder(keys, of: Self.whole).joined(separator: ", "))
        let definitions = try #require(root["$defs"] as? [String: [String: Any]])
        let fields = try #require(definitions["fields"]?["properties"] as? [String: Any])
        #expect(Set(fields.keys) == Set(MapColumn.allCases.map(\.rawValue)))
        func visit(_ value: Any) {
            if let object = value as? [String: Any] {
                if let name = object["$ref"] as? String {
                    #expect(definitions[String(name.dropFirst("#/$defs/".count))] != nil)
                }
                object.values.forEach(visit)
            } else if let list = value as? [Any] {
                list.forEach(visit)
            }
        }
        visit(root)
    }

    /// Some keys in the order in which a text has them.
    private static func inOrder(_ keys: [String], of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            keys.first { line.hasPrefix($0 + ":") }
        }
    }
}
