import Foundation
import TestSupport
import Testing

/// The service as supervisors, scrapers and probes see it.
@Suite("The service in operation", .serialized)
struct OperationsTests {
    /// A configuration over a simulated log, with a page at a free port.
    static func scene(
        _ traffic: Traffic, more: String = ""
    ) throws -> (configuration: String, port: Int) {
        let port = WebProbe.freePort()
        let configuration = try RunTests.configuration(
            traffic, until: false, more: "http: {listen: \"127.0.0.1:\(port)\"}\n\(more)")
        return (configuration, port)
    }

    static func value(_ page: String, _ series: String) -> Double? {
        page.split(separator: "\n").first { $0.hasPrefix(series + " ") }
            .flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    @Test("Metrics and health are served while it runs")
    func pages() throws {
        let traffic = try Traffic(Sandbox(), events: 3000)
        let (configuration, port) = try Self.scene(traffic)
        let supervisor = try Supervisor(traffic.sandbox, configuration)
        try supervisor.hear("READY=1")
        let lines = Double(try traffic.lines().count)
        var page = ""
        for _ in 0..<300 {
            page = WebProbe.ask("/metrics", port: port)?.body ?? ""
            let read = Self.value(page, "grantrail_records_total{source=\"kc\"}")
            let waiting = Self.value(page, "grantrail_events_pending")
            let stored = Self.value(page, "grantrail_store_events") ?? 0
            if read == lines, stored > 0, waiting == 0 { break }
            usleep(100_000)
        }
        #expect(Self.value(page, "grantrail_records_total{source=\"kc\"}") == lines)
        #expect(Self.value(page, "grantrail_ready") == 1)
        #expect((Self.value(page, "grantrail_store_bytes") ?? 0) > 10_000)
        #expect((Self.value(page, "grantrail_commit_seconds_count") ?? 0) > 0)
        #expect((Self.value(page, "process_resident_memory_bytes") ?? 0) > 1e6)
        let alerts = page.split(separator: "\n").filter {
            $0.hasPrefix("grantrail_alerts_total{")
        }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        #expect(alerts.contains(0), "rules that never fired have their series, too")
        let asked = ["Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"]
        let newer = try #require(WebProbe.ask("/metrics", port: port, headers: asked))
        #expect(newer.body.hasSuffix("\n# EOF\n"))
        #expect(newer.headers["content-type"]?.hasPrefix("application/openmetrics-text") == true)
        #expect(WebProbe.ask("/livez", port: port)?.status == 200)
        #expect(WebProbe.ask("/readyz", port: port)?.body == "ready\n")
        let detail = try #require(WebProbe.ask("/readyz?verbose", port: port))
        let json = try JSONSerialization.jsonObject(with: Data(detail.body.utf8))
        let members = try #require(json as? [String: Any])
        #expect(members["ready"] as? Bool == true && members["state"] as? String == "running")
        let sources = try #require(members["sources"] as? [[String: Any]])
        #expect(sources.map { $0["name"] as? String } == ["kc"])
        #expect(WebProbe.ask("/", port: port)?.body.contains("/readyz?verbose") == true)
        #expect(WebProbe.ask("/store", port: port)?.status == 404)
        supervisor.signal(SIGTERM)
        #expect(try supervisor.end() == 0)
        #expect(WebProbe(port: port) == nil)
        let list = try traffic.sandbox.run(
            "alerts", "list", "--store", traffic.sandbox.path("run.db"), "--output", "ndjson"
        ).expecting()
        #expect(!list.outputLines.isEmpty)
        #expect(alerts.reduce(0, +) == Double(list.outputLines.count))
    }

    @Test("A source that cannot be read makes it not ready, and not dead")
    func unready() throws {
        let sandbox = try Sandbox()
        let port = WebProbe.freePort()
        let configuration = try sandbox.write("config.yaml", lines: [
            "store: {path: run.db}", "http: {listen: \"127.0.0.1:\(port)\"}",
            "sources:",
            "  - {name: kc, type: kafka, brokers: [\"127.0.0.1:\(WebProbe.freePort())\"], "
                + "topic: t}",
        ])
        let supervisor = try Supervisor(sandbox, configuration)
        try supervisor.hear("READY=1")
        for _ in 0..<3 { try supervisor.hear("WATCHDOG=1") }
        #expect(supervisor.heard.joined().contains("STATUS=running: 0 events stored"))
        #expect(supervisor.heard.joined().contains("1 of 1 sources not ready"))
        #expect(WebProbe.ask("/livez", port: port)?.status == 200)
        let readiness = try #require(WebProbe.ask("/readyz", port: port))
        #expect(readiness.status == 503)
        #expect(readiness.body.hasPrefix("not ready\nsource kc: "))
        #expect(WebProbe.ask("/readyz?verbose", port: port)?.status == 503)
        let page = try #require(WebProbe.ask("/metrics", port: port)?.body)
        #expect(Self.value(page, "grantrail_source_ready{source=\"kc\"}") == 0)
        #expect(Self.value(page, "grantrail_ready") == 0)
        supervisor.signal(SIGTERM)
        try supervisor.hear("STOPPING=1")
        #expect(try supervisor.end() == 0)
    }

    @Test("A supervisor hears of readiness, reloads, the end, and signs of life between")
    func notifies() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        let (configuration, _) = try Self.scene(traffic)
        let supervisor = try Supervisor(traffic.sandbox, configuration, isAbstract: true)
        try supervisor.hear("READY=1")
        let start = Date()
        for _ in 0..<5 { try supervisor.hear("WATCHDOG=1", seconds: 5) }
        #expect(Date().timeIntervalSince(start) > 0.5, "half of the patience between two")
        supervisor.signal(SIGHUP)
        let reload = try supervisor.hear("RELOADING=1")
        let stamp = reload.split(separator: "\n").first { $0.hasPrefix("MONOTONIC_USEC=") }
        #expect((stamp?.dropFirst("MONOTONIC_USEC=".count)).flatMap { Int64($0) } ?? 0 > 0)
        try supervisor.hear("READY=1")
        supervisor.signal(SIGTERM)
        try supervisor.hear("STOPPING=1")
        #expect(try supervisor.end() == 0)
        #expect(supervisor.heard.joined().contains("STATUS="))
    }

