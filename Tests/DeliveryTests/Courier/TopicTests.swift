import AuditModel
import CRdKafka
import Foundation
import KafkaAccess
import TestSupport
import Testing

@testable import Delivery

@Suite("Alerts into a topic of Kafka", .serialized)
struct TopicTests {
    /// Kafka's number of the request that carries messages.
    private static let produce: Int16 = 0

    @Test("Each alert is one message, and those of a grant keep their order in one partition")
    func order() throws {
        let bench = try TopicBench(partitions: 4)
        let courier = try bench.courier(inFlight: 8)
        let all = (1...Int64(120)).map { number in
            TopicBench.delivery(
                number, grant: "grant-\(number % 7)", alert: UInt64(number % 2),
                revision: Int(number))
        }
        #expect(courier.add(all) == 120)
        let outcomes = TopicBench.outcomes(courier, done: 120)
        #expect(outcomes.count { $0.result == .delivered } == 120)
        #expect(outcomes.allSatisfy { $0.reason.isEmpty && $0.status == nil })
        #expect(courier.stop(within: 5))
        let messages = try bench.messages(120)
        #expect(messages.compactMap { $0["grantrail-id"] }.count == 120)
        for grant in (0..<7).map({ "grant-\($0)" }) {
            let own = messages.filter { $0.key == grant }
            #expect(Set(own.map(\.partition)).count == 1)
            let expected = all.filter { AlertNotice.grant(of: $0.body) == grant }.map(\.messageID)
            #expect(own.compactMap { $0["grantrail-id"] } == expected)
        }
        #expect(Set(messages.map(\.partition)).count > 1)
        #expect(messages.allSatisfy { $0["content-type"] == "application/json" })
        #expect(messages.allSatisfy { $0.value.starts(with: #"{"type":"grantrail.alert."#.utf8) })
    }

    @Test("CloudEvents have the headers of the Kafka binding, as they are, and its key")
    func cloudEvents() throws {
        let bench = try TopicBench()
        let binary = try bench.courier(body: .cloudeventsBinary)
        binary.add([TopicBench.delivery(42, grant: "Zürich 50%")])
        #expect(TopicBench.outcomes(binary, done: 1).map(\.result) == [.delivered])
        binary.stop(within: 5)
        let structured = try bench.courier(body: .cloudevents)
        structured.add([TopicBench.delivery(43, grant: nil)])
        #expect(TopicBench.outcomes(structured, done: 1).map(\.result) == [.delivered])
        structured.stop(within: 5)
        let messages = try bench.messages(2)
        try #require(messages.count == 2)
        let (first, second) = (messages[0], messages[1])
        #expect(first.key == "Zürich 50%" && first["ce_partitionkey"] == first.key)
        #expect(first["ce_subject"] == "grant/Zürich 50%" && first["ce_specversion"] == "1.0")
        #expect(first["ce_id"] == first["grantrail-id"] && first["ce-id"] == nil)
        #expect(first["content-type"] == "application/json")
        #expect(JSONValue(first.value)?["schema"]?.text == "grantrail/alert/1")
        #expect(second["content-type"] == "application/cloudevents+json" && second["ce_id"] == nil)
        let event = try #require(JSONValue(second.value))
        // Without a grant the alert's own id keeps its revisions together.
        #expect(event["partitionkey"]?.text == second.key && second.key.utf8.count == 32)
        #expect(event["id"]?.text == second["grantrail-id"])
    }

    @Test("A message larger than may be is dead with its reason and holds up nothing")
    func tooLarge() throws {
        let bench = try TopicBench()
        let courier = try bench.courier(properties: ["message.max.bytes": "2000"])
        let long = String(repeating: "x", count: 5000)
        courier.add([
            TopicBench.delivery(1, grant: "g", message: long),
            TopicBench.delivery(2, grant: "g", revision: 2),
        ])
        let outcomes = TopicBench.outcomes(courier, done: 2)
        #expect(outcomes.map(\.result) == [.dead, .delivered])
        #expect(outcomes.map(\.attempts) == [1, 1])
        #expect(outcomes[0].reason.contains("bytes is larger than the topic takes; raise its"))
        #expect(courier.statuses().first?.isBreakerOpen == false)
        courier.stop(within: 5)
        #expect(try bench.messages(1).count == 1)
    }

