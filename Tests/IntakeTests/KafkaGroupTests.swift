import AuditModel
import CRdKafka
import Foundation
import Glibc
import Intake
import KafkaAccess
import TestSupport
import Testing

@Suite("Partitions of Kafka move between members, and trouble is told")
struct KafkaGroupTests {
    @Test("Two members share a topic, and nothing is lost when one leaves", arguments: [
        KafkaSettings.Assignment.range, .cooperativeSticky,
    ])
    func rebalance(_ assignment: KafkaSettings.Assignment) async throws {
        let cluster = try MockCluster()
        cluster.create("t", partitions: 4)
        for partition in 0..<4 {
            cluster.produce("t", partition: Int32(partition), ["\(partition) a"])
        }
        var settings = cluster.settings("t")
        settings.assignment = assignment
        let first = RunningSource(settings, KafkaRecorder(isPrompt: true))
        await first.sink.wait { $0.records.count == 4 }
        // The brokers inside this process refuse commits while members change; real ones do not.
        try await Task.sleep(for: .milliseconds(1500))
        let second = RunningSource(settings, KafkaRecorder(isPrompt: true))
        await second.sink.wait { $0.log.filter { $0.hasPrefix("opened") }.count >= 2 }
        await first.sink.wait { $0.drains >= 1 }
        for partition in 0..<4 {
            cluster.produce("t", partition: Int32(partition), ["\(partition) b"])
        }
        let all = { Self.count(first) + Self.count(second) }
        await first.sink.wait { _ in all() == 8 }
        try await Task.sleep(for: .milliseconds(1500))
        #expect(await first.stop() == nil)
        await second.sink.wait { state in
            let opened = state.log.filter { $0.hasPrefix("opened") }
            return Set(opened).count == 4
        }
        for partition in 0..<4 {
            cluster.produce("t", partition: Int32(partition), ["\(partition) c"])
        }
        await second.sink.wait { _ in all() == 12 }
        #expect(await second.stop() == nil)
        var union: [String: [String]] = [:]
        for run in [first, second] {
            union.merge(run.sink.now.records) { $0 + $1 }
        }
        for partition in 0..<4 {
            #expect(
                union["t/\(partition)"]?.sorted()
                    == ["\(partition) a", "\(partition) b", "\(partition) c"])
        }
        #expect(first.sink.now.drains >= 2)
    }

    private static func count(_ run: RunningSource) -> Int {
        run.sink.now.records.values.reduce(0) { $0 + $1.count }
    }

    @Test("A member that leaves before its first assignment leaves in peace")
    func leavesUnassigned() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        // To SyncGroup; the member joins and gets nothing.
        let refusal = RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS
        cluster.push(14, [rd_kafka_resp_err_t](repeating: refusal, count: 64))
        var settings = cluster.settings("t")
        settings.assignment = .cooperativeSticky
        let run = RunningSource(settings)
        try await Task.sleep(for: .seconds(5))
        #expect(await run.stop() == nil)
        #expect(!run.sink.now.log.contains { $0.hasPrefix("opened") })
    }

    @Test("A topic that does not exist is told, and read as soon as it is made")
    func missingTopic() async throws {
        let cluster = try MockCluster()
        cluster.create("later")
        cluster.hide("later", true)
        let run = RunningSource(cluster.settings("later"))
        await run.sink.wait { $0.conditions.first?.code == "kafka.topic_missing" }
        #expect(run.sink.now.conditions.first?.isReady == false)
        cluster.hide("later", false)
        cluster.produce("later", ["here"])
        await run.sink.wait { $0.records["later/0"] == ["here"] }
        await run.sink.wait { $0.conditions.last?.isReady == true }
        #expect(await run.stop() == nil)
        #expect(run.sink.now.conditions.count == 2)
    }

    @Test("A bounded source gives up on a topic that does not exist")
    func missingBounded() async throws {
        let cluster = try MockCluster()
        cluster.create("never")
        cluster.hide("never", true)
        var settings = cluster.settings("never", group: nil)
        settings.isBounded = true
        let error = await RunningSource(settings).finish()
        #expect(error?.code == "kafka.topic_missing")
        #expect(error?.exitStatus == 66)
    }

    @Test("Brokers that are not there are told once, and stopping works meanwhile")
    func unreachable() async throws {
        let settings = KafkaSettings(
            name: "kc", cluster: KafkaCluster(brokers: ["127.0.0.1:1"]), topics: ["t"])
        let run = RunningSource(settings)
        await run.sink.wait { !$0.conditions.isEmpty }
        try await Task.sleep(for: .milliseconds(2500))
        #expect(await run.stop() == nil)
        #expect(run.sink.now.conditions.map(\.code) == ["kafka.unreachable"])
        #expect(run.sink.now.conditions.first?.message.contains("127.0.0.1:1") == true)
    }

    @Test("A broker that goes down and comes back is told, and reading goes on")
    func brokerDown() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        let run = RunningSource(cluster.settings("t", group: nil))
        cluster.produce("t", ["a"])
        await run.sink.wait { $0.records["t/0"] == ["a"] }
        cluster.setDown(true)
        await run.sink.wait { $0.conditions.last?.code == "kafka.unreachable" }
        cluster.setDown(false)
        await run.sink.wait { $0.conditions.last?.isReady == true }
        cluster.produce("t", ["b"])
        await run.sink.wait { $0.records["t/0"] == ["a", "b"] }
        await run.stop()
    }

    @Test("Errors of the brokers do not end the run", arguments: [
        // Fetch, OffsetCommit, FindCoordinator, JoinGroup, Heartbeat.
        (Int16(1), RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION),
        (Int16(1), RD_KAFKA_RESP_ERR_UNKNOWN),
        (Int16(8), RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS),
        (Int16(10), RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE),
        (Int16(11), RD_KAFKA_RESP_ERR_NOT_COORDINATOR),
        (Int16(12), RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID),
    ])
    func injected(_ request: Int16, _ error: rd_kafka_resp_err_t) async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.push(request, [error, error])
        let run = RunningSource(cluster.settings("t"))
        cluster.produce("t", ["a", "b"])
        await run.sink.wait { $0.records["t/0"] == ["a", "b"] }
        cluster.produce("t", ["c"])
        await run.sink.wait { $0.records["t/0"] == ["a", "b", "c"] }
        #expect(await run.stop() == nil)
    }

    @Test("A group that is not allowed is told with its name")
    func notAuthorised() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        let error = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED
        cluster.push(11, [error, error, error])
        let run = RunningSource(cluster.settings("t", group: "secret-group"))
        await run.sink.wait { state in
            state.conditions.contains {
                $0.code == "kafka.not_authorised" && $0.message.contains("secret-group")
            }
        }
        await run.sink.wait { $0.conditions.last?.isReady == true }
        #expect(await run.stop() == nil)
    }

    @Test("A topic shorter than what was read of it is a new one, and is read from its start",
        arguments: ["1 - -", "1 - 0123456789abcdef"])
    func recreated(_ detail: String) async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", ["a", "b"])
        let stored = ResumePosition(source: "kc", partition: "t/0", offset: 40, detail: detail)
        let run = RunningSource(cluster.settings("t"), KafkaRecorder([stored]))
        await run.sink.wait { $0.records["t/0"] == ["a", "b"] }
        await run.stop()
        #expect(run.sink.now.notes.map(\.kind) == ["kafka.topic_recreated"])
        #expect(run.sink.now.positions["t/0"]?.offset == 2)
    }

    @Test("A topic with another message before the position is a new one")
    func recreatedLonger() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", ["a", "b", "c"])
        let mark = String(repeating: "0", count: 16)
        let stored = ResumePosition(
            source: "kc", partition: "t/0", offset: 2, detail: "1 - \(mark)")
        let run = RunningSource(cluster.settings("t"), KafkaRecorder([stored]))
        await run.sink.wait { $0.records["t/0"] == ["a", "b", "c"] }
        await run.stop()
        #expect(run.sink.now.notes.map(\.kind) == ["kafka.topic_recreated"])
        #expect(run.sink.now.notes.first?.partition == "t/0")
    }
}
