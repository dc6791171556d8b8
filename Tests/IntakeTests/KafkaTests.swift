import AuditModel
import CRdKafka
import Foundation
import Glibc
import Intake
import KafkaAccess
import TestSupport
import Testing

@Suite("Kafka is read from a group and without one")
struct KafkaTests {
    @Test("Messages arrive in order with positions, and a restart goes on behind them")
    func restart() async throws {
        let cluster = try MockCluster()
        cluster.create("t", partitions: 2)
        cluster.produce("t", partition: 0, (0..<500).map { "{\"n\":\($0)}" })
        cluster.produce("t", partition: 1, ["{\"other\":1}"])
        let first = RunningSource(cluster.settings("t"))
        await first.sink.wait { $0.records["t/0"]?.count == 500 && $0.records["t/1"]?.count == 1 }
        await first.sink.wait { $0.log.contains("caughtUp t/0") && $0.log.contains("caughtUp t/1") }
        #expect(await first.stop() == nil)
        let seen = first.sink.now
        #expect(seen.records["t/0"] == (0..<500).map { "{\"n\":\($0)}" })
        #expect(seen.offsets["t/0"] == (0..<500).map(Int64.init))
        #expect(seen.positions["t/0"]?.offset == 500)
        #expect(seen.log.filter { $0.hasPrefix("opened") }.count == 2)
        #expect(seen.log.suffix(2).sorted() == ["closed t/0", "closed t/1"])
        #expect(seen.conditions == [SourceCondition(isReady: true)])

        cluster.produce("t", partition: 0, ["{\"n\":500}"])
        let again = KafkaRecorder(Array(seen.positions.values))
        let second = RunningSource(cluster.settings("t"), again)
        await again.wait { $0.records["t/0"]?.count ?? 0 > 0 }
        #expect(await second.stop() == nil)
        #expect(again.now.records == ["t/0": ["{\"n\":500}"]])
        #expect(again.now.notes.isEmpty)
    }