    @Test("One that the broker finds too large is dead as well, and the next is taken")
    func refused() throws {
        let bench = try TopicBench()
        let courier = try bench.courier(inFlight: 1)
        bench.cluster.push(Self.produce, [RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE])
        courier.add([TopicBench.delivery(1, grant: "g"), TopicBench.delivery(2, grant: "g")])
        #expect(TopicBench.outcomes(courier, done: 2).map(\.result) == [.dead, .delivered])
        courier.stop(within: 5)
    }

    @Test("What mends itself is tried again inside the producer and makes no doubles")
    func mended() throws {
        let bench = try TopicBench()
        let courier = try bench.courier(inFlight: 1)
        bench.cluster.push(
            Self.produce,
            [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS])
        courier.add((1...10).map { TopicBench.delivery($0, grant: "g\($0)") })
        let outcomes = TopicBench.outcomes(courier, done: 10)
        courier.stop(within: 5)
        let ids = try bench.messages(11, patience: 1).compactMap { $0["grantrail-id"] }
        #expect(ids.count == 10 && Set(ids).count == 10, "\(ids) \(outcomes)")
    }

    @Test("A broker that forbids it is told as such, and is tried again")
    func forbidden() throws {
        let bench = try TopicBench()
        let courier = try bench.courier(inFlight: 1)
        bench.cluster.push(Self.produce, [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
        courier.add([TopicBench.delivery(1, grant: "g")])
        let outcomes = TopicBench.outcomes(courier, done: 1)
        #expect(outcomes.last?.result == .delivered)
        // The library remembers it until it asks about the topic again.
        let reasons = outcomes.dropLast().map(\.reason)
        #expect(!reasons.isEmpty)
        #expect(reasons.allSatisfy { $0.contains("Write and Describe on topic 'alerts'") })
        courier.stop(within: 5)
    }

    @Test("A topic that is not there is named; once it is made, what waited is written")
    func missing() throws {
        let bench = try TopicBench()
        bench.cluster.hide(TopicBench.topic, true)
        let courier = try bench.courier(timeout: 3_000_000_000)
        courier.add([TopicBench.delivery(1, grant: "g")])
        let failed = TopicBench.outcomes(courier) { !$0.isEmpty }
        #expect(failed.first?.reason.contains("no broker knows topic 'alerts'") == true)
        bench.cluster.hide(TopicBench.topic, false)
        #expect(TopicBench.outcomes(courier, done: 1).last?.result == .delivered)
        courier.stop(within: 5)
    }

    @Test("Brokers that are down are named; the breaker opens, and nothing is lost meanwhile")
    func down() throws {
        let bench = try TopicBench()
        let courier = try bench.courier(timeout: 1_000_000_000)
        bench.cluster.setDown(true)
        let all = (1...12).map { TopicBench.delivery($0, grant: "g\($0 % 5)") }
        courier.add(all)
        var outcomes = TopicBench.outcomes(courier) { _ in
            courier.statuses().first?.isBreakerOpen == true
        }
        #expect(courier.statuses().first?.isBreakerOpen == true)
        bench.cluster.setDown(false)
        outcomes += TopicBench.outcomes(courier, done: 12)
        #expect(outcomes.count { $0.result == .delivered } == 12)
        let why = try #require(outcomes.first { $0.result != .delivered }?.reason)
        #expect(why.hasPrefix("cannot reach Kafka at 127.0.0.1:"), "\(why)")
        #expect(courier.statuses().first?.isBreakerOpen == false)
        courier.stop(within: 5)
        let ids = try bench.messages(12).compactMap { $0["grantrail-id"] }
        #expect(Set(ids).isSuperset(of: all.map(\.messageID)))
    }

    @Test("A courier that dies loses nothing: the next one writes what was not noted as written")
    func resumed() throws {
        let bench = try TopicBench(partitions: 2)
        let all = (1...60).map {
            TopicBench.delivery($0, grant: "g\($0 % 3)", revision: Int($0))
        }
        var pending = all
        for _ in 0..<3 {
            let courier = try bench.courier()
            courier.add(pending)
            let enough = min(10, pending.count)
            let noted = TopicBench.outcomes(courier) { $0.count >= enough }
            // What it did after that nobody noted.
            Thread.sleep(forTimeInterval: 0.01)
            courier.stop(within: 0)
            let done = Set(noted.map(\.sequence))
            pending.removeAll { done.contains($0.sequence) }
        }
        let last = try bench.courier()
        last.add(pending)
        #expect(TopicBench.outcomes(last, done: pending.count).count == pending.count)
        last.stop(within: 5)
        let ids = try bench.messages(400, patience: 1).compactMap { $0["grantrail-id"] }
        #expect(Set(ids) == Set(all.map(\.messageID)))
        for grant in 0..<3 {
            // By the first time that each was written.
            var seen: Set<String> = []
            let own = ids.filter { seen.insert($0).inserted }
            let expected = all.filter { $0.sequence % 3 == Int64(grant) }.map(\.messageID)
            #expect(own.filter { Set(expected).contains($0) } == expected)
        }
    }

    @Test("Stopping breaks off what hangs at a broker that is not there, and soon")
    func stopped() throws {
        let bench = try TopicBench()
        bench.cluster.setDown(true)
        let courier = try bench.courier(timeout: 60_000_000_000)
        courier.add([TopicBench.delivery(1, grant: "g")])
        TopicBench.wait { courier.statuses().first?.inFlight == 1 }
        let start = Date()
        #expect(!courier.stop(within: 0.1))
        #expect(Date().timeIntervalSince(start) < 6)
        #expect(courier.takeOutcomes().isEmpty && courier.statuses().first?.held == 1)
    }
}

@Suite("Settings and parts of a topic's hook")
struct TopicPartTests {
    @Test("Mistakes are said with the setting's name; what the promises hang on is not to be set")
    func problems() throws {
        var cluster = KafkaCluster(brokers: ["k1:99999"])
        cluster.properties = ["acks": "1", "message.timeout.ms": "5", "linger.ms": "20"]
        let problems = TopicSettings.problems(cluster, "a b")
        #expect(
            problems.map(\.key)
                == ["topic", "brokers", "properties.acks", "properties.message.timeout.ms"])
        let pace = try HookPace(name: "bus")
        #expect {
            try TopicSettings(pace: pace, cluster: cluster, topic: "alerts")
        } throws: { error in
            (error as? HookError)?.code == .kafka
                && (error as? HookError)?.message.hasPrefix("hook bus: ") == true
        }
        cluster = KafkaCluster(brokers: ["k1"])
        cluster.properties = ["linger.ms": "20", "compression.codec": "zstd"]
        let settings = try TopicSettings(pace: pace, cluster: cluster, topic: "alerts")
        // Whatever a test makes of it must be taken by the library.
        try KafkaProducer(settings).close(within: 5)
    }

