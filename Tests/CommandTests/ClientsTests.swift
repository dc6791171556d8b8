import Foundation
import Testing

@Suite("The client registry on the command line", .serialized)
struct ClientsTests {
    private static let secret = "s3cr3t-Zm9vYmFyYmF6cXV4"
    private static let realm = """
        {"realm":"shop","id":"5f1e0a3c-2b4d-4e6f-8a90-b1c2d3e4f5a6","revokeRefreshToken":true,
         "refreshTokenMaxReuse":0,"clients":[{"clientId":"web","name":"Web","publicClient":false,
         "standardFlowEnabled":true,"secret":"\(secret)"},{"clientId":"spa","publicClient":true,
         "standardFlowEnabled":true,"redirectUris":["https://spa.example/*"]}]}
        """

    @Test("A realm export becomes a file that can be filled in, checked, listed and made again")
    func life() throws {
        let sandbox = try Sandbox()
        try sandbox.write("realm.json", lines: [Self.realm])
        let made = try sandbox.run(
            "clients", "import", sandbox.path("realm.json"), "--out", sandbox.path("clients.yml")
        ).expecting()
        #expect(made.output.isEmpty)
        #expect(made.errorText.contains("clients of keycloak: 2 (1 spa, 1 web)"))
        var text = String(decoding: try sandbox.bytes(of: "clients.yml"), as: UTF8.self)
        #expect(!text.contains(Self.secret))
        text = text.replacing(
            "egress: []\n    owner:", with: "egress: [192.0.2.0/24]\n    owner: anna")
        try sandbox.write("clients.yml", text.utf8)
        let check = try sandbox.run("clients", "check", sandbox.path("clients.yml")).expecting()
        #expect(check.outputText.hasSuffix("clients.yml can be used (clients: 2, servers: 1)\n"))
        let list = try sandbox.run("clients", "list", sandbox.path("clients.yml")).expecting()
        let web = try #require(try list.objects().first { $0["id"] as? String == "web" })
        #expect(web["rotation"] as? String == "on" && web["reuse"] as? Int == 0)
        #expect(web["owner"] as? String == "anna" && web["type"] as? String == "web")
        try sandbox.run(
            "clients", "import", sandbox.path("realm.json"), "--out", sandbox.path("clients.yml")
        ).expecting()
        #expect(try sandbox.bytes(of: "clients.yml") == Array(text.utf8), "it was edited away")
        let piped = try sandbox.run(
            "clients", "import", "-", "--from", "keycloak", "--merge", sandbox.path("clients.yml"),
            input: sandbox.path("realm.json")
        ).expecting()
        #expect(piped.outputText == text)
    }

    @Test("Mistakes are shown with a caret, and end with 78; what is no export with 65")
    func mistakes() throws {
        let sandbox = try Sandbox()
        let path = try sandbox.write("bad.yml", lines: ["clients:", "  - {id: a, typ: spa}"])
        let check = try sandbox.run("clients", "check", path).expecting(78)
        #expect(check.outputText.contains("bad.yml:2:13: error: unknown key of a client 'typ'"))
        #expect(check.outputText.contains("^~~"))
        let log = try sandbox.write("log.jsonl", lines: StoryTests.life(refreshes: 3).lines(.json))
        let used = try sandbox.run("backtest", log, "--clients", path).expecting(78)
        #expect(used.output.isEmpty && used.errorText.contains("bad.yml:2:13"))
        #expect(
            try sandbox.run("backtest", log, "--clients", sandbox.path("gone.yml")).expecting(78)
                .errorText.contains("clients.unreadable"))
        let none = try sandbox.write("none.json", lines: ["{\"secret\": \"\(Self.secret)\"}"])
        let refused = try sandbox.run("clients", "import", none).expecting(65)
        #expect(refused.errorText.contains("[clients.export]"))
        #expect(!refused.errorText.contains(Self.secret))
        try sandbox.run("clients", "import", sandbox.path("gone.json")).expecting(66)
        try sandbox.run("clients", "import", none, "--from", "entra").expecting(64)
        let schema = try sandbox.run("clients", "schema").expecting()
        #expect(try JSONSerialization.jsonObject(with: Data(schema.output)) is [String: Any])
    }

    /// A stranger presents a token two generations old, and the server takes it.
    private static func theft() -> Story {
        var story = StoryTests.life(refreshes: 3)
        story.refresh(40 * StoryTests.minute, StoryTests.stranger, "g1", "stolen")
        return story
    }

    @Test("A back end is no presenter: with the registry the same log says less of networks")
    func roles() throws {
        let sandbox = try Sandbox()
        let log = try sandbox.write("log.jsonl", lines: Self.theft().lines(.json))
        let path = try sandbox.write("clients.yml", lines: ["clients: [{id: web, type: web}]"])
        func rules(_ arguments: String...) throws -> [String] {
            try sandbox.run(["backtest", log] + arguments).expecting().objects()
                .compactMap { ($0["rule"] as? [String: Any])?["name"] as? String }
        }
        #expect(try rules().contains("REF-01"))
        #expect(try !rules("--clients", path).contains("REF-01"))
        let egress = try sandbox.write(
            "egress.yml",
            lines: ["clients: [{id: web, issuer: shop, type: web, egress: [192.0.2.99]}]"])
        #expect(
            try rules("--clients", egress).contains("REF-01"),
            "an address that is none of the back end's is a holder's")
        let off = try sandbox.write(
            "off.yml", lines: ["servers: [{issuer: shop, kind: keycloak}]", "clients: []"])
        #expect(try !rules("--clients", off).contains("REF-01"), "what the policy allows")
    }

    @Test("A service takes sound clients on SIGHUP and keeps the old ones instead of others")
    func reloads() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        let path = try traffic.sandbox.write("clients.yml", lines: ["clients: []"])
        _ = try RunTests.configuration(traffic, until: false, more: "clients: \(path)")
        try traffic.sandbox.write("bad.yml", lines: ["clients: [{id: 7, type: wep}]"])
        try traffic.sandbox.write("good.yml", lines: ["clients: [{id: web-shop, type: web}]"])
        try RunTests.serve(
            traffic.sandbox,
            """
            cp bad.yml clients.yml; kill -HUP $PID; await clients.refused
            "$GRANTRAIL" control reload --config $CONFIG && exit 9; [ $? -eq 2 ] || exit 8
            cp good.yml clients.yml; "$GRANTRAIL" control reload --config $CONFIG
            await '\\[rules.loaded\\]'
            """
        ).expecting()
        let log = try traffic.sandbox.lines(of: "log")
        #expect(log.contains { $0.contains("clients.yml:1:25: error: unknown type 'wep'") })
        try traffic.sandbox.run("config", "check", "--config", "config.yaml").expecting()
        try traffic.sandbox.shell("cp bad.yml clients.yml").expecting()
        let check = try traffic.sandbox.run("config", "check", "--config", "config.yaml")
            .expecting(78)
        #expect(check.outputText.contains("clients.yml:1:25"))
        try traffic.sandbox.run("run", "--config", "config.yaml").expecting(78)
    }
}
