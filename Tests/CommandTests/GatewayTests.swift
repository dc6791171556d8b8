import Foundation
import TestSupport
import Testing

/// Logs of gateways, from the line to the store.
@Suite("Gateways")
struct GatewayTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/connect/gateways.md")

    private func simulate(_ sandbox: Sandbox) throws {
        try sandbox.run(
            "simulate", "--out", sandbox.directory, "--events", "3000", "--dialect", "keycloak",
            "--dialect", "nginx"
        ).expecting()
    }

    private func events(_ sandbox: Sandbox, _ file: String) throws -> [[String: Any]] {
        try sandbox.run("tail", "events", "--output", "ndjson", file).expecting().outputLines
            .map { line in
                try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
    }

    @Test("the commands of the page work on a gateway's log")
    func commands() throws {
        let sandbox = try Sandbox()
        try simulate(sandbox)
        let lines = try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n")
        let commands = lines.filter { $0.hasPrefix("$ grantrail ") }
            .map { $0.dropFirst("$ grantrail ".count).split(separator: " ").map(String.init) }
        #expect(commands.count == 4)
        for command in commands {
            let finished = try sandbox.run(command).expecting()
            #expect(!finished.errorText.contains("rejected"), "\(finished.errorText)")
        }
        let source = try #require(lines.first { $0.contains("- {name: api") })
        try sandbox.write(
            "config.yml", lines: ["store: {path: s.db}", "sources:", String(source)])
        try sandbox.run("config", "check", "--config", "config.yml").expecting()
    }

    @Test("what a gateway sees used is what the authorization server issued")
    func sameTokens() throws {
        let sandbox = try Sandbox()
        try simulate(sandbox)
        var issued: Set<String> = []
        for event in try events(sandbox, "keycloak.jsonl") {
            for token in event["issued"] as? [[String: String]] ?? []
            where token["type"] == "access" {
                issued.insert(try #require(token["id"]))
            }
        }
        let used = try events(sandbox, "nginx.jsonl").compactMap { $0["presented"] as? String }
        #expect(used.count > 300)
        // Keycloak's event of a login by password names the token, but issues none by its kind.
        #expect(used.count { !issued.contains($0) } * 50 < used.count)
    }

    @Test("a month of the server, then a month of the gateway, is one store")
    func oneAfterTheOther() throws {
        let sandbox = try Sandbox()
        try simulate(sandbox)
        for file in ["keycloak.jsonl", "nginx.jsonl", "nginx.jsonl"] {
            try sandbox.run("ingest", file, "--store", "e.db").expecting()
        }
        let stored = try sandbox.run("tail", "events", "--store", "e.db", "--output", "ndjson")
            .expecting().outputLines
        let uses = stored.filter { $0.contains(#""dialect":"nginx""#) }
        let once = try events(sandbox, "nginx.jsonl")
        #expect(uses.count == once.count, "the second time changes nothing")
        #expect(stored.contains { $0.contains(#""dialect":"keycloak""#) })
    }

    @Test("a live token of the server that stands in the gateway's log is found as a leak")
    func leak() throws {
        let sandbox = try Sandbox()
        try simulate(sandbox)
        let refresh = try #require(
            try sandbox.lines(of: "keycloak.jsonl").dropFirst(1000).first {
                $0.contains(#""type":"REFRESH_TOKEN""#)
            })
        let issued = try #require(
            try JSONSerialization.jsonObject(with: Data(refresh.utf8)) as? [String: Any])
        let details = try #require(issued["details"] as? [String: String])
        let time = try #require(issued["time"] as? Int) / 1000 + 20
        let claims = #"{"jti":"\#(details["token_id"] ?? "")","exp":\#(time + 200)}"#
        let token = ["eyJhbGciOiJSUzI1NiJ9", Self.base64URL(claims), "c2lnbmF0dXJlLW9mLW5vYm9keQ"]
            .joined(separator: ".")
        try sandbox.write(
            "gateway.log",
            lines: [
                #"{"msec":"\#(time).5","remote_addr":"198.51.100.23","status":200,"#
                    + #""http_authorization":"Bearer \#(token)"}"#
            ])
        let alerts = try sandbox.run(
            "backtest", "keycloak.jsonl", "gateway.log", "--output", "ndjson"
        ).expecting().outputLines
        #expect(
            alerts.contains { $0.contains(#""name":"LEAK-01""#) && $0.contains("nginx record") })
    }

    private static func base64URL(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("=", with: "")
            .replacing("+", with: "-").replacing("/", with: "_")
    }

    /// A JWS that no server made.
    private static let token = ["eyJhbGciOiJSUzI1NiJ9", claims, "c2lnbmF0dXJlLW9mLW5vLXNlcnZlcg"]
        .joined(separator: ".")
    private static let claims = base64URL(#"{"jti":"j-leaked","sub":"anna","exp":4102444800}"#)
    private static let head = #""remote_addr":"198.51.100.23","status":200"#

    @Test("a token that was logged by accident is gone, and the event still tells the use",
        arguments: [
            (#"{"time_iso8601":"2026-03-02T10:15:30Z",\#(head),"http_authorization":"#
                + #""Bearer \#(token)"}"#, "nginx"),
            (#"{"time_iso8601":"2026-03-02T10:15:30Z",\#(head),"#
                + #""request":"GET /v1?access_token=\#(token)&a=b HTTP/1.1"}"#, "nginx"),
            (#"198.51.100.23 - - [02/Mar/2026:10:15:30 +0000] "GET /v1?access_token=\#(token) "#
                + #"HTTP/1.1" 200 5 "-" "UA""#, "nginx"),
            (#"{"start_time":"2026-03-02T10:15:30Z","response_code":200,"response_flags":"-","#
                + #""authorization":"Bearer \#(token)"}"#, "envoy"),
            (#"{"latencies":{},"started_at":1772446530123,"client_ip":"198.51.100.23","#
                + #""request":{"headers":{"authorization":"bearer \#(token)"}},"#
                + #""response":{"status":200}}"#, "kong"),
            (#"198.51.100.23 - id - - [2026/03/02 10:15:30] h GET http://u/ "#
                + #""/v1?access_token=\#(token)" HTTP/1.1 "UA" 200 5 0.01"#, "oauth2-proxy"),
        ])
    func rawToken(line: String, dialect: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write("gateway.log", lines: [line])
        let output = try sandbox.run(
            "tail", "events", "--output", "ndjson", "gateway.log"
        ).expecting().outputLines
        let text = try #require(output.first)
        #expect(output.count == 1)
        for secret in Self.token.split(separator: ".").dropFirst() {
            #expect(!text.contains(secret.prefix(16)), "\(text)")
        }
        let event = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(event["dialect"] as? String == dialect)
        #expect(event["kind"] as? String == "token.used")
        #expect((event["presented"] as? String)?.contains(":fp=") == true)
        #expect(event["effects"] as? [String] == ["token.leaked"])
        #expect((event["leaked"] as? String)?.contains(" ") == true)
    }
}
