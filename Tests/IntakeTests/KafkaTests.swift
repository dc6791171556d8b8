import AuditModel
import CRdKafka
import Foundation
import Glibc
import Intake
import Testing

@Suite("Kafka is read from a group and without one", .serialized)
struct KafkaTests {
    @Test("Messages arrive in order with positions, and a restart goes on behind them")
    func restart() throws {
        let cluster = try MockCluster()
        cluster.create("t", partitions: 2)
        cluster.produce("t", partition: 0, (0..<500).map { "{\"n\":\($0)}" })
        cluster.produce("t", partition: 1, ["{\"other\":1}"])
        let first = RunningSource(cluster.settings("t"))
        first.sink.wait { $0.records["t/0"]?.count == 500 && $0.records["t/1"]?.count == 1 }
        first.sink.wait { $0.log.contains("caughtUp t/0") && $0.log.contains("caughtUp t/1") }
        #expect(first.stop() == nil)
        let seen = first.sink.now
        #expect(seen.records["t/0"] == (0..<500).map { "{\"n\":\($0)}" })
        #expect(seen.offsets["t/0"] == (0..<500).map(Int64.init))
        #expect(seen.positions["t/0"]?.offset == 500)
        #expect(seen.log.filter { $0.hasPrefix("opened") }.count == 2)
        #expect(seen.log.suffix(2).sorted() == ["closed t/0", "closed t/1"])
        #expect(seen.conditions == [SourceCondition(isReady: true)])

        cluster.produce("t", partition: 0, ["{\"n\":500}"])
        let again = RecordingSink(Array(seen.positions.values))
        let second = RunningSource(cluster.settings("t"), again)
        again.wait { $0.records["t/0"]?.count ?? 0 > 0 }
        #expect(second.stop() == nil)
        #expect(again.now.records == ["t/0": ["{\"n\":500}"]])
        #expect(again.now.notes.isEmpty)
    }

    @Test("The group goes on where it committed if the store knows nothing")
    func committed() throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", ["a", "b", "c"])
        let first = RunningSource(cluster.settings("t"))
        first.sink.wait { $0.records["t/0"]?.count == 3 }
        first.stop()
        #expect(first.sink.now.drains == 1)
        cluster.produce("t", ["d"])
        let second = RunningSource(cluster.settings("t"))
        second.sink.wait { $0.records["t/0"] == ["d"] }
        second.stop()
    }

    @Test("A bounded source ends where the topic ended, empty partitions and all", arguments: [
        "g", nil,
    ])
    func bounded(_ group: String?) throws {
        let cluster = try MockCluster()
        cluster.create("t", partitions: 3)
        cluster.produce("t", partition: 1, (0..<50).map { "line \($0)" })
        var settings = cluster.settings("t", group: group)
        settings.isBounded = true
        let run = RunningSource(settings)
        run.sink.wait { $0.log.contains("opened t/1") }
        // What comes later is not part of it.
        cluster.produce("t", partition: 1, ["late"])
        #expect(run.finish() == nil)
        let seen = run.sink.now
        #expect(seen.records == ["t/1": (0..<50).map { "line \($0)" }])
        #expect(seen.positions["t/1"]?.offset == 50)
        #expect(seen.log.filter { $0.hasPrefix("closed") }.count == 3)
        #expect(seen.positions.count == 3)
    }

    @Test("Arrays, lines, empty values and long ones")
    func shapes() throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce(
            "t",
            [
                "{\"a\":1}", nil, "", "[{\"b\":1},{\"b\":[2]}]", "one\ntwo\r\n\n",
                "{\n  \"c\": 1\n}\n", String(repeating: "x", count: 101), "last",
            ])
        var settings = cluster.settings("t")
        settings.isBounded = true
        let run = RunningSource(settings, RecordingSink(), ReadLimits(recordBytes: 100))
        #expect(run.finish() == nil)
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
    func tombstone() throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", [nil])
        let run = RunningSource(cluster.settings("t", group: nil))
        run.sink.wait { $0.positions["t/0"]?.offset == 1 }
        run.stop()
        #expect(run.sink.now.records.isEmpty)
    }

    @Test("A source that starts at the end says where that is before anything comes")
    func startAtEnd() throws {
        let cluster = try MockCluster()
        cluster.create("t")
        cluster.produce("t", ["old"])
        var settings = cluster.settings("t")
        settings.start = .end
        let run = RunningSource(settings)
        run.sink.wait { $0.positions["t/0"]?.offset == 1 }
        cluster.produce("t", ["new"])
        run.sink.wait { $0.records["t/0"] == ["new"] }
        run.stop()
    }

    @Test("A paused partition keeps still, and nothing is lost or doubled when it goes on")
    func pause() throws {
        let cluster = try MockCluster()
        cluster.create("t", partitions: 2)
        cluster.produce("t", partition: 0, ["0"])
        let run = RunningSource(cluster.settings("t"))
        run.sink.wait { $0.records["t/0"] == ["0"] && $0.log.contains("opened t/1") }
        run.source.pause(["t/0"])
        usleep(300_000)
        cluster.produce("t", partition: 0, ["1", "2"])
        cluster.produce("t", partition: 1, ["x"])
        run.sink.wait { $0.records["t/1"] == ["x"] }
        usleep(200_000)
        #expect(run.sink.now.records["t/0"] == ["0"])
        run.source.pause([])
        run.sink.wait { $0.records["t/0"]?.count == 3 }
        cluster.produce("t", partition: 0, ["3"])
        run.sink.wait { $0.records["t/0"] == ["0", "1", "2", "3"] }
        run.stop()
    }

    @Test("A message is delivered soon after it was written")
    func latency() throws {
        let cluster = try MockCluster()
        cluster.create("t")
        let run = RunningSource(cluster.settings("t"))
        run.sink.wait { $0.log.contains("caughtUp t/0") }
        var slowest = 0.0
        for number in 1...5 {
            let start = Date()
            cluster.produce("t", ["\(number)"])
            run.sink.wait { $0.records["t/0"]?.count == number }
            slowest = max(slowest, Date().timeIntervalSince(start))
        }
        run.stop()
        // Generous: other work may hold the machine.
        #expect(slowest < 2)
    }
}
