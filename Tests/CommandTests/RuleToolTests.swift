import Foundation
import Testing

@Suite("Tools for rules on the command line")
struct RuleToolTests {
    /// A theft: the token is rotated twice, then a stranger presents the first one.
    private static func theft(_ sandbox: Sandbox) throws -> String {
        var story = Story()
        story.login(0, "192.0.2.10")
        story.code(1, "192.0.2.10", gives: "g0")
        story.refresh(3600, "192.0.2.10", "g0", "g1")
        story.refresh(7200, "192.0.2.10", "g1", "g2")
        story.refused(9000, "198.51.100.9", "g0")
        return try sandbox.write("theft.jsonl", lines: story.lines(.json))
    }

    private func object(_ finished: Finished) throws -> [String: Any] {
        try #require(try finished.objects().first)
    }

    // MARK: - explain

    @Test("A theft explained: every part, its value, the points and the verdict")
    func explainsTheft() throws {
        let sandbox = try Sandbox()
        let log = try Self.theft(sandbox)
        let text = try sandbox.run(
            "rules", "explain", "REF-01", "--event", log, "--output", "text"
        ).expecting().outputText
        #expect(text.contains("fact = refresh.replayed   is refresh.replayed"))
        #expect(text.contains("generation_gap >= 2"))
        #expect(text.contains("fires: critical"))
        let json = try object(
            sandbox.run("rules", "explain", "REF-01", "--event", log).expecting())
        #expect(json["fired"] as? Bool == true && json["severity"] as? String == "critical")
        #expect((json["nearest_miss"] as? [String]) == [])
    }

    @Test("An earlier event, and one that came close, name what was missing")
    func explainsMiss() throws {
        let sandbox = try Sandbox()
        var story = Story()
        story.code(1, "192.0.2.10", gives: "g0")
        story.refresh(3600, "192.0.2.10", "g0", "g1")
        story.refused(3660, "192.0.2.10", "g0")
        let log = try sandbox.write("retry.jsonl", lines: story.lines(.json))
        let close = try object(
            sandbox.run("rules", "explain", "REF-01", "--event", log).expecting())
        let misses = try #require(close["nearest_miss"] as? [String])
        #expect(close["fired"] as? Bool == false)
        #expect(misses.contains { $0.hasPrefix("score ") && $0.contains(" of 4") }, "\(misses)")
        let earlier = try object(
            sandbox.run("rules", "explain", "REF-01", "--event", log, "--at", "2").expecting())
        #expect(earlier["facts"] as? [String] == ["refresh.rotated"])
        try sandbox.run("rules", "explain", "REF-01", "--event", log, "--at", "9").expecting(66)
    }

    @Test("Events in our own JSON, from a file or standard input, are explained like the records")
    func explainsCanonical() throws {
        let sandbox = try Sandbox()
        let log = try Self.theft(sandbox)
        let events = try sandbox.run("tail", "events", log, "--output", "ndjson").expecting()
        let own = try sandbox.write("events.jsonl", events.output)
        let vendor = try object(
            sandbox.run("rules", "explain", "REF-01", "--event", log).expecting())
        for arguments in [[own], ["-"]] {
            let canonical = try object(
                sandbox.run(
                    ["rules", "explain", "REF-01", "--event"] + arguments, input: own
                ).expecting())
            for key in ["event", "time", "facts", "fired", "severity", "score", "dialect"] {
                #expect("\(canonical[key] ?? "")" == "\(vendor[key] ?? "")", "\(key)")
            }
        }
    }

    @Test("One event written by hand over several lines is enough")
    func explainsOneEvent() throws {
        let sandbox = try Sandbox()
        let event = try sandbox.write(
            "event.json",
            lines: [
                "{", "  \"time\": \"2026-03-02T10:00:00Z\",", "  \"kind\": \"refresh.rejected\",",
                "  \"issuer\": \"i\", \"client\": \"web\", \"session\": \"s\",",
                "  \"presented\": \"t1\", \"outcome\": \"failure\"", "}",
            ])
        let json = try object(
            sandbox.run("rules", "explain", "REF-03", "--event", event).expecting())
        #expect(json["kind"] as? String == "refresh.rejected")
        #expect((json["nearest_miss"] as? [String])?.isEmpty == false)
        #expect(try sandbox.files(withPrefix: "tmp/").allSatisfy { $0.hasPrefix("tmp/run-") })
    }

