import Foundation
import TestSupport
import Testing

@Suite("A topic as a sink of the service", .serialized)
struct TopicTests {
    private static func sink(
        _ brokers: String, _ more: String = "", drain: Int = 60
    ) -> String {
        "  - {name: bus, type: kafka, brokers: [\"\(brokers)\"], topic: alerts, min: info"
            + ", rules: ['REF-*'], timeout: 1s\(more)}\ndrain_timeout: \(drain)s"
    }

    @Test("The topic gets what standard output tells, once, keyed by grant")
    func told() throws {
        let cluster = try MockCluster()
        cluster.create("alerts", partitions: 3)
        let traffic = try Traffic(Sandbox())
        let configuration = try RunTests.configuration(traffic, more: Self.sink(cluster.brokers))
        let run = try traffic.sandbox.run("run", "--config", configuration).expecting()
        #expect(run.errorText.contains("[kafka.version]"))
        let wanted = try run.objects().filter {
            (($0["rule"] as? [String: Any])?["name"] as? String)?.hasPrefix("REF-") == true
        }
        let names = wanted.map { "\($0["id"] ?? "").\($0["revision"] ?? "")" }
        #expect(!names.isEmpty)
        let messages = try cluster.messages(
            of: "alerts", partitions: 3, count: names.count + 1, patience: 1)
        #expect(messages.compactMap { $0["grantrail-id"] }.sorted() == names.sorted())
        let keys = wanted.compactMap { alert -> String? in
            let keys = alert["keys"] as? [String: Any]
            return (keys?["grant"] ?? keys?["family"] ?? alert["id"]) as? String
        }
        #expect(messages.map(\.key).sorted() == keys.sorted())
        let row = try #require(
            try traffic.sandbox.run("hooks", "list", "--config", configuration).objects().first)
        #expect(row["delivered"] as? Int == names.count && row["pending"] as? Int == 0)
        #expect(row["url"] as? String == "kafka://\(cluster.brokers)/alerts")
        try traffic.sandbox.run("store", "verify", traffic.sandbox.path("run.db")).expecting()
    }

    @Test("Without a broker everything waits and says why; with one it is written")
    func waits() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        let nowhere = Self.sink("127.0.0.1:1", drain: 2)
        let configuration = try RunTests.configuration(traffic, more: nowhere)
        let run = try sandbox.run("run", "--config", configuration).expecting(69)
        let wanted = run.outputLines.count { $0.contains("\"name\":\"REF-") }
        func row() throws -> [String: Any] {
            try #require(
                try sandbox.run("hooks", "list", "--config", configuration).objects().first)
        }
        let before = try row()
        #expect(before["pending"] as? Int == wanted && wanted > 1)
        let reason = try #require(before["last_reason"] as? String)
        #expect(reason.hasPrefix("cannot reach Kafka at 127.0.0.1:1: "), "\(reason)")
        #expect(before["last_status"] == nil)
        let cluster = try MockCluster()
        cluster.create("alerts")
        _ = try RunTests.configuration(traffic, more: Self.sink(cluster.brokers))
        try sandbox.run("run", "--config", configuration).expecting()
        let after = try row()
        #expect(after["delivered"] as? Int == wanted && after["pending"] as? Int == 0)
        #expect(try cluster.messages(of: "alerts", count: wanted).count == wanted)
    }

    @Test("A message that is larger than may be is listed as dead, and can be replayed")
    func dead() throws {
        let cluster = try MockCluster()
        cluster.create("alerts")
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        let configuration = try RunTests.configuration(
            traffic, more: Self.sink(cluster.brokers, ", properties: {message.max.bytes: 1000}"))
        let run = try sandbox.run("run", "--config", configuration).expecting()
        let wanted = run.outputLines.count { $0.contains("\"name\":\"REF-") }
        let dead = try sandbox.run("hooks", "dead", "--config", configuration).objects()
        #expect(dead.count == wanted)
        #expect((dead[0]["reason"] as? String)?.contains("larger than the topic takes") == true)
        _ = try RunTests.configuration(traffic, more: Self.sink(cluster.brokers))
        try sandbox.run("hooks", "replay", "--config", configuration).expecting()
        try sandbox.run("run", "--config", configuration).expecting()
        #expect(try cluster.messages(of: "alerts", count: wanted).count == wanted)
    }

    @Test("A test of the hook says what came of it")
    func test() throws {
        let cluster = try MockCluster()
        cluster.create("alerts")
        let sandbox = try Sandbox()
        func hooksTest(_ brokers: String) throws -> Finished {
            let path = try sandbox.write(
                "config.yaml", lines: ["store: {path: s.db}", "sinks:", Self.sink(brokers)])
            return try sandbox.run("hooks", "test", "bus", "--config", path)
        }
        #expect(try hooksTest(cluster.brokers).expecting().outputText == "bus took it\n")
        let message = try #require(try cluster.messages(of: "alerts", count: 1).first)
        #expect(String(decoding: message.value, as: UTF8.self).contains("\"TEST\""))
        let refused = try hooksTest("127.0.0.1:1").expecting(69)
        #expect(refused.errorText.contains("bus did not take it: cannot reach Kafka at"))
    }

    @Test("What a topic's settings cannot be is shown at its place, with a caret")
    func check() throws {
        let sandbox = try Sandbox()
        let path = try sandbox.write(
            "config.yaml",
            lines: [
                "store: {path: s.db}", "sinks:", "  - name: bus", "    type: kafka",
                "    brokers: [k1, 'k2:99999']", "    topic: a b", "    security:",
                "      tls: {ca: none.pem}", "    properties: {acks: 1}",
            ])
        let text = try sandbox.run("config", "check", "--config", path).expecting(78).outputText
        for expected in [
            "config.yaml:5:14: error: brokers 'k2:99999' is no HOST",
            "config.yaml:6:12: error: topic 'a b' is no topic name", "\n               ^~~",
            "config.yaml:8:17: error: there is no ", "config.yaml:9:17: error: properties.acks is",
        ] {
            #expect(text.contains(expected), "\(expected)\n\(text)")
        }
    }

    @Test("Alerts are rendered as messages of a topic")
    func rendered() throws {
        let traffic = try Traffic(Sandbox())
        let command = "\"$GRANTRAIL\" backtest \(traffic.path) --output ndjson"
            + " | \"$GRANTRAIL\" hooks render --body cloudevents-binary --kafka"
        let objects = try traffic.sandbox.shell(command).expecting().objects()
        let first = try #require(objects.first)
        let headers = try #require(first["headers"] as? [String: String])
        #expect(headers["grantrail-id"] == headers["ce_id"] && headers["ce_id"] != nil)
        #expect(first["key"] as? String == headers["ce_partitionkey"])
        #expect((first["value"] as? [String: Any])?["schema"] as? String == "grantrail/alert/1")
    }
}
