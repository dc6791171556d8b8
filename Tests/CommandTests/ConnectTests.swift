import Foundation
import TestSupport
import Testing

/// What docs/connect says of our side is so.
@Suite("Connecting servers, as documented")
struct ConnectTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

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

    @Test("every source of a page is one that a service takes", arguments: ["auth0", "okta"])
    func sources(dialect: String) throws {
        let sandbox = try Sandbox()
        let line = try #require(
            try page(dialect).split(separator: "\n").first { $0.contains("- {name: \(dialect)") })
        try sandbox.write(
            "config.yml", lines: ["store: {path: s.db}", "sources:", String(line)])
        try sandbox.run("config", "check", "--config", "config.yml").expecting()
    }
}
