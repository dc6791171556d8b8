import Foundation
import TestSupport
import Testing

@Suite("Logs read by a map")
struct MapTests {
    @Test("secrets under names of the map's own become fingerprints, and come out nowhere")
    func secrets() throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "m.yml",
            lines: [
                "name: acme", "time: at", "open: log", "unwrap: log",
                "fields:", "  session: s",
                "  presented: {path: old, form: secret}",
                "  issued_refresh: {path: new, form: secret}",
                "  issued_access: {path: made, form: secret}",
                "kinds: [{match: {t: r}, kind: refresh.succeeded}]",
            ])
        // None of these would be taken for a secret by its looks or by its name.
        let secrets = ["winter evening sun", "orders-2026-portal", "1234-5678-9012", "short"]
        let inner = #"{\"at\":1772446531,\"t\":\"r\",\"s\":\"x\",\"old\":\"\#(secrets[1])\"}"#
        try sandbox.write(
            "m.jsonl",
            lines: [
                #"{"at":1772446530,"t":"r","s":"x","old":"\#(secrets[0])","new":"\#(secrets[1])","#
                    + #""made":"\#(secrets[2])","note":"after \#(secrets[1])"}"#,
                #"{"log":"\#(inner)","stream":"stdout"}"#,
                #"{"at":1772446532,"t":"r","s":"x","old":"\#(secrets[3])"}"#,
            ])
        let events = try sandbox.run(
            "tail", "events", "m.jsonl", "--dialect", "map:m.yml", "--output", "ndjson"
        ).expecting()
        try sandbox.run(
            "ingest", "m.jsonl", "--dialect", "map:m.yml", "--store", "s.db"
        ).expecting()
        let objects = try events.outputLines.map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        try #require(objects.count == 3)
        let issued = try #require((objects[0]["issued"] as? [[String: Any]])?.first?["id"])
        #expect((issued as? String)?.hasPrefix("«rt:fp=") == true)
        #expect(objects[1]["presented"] as? String == issued as? String)
        #expect(objects[2]["presented"] == nil)
        var written = events.output + events.error
        for file in try sandbox.files(withPrefix: "s.db") { written += try sandbox.bytes(of: file) }
        let text = String(decoding: written, as: UTF8.self)
        for secret in secrets { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test("who names no dialect is told which it might be")
    func unclear() throws {
        let sandbox = try Sandbox()
        try sandbox.write("near.jsonl", lines: [#"{"type":"s","date":"2026-03-02T10:15:30Z"}"#])
        let finished = try sandbox.run("tail", "events", "near.jsonl").expecting(65)
        #expect(finished.errorText.contains("near.jsonl: no dialect recognised; it might be auth0"))
        #expect(finished.errorText.contains("pass --dialect auth0"))
        try sandbox.run("tail", "events", "near.jsonl", "--dialect", "auth0").expecting()
        try sandbox.write("app.log", lines: ["started", "stopped"])
        let other = try sandbox.run("tail", "events", "app.log").expecting(65)
        #expect(other.errorText.contains("app.log: no dialect recognised"))
    }
}