    @Test("Every alert of a store is derived anew, and fires where it says; others give status 1")
    func explainsAlerts() throws {
        let sandbox = try Sandbox()
        let traffic = try Traffic(sandbox)
        let store = sandbox.path("events.db")
        try sandbox.run("ingest", traffic.path, "--store", store).expecting()
        let alerts = try sandbox.run("backtest", "--store", store, "--output", "ndjson").objects()
        let sample = alerts.filter { $0["severity"] as? String != "info" }.prefix(4)
        #expect(!sample.isEmpty)
        for alert in sample {
            let id = try #require(alert["id"] as? String)
            let json = try object(
                sandbox.run("rules", "explain", "--alert", id, "--store", store).expecting())
            #expect(json["fired"] as? Bool == true, "\(id)")
            // The first event is explained; later ones may have raised the alert.
            let severities = [json, alert].map { ($0["severity"] as? String).flatMap(rank) }
            let (first, last) = try (#require(severities[0]), #require(severities[1]))
            #expect(alert["count"] as? Int == 1 ? first == last : first <= last, "\(id)")
        }
        try sandbox.run("rules", "explain", "--alert", "ffff00", "--store", store).expecting(1)
        try sandbox.run("rules", "explain", "REF-01", "--store", store).expecting(64)
        try sandbox.run("rules", "explain", "NO-01", "--event", traffic.path).expecting(64)
    }

    private func rank(_ severity: String) -> Int? {
        ["info", "low", "medium", "high", "critical"].firstIndex(of: severity)
    }

    // MARK: - coverage

    @Test("A Keycloak log with only errors: what is degraded, what is blind, and the setting")
    func coverageOfErrors() throws {
        let sandbox = try Sandbox()
        let traffic = try Traffic(sandbox, events: 40_000)
        let errors = try traffic.lines().filter { $0.contains("\"error\":\"") }
        #expect(errors.count > 60)
        let log = try sandbox.write("errors.jsonl", lines: errors)
        let text = try sandbox.run(
            "rules", "coverage", log, "--output", "text", "--navigator", sandbox.path("layer.json")
        ).expecting().outputText
        #expect(text.contains("keycloak") && text.contains("  L1  "))
        #expect(text.contains("REF-01") && text.contains("degraded"))
        #expect(text.contains("success events at DEBUG by default"))
        #expect(text.contains("org.keycloak.events:debug"))
        #expect(text.contains("jboss-logging-success-level=info"))
        let layer = try JSONSerialization.jsonObject(
            with: Data(try sandbox.bytes(of: "layer.json"))) as? [String: Any]
        #expect((layer?["versions"] as? [String: String])?["layer"] == "4.5")
        #expect((layer?["techniques"] as? [Any])?.isEmpty == false)
        let rows = try sandbox.run("rules", "coverage", log).objects()
        #expect(rows.contains { $0["state"] as? String == "blind" })
        let all = try sandbox.run("rules", "coverage", traffic.path, "--output", "json").expecting()
        #expect(!all.outputText.contains("DEBUG by default"))
        let none = try sandbox.run("rules", "coverage", log, "--source", "okta").expecting()
        #expect(none.outputText.isEmpty)
    }

    // MARK: - test --mutate, new, docs, list

    @Test("Mistakes that no test notices are printed with their place, and counted")
    func mutates() throws {
        let sandbox = try Sandbox()
        try sandbox.run("rules", "new", "OWN-01", "--dir", "own").expecting()
        let rule = sandbox.path("own/OWN-01.yml")
        try sandbox.run("rules", "check", "own").expecting()
        let strong = try sandbox.run("rules", "test", "own", "--mutate").expecting().outputText
        #expect(strong.contains("mutants noticed"))
        let text = try String(contentsOfFile: rule, encoding: .utf8)
        let start = try #require(text.range(of: "        - name: our own batch job does"))
        try text[..<start.lowerBound].write(toFile: rule, atomically: true, encoding: .utf8)
        let weak = try sandbox.run(
            "rules", "test", "own", "--mutate", "--mutate-fail-under", "90"
        ).expecting(1).outputText
        #expect(weak.contains("SURVIVED OWN-01  drop selection ours"))
        #expect(weak.contains("own/OWN-01.yml:26"))
        let json = try object(
            sandbox.run("rules", "test", "own", "--mutate", "--output", "json").expecting())
        #expect(json["mutants"] as? Int ?? 0 > 3)
        try sandbox.run("rules", "test", "--mutate-fail-under", "90").expecting(64)
    }

    @Test("A new rule never writes over a file, and can begin as a copy")
    func newRule() throws {
        let sandbox = try Sandbox()
        try sandbox.run("rules", "new", "OWN-01", "--from", "REF-02", "--dir", "own").expecting()
        try sandbox.run("rules", "check", "own").expecting()
        try sandbox.run("rules", "test", "own").expecting()
        try sandbox.run("rules", "new", "OWN-01", "--dir", "own").expecting(74)
        try sandbox.run("rules", "new", "../out", "--dir", "own").expecting(64)
        try sandbox.run("rules", "new", "OWN-02", "--from", "NO-01").expecting(64)
    }

    @Test("Rules that are off are named with the reason, and run on request")
    func experimental() throws {
        let sandbox = try Sandbox()
        let log = try Self.theft(sandbox)
        try sandbox.run("rules", "new", "OWN-01", "--dir", "own").expecting()
        let text = try String(contentsOfFile: sandbox.path("own/OWN-01.yml"), encoding: .utf8)
        try sandbox.write(
            "own/OWN-01.yml", text.replacing("status: test", with: "status: experimental").utf8)
        let list = try sandbox.run(
            "rules", "list", "own", "--inactive", "--output", "text"
        ).expecting().outputText
        #expect(list.contains("OWN-01") && list.contains("(off: experimental)"))
        #expect(!list.contains("REF-01"))
        let off = try sandbox.run("backtest", log, "--rules", "own").expecting()
        #expect(off.errorText.contains("0 blind, 1 off") && !off.outputText.contains("OWN-01"))
        let on = try sandbox.run("backtest", log, "--rules", "own", "--experimental").expecting()
        #expect(on.outputText.contains("OWN-01") && !on.errorText.contains(" off"))
        let listing = try sandbox.run("rules", "list", "own", "--output", "ndjson").objects()
        #expect(listing.contains { $0["off"] as? Bool == true })
        #expect(listing.allSatisfy { ($0["state"] as? [String: Any])?["bytes"] != nil })
    }
}
