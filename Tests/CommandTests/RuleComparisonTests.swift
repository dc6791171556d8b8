import Foundation
import Testing

@Suite("Two sets of rules, progress, and the documents' examples")
struct RuleComparisonTests {
    private static func theft(_ sandbox: Sandbox, _ name: String = "keycloak.jsonl") throws {
        var story = Story()
        story.code(1, "192.0.2.10", gives: "g0")
        story.refresh(3600, "192.0.2.10", "g0", "g1")
        story.refresh(7200, "192.0.2.10", "g1", "g2")
        story.refused(9000, "198.51.100.9", "g0")
        try sandbox.write(name, lines: story.lines(.json))
    }

    /// A copy of a rule of the pack under its own id, changed.
    private static func rule(
        _ sandbox: Sandbox, _ directory: String, replacing old: String, with new: String
    ) throws {
        let list = try sandbox.run("rules", "list", "--output", "ndjson").objects()
        let id = try #require(
            list.first { $0["name"] as? String == "REF-01" }?["id"] as? String)
        try sandbox.run("rules", "new", "REF-01", "--from", "REF-01", "--dir", directory)
            .expecting()
        let path = directory + "/REF-01.yml"
        let lines = try sandbox.lines(of: path).map { line in
            line.hasPrefix("id: ") ? "id: \(id)" : line.replacing(old, with: new)
        }
        try sandbox.write(path, lines: lines)
    }

    @Test("Alerts gained, lost and changed, rule by rule; --fail-on looks at gained ones")
    func against() throws {
        let sandbox = try Sandbox()
        try Self.theft(sandbox)
        try FileManager.default.createDirectory(
            atPath: sandbox.path("none"), withIntermediateDirectories: false)
        try Self.rule(sandbox, "strict", replacing: "fire_at: 4", with: "fire_at: 99")
        try Self.rule(sandbox, "mild", replacing: "critical: [ev_older", with: "high: [ev_older")
        func compare(_ rules: String, _ against: String, _ more: [String] = []) throws -> Finished {
            try sandbox.run(
                ["backtest", "keycloak.jsonl", "--rules", rules, "--against", against,
                    "--output", "ndjson"] + more)
        }
        func counts(_ finished: Finished) throws -> [String] {
            let rule = try #require(
                try finished.objects().first { $0["rule"] as? String == "REF-01" })
            return ["same", "gained", "lost", "changed"].map { "\(rule[$0] ?? "")" }
        }
        #expect(try counts(compare("none", "none").expecting()) == ["1", "0", "0", "0"])
        #expect(try counts(compare("none", "strict").expecting()) == ["0", "1", "0", "0"])
        #expect(try counts(compare("strict", "none").expecting()) == ["0", "0", "1", "0"])
        #expect(try counts(compare("mild", "none").expecting()) == ["0", "0", "0", "1"])
        try compare("none", "none", ["--fail-on", "low"]).expecting(0)
        try compare("none", "strict", ["--fail-on", "critical"]).expecting(1)
        let text = try sandbox.run(
            "backtest", "keycloak.jsonl", "--rules", "mild", "--against", "none", "--output", "text"
        ).expecting().outputText
        #expect(text.contains("REF-01") && text.contains("1 changed"))
        #expect(text.contains("critical") && text.contains("→ high"))
    }

    @Test("Both sets give what each gives alone")
    func onePass() throws {
        let sandbox = try Sandbox()
        let traffic = try Traffic(sandbox)
        try Self.rule(sandbox, "strict", replacing: "fire_at: 4", with: "fire_at: 99")
        let alone = try traffic.alerts(traffic.path).count
        let strict = try traffic.alerts(traffic.path, "--rules", "strict").count
        let rows = try sandbox.run(
            "backtest", traffic.path, "--against", "strict", "--output", "ndjson"
        ).objects()
        func sum(_ keys: [String]) -> Int {
            rows.reduce(0) { total, row in
                total + keys.reduce(0) { $0 + (row[$1] as? Int ?? 0) }
            }
        }
        #expect(sum(["same", "gained", "changed"]) == alone)
        #expect(sum(["same", "lost", "changed"]) == strict)
        // What the stricter set lets pass as theft falls to a milder rule.
        #expect(sum(["gained"]) > 0 && sum(["lost"]) > 0)
    }

    @Test("Long work shows a bar with rate and time left, only on a terminal")
    func progress() throws {
        let sandbox = try Sandbox()
        let traffic = try Traffic(sandbox, events: 120_000)
        for command in [
            "backtest traffic/keycloak.jsonl --output ndjson",
            "ingest traffic/keycloak.jsonl --store events.db",
            "simulate --out again --events 120000",
        ] {
            let shown = try sandbox.shell("script -qec \"$GRANTRAIL \(command)\" typescript")
                .expecting()
            #expect(shown.outputText.contains("/s"), "\(command)")
            #expect(shown.outputText.contains("%  "), "\(command)")
            #expect(shown.outputText.contains("[#") || shown.outputText.contains("[·"))
        }
        let piped = try sandbox.run("backtest", traffic.path, "--output", "ndjson").expecting()
        #expect(!piped.errorText.contains("/s") && !piped.errorText.contains("\u{1B}"))
    }

    @Test("Every example of docs/RULES.md's tools runs")
    func examples() throws {
        let sandbox = try Sandbox()
        try Self.theft(sandbox)
        try sandbox.run("ingest", "keycloak.jsonl", "--store", "events.db").expecting()
        try sandbox.run("rules", "new", "OWN-01", "--dir", "my-rules").expecting()
        try sandbox.run("rules", "new", "OWN-01", "--dir", "old-rules").expecting()
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appending(path: "docs/RULES.md"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("$ grantrail ") }
        #expect(lines.count >= 8)
        for line in lines {
            let words = line.split(separator: " ").dropFirst(2).map(String.init)
            let finished = try sandbox.run(words)
            #expect(finished.status == 0, "\(line)\n\(finished.errorText)")
        }
    }
}
