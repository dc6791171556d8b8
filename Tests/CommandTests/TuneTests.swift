import Foundation
import TestSupport
import Testing

@Suite("tune, as people call it")
struct TuneTests {
    private static let rule = """
        title: Every refusal
        id: 2d1a5a0e-6d4a-4b8e-9d63-3a5b0c1e7f11
        name: OWN-01
        logsource: {product: oauth}
        detection: {sel: {kind: refresh.rejected}, condition: sel}
        level: low
        grantrail: {key: [issuer, client, ip], suppress: 10m, message: "{subject} was refused"}
        """

    let sandbox: Sandbox

    /// Anna's stale tokens at three hours, and a theft from Bert.
    init() throws {
        sandbox = try Sandbox()
        try StoryTests.tell(of: Self.rule, in: sandbox)
    }

    private func tune(_ words: String...) throws -> Finished {
        try sandbox.run(["tune", "--rules", "rules.d", "--output", "json"] + words)
    }

    private func report(_ finished: Finished) throws -> [String: Any] {
        try #require(try finished.objects().first)
    }

    private func suggestions(_ finished: Finished) throws -> [[String: Any]] {
        try #require(try report(finished)["suggestions"] as? [[String: Any]])
    }

    @Test("what tells too much gets the narrowest entry, tried, with what else it hides")
    func suggests() throws {
        let found = try suggestions(
            try tune("story.jsonl", "--tickets", "2", "--by", "anna").expecting())
        let only = try #require(found.first)
        #expect(found.count == 1 && only["rule"] as? String == "OWN-01")
        #expect(only["of"] as? Int == 3 && only["quiets"] as? Int == 3)
        #expect(only["also_quiets"] == nil)
        #expect(only["hides_high"] as? Int == 0)
        let overlay = try #require(only["overlay"] as? String)
        #expect(overlay.contains("owner: \"anna\"") && overlay.contains("client|cased"))
        // All of them are Anna's, at home.
        #expect(overlay.contains("subject|cased") && overlay.contains("198.51.100.0/24"))
        let rules = try report(try tune("story.jsonl").expecting())["rules"] as? [[String: Any]]
        #expect(rules?.contains { $0["over_budget"] as? Bool == true } == false)
    }

    @Test("what hides a critical verdict, or a label, is not suggested, and --write refuses it")
    func protects() throws {
        let found = try suggestions(
            try tune("story.jsonl", "--rule", "REF-01").expecting())
        let why = found.first?["refused"] as? String ?? ""
        #expect(why.contains("what must be seen: REF-01"))
        try tune("story.jsonl", "--rule", "REF-01", "--write", "rules.d/local.yml").expecting(1)
        #expect(!FileManager.default.fileExists(atPath: sandbox.path("rules.d/local.yml")))
        let evidence = try sandbox.run("backtest", "story.jsonl", "--rules", "rules.d").objects()
            .filter { ($0["rule"] as? [String: Any])?["name"] as? String == "OWN-01" }
            .compactMap { ($0["evidence"] as? [[String: Any]])?.first?["event_id"] as? String }
        try sandbox.write("truth.jsonl", lines: evidence.prefix(1).map {
            "{\"attack\":\"x\",\"events\":[\"\($0)\"],\"expect\":[\"OWN-01\"]}"
        })
        let labelled = try suggestions(
            try tune("story.jsonl", "--rule", "OWN-01", "--labels", "truth.jsonl").expecting())
        let reason = labelled.first?["refused"] as? String ?? ""
        #expect(reason.contains("(a true positive)"))
    }

    @Test("the chosen entry is appended, quiets what it said, and the rules accept the file")
    func writes() throws {
        try sandbox.run("ingest", "story.jsonl", "--store", "s.db").expecting()
        try tune("--store", "s.db", "--write", "rules.d/local.yml").expecting(64)
        try tune("--store", "s.db", "--rule", "OWN-01", "--write", "rules.d/local.yml").expecting()
        try sandbox.run("rules", "check", "rules.d").expecting()
        let text = try sandbox.lines(of: "rules.d/local.yml").joined(separator: "\n")
        #expect(text.contains("# quiets 3 of 3 alerts of OWN-01"))
        let after = try report(try tune("--store", "s.db").expecting())["rules"]
            as? [[String: Any]]
        #expect(after?.contains { $0["rule"] as? String == "OWN-01" } == false)
        #expect(after?.contains { $0["rule"] as? String == "REF-01" } == true)
    }

    @Test("a service that only observes sends nothing, records all, and tune says what it would")
    func observes() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        let configuration = try RunTests.configuration(traffic, more: "mode: observe")
        let run = try sandbox.run("run", "--config", configuration).expecting()
        #expect(run.output.isEmpty)
        let store = sandbox.path("run.db")
        let listed = try sandbox.run("alerts", "list", "--store", store, "--output", "ndjson")
            .expecting()
        #expect(listed.comparableAlerts == (try traffic.alerts(traffic.path)))
        let tuned = try sandbox.run("tune", "--store", store, "--output", "json").expecting()
        let rules = try #require(try report(tuned)["rules"] as? [[String: Any]])
        let severities = try listed.objects().compactMap { $0["severity"] as? String }
        for severity in ["info", "low", "medium", "high", "critical"] {
            let count = rules.compactMap { $0[severity] as? Int }.reduce(0, +)
            #expect(count == severities.count { $0 == severity }, "\(severity)")
        }
        #expect(!severities.isEmpty)
    }
}
