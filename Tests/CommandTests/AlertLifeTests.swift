import Foundation
import Testing

/// From a stored alert to what is done about it: explained, exported, closed as benign.
@Suite("Stored alerts on the command line", .serialized)
struct AlertLifeTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    private static let rule = """
        title: Every refusal
        id: 2d1a5a0e-6d4a-4b8e-9d63-3a5b0c1e7f11
        name: OWN-01
        logsource: {product: oauth}
        detection: {sel: {kind: refresh.rejected}, condition: sel}
        level: low
        grantrail: {key: [issuer, client, ip], suppress: 10m, message: "{subject} was refused"}
        """

    /// Anna's stale tokens at three hours, and a theft from Bert; a service told of them.
    private func serve() throws {
        try StoryTests.tell(of: Self.rule, in: sandbox)
        try sandbox.write("config.yaml", lines: [
            "store: {path: run.db}", "rules: {dirs: [rules.d]}", "sources:",
            "  - {name: kc, type: file, path: story.jsonl, dialect: keycloak, until: end}",
        ])
        try sandbox.shell("cd \(sandbox.directory) && $GRANTRAIL run --config config.yaml")
            .expecting()
    }

    private func alerts(_ words: String...) throws -> Finished {
        try sandbox.run(["alerts"] + words)
    }

    private var store: String { sandbox.path("run.db") }

    /// Ids of the stored alerts of a rule, by time.
    private func ids(_ rule: String) throws -> [String] {
        try alerts("export", "--store", store, "--rule", rule).expecting().objects()
            .compactMap { $0["id"] as? String }
    }

    private func close(_ id: String, _ words: String...) throws -> Finished {
        try sandbox.run(
            [
                "alerts", "close", "--store", store, id, "--reason", "benign", "--by", "anna",
                "--overlay", sandbox.path("rules.d/benign.yml"), "--rules", sandbox.path("rules.d"),
            ] + words)
    }

    @Test("An alert is explained with its places, its branch and whether it holds")
    func explain() throws {
        try serve()
        let id = try #require(try ids("REF-01").first)
        let text = try alerts(
            "explain", "--store", store, String(id.prefix(9)), "--output", "text"
        ).expecting().outputText
        #expect(text.contains("same: the stored events give this severity, verdict and branch"))
        #expect(text.contains("fact = refresh.replayed   is refresh.replayed"))
        #expect(text.contains("story.jsonl at ") && text.contains("the attacker's branch"))
        #expect(text.contains("kcadm.sh delete sessions/\(Story.uuid("bert's session")) -r shop"))
        let json = try #require(
            try alerts("explain", "--store", store, id, "--output", "json").expecting()
                .objects().first)
        #expect(json["outcome"] as? String == "same")
        #expect((json["differences"] as? [Any])?.isEmpty == true)
        let evidence = try #require(json["evidence"] as? [[String: Any]])
        #expect(evidence.allSatisfy { $0["position"] is Int && $0["source"] is [String: Any] })
        let branch = try #require(json["attacker_branch"] as? [[String: Any]])
        #expect(branch.map { $0["ip"] as? String } == [StoryTests.stranger])
    }

    @Test("A rule that changed or is not there ends an explanation with 1 and the reason")
    func explainsChange() throws {
        try serve()
        let id = try #require(try ids("OWN-01").first)
        let rules = ["--rules", sandbox.path("rules.d")]
        func explain() throws -> Finished {
            try sandbox.run(
                ["alerts", "explain", "--store", store, id, "--output", "json"] + rules)
        }
        try explain().expecting()
        try sandbox.write(
            "rules.d/own.yml", lines: [Self.rule.replacing("level: low", with: "level: high")])
        let changed = try #require(try explain().expecting(1).objects().first)
        #expect(changed["outcome"] as? String == "differs")
        #expect("\(changed["reasons"] ?? "")".contains("the rule changed"))
        try sandbox.write("rules.d/own.yml", lines: [])
        let gone = try #require(try explain().expecting(1).objects().first)
        #expect(gone["outcome"] as? String == "underivable")
        #expect("\(gone["reasons"] ?? "")".contains("no rule has the id of OWN-01"))
        try alerts("explain", "--store", store, "0000").expecting(66)
    }

    @Test("Alerts are exported by time, severity, rule and status, in every form")
    func export() throws {
        try serve()
        let refusals = try ids("OWN-01")
        #expect(refusals.count == 3)
        try alerts("close", "--store", store, refusals[0], "--reason", "test", "--by", "x")
            .expecting()
        func count(_ words: String...) throws -> Int {
            try sandbox.run(["alerts", "export", "--store", store] + words).expecting()
                .outputLines.count
        }
        let all = try count()
        #expect(try count("--status", "closed") == 1)
        #expect(try count("--status", "open") == all - 1)
        let thefts = try ids("REF-01").count
        #expect(try count("--min", "critical") == thefts && thefts > 0)
        let times = try alerts("export", "--store", store, "--rule", "OWN-01").expecting()
            .objects().compactMap { $0["time"] as? String }
        #expect(times == times.sorted())
        #expect(try count("--rule", "OWN-01", "--from", times[1]) == 2)
        #expect(try count("--rule", "OWN-01", "--to", times[1]) == 1)
        let table = try alerts("export", "--store", store, "--output", "csv").expecting().output
        #expect(table.count { $0 == 0x0A } == all + 1)
        #expect(try count("--output", "ocsf") == all)
        #expect(try count("--output", "cloudevents") == all)
        let closed = try #require(
            try alerts("export", "--store", store, "--status", "closed").expecting()
                .objects().first)
        #expect((closed["decision"] as? [String: Any])?["reason"] as? String == "test")
        for form in ["ndjson", "csv", "ocsf", "cloudevents"] {
            for pii in ["pseudonym", "none"] {
                let text = try alerts("export", "--store", store, "--output", form, "--pii", pii)
                    .expecting().outputText
                #expect(!text.contains(Story.uuid("bert")) && !text.contains(StoryTests.stranger))
            }
        }
        try alerts("export", "--store", store, "--output", "sarif").expecting(64)
    }

    @Test("Closing as benign shows the entry, then writes it; the rules check it and obey")
    func benign() throws {
        try serve()
        let refusals = try ids("OWN-01")
        let trial = try close(refusals[0]).expecting()
        #expect(trial.outputText.contains(
            "# would have quieted 3 alerts of OWN-01 for client web, none critical"))
        #expect(trial.errorText.contains("nothing was written or closed"))
        #expect(!FileManager.default.fileExists(atPath: sandbox.path("rules.d/benign.yml")))
        #expect(try alerts("export", "--store", store, "--status", "closed").outputLines == [])
        try close(refusals[0], "--write", "--note", "an \"old\" phone: #1").expecting()
        let first = try sandbox.bytes(of: "rules.d/benign.yml")
        #expect(String(decoding: first, as: UTF8.self) == trial.outputText.replacing(
            "closed as benign", with: "an \\\"old\\\" phone: #1"))
        try sandbox.run("rules", "check", sandbox.path("rules.d")).expecting()
        #expect(try alerts("export", "--store", store, "--status", "closed").outputLines.count == 1)
        let after = try sandbox.run(
            "backtest", "--store", store, "--rules", sandbox.path("rules.d"), "--output", "ndjson"
        ).expecting()
        #expect(!after.outputText.contains("OWN-01") && after.outputText.contains("REF-01"))
        // The entry quiets this one already: nothing is left to write.
        #expect(try close(refusals[1], "--write").expecting(1).errorText
            .contains("do not raise it"))
        #expect(try sandbox.bytes(of: "rules.d/benign.yml") == first)
    }

    @Test("What is critical, confirmed, broken or too wide is refused, and nothing changes")
    func refused() throws {
        try serve()
        let theft = try #require(try ids("REF-01").first)
        #expect(try close(theft, "--write").expecting(1).errorText.contains("critical"))
        let refusals = try ids("OWN-01")
        try alerts(
            "close", "--store", store, refusals[2], "--reason", "true_positive", "--by", "x"
        ).expecting()
        let guarded = try close(refusals[0], "--write").expecting(1)
        #expect(guarded.errorText.contains("(a true positive)"))
        try alerts("reopen", "--store", store, refusals[2], "--by", "x").expecting()
        try sandbox.write("rules.d/benign.yml", lines: ["allow: ["])
        // The directory's rules have errors now.
        try close(refusals[0], "--write").expecting(2)
        let other = ["--overlay", sandbox.path("other.yml")]
        try sandbox.write("other.yml", lines: ["allow: ["])
        let broken = try sandbox.run(
            [
                "alerts", "close", "--store", store, refusals[0], "--reason", "benign", "--rules",
                sandbox.path("rules.d/own.yml"), "--write",
            ] + other)
        #expect(try broken.expecting(1).errorText.contains("has errors already"))
        #expect(try sandbox.lines(of: "other.yml") == ["allow: ["])
        try FileManager.default.removeItem(atPath: sandbox.path("rules.d/benign.yml"))
        #expect(try close(refusals[0], "--expires", "400d").expecting(1).errorText
            .contains("at most 180 days"))
        try close(refusals[0], "--scope", "planet").expecting(64)
        try alerts(
            "close", "--store", store, refusals[0], "--reason", "test", "--overlay", "x.yml"
        ).expecting(64)
        #expect(!FileManager.default.fileExists(atPath: sandbox.path("rules.d/benign.yml")))
        #expect(try alerts("export", "--store", store, "--status", "closed").outputLines == [])
    }

    @Test("An entry is put behind what stands in a file, whoever wrote that")
    func appended() throws {
        try serve()
        let own = "# ours\noverlays:\n    - {rule: VAL-07, level: low, owner: bert, reason: noisy, "
            + "expires: 2026-12-31}"
        try sandbox.write("rules.d/benign.yml", own.utf8)
        let refusals = try ids("OWN-01")
        try close(refusals[0], "--write", "--scope", "client").expecting()
        let text = String(decoding: try sandbox.bytes(of: "rules.d/benign.yml"), as: UTF8.self)
        #expect(text.hasPrefix(own + "\n---\n"))
        let list = try sandbox.run("rules", "list", "--rules", sandbox.path("rules.d")).expecting()
        #expect(list.outputText.contains("VAL-07"))
        try sandbox.run("rules", "check", sandbox.path("rules.d")).expecting()
    }
}
