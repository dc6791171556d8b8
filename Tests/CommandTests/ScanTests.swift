import Foundation
import Testing

/// `scan` on the built program: where tokens stand, what they are worth, and that none comes out.
@Suite("Leaked tokens are found in any log")
struct ScanTests {
    let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    /// One way for a token to get into a log.
    struct Placement: Sendable {
        var name: String
        var write: @Sendable (_ key: String, _ token: String) -> String
    }

    private static func percent(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    private static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    static let placements: [Placement] = [
        Placement(name: "header") { "> Authorization: Bearer \($1)" },
        Placement(name: "JSON header") { #"{"headers":{"authorization":"Bearer \#($1)"}}"# },
        Placement(name: "last query parameter") { "GET /x?a=1&\($0)=\($1) HTTP/1.1" },
        Placement(name: "query parameter, more follow") { "GET /x?\($0)=\($1)&b=2 HTTP/1.1" },
        Placement(name: "fragment") { "https://app.example/cb#\($0)=\($1)&state=7" },
        Placement(name: "encoded query") { percent("https://app.example/?\($0)=\($1)&b=2") },
        Placement(name: "twice encoded") {
            percent(percent("https://app.example/?\($0)=\($1)&b=2"))
        },
        Placement(name: "JSON body") { #"{"\#($0)":"\#($1)","expires_in":300}"# },
        Placement(name: "JSON in JSON") { #"{"m":"\#(quoted(#"{"\#($0)":"\#($1)"}"#))"}"# },
        Placement(name: "JSON in JSON in JSON") {
            #"{"m":"\#(quoted(#"{"n":"\#(quoted(#"{"\#($0)":"\#($1)"}"#))"}"#))"}"#
        },
        Placement(name: "form body") { "body=[grant_type=refresh_token&\($0)=\($1)]" },
        Placement(name: "key-value list") { "level=info \($0)=\($1), user=anna" },
        Placement(name: "quoted key-value") { "level=info \($0)=\"\($1)\" user=anna" },
        Placement(name: "XML") { "<r><\($0)>\($1)</\($0)></r>" },
        Placement(name: "HTML") { "<pre>{&quot;\($0)&quot;:&quot;\($1)&quot;}</pre>" },
        Placement(name: "sentence") { "Could not use \($0): \($1). Giving up" },
        Placement(name: "Ruby") { "Parameters: {:\($0)=>\"\($1)\"}" },
        Placement(name: "nested") { #"{"\#($0)":{"value":"\#($1)"}}"# },
        Placement(name: "HTTP archive") { #"{"name": "\#($0)", "value": "\#($1)"}"# },
        Placement(name: "base64") {
            "payload=" + Data(#"{"\#($0)":"\#($1)"}"#.utf8).base64EncodedString()
        },
    ]

    /// Tokens of each kind with the key they stand behind.
    static func tokens(_ planter: inout SecretTests.Planter) -> [(key: String, token: String)] {
        [
            ("access_token", planter.webToken()), ("refresh_token", planter.webToken()),
            ("refresh_token", planter.opaque(43)), ("access_token", planter.opaque(32)),
            ("id_token", planter.webToken()), ("access_token", planter.opaque(200)),
        ]
    }

    @Test("Every kind in every placement, in every form of output")
    func matrix() throws {
        var planter = SecretTests.Planter(seed: 7)
        var lines: [String] = []
        for placement in Self.placements {
            for (key, token) in Self.tokens(&planter) {
                lines += ["2026-03-02T10:00:00Z quiet request_id=\(Story.uuid(placement.name))"]
                lines += [placement.write(key, token)]
            }
        }
        try sandbox.write("app.log", lines: lines)
        let search = SecretTests.Search(planter.pieces)
        try #require(search.first(in: try sandbox.bytes(of: "app.log")) != nil)
        for output in ["ndjson", "json", "text", "sarif"] {
            let finished = try sandbox.run("scan", "app.log", "--output", output).expecting(1)
            #expect(search.first(in: finished.output) == nil, "\(output)")
            #expect(search.first(in: finished.error) == nil, "\(output)")
        }
        let found = try sandbox.run("scan", "app.log", "--color", "always").expecting(1).objects()
        #expect(found.compactMap { $0["line"] as? Int } == (1...lines.count / 2).map { $0 * 2 })
        for finding in found {
            for member in ["id", "path", "column", "token_kind", "fingerprint", "status"] {
                #expect(finding[member] != nil, "\(member)")
            }
        }
    }

    @Test("Places, counts and order hold for any chunk and any number of threads")
    func chunks() throws {
        var planter = SecretTests.Planter(seed: 8)
        let token = planter.opaque(40)
        var text = ""
        for number in 0..<3000 {
            text += "line \(number) " + String(repeating: "é", count: number % 90)
            if number % 500 == 499 { text += " token=\(token)" }
            if number % 700 == 0 { text += " access_token=\(planter.opaque(30))" }
            text += "\n"
        }
        // A line that is longer than a chunk.
        text += String(repeating: "{\"a\":\"b\"},", count: 20_000) + "refresh_token=\(token) "
        text += String(repeating: "x ", count: 60_000) + "id_token=\(planter.webToken())"
        try sandbox.write("a.log", text.utf8)
        let first = try sandbox.run("scan", "a.log", "--as-of", "2026-03-02T10:00:00Z").expecting(1)
        let objects = try first.objects()
        #expect(objects.count == 7)
        let repeated = objects.first { $0["line"] as? Int == 500 }
        #expect(repeated?["count"] as? Int == 7)
        // The digest of a line longer than a chunk is that of its piece.
        let places = { (objects: [[String: Any]]) in
            objects.map { object in
                ["line", "column", "token_kind", "fingerprint", "count"].map {
                    "\(object[$0] ?? "")"
                }
            }
        }
        for (chunk, jobs) in [(1 << 16, 1), (100_000, 3), (1 << 20, 1), (1 << 20, 5)] {
            let again = try sandbox.run(
                "scan", "a.log", "--chunk", "\(chunk)", "--jobs", "\(jobs)", "--as-of",
                "2026-03-02T10:00:00Z")
            #expect(try places(again.objects()) == places(objects), "chunk \(chunk) jobs \(jobs)")
            if chunk == 1 << 20 { #expect(again.output == first.output, "jobs \(jobs)") }
        }
        let all = try sandbox.run("scan", "a.log", "--all").expecting(1).objects()
        #expect(all.count == 13)
        let piped = try sandbox.run("scan", "-", "--all", input: sandbox.path("a.log")).objects()
        #expect(piped.map { $0["column"] as? Int } == all.map { $0["column"] as? Int })
        #expect(piped.allSatisfy { $0["path"] as? String == "-" })
    }

    /// A JWS with these claims.
    static func webToken(_ claims: String) -> String {
        let parts = [#"{"alg":"RS256"}"#, claims].map {
            Data($0.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-")
                .replacing("/", with: "_")
        }
        return parts.joined(separator: ".") + "." + String(repeating: "Ab1-", count: 80)
    }

    @Test("A store says which tokens live")
    func verdicts() throws {
        var story = StoryTests.life(refreshes: 2)
        story.session = Story.uuid("another session")
        story.code(60, StoryTests.road, gives: "z0")
        try sandbox.write("as.log", lines: story.lines(.json))
        try sandbox.run("ingest", "as.log", "--store", "events.db").expecting()
        let issuer = "https://sso.example/realms/shop"
        let token = { (id: String, more: String) in
            Self.webToken(#"{"iss":"\#(issuer)","jti":"\#(Story.uuid(id))"\#(more)}"#)
        }
        try sandbox.write(
            "app.log",
            lines: [
                "a access_token=" + token("access of g2", ""),
                "b refresh_token=" + token("g2", #","typ":"Refresh""#),
                "c refresh_token=" + token("g0", #","typ":"Refresh""#),
                "d access_token=" + token("access of z0", #","exp":1772445000"#),
                "e access_token=" + token("never seen", #","exp":1990000000"#),
                "f access_token=" + token("never seen, and dead", #","exp":1700000000"#),
                "g access_token=" + Self.webToken(#"{"iss":"https://x.example/","sub":"b"}"#),
                "h access_token=an0ther-Opaque-t0ken",
            ])
        let judge = { (arguments: [String]) in
            try sandbox.run(["scan", "app.log"] + arguments).expecting(1).objects().map {
                let rule = $0["rule"] as? [String: Any]
                return [rule?["name"], $0["severity"], $0["status"]].map { $0 as? String ?? "" }
                    .joined(separator: " ")
            }
        }
        let expected = [
            "LEAK-01 high live", "LEAK-01 critical live", "LEAK-04 low revoked",
            "LEAK-04 low expired", "LEAK-03 high unknown", "LEAK-04 low expired",
            "LEAK-03 medium unknown", "LEAK-03 low unknown",
        ]
        #expect(try judge(["--store", "events.db"]) == expected)
        // Before its redemption the first refresh token was alive.
        let early = try judge(["--store", "events.db", "--as-of", "2026-03-02T10:00:30Z"])
        #expect(early[2] == "LEAK-01 critical live" && early[0] == "LEAK-03 high unknown")
        let alone = try judge(["--as-of", "2026-03-02T10:00:30Z"])
        #expect(alone[0] == "LEAK-03 medium unknown" && alone[5] == "LEAK-04 low expired")
        let live = try sandbox.run("scan", "app.log", "--store", "events.db").objects()[1]
        let keys = live["keys"] as? [String: Any]
        #expect(keys?["client"] as? String == "web" && keys?["family"] != nil)
        #expect(keys?["subject"] as? String == Story.uuid("anna"))
        try sandbox.run("scan", "app.log", "--fail-on", "critical").expecting(0)
        try sandbox.run("scan", "app.log", "--store", "events.db", "--fail-on", "critical")
            .expecting(1)
    }

    @Test("Ids are the same with any fingerprint key, and a baseline holds with any")
    func baseline() throws {
        var planter = SecretTests.Planter(seed: 9)
        let old = "GET /x?access_token=\(planter.opaque(40)) HTTP/1.1"
        try sandbox.write("a.log", lines: ["quiet", old])
        for name in ["one", "two"] {
            try sandbox.write(name + ".key", (SecretTests.Planter.capitals + name + "012345").utf8)
        }
        let scan = { (arguments: String...) in
            try sandbox.run(["scan", "a.log", "--as-of", "2026-03-02T10:00:00Z"] + arguments)
        }
        let first = try scan("--key-file", "one.key").expecting(1)
        let second = try scan("--key-file", "two.key").expecting(1)
        let ids = try [first, second].map { try $0.objects().map { $0["id"] as? String ?? "" } }
        #expect(ids[0] == ids[1] && ids[0].count == 1)
        #expect(first.outputText != second.outputText)
        try sandbox.write("known.ndjson", first.output)
        for key in ["one.key", "two.key"] {
            let quiet = try scan("--key-file", key, "--baseline", "known.ndjson").expecting(0)
            #expect(quiet.output.isEmpty && quiet.errorText.contains("1 finding of the baseline"))
        }
        // Lines may move; a new token counts, with the same key even in a line of the same shape.
        let new = "GET /x?access_token=\(planter.opaque(40)) HTTP/1.1"
        try sandbox.write("a.log", lines: ["quiet", "more", old, new])
        let more = try scan("--key-file", "one.key", "--baseline", "known.ndjson").expecting(1)
        #expect(try more.objects().map { $0["line"] as? Int } == [4])
        try scan("--baseline", "gone.ndjson").expecting(66)
    }

    @Test("Compressed files, directories and names that hold tokens")
    func inputs() throws {
        var planter = SecretTests.Planter(seed: 10)
        let named = planter.webToken()
        try sandbox.write("plain.txt", lines: ["token=\(planter.opaque(40))"])
        try sandbox.shell(
            "mkdir logs && gzip -c plain.txt > logs/a.gz && zstd -qc plain.txt > logs/b"
        ).expecting()
        try sandbox.write("logs/\(named.prefix(200)).log", lines: ["token=\(planter.opaque(40))"])
        let search = SecretTests.Search(planter.pieces)
        for output in ["text", "ndjson", "sarif"] {
            let finished = try sandbox.run("scan", "logs", "--output", output).expecting(1)
            #expect(search.first(in: finished.output) == nil)
            #expect(search.first(in: finished.error) == nil)
        }
        #expect(try sandbox.run("scan", "logs").objects().count == 3)
        let gone = try sandbox.run("scan", "\(named)").expecting(66)
        #expect(search.first(in: gone.error) == nil && !gone.errorText.contains(named.prefix(20)))
        try sandbox.run("ingest", "logs", "--store", "e.db", "--dialect", "keycloak")
        for file in try sandbox.files(withPrefix: "e.db") {
            #expect(search.first(in: try sandbox.bytes(of: file)) == nil)
        }
    }

    @Test("Exit statuses")
    func statuses() throws {
        try sandbox.write("quiet.log", lines: ["nothing to see", "jti=\(Story.uuid("x"))"])
        try sandbox.run("scan", "quiet.log").expecting(0)
        try sandbox.run("scan", "-", input: "/dev/null").expecting(0)
        try sandbox.run("scan", "gone.log").expecting(66)
        try sandbox.run("scan").expecting(64)
        try sandbox.run("scan", "quiet.log", "--output", "csv").expecting(64)
        try sandbox.run("scan", "quiet.log", "--jobs", "0").expecting(64)
    }

    @Test("SARIF has the shape that readers expect")
    func sarif() throws {
        try sandbox.write("a b.log", lines: ["", "é password=hunter2!x"])
        let text = try sandbox.run("scan", "a b.log", "--output", "sarif").expecting(1).output
        let log = try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
        #expect(log?["version"] as? String == "2.1.0")
        let run = (log?["runs"] as? [[String: Any]])?.first
        let driver = (run?["tool"] as? [String: Any])?["driver"] as? [String: Any]
        let rules = driver?["rules"] as? [[String: Any]] ?? []
        #expect(rules.compactMap { $0["id"] as? String } == ["LEAK-01", "LEAK-03", "LEAK-04"])
        let result = try #require((run?["results"] as? [[String: Any]])?.first)
        #expect(result["ruleId"] as? String == "LEAK-03" && result["level"] as? String == "note")
        let location = (result["locations"] as? [[String: Any]])?.first?["physicalLocation"]
        let place = try #require(location as? [String: Any])
        #expect((place["artifactLocation"] as? [String: Any])?["uri"] as? String == "a%20b.log")
        let region = place["region"] as? [String: Any]
        #expect(region?["startLine"] as? Int == 2 && region?["startColumn"] as? Int == 12)
        let prints = result["partialFingerprints"] as? [String: String]
        #expect(prints?["primaryLocationLineHash"] != nil && prints?.count == 2)
    }

    @Test("An event says that its record held a token", arguments: Story.Dialect.allCases)
    func records(dialect: Story.Dialect) throws {
        let plain = StoryTests.life(refreshes: 1).lines(dialect)
        let token = Self.webToken(#"{"jti":"\#(Story.uuid("leak"))","exp":1700000000}"#)
        var planter = SecretTests.Planter(seed: 11)
        let lines = [
            plain[0], SecretTests.plant(("note", "see Bearer \(token)"), in: plain[1], dialect),
            SecretTests.plant(("refresh_token", planter.opaque(43)), in: plain[2], dialect),
        ]
        try sandbox.write("as.log", lines: lines)
        let events = try sandbox.run("tail", "events", "as.log").expecting().objects()
        let leaked = events.map { $0["leaked"] as? String ?? "-" }
        let id = Story.uuid("leak").replacing("-", with: "")
        // The dialect takes a refresh token as the id of what was presented only if no id is there.
        #expect(leaked[0] == "-")
        #expect(leaked[1] == "jwt \(id) expired" || leaked[1] == "bearer \(id) expired")
        #expect(leaked[2].hasPrefix("rt "))
        let effects = events.map { ($0["effects"] as? [String] ?? []).contains("token.leaked") }
        #expect(effects == [false, true, true])
    }

    @Test("The examples of docs/SCAN.md end as they say")
    func documentation() throws {
        var planter = SecretTests.Planter(seed: 12)
        try sandbox.write("as.log", lines: StoryTests.life(refreshes: 1).lines(.json))
        try sandbox.run("ingest", "as.log", "--store", "events.db").expecting()
        try sandbox.write("app.log", lines: ["GET /x?access_token=\(planter.opaque(40))"])
        try sandbox.write("known.ndjson", sandbox.run("scan", "app.log").output)
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/SCAN.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let examples = text.split(separator: "\n").filter { $0.hasPrefix("grantrail ") }
        #expect(examples.count == 5)
        for example in examples {
            let parts = example.components(separatedBy: "# ends with ")
            let status = try #require(parts.last?.prefix(1).first?.wholeNumberValue)
            try sandbox.shell(parts[0].replacing("grantrail ", with: "\"$GRANTRAIL\" "))
                .expecting(Int32(status))
        }
    }
}