    @Test("The group goes on where it committed if the store knows nothing")
    func committed() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", ["a", "b", "c"])
        let first = RunningSource(cluster.settings("t"))
        await first.sink.wait { $0.records["t/0"]?.count == 3 }
        await first.stop()
        #expect(first.sink.now.drains == 1)
        cluster.produce("t", ["d"])
        let second = RunningSource(cluster.settings("t"))
        await second.sink.wait { $0.records["t/0"] == ["d"] }
        await second.stop()
    }

    @Test("The group learns how far the store is, also when nothing new comes")
    func catchesUp() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", ["a", "b", "c"])
        let alone = RunningSource(cluster.settings("t", group: nil))
        await alone.sink.wait { $0.records["t/0"]?.count == 3 }
        await alone.stop()
        let known = KafkaRecorder(Array(alone.sink.now.positions.values), isMute: true)
        let second = RunningSource(cluster.settings("t"), known)
        await known.wait { $0.log.contains("opened t/0") }
        await second.stop()
        #expect(known.now.records.isEmpty)
        cluster.produce("t", ["d"])
        let third = RunningSource(cluster.settings("t"))
        await third.sink.wait { $0.records["t/0"]?.last == "d" }
        await third.stop()
        #expect(third.sink.now.records == ["t/0": ["d"]])
    }

    @Test("A bounded source ends where the topic ended, empty partitions and all", arguments: [
        "g", nil,
    ])
    func bounded(_ group: String?) async throws {
        let cluster = try MockCluster()
        cluster.create("t", partitions: 3)
        cluster.produce("t", partition: 1, (0..<50).map { "line \($0)" })
        var settings = cluster.settings("t", group: group)
        settings.isBounded = true
        let run = RunningSource(settings)
        await run.sink.wait { $0.log.contains("opened t/1") }
        // What comes later is not part of it.
        cluster.produce("t", partition: 1, ["late"])
        #expect(await run.finish() == nil)
        let seen = run.sink.now
        #expect(seen.records == ["t/1": (0..<50).map { "line \($0)" }])
        #expect(seen.positions["t/1"]?.offset == 50)
        #expect(seen.log.filter { $0.hasPrefix("closed") }.count == 3)
        #expect(seen.positions.count == 3)
    }

    @Test("Arrays, lines, empty values and long ones")
    func shapes() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce(
            "t",
            [
                "{\"a\":1}", nil, "", "[{\"b\":1},{\"b\":[2]}]", "one\ntwo\r\n\n",
                "{\n  \"c\": 1\n}\n", String(repeating: "x", count: 101), "last",
            ])
        var settings = cluster.settings("t", group: nil)
        settings.isBounded = true
        let run = RunningSource(settings, KafkaRecorder(), ReadLimits(recordBytes: 100))
        #expect(await run.finish() == nil)
        let seen = run.sink.now
        #expect(
            seen.records["t/0"] == [
                "{\"a\":1}", "{\"b\":1}", "{\"b\":[2]}", "one", "two", "{\n  \"c\": 1\n}", "last",
            ])
        #expect(seen.offsets["t/0"] == [0, 3, 3, 4, 4, 5, 7])
        #expect(seen.issues.map(\.code) == [.recordTooLong])
        #expect(seen.issues.first?.at == 6)
        #expect(seen.positions["t/0"]?.offset == 8)
        #expect(run.source.tally.emptyValues == 2)
        #expect(run.source.tally.messages == 8)
    }

    @Test("A tombstone alone moves the position")
    func tombstone() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", [nil])
        let run = RunningSource(cluster.settings("t", group: nil))
        await run.sink.wait { $0.positions["t/0"]?.offset == 1 }
        await run.stop()
        #expect(run.sink.now.records.isEmpty)
    }

    @Test("A source that starts at the end says where that is before anything comes")
    func startAtEnd() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", ["old"])
        var settings = cluster.settings("t", group: nil)
        settings.start = .end
        let run = RunningSource(settings)
        await run.sink.wait { $0.positions["t/0"]?.offset == 1 }
        cluster.produce("t", ["new"])
        await run.sink.wait { $0.records["t/0"] == ["new"] }
        await run.stop()
    }

    @Test("A paused partition keeps still, and nothing is lost or doubled when it goes on")
    func pause() async throws {
        let cluster = try MockCluster()
        cluster.create("t", partitions: 2)
        cluster.produce("t", partition: 0, ["0"])
        let run = RunningSource(cluster.settings("t", group: nil))
        await run.sink.wait { $0.records["t/0"] == ["0"] && $0.log.contains("opened t/1") }
        run.source.pause(["t/0"])
        try await Task.sleep(for: .milliseconds(300))
        cluster.produce("t", partition: 0, ["1", "2"])
        cluster.produce("t", partition: 1, ["x"])
        await run.sink.wait { $0.records["t/1"] == ["x"] }
        try await Task.sleep(for: .milliseconds(200))
        #expect(run.sink.now.records["t/0"] == ["0"])
        run.source.pause([])
        await run.sink.wait { $0.records["t/0"]?.count == 3 }
        cluster.produce("t", partition: 0, ["3"])
        await run.sink.wait { $0.records["t/0"] == ["0", "1", "2", "3"] }
        await run.stop()
    }

    @Test("A message is delivered soon after it was written")
    func latency() async throws {
        let cluster = try MockCluster()
        cluster.create("t")
        let run = RunningSource(cluster.settings("t", group: nil))
        await run.sink.wait { $0.log.contains("caughtUp t/0") }
        var slowest = 0.0
        for number in 1...5 {
            let start = Date()
            cluster.produce("t", ["\(number)"])
            await run.sink.wait { $0.records["t/0"]?.count == number }
            slowest = max(slowest, Date().timeIntervalSince(start))
        }
        await run.stop()
        // Generous: other work may hold the machine.
        #expect(slowest < 2)
    }
}