    @Test("A service that is stopped in its tracks gives no sign of life")
    func stuck() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        let (configuration, _) = try Self.scene(traffic)
        let supervisor = try Supervisor(traffic.sandbox, configuration)
        try supervisor.hear("WATCHDOG=1")
        supervisor.signal(SIGSTOP)
        usleep(300_000)
        while (try? supervisor.hear("", seconds: 0.3)) != nil {}
        #expect(throws: Trouble.self) { try supervisor.hear("WATCHDOG=1", seconds: 1) }
        supervisor.signal(SIGCONT)
        try supervisor.hear("WATCHDOG=1", seconds: 10)
        supervisor.signal(SIGTERM)
        #expect(try supervisor.end() == 0)
    }

    @Test(
        "The journal gets priorities and no times, others times and no priorities",
        arguments: ["text", "json"])
    func journal(format: String) throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        for isJournal in [true, false] {
            let (configuration, _) = try Self.scene(traffic, more: "log: {format: \(format)}")
            let supervisor = try Supervisor(
                traffic.sandbox, configuration, journal: isJournal)
            try supervisor.hear("READY=1")
            supervisor.signal(SIGTERM)
            #expect(try supervisor.end() == 0)
            let lines = supervisor.logText.split(separator: "\n")
            let started = try #require(lines.last { $0.contains("run.started") })
            #expect(started.hasPrefix("<6>") == isJournal)
            let plain = started.drop { $0 == "<" || $0 == ">" || $0 == "6" }
            #expect(plain.contains("20") && plain.contains("Z") || isJournal)
            if format == "json" {
                #expect(plain.contains("\"time\"") == !isJournal)
                #expect((try? JSONSerialization.jsonObject(with: Data(plain.utf8))) != nil)
            } else {
                #expect(plain.hasPrefix("20") == !isJournal)
            }
            unlink(traffic.sandbox.path("log"))
            unlink(traffic.sandbox.path("notify"))
        }
    }

    @Test("A port that is taken ends the start with status 78 and a tidy store")
    func taken() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        let (configuration, port) = try Self.scene(traffic)
        let supervisor = try Supervisor(traffic.sandbox, configuration)
        try supervisor.hear("READY=1")
        let other = try traffic.sandbox.write("other.yaml", lines: [
            "store: {path: other.db}", "http: {listen: \"127.0.0.1:\(port)\"}",
            "sources:", "  - {name: kc, type: file, path: \"\(traffic.path)\", until: end}",
        ])
        let refused = try traffic.sandbox.run("run", "--config", other).expecting(78)
        #expect(refused.errorText.contains("http.listen"))
        #expect(refused.errorText.contains("[http.port_taken]"))
        #expect(try traffic.sandbox.files(withPrefix: "other.db") == ["other.db"])
        supervisor.signal(SIGTERM)
        #expect(try supervisor.end() == 0)
    }

    @Test(
        "A place to listen at that is none is an error of the configuration",
        arguments: ["localhost", "::1:80", "[::1]:65536", ":0", "a/b:80", "x:y"])
    func wrongPlace(place: String) throws {
        let sandbox = try Sandbox()
        let configuration = try sandbox.write("config.yaml", lines: [
            "store: {path: run.db}", "http: {listen: \"\(place)\"}",
        ])
        let check = try sandbox.run("config", "check", "--config", configuration).expecting(78)
        #expect(check.outputText.contains("config.yaml:2:16"))
        #expect(check.outputText.contains("[config.unknown_value]"))
    }
}
