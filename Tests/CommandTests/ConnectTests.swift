import Foundation
import TestSupport
import Testing

/// What docs/connect says of our side is so.
@Suite("Connecting servers, as documented")
struct ConnectTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func page(_ name: String) throws -> String {
        try String(
            contentsOf: Self.root.appending(path: "docs/connect/\(name).md"), encoding: .utf8)
    }

    @Test("the commands of a page work on such a log", arguments: ["auth0", "okta"])
    func commands(dialect: String) throws {
        let sandbox = try Sandbox()
        try sandbox.run(
            "simulate", "--out", sandbox.directory, "--events", "3000", "--dialect", dialect
        ).expecting()
        let commands = try page(dialect).split(separator: "\n")
            .filter { $0.hasPrefix("$ grantrail ") }
            .map { $0.dropFirst("$ grantrail ".count).split(separator: " ").map(String.init) }
        #expect(commands.count == 4)
        for command in commands {
            let finished = try sandbox.run(command).expecting()
            #expect(!finished.errorText.contains("rejected"), "\(finished.errorText)")
        }
        let events = try sandbox.run("tail", "events", "--output", "ndjson", dialect + ".jsonl")
            .expecting().outputLines
        #expect(events.count > 1500)
        #expect(events.allSatisfy { $0.contains("\"dialect\":\"\(dialect)\"") })
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

    @Test(
        "every source of a page is one that a service takes",
        arguments: ["auth0", "keycloak", "okta"])
    func sources(dialect: String) throws {
        let sandbox = try Sandbox()
        let line = try #require(
            try page(dialect).split(separator: "\n").first { $0.contains("- {name: \(dialect)") })
        try sandbox.write(
            "config.yml", lines: ["store: {path: s.db}", "sources:", String(line)])
        try sandbox.run("config", "check", "--config", "config.yml").expecting()
    }
}
