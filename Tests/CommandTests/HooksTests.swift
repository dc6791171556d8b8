import Foundation
import Testing

@Suite("Hooks and files of alerts")
struct HooksTests {
    @Test("Every secret is fresh and has its form")
    func secret() throws {
        let sandbox = try Sandbox()
        let secrets = try (0..<3).map { _ in
            try sandbox.run("hooks", "secret").expecting().outputLines[0]
        }
        #expect(Set(secrets).count == 3)
        for secret in secrets {
            #expect(secret.hasPrefix("whsec_"))
            #expect(Data(base64Encoded: String(secret.dropFirst(6)))?.count == 32)
        }
    }

    @Test("Hooks are listed also where their secrets are missing; what matches nothing says so")
    func list() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        let sandbox = traffic.sandbox
        let configuration = try sandbox.write(
            "config.yaml",
            lines: [
                "store: {path: s.db}", "sinks:",
                "  - {name: soc, type: webhook, url: 'https://a/b?c=d', secret: {secret_env: NO}}",
                "  - {name: chat, type: webhook, body: slack, url: {secret_env: NO},"
                    + " budget: {pages_per_day: 9}}",
            ])
        @discardableResult
        func hooks(_ words: String..., status: Int32 = 0) throws -> Finished {
            try sandbox.run(["hooks"] + words + ["--config", configuration]).expecting(status)
        }
        #expect(try hooks("list", status: 66).errorText.contains("there is no such file"))
        try sandbox.run("ingest", traffic.path, "--store", sandbox.path("s.db")).expecting()
        #expect(
            try hooks("list").outputLines == [
                #"{"hook":"soc","configured":true,"body":"grantrail","url":"https://a/b","#
                    + #""pending":0,"delivered":0,"dead":0,"held":0,"budget":{"#
                    + #""pages":{"told":0,"limit":5,"held":0},"#
                    + #""tickets":{"told":0,"limit":50,"held":0}}}"#,
                #"{"hook":"chat","configured":true,"body":"slack","pending":0,"delivered":0,"#
                    + #""dead":0,"held":0,"budget":{"pages":{"told":0,"limit":9,"held":0},"#
                    + #""tickets":{"told":0,"limit":50,"held":0}}}"#,
            ])
        let alone = try sandbox.run("hooks", "list", "--store", sandbox.path("s.db")).expecting()
        #expect(alone.output.isEmpty && alone.errorText.isEmpty)
        #expect(try hooks("dead").output.isEmpty)
        #expect(try hooks("replay").errorText.contains("tried again: 0"))
        #expect(try hooks("replay", "7f3a", status: 66).errorText.contains("7f3a"))
        try hooks("replay", "7f3", status: 64)
        #expect(try hooks("drop", "--hook", "soc", "--yes", status: 64).errorText
            .contains("is configured"))
        #expect(try hooks("drop", "--hook", "old", status: 66).errorText.contains("'old'"))
        #expect(try hooks("enable", "--hook", "soc").errorText.contains("not disabled"))
    }

    @Test("What a hook does not take waits; without the hook it is given up, with it revived")
    func life() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        try sandbox.write("secret", try sandbox.run("hooks", "secret").expecting().output)
        // Nobody listens at port 1.
        let hook = "  - {name: soc, type: webhook, url: 'http://127.0.0.1:1/a?b', allow_http: true,"
            + " allow_private: true, secret: {secret_file: secret}, min: info, rules: ['REF-*']}"
        let more = hook + "\ndrain_timeout: 1s\nbudget: {pages_per_day: 999, tickets_per_day: 999}"
        let configuration = try RunTests.configuration(traffic, more: more)
        let run = try sandbox.run("run", "--config", configuration).expecting(69)
        let wanted = run.outputLines.count { $0.contains("\"name\":\"REF-") }
        func hooks(_ words: String...) throws -> [[String: Any]] {
            try sandbox.run(["hooks"] + words + ["--config", configuration]).expecting().objects()
        }
        var row = try #require(try hooks("list").first)
        #expect(row["pending"] as? Int == wanted && wanted > 1)
        #expect(row["configured"] as? Bool == true && row["last_reason"] != nil)
        #expect(row["url"] as? String == "http://127.0.0.1:1/a" && row["oldest_pending"] != nil)
        _ = try RunTests.configuration(traffic)
        row = try #require(try hooks("list").first)
        #expect(row["configured"] as? Bool == false && row["pending"] as? Int == wanted)
        #expect(try hooks("drop", "--hook", "soc", "--yes").isEmpty)
        let dead = try hooks("dead", "--hook", "soc")
        #expect(dead.count == wanted)
        let alert = try #require(dead[0]["alert"] as? String)
        let name = "\(alert.prefix(12)).\(dead[0]["revision"] as? Int ?? -1)"
        let named = try hooks("replay", name, "--dry-run")
        #expect(named.map { $0["sequence"] as? Int } == [dead[0]["sequence"] as? Int])
        #expect(try hooks("replay", "--since", "2100-01-01T00:00:00Z", "--dry-run").isEmpty)
        _ = try RunTests.configuration(traffic, more: more)
        _ = try hooks("replay", name)
        row = try #require(try hooks("list").first)
        #expect(row["pending"] as? Int == 1 && row["dead"] as? Int == wanted - 1)
        _ = try hooks("replay")
        row = try #require(try hooks("list").first)
        #expect(row["pending"] as? Int == wanted && row["dead"] as? Int == 0)
        try sandbox.run("store", "verify", sandbox.path("run.db")).expecting()
    }

    @Test("Beyond its budget what a hook is not told is listed, and a digest waits for it")
    func budget() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        let hook = "  - {name: soc, type: webhook, body: ocsf, url: 'http://127.0.0.1:1/',"
            + " allow_http: true, allow_private: true, min: info,"
            + " budget: {pages_per_day: 1, tickets_per_day: 1}}\ndrain_timeout: 1s"
        let configuration = try RunTests.configuration(traffic, more: hook)
        let run = try sandbox.run("run", "--config", configuration).expecting(69)
        let digests = run.outputLines.count { $0.contains("\"name\":\"OPS-07\"") }
        func hooks(_ word: String) throws -> [[String: Any]] {
            try sandbox.run(["hooks", word, "--config", configuration]).expecting().objects()
        }
        let held = try hooks("held")
        let row = try #require(try hooks("list").first)
        #expect(digests > 0 && !held.isEmpty && row["held"] as? Int == held.count)
        #expect(row["pending"] as? Int == run.outputLines.count - held.count)
        let budget = try #require(row["budget"] as? [String: [String: Any]])
        #expect(budget["pages"]?["limit"] as? Int == 1 && budget["pages"]?["until"] is String)
        let text = try sandbox.run(
            "hooks", "list", "--config", configuration, "--output", "text").expecting()
        #expect(text.outputText.contains("pages spent (") && text.outputText.contains("held back"))
        let alert = try #require(held[0]["alert"] as? String)
        try sandbox.run("alerts", "show", alert, "--store", sandbox.path("run.db")).expecting()
        #expect(held[0]["severity"] is String && held[0]["attempts"] as? Int == 0)
        try sandbox.run("store", "verify", sandbox.path("run.db")).expecting()
    }

    @Test("While a service owns the store it is asked")
    func service() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        _ = try RunTests.configuration(traffic, until: false)
        let run = try RunTests.serve(
            traffic.sandbox,
            """
            "$GRANTRAIL" hooks enable --hook soc --config $CONFIG && echo asked
            "$GRANTRAIL" hooks list --config $CONFIG && echo listed
            "$GRANTRAIL" hooks enable --hook soc --store run.db && echo asked alone
            """
        ).expecting()
        #expect(run.outputLines == ["asked", "listed", "asked alone"], "\(run.errorText)")
        #expect(run.errorText.components(separatedBy: "it was not disabled").count == 3)
        // One that cannot be reached although it has the store is not gone round.
        let other = try traffic.sandbox.write(
            "other.yaml", lines: ["store: {path: run.db}", "control: {socket: nobody.sock}"])
        let refused = try RunTests.serve(
            traffic.sandbox,
            "\"$GRANTRAIL\" hooks enable --hook soc --config \(other); echo status $?"
        ).expecting()
        #expect(refused.outputLines == ["status 74"], "\(refused.errorText)")
        #expect(refused.errorText.contains("another process is writing"))
    }

    @Test("A configuration says what is missing for a webhook, and what may listen")
    func check() throws {
        let sandbox = try Sandbox()
        let secret = try sandbox.run("hooks", "secret").expecting().output
        try sandbox.write("soc.secret", secret)
        try sandbox.write(
            "config.yaml",
            lines: [
                "store: {path: s.db}", "http: {listen: '0.0.0.0:8088'}", "sinks:",
                "  - {name: log, type: file, path: nowhere/a}",
                "  - {name: soc, type: webhook, url: 'https://a/', ca: none.pem,"
                    + " secret: {secret_file: soc.secret}}",
            ])
        let check = try sandbox.run(
            "config", "check", "--config", sandbox.path("config.yaml"), "--output", "ndjson")
        let said = try check.objects().map { "\($0["line"] ?? "") \($0["code"] ?? "")" }
        for expected in [
            "2 config.open_listener", "4 config.missing_file", "5 config.missing_file",
        ] {
            #expect(said.contains(expected), "\(check.outputText)")
        }
        #expect(check.status == 78)
    }

    @Test("A file gets what its routing lets through; one that cannot be written catches up")
    func file() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        let more = "  - {name: log, type: file, path: a.ndjson, min: info, rules: ['REF-*']}"
        let configuration = try RunTests.configuration(traffic, more: more)
        let path = sandbox.path("a.ndjson")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        let run = try sandbox.run("run", "--config", configuration).expecting()
        let refusals = run.errorText.split(separator: "\n").filter {
            $0.contains("[sink.not_a_file]")
        }
        #expect(refusals.count == 1, "\(run.errorText)")
        try FileManager.default.removeItem(atPath: path)
        try sandbox.run("run", "--config", configuration).expecting()
        let wanted = run.outputLines.filter { $0.contains("\"name\":\"REF-") }
        #expect(!wanted.isEmpty && wanted.count < run.outputLines.count)
        #expect(try sandbox.lines(of: "a.ndjson") == wanted)
        try sandbox.run("run", "--config", configuration).expecting()
        #expect(try sandbox.lines(of: "a.ndjson") == wanted, "told twice")
    }
}
