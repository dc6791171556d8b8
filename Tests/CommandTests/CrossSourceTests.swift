import Foundation
import TestSupport
import Testing

/// What an authorization server's log and a gateway's say together.
@Suite("Logs of several servers", .serialized)
struct CrossSourceTests {
    private static let minute: Int64 = 60_000

    /// A sandbox with a month's beginning of Keycloak's log, the gateway's and Okta's.
    private static func simulated(_ events: Int = 6_000) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.run(
            "simulate", "--out", sandbox.directory, "--events", String(events), "--attacks", "1",
            "--dialect", "keycloak", "--dialect", "nginx", "--dialect", "okta"
        ).expecting()
        return sandbox
    }

    private static func time(_ line: String) throws -> Int64 {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        if let number = object["time"] as? Int64 { return number }
        if let text = object["time"] as? String, let seconds = Double(text) {
            return Int64(seconds * 1000)
        }
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let date = try #require(formatter.date(from: object["published"] as? String ?? ""))
        return Int64(date.timeIntervalSince1970 * 1000)
    }

    private static func alerts(_ lines: [String]) throws -> [String: [String: Any]] {
        var alerts: [String: [String: Any]] = [:]
        for line in lines {
            let alert = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            alerts[try #require(alert["id"] as? String)] = alert
        }
        return alerts
    }

    /// A use at the gateway, eight minutes after the last refresh of a grant that is days old, from
    /// a country that nobody used it in; and a request with a live token of the same grant in its
    /// address.
    private static func misuse(_ sandbox: Sandbox) throws -> [String] {
        let events = try sandbox.run(
            "tail", "events", "keycloak.jsonl", "--geo", "places/city.mmdb", "--asn",
            "places/asn.mmdb", "--output", "ndjson", "--where", "kind=refresh.succeeded"
        ).expecting().objects()
        func country(_ event: [String: Any]) -> String? {
            (event["place"] as? [String: Any])?["country"] as? String
        }
        var first: [String: String] = [:]
        for event in events {
            guard let session = event["session"] as? String, first[session] == nil else { continue }
            first[session] = event["time"] as? String
        }
        // The simulated world's people are European and American.
        let stranger = try #require(
            events.first { ["JP", "SG", "AU", "BR"].contains(country($0)) }?["ip"] as? String)
        let victim = try #require(
            events.last { event in
                guard let session = event["session"] as? String, let begin = first[session],
                    let end = event["time"] as? String, event["ip_role"] as? String == "holder"
                else { return false }
                return ["DE", "FR", "PT", "NL", "US"].contains(country(event))
                    && begin.prefix(10) < end.prefix(10)
                    && (Int(end.dropFirst(8).prefix(2)) ?? 0)
                        - (Int(begin.dropFirst(8).prefix(2)) ?? 0) >= 4
            })
        let token = try #require(
            (victim["issued"] as? [[String: Any]])?.first { $0["type"] as? String == "access" }?[
                "id"] as? String)
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let time = try #require(formatter.date(from: victim["time"] as? String ?? ""))
            .timeIntervalSince1970
        let claims = "{\"jti\":\"\(token)\",\"exp\":\(Int(time) + 3600)}"
        func encoded(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("=", with: "")
                .replacing("+", with: "-").replacing("/", with: "_")
        }
        let raw = encoded(#"{"alg":"HS256","typ":"JWT"}"#) + "." + encoded(claims) + "."
            + encoded(String(repeating: "s", count: 32))
        func line(_ after: Double, _ path: String, _ jti: String) -> String {
            """
            {"time":"\(String(format: "%.3f", time + after))","remote_addr":"\(stranger)",\
            "x_forwarded_for":"","method":"GET","host":"api.acme.example","path":"\(path)",\
            "status":200,"www_authenticate":"","user_agent":"curl/8","iss":"","sub":"",\
            "client_id":"","sid":"","jti":"\(jti)"}
            """
        }
        return [line(480, "/v1/items", token), line(490, "/v1/items?access_token=\(raw)", "")]
    }

    @Test("a journey and a leak that only both logs show together are found, whatever came first")
    func months() throws {
        let sandbox = try Self.simulated()
        let lines = try sandbox.lines(of: "nginx.jsonl") + Self.misuse(sandbox)
        let gateway = try lines.map { (try Self.time($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
        try sandbox.write("gateway.jsonl", lines: gateway)
        let places = ["--geo", "places/city.mmdb", "--asn", "places/asn.mmdb"]
        func ingest(_ store: String, _ files: String...) throws {
            try sandbox.run(["ingest", "--store", store] + files + places).expecting()
        }
        try ingest("apart.db", "keycloak.jsonl")
        try ingest("apart.db", "gateway.jsonl")
        try ingest("turned.db", "gateway.jsonl")
        try ingest("turned.db", "keycloak.jsonl")
        try ingest("together.db", "keycloak.jsonl", "gateway.jsonl")
        func backtest(_ input: String...) throws -> [String] {
            try sandbox.run(["backtest", "--output", "ndjson"] + input).expecting().outputLines
        }
        let together = try backtest("--store", "together.db")
        #expect(try backtest("--store", "apart.db") == together)
        #expect(try backtest("--store", "turned.db") == together)
        let archives = try sandbox.run(
            ["backtest", "--output", "ndjson", "keycloak.jsonl", "gateway.jsonl"] + places)
        #expect(try archives.expecting().outputLines == together)
        // What each log shows alone.
        let alone = try Self.alerts(
            sandbox.run(["backtest", "--output", "ndjson", "keycloak.jsonl"] + places)
                .expecting().outputLines
                + sandbox.run(["backtest", "--output", "ndjson", "gateway.jsonl"] + places)
                .expecting().outputLines)
        let found = try Self.alerts(together).filter { alone[$0.key] == nil }.values
        for rule in ["GEO-02", "LEAK-01"] {
            let alert = found.first { ($0["rule"] as? [String: Any])?["name"] as? String == rule }
            let evidence = try #require(alert?["evidence"] as? [[String: Any]], "\(rule)")
            #expect(evidence.contains { $0["source"] as? String == "nginx" }, "\(rule)")
            let keys = try #require(alert?["keys"] as? [String: Any])
            #expect(keys["family"] != nil && keys["subject"] != nil, "\(rule) names the grant")
        }
    }

    /// Runs a service over Okta's log as it is polled and the other logs as they are written.
    ///
    /// - Returns: the ids of the alerts that stand, and how many events came late.
    private static func live(
        _ sandbox: Sandbox, idleAfter: String
    ) throws -> (alerts: Set<String>, late: Int) {
        try sandbox.write("live-okta.jsonl", lines: [])
        try sandbox.write("live-keycloak.jsonl", lines: [])
        try sandbox.write("live-gateway.jsonl", lines: [])
        func configure(_ file: String, until: String) throws {
            try sandbox.write(file, lines: [
                "store: {path: live.db}", "geo: {city: places/city.mmdb, asn: places/asn.mmdb}",
                "rules: {lateness: 30s}", "sources:",
                "  - {name: okta, type: file, path: live-okta.jsonl, idle_after: \(idleAfter)"
                    + until + "}",
                "  - {name: keycloak, type: file, path: live-keycloak.jsonl\(until)}",
                "  - {name: gateway, type: file, path: live-gateway.jsonl\(until)}",
            ])
        }
        try configure("run.yml", until: "")
        try configure("end.yml", until: ", until: end")
        let files = ["okta.jsonl", "keycloak.jsonl", "gateway.jsonl"]
        let logs = try files.map { file in
            try sandbox.lines(of: file).map { (try time($0), $0) }
        }
        let times = logs.joined().map(\.0)
        let (first, last) = (times.min() ?? 0, times.max() ?? 0)
        let run = try sandbox.start("run", "--config", "run.yml")
        let polls = 3 as Int64
        for poll in 0..<polls {
            let begin = first + (last - first) * poll / polls
            let end = poll == polls - 1 ? .max : first + (last - first) * (poll + 1) / polls
            // The streams are a whole period ahead when the answer to the poll comes.
            for index in [1, 2, 0] {
                if index == 0 { usleep(1_500_000) }
                let part = logs[index].filter { $0.0 >= begin && $0.0 < end }.map(\.1)
                try sandbox.append("live-" + files[index], FollowTests.text(part))
            }
            usleep(1_500_000)
        }
        // Requests without a token are no events.
        let total = try sandbox.run(["tail", "events", "--output", "ndjson"] + files).expecting()
            .outputLines.count
        for _ in 0..<100 {
            let info = try sandbox.run("store", "info", "--store", "live.db", "--output", "json")
            if info.outputText.contains("\"events\":\(total),") { break }
            usleep(200_000)
        }
        let finished = try run.end(by: SIGTERM)
        let stopped = try #require(
            finished.errorText.split(separator: "\n").last { $0.contains("came late") },
            "\(finished.status) \(finished.errorText.suffix(2000))")
        let late = try #require(stopped.firstMatch(of: /(\d+) came late/))
        // A service that is stopped leaves what lies within the lateness to the next.
        try sandbox.run("run", "--config", "end.yml").expecting()
        let listed = try sandbox.run(
            "alerts", "list", "--store", "live.db", "--output", "ndjson").expecting().outputLines
        return (Set(try alerts(listed).keys), try #require(Int(late.output.1)))
    }

    @Test("what a poll brings long after the streams is not late by that alone")
    func polled() throws {
        let sandbox = try Self.simulated(3_000)
        try sandbox.write(
            "gateway.jsonl", lines: sandbox.lines(of: "nginx.jsonl") + Self.misuse(sandbox))
        let lines = try sandbox.lines(of: "gateway.jsonl")
        try sandbox.write(
            "gateway.jsonl",
            lines: try lines.map { (try Self.time($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1))
        let patient = try Self.live(sandbox, idleAfter: "10m")
        #expect(patient.late == 0)
        unlink(sandbox.path("live.db"))
        let hasty = try Self.live(sandbox, idleAfter: "1s")
        #expect(hasty.late > 0, "without the wait Okta's events are late")
        let expected = try Self.alerts(
            sandbox.run(
                "backtest", "okta.jsonl", "keycloak.jsonl", "gateway.jsonl", "--geo",
                "places/city.mmdb", "--asn", "places/asn.mmdb", "--output", "ndjson"
            ).expecting().outputLines)
        let names = expected.values.compactMap {
            ($0["rule"] as? [String: Any])?["name"] as? String
        }
        #expect(names.contains("GEO-02") && names.contains("LEAK-01"))
        #expect(patient.alerts == Set(expected.keys))
    }
}