    @Test("The lane of an alert is its grant, found without reading it whole")
    func lanes() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let alert = random.hostileAlert()
            let body = Sample.json(alert)
            let notice = try #require(AlertNotice(body), "seed \(seed)")
            #expect(AlertNotice.grant(of: body) == notice.grant, "seed \(seed)")
        }
        for text in ["", "{", "[]", "{}", #"{"keys":7}"#, #"{"keys":{"grant":7}}"#] {
            #expect(AlertNotice.grant(of: Array(text.utf8)) == nil)
        }
    }

    @Test("Of a lane only one is under way, whatever alerts it holds, in the order of sequences")
    func schedule() throws {
        var schedule = HookSchedule(try HookSample.pace())
        let lane = ID128(high: 9, low: 9)
        let held = (1...4).map { number in
            var delivery = HookSample.delivery(Int64(number))
            if number < 4 { delivery.lane = lane }
            return delivery
        }
        schedule.add(held.reversed())
        let now = HookSample.start
        #expect(schedule.start(now: now)?.sequence == 1)
        #expect(schedule.start(now: now)?.sequence == 4)
        #expect(schedule.start(now: now) == nil)
        let refused = schedule.finish(
            1, HookAnswer(.refused, reason: "too large"), now: now, duration: 1, chance: 0.5)
        #expect(refused?.result == .dead && refused?.reason == "too large")
        #expect(refused?.attempts == 1 && !schedule.isBreakerOpen)
        #expect(schedule.start(now: now)?.sequence == 2)
        let unmade = schedule.finish(2, .unsendable, now: now, duration: 1, chance: 0.5)
        #expect(unmade?.result == .dead && unmade?.attempts == 0)
        #expect(schedule.start(now: now)?.sequence == 3)
    }

    @Test("A line for tools holds key, headers and value")
    func line() throws {
        let writer = BodyWriter(kind: .ocsf, context: Sample.context, binding: .kafka)
        let line = try #require(writer.line(Sample.json(Sample.alert()), sequence: 42))
        let value = try #require(JSONValue(line))
        #expect(value["key"]?.text == "ff01")
        #expect(value["headers"]?["grantrail-id"]?.text == "00000000000000a100000000000000b2.1")
        #expect(value["headers"]?["content-type"]?.text == "application/json")
        #expect(value["value"]?["class_uid"]?.text == "2004")
    }
}
