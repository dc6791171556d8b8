import AuditModel
import KafkaAccess
import TestSupport
import Testing

@testable import Intake

@Suite("Where a partition of Kafka is read from")
struct KafkaStartTests {
    private func decide(
        stored: Int64? = nil, detail: String = "", committed: Int64? = nil, low: Int64 = 0,
        high: Int64 = 100, cluster: String = "c", fresh: Int64 = 0
    ) -> KafkaStart {
        KafkaStart.decide(
            .init(
                stored: stored.map { ($0, KafkaPlace(detail)) }, committed: committed, low: low,
                high: high, cluster: cluster, fresh: fresh))
    }

    @Test("The furthest of store and group, with the mark only if it is the store's")
    func furthest() {
        #expect(decide(stored: 7, detail: "1 c ab") == KafkaStart(next: 7, expectedMark: "ab"))
        #expect(decide(stored: 7, detail: "1 c ab", committed: 9) == KafkaStart(next: 9))
        #expect(
            decide(stored: 7, detail: "1 c ab", committed: 5)
                == KafkaStart(next: 7, expectedMark: "ab"))
        #expect(decide(committed: 5) == KafkaStart(next: 5))
        #expect(decide(fresh: 30) == KafkaStart(next: 30))
        #expect(decide(low: 50, fresh: 30) == KafkaStart(next: 50))
        #expect(decide(fresh: 300) == KafkaStart(next: 100))
    }

    @Test("What was removed before it was read is a gap of so many offsets")
    func gap() {
        #expect(decide(stored: 7, low: 20) == KafkaStart(next: 20, note: .gap(lost: 13)))
        #expect(decide(stored: 20, detail: "1 c ab", low: 20) == KafkaStart(next: 20))
    }

    @Test("A shorter topic, or one of another cluster, is another topic")
    func recreated() {
        guard case .recreated = decide(stored: 101, low: 3).note else {
            Issue.record("not noticed")
            return
        }
        #expect(decide(stored: 101, low: 3).next == 3)
        #expect(decide(stored: 100).note == nil)
        // Where the message before the position can tell, it is asked first.
        #expect(
            decide(stored: 101, detail: "1 c ab") == KafkaStart(next: 101, expectedMark: "ab"))
        let moved = decide(stored: 7, detail: "1 other ab", committed: 7)
        #expect(moved.next == 0)
        #expect(moved.note != nil)
        #expect(decide(stored: 7, detail: "1 other ab", cluster: "").note == nil)
        #expect(decide(stored: 7, detail: "1 - ab").note == nil)
    }

    @Test("What the store keeps beside an offset can be read again, and never breaks")
    func place() {
        let place = KafkaPlace(cluster: "my cluster/1", mark: "00ff")
        #expect(place.text == "1 my_cluster_1 00ff")
        #expect(KafkaPlace(place.text) == place)
        #expect(KafkaPlace(KafkaPlace(cluster: "", mark: "").text).cluster == "")
        for text in ["", "2 a b", "1 a", "1 a b c"] {
            #expect(KafkaPlace(text) == KafkaPlace(cluster: "", mark: ""))
        }
    }

    @Test("Values become records whatever they hold, and each text in them at most once")
    func framing() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let pieces = ["[", "]", "{", "}", ",", "\"", "\\", "\n", " ", "a", "{\"k\":1}", "\u{FEFF}"]
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            var output = MessageFramer.Output()
            Array(text.utf8).withUnsafeBytes {
                MessageFramer.append($0, at: 9, limit: 12, to: &output)
            }
            let total = output.records.reduce(0) { $0 + $1.count }
            #expect(total == output.bytes.count, "seed \(seed)")
            #expect(total <= text.utf8.count, "seed \(seed)")
            #expect(output.records.allSatisfy { $0.at == 9 && $0.count > 0 && $0.count <= 12 })
        }
    }

    @Test("Very many arrays in one value do no harm")
    func manyArrays() {
        var output = MessageFramer.Output()
        let value = Array(String(repeating: "[]", count: 200_000).utf8) + Array("x".utf8)
        value.withUnsafeBytes { MessageFramer.append($0, at: 0, limit: 100, to: &output) }
        #expect(output.records.count == 1)
        #expect(output.issues.isEmpty)
    }
}

@Suite("Settings of Kafka are checked all at once")
struct KafkaSettingsTests {
    @Test("Every mistake has its key, and no message has the password")
    func problems() {
        var settings = KafkaSettings(
            name: "", cluster: KafkaCluster(brokers: ["k1:99999", "ok"]),
            topics: ["a b", "t", "t"])
        settings.group = ""
        settings.staticID = "a/b"
        settings.sessionTimeout = .nan
        settings.cluster.sasl = KafkaSASL(
            .plain, username: "", password: KafkaPassword("hunter2-secret"))
        var tls = KafkaTLS()
        tls.authorityFile = "/does/not/exist"
        tls.certificateFile = "/does/not/exist/either"
        settings.cluster.tls = tls
        settings.cluster.properties = [
            "group.id": "x", "no.such.property": "1", "fetch.max.bytes": "many",
            "client.rack": "fine",
        ]
        let problems = settings.problems()
        #expect(
            problems.map(\.key) == [
                "name", "topic", "topic", "group", "static_id", "session_timeout", "brokers",
                "sasl.username", "tls.ca", "tls.certificate", "tls.certificate",
                "properties.fetch.max.bytes", "properties.group.id",
                "properties.no.such.property",
            ])
        #expect(!problems.contains { $0.message.contains("hunter2") })
        #expect(!"\(settings)".contains("hunter2"))
        #expect(!String(reflecting: settings).contains("hunter2"))
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test("Good settings have no problems and a run with bad ones ends at once")
    func good() async {
        var settings = KafkaSettings(
            name: "kc", cluster: KafkaCluster(brokers: ["k1", "k2:9092", "[::1]:9092", "[::1]"]),
            topics: ["a.b-c_d"])
        settings.cluster.sasl = KafkaSASL(
            .scramSHA512, username: "u", password: KafkaPassword("p"))
        settings.cluster.tls = KafkaTLS()
        settings.assignment = .cooperativeSticky
        #expect(settings.problems() == [])
        settings.topics = []
        let error = await RunningSource(settings).finish()
        #expect(error?.code == "kafka.setting")
        #expect(error?.exitStatus == 78)
    }

    @Test("Locations of the command line")
    func locations() throws {
        let location = try KafkaLocation("kafka://k1,k2:9093,[::1]/audit,more?group=g")
        #expect(location.brokers == ["k1:9092", "k2:9093", "[::1]:9092"])
        #expect(location.topics == ["audit", "more"])
        #expect(location.group == "g")
        #expect(try KafkaLocation("kafka://k1/t").group == nil)
        let bad = [
            "kafka:/k1/t", "kafka://k1", "kafka:///t", "kafka://k1/", "kafka://k1:0/t",
            "kafka://k1/a b", "kafka://k1/t?groop=g", "kafka://k1/t?group=", "kafka://u:p@k1/t",
            "kafka://[::1/t",
        ]
        for text in bad {
            #expect(throws: SourceError.self, "\(text)") { try KafkaLocation(text) }
        }
        do {
            _ = try KafkaLocation("kafka://user:hunter2@k1/t")
        } catch {
            #expect(!error.message.contains("hunter2"))
            #expect(error.exitStatus == 64)
        }
    }
}
