import Foundation
import TestSupport
import Testing

/// What docs/connect says of our side is so.
@Suite("Connecting servers, as documented")
struct ConnectTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static let simulated = [
        "auth0", "okta", "cognito", "entra", "hydra", "pingfederate",
    ]

    /// Without the walk, whose commands have a test of their own.
    private func page(_ name: String) throws -> String {
        let text = try String(
            contentsOf: Self.root.appending(path: "docs/connect/\(name).md"), encoding: .utf8)
        guard let start = text.range(of: "## From your server to a first verdict") else {
            return text
        }
        let end = text.range(of: "\n## ", range: start.upperBound..<text.endIndex)
        return String(text[..<start.lowerBound] + text[(end?.lowerBound ?? text.endIndex)...])
    }

    @Test("the walk of a new user prints what it shows; if not, run Scripts/generate-walk")
    func walk() throws {
        let sandbox = try Sandbox()
        try sandbox.shell("\(Self.root.path)/Scripts/generate-walk --check").expecting()
    }

    @Test("the commands of a page work on such a log", arguments: simulated)
    func commands(dialect: String) throws {
        let sandbox = try Sandbox()
        try sandbox.run(
            "simulate", "--out", sandbox.directory, "--events", "3000", "--dialect", dialect
        ).expecting()
        try runCommands(of: dialect, sandbox)
        let log = dialect + (dialect == "pingfederate" ? ".log" : ".jsonl")
        let events = try sandbox.run("tail", "events", "--output", "ndjson", log)
            .expecting().outputLines
        #expect(events.count > 1500)
        #expect(events.allSatisfy { $0.contains("\"dialect\":\"\(dialect)\"") })
    }

    @Test("the commands of a page work on a log that is not simulated", arguments: [
        ("google", "reports"), ("github", "audit"),
    ])
    func corpora(dialect: String, name: String) throws {
        let sandbox = try Sandbox()
        let lines = try String(
            contentsOf: Self.root.appending(path: "Tests/Corpora/\(dialect)/\(name).log"),
            encoding: .utf8
        ).split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
        try sandbox.write("\(dialect).jsonl", lines: lines.map(String.init))
        try runCommands(of: dialect, sandbox)
        let events = try sandbox.run("tail", "events", "--output", "ndjson", dialect + ".jsonl")
            .expecting().outputLines
        #expect(events.count > 10)
        #expect(events.allSatisfy { $0.contains("\"dialect\":\"\(dialect)\"") })
    }

    private func runCommands(of dialect: String, _ sandbox: Sandbox) throws {
        let commands = try page(dialect).split(separator: "\n")
            .filter { $0.hasPrefix("$ grantrail ") }
            .map { $0.dropFirst("$ grantrail ".count).split(separator: " ").map(String.init) }
        #expect(commands.count == 4)
        for command in commands {
            let finished = try sandbox.run(command).expecting()
            #expect(!finished.errorText.contains("rejected"), "\(finished.errorText)")
        }
    }

    @Test("Keycloak's server settings end with commands that work on its log")
    func keycloakSettings() throws {
        let sandbox = try Sandbox()
        try sandbox.run(
            "simulate", "--out", sandbox.directory, "--events", "3000", "--dialect",
            "keycloak-text"
        ).expecting()
        let text = try page("keycloak")
        let settings = try #require(text.range(of: "## Server settings"))
        let commands = text[settings.upperBound...].split(separator: "\n")
            .filter { $0.hasPrefix("$ grantrail ") }
            .map { $0.dropFirst("$ grantrail ".count).split(separator: " ").map(String.init) }
        #expect(commands.count == 3)
        for command in commands { try sandbox.run(command).expecting() }
    }

    /// What stands between the fences of a language on a page.
    private func block(
        _ language: String, after heading: String, of page: String
    ) throws -> String {
        let start = try #require(page.range(of: heading)?.upperBound)
        let open = try #require(
            page.range(of: "```\(language)\n", range: start..<page.endIndex)?.upperBound)
        let close = try #require(page.range(of: "\n```", range: open..<page.endIndex)?.lowerBound)
        return String(page[open..<close])
    }

    @Test("the map of the page for other servers finds the thief of its log")
    func map() throws {
        let sandbox = try Sandbox()
        let page = try page("generic")
        try sandbox.write(
            "acme.jsonl", lines: [block("json", after: "the log `acme.jsonl`", of: page)])
        try sandbox.write("acme.yml", lines: [block("yaml", after: "this `acme.yml`", of: page)])
        let commands = page.split(separator: "\n").filter { $0.hasPrefix("$ grantrail ") }
            .map { $0.dropFirst("$ grantrail ".count).split(separator: " ").map(String.init) }
        #expect(commands.count == 5)
        for command in commands { try sandbox.run(command).expecting() }
        let alerts = try sandbox.run(
            "backtest", "acme.jsonl", "--dialect", "map:acme.yml", "--output", "ndjson"
        ).expecting().outputLines
        #expect(
            alerts.contains {
                $0.contains(#""name":"REF-01""#) && $0.contains("203.0.113.9")
                    && $0.contains(#""subject":"anna""#)
            }, "\(alerts)")
        let line = try #require(page.split(separator: "\n").first { $0.contains("- {name: acme") })
        try sandbox.write(
            "config.yml", lines: ["store: {path: s.db}", "sources:", String(line)])
        try sandbox.run("config", "check", "--config", "config.yml").expecting()
        try sandbox.write("acme.yml", lines: ["name: okta"])
        let checked = try sandbox.run("config", "check", "--config", "config.yml").expecting(78)
        #expect(checked.outputText.contains("acme.yml:1:7: 'okta' is the name of something else"))
        let refused = try sandbox.run("tail", "events", "acme.jsonl", "--dialect", "map:acme.yml")
            .expecting(78)
        #expect(refused.errorText.contains("map.bad_name"))
        try sandbox.run("tail", "events", "acme.jsonl", "--dialect", "map:none.yml").expecting(78)
    }

    @Test(
        "every source of a page is one that a service takes",
        arguments: simulated + ["keycloak", "google", "github"])
    func sources(dialect: String) throws {
        let sandbox = try Sandbox()
        let line = try #require(
            try page(dialect).split(separator: "\n").first { $0.contains("- {name: \(dialect)") })
        try sandbox.write(
            "config.yml", lines: ["store: {path: s.db}", "sources:", String(line)])
        try sandbox.run("config", "check", "--config", "config.yml").expecting()
    }
}
