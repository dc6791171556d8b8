import Foundation
import TestSupport
import Testing

@Suite("doctor, as people call it")
struct DoctorTests {
    private static func findings(_ report: [String: Any]) -> [[String: Any]] {
        (report["sources"] as? [[String: Any]] ?? [])
            .flatMap { $0["findings"] as? [[String: Any]] ?? [] }
    }

    @Test("a healthy log is a status of 0, from the file and from a store made of it")
    func healthy() throws {
        let traffic = try Traffic(Sandbox())
        let file = try traffic.sandbox.run("doctor", traffic.path, "--output", "json").expecting()
        let report = try #require(try file.objects().first)
        #expect(report["problems"] as? Int == 0)
        let input = try #require((report["inputs"] as? [[String: Any]])?.first)
        #expect(input["records"] as? Int == 6000 && input["events"] as? Int == 6000)
        let store = traffic.sandbox.path("s.db")
        try traffic.sandbox.run("ingest", traffic.path, "--store", store).expecting()
        let stored = try traffic.sandbox.run("doctor", "--store", store, "--output", "json")
            .expecting().objects()
        let sources = NSArray(array: stored.first?["sources"] as? [Any] ?? [])
        #expect(sources == NSArray(array: report["sources"] as? [Any] ?? [1]))
    }

    @Test("errors alone: status 1, the rules that are blind for it, and Keycloak's own option")
    func errorsOnly() throws {
        let traffic = try Traffic(Sandbox())
        let errors = try traffic.lines().filter { $0.contains("_ERROR\"") }
        try traffic.sandbox.write("errors.jsonl", lines: errors)
        let finished = try traffic.sandbox.run("doctor", "errors.jsonl", "--output", "text")
            .expecting(1)
        let lines = finished.outputLines
        #expect(lines.contains { $0.contains("PROBLEM  no_successes: ") })
        #expect(lines.contains { $0.contains("blind: ") && $0.contains("REF-05") })
        #expect(lines.contains { $0.hasSuffix("jboss-logging-success-level=info") })
        let report = try #require(
            try traffic.sandbox.run("doctor", "errors.jsonl").expecting(1).objects().first)
        #expect(Self.findings(report).contains { $0["symptom"] as? String == "no_successes" })
    }

    @Test("lost records are told with their reason, from a file and from a store")
    func lost() throws {
        let traffic = try Traffic(Sandbox())
        let cut = try traffic.lines().prefix(100).map { String($0.dropLast(9)) }
        try traffic.sandbox.write("bad.jsonl", lines: try traffic.lines() + cut)
        let finished = try traffic.sandbox.run("doctor", "bad.jsonl", "--output", "text")
            .expecting(1)
        #expect(finished.outputText.contains("100 lost: record.truncated"))
        try traffic.sandbox.run("ingest", "bad.jsonl", "--store", "s.db").expecting()
        let report = try #require(
            try traffic.sandbox.run("doctor", "--store", "s.db").expecting(1).objects().first)
        let input = try #require((report["inputs"] as? [[String: Any]])?.first)
        #expect(input["lost"] as? [String: Int] == ["record.truncated": 100])
        try traffic.sandbox.write("no.log", lines: ["nothing", "that", "is known"])
        try traffic.sandbox.run("doctor", "no.log", "--output", "text").expecting(1)
        try traffic.sandbox.run("doctor", "missing.log").expecting(66)
        try traffic.sandbox.run("doctor").expecting(64)
    }

    @Test("with a configuration: the machine, its sources, brokers that do not answer")
    func configuration() throws {
        let sandbox = try Sandbox()
        try sandbox.write("config.yaml", lines: [
            "store: {path: s.db}", "mode: observe", "sources:",
            "  - {name: kc, type: file, path: '*.jsonl', dialect: keycloak}",
            "  - {name: bus, type: kafka, brokers: ['127.0.0.1:1'], topic: t, dialect: keycloak}",
        ])
        let report = try #require(
            try sandbox.run("doctor", "--config", "config.yaml").expecting(1).objects().first)
        let rows = try #require(report["machine"] as? [[String: String]])
        func row(_ name: String) -> [String: String]? { rows.first { $0["name"] == name } }
        #expect(row("configuration")?["state"] == "ok")
        #expect(row("key")?["state"] == "ok")
        #expect(row("disk") != nil)
        #expect(row("service")?["what"] == "no service runs with this configuration")
        #expect(row("mode")?["what"] == "observe: nothing is sent")
        #expect(row("source kc")?["state"] == "advice")
        #expect(row("source bus")?["state"] == "problem")
        try sandbox.write("config.yaml", lines: ["store: {path: s.db}", "sorces: []"])
        let broken = try sandbox.run("doctor", "--config", "config.yaml").expecting(1)
        #expect(broken.outputText.contains("sorces"))
    }
}
