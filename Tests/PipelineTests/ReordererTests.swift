import AuditModel
import TestSupport
import Testing

@testable import Pipeline

@Suite("Putting batches in total order")
struct ReordererTests {
    /// What an event is, as far as order is concerned.
    struct Mark: Hashable {
        var time: Int64
        var id: UInt64
    }

    static func batch(_ marks: [Mark]) -> OrderedBatch {
        var batch = EventBatch(capacity: marks.count)
        for mark in marks {
            var row = EventRow()
            row.time = mark.time
            row.id = ID128(high: mark.id, low: 1)
            batch.append(row)
        }
        return OrderedBatch(batch)
    }

    /// Not in the macro's arguments, which are immutable.
    func push(_ marks: [Mark], _ reorderer: inout Reorderer) -> Bool {
        reorderer.push(Self.batch(marks))
    }

    static func mark(_ batch: EventBatch, _ row: Int) -> Mark {
        Mark(time: batch.time[row], id: batch.orderKey(row).id.high)
    }

    static func sorted(_ marks: [Mark]) -> [Mark] {
        marks.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    @Test("Random runs leave as a sort would put them, each event once", arguments: 1...40)
    func randomRuns(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var reorderer = Reorderer()
        var all: Set<Mark> = []
        var given: [Mark] = []
        var pushed = 0
        var floor: Int64 = 0
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            var marks: [Mark] = []
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                let id = UInt64.random(in: 0..<400, using: &random)
                // One id, one time: the id comes from the record that also gave the time.
                marks.append(Mark(time: floor + Int64(id % 50), id: id &+ UInt64(floor) << 16))
            }
            #expect(push(marks, &reorderer))
            pushed += marks.count
            all.formUnion(marks)
            if Bool.random(using: &random) {
                floor += Int64.random(in: 0...20, using: &random)
                reorderer.release(below: floor) { given.append(Self.mark($0, $1)) }
                #expect(given.allSatisfy { $0.time < floor }, "seed \(seed)")
            }
        }
        reorderer.finish { given.append(Self.mark($0, $1)) }
        #expect(given == Self.sorted(Array(all)), "seed \(seed)")
        #expect(reorderer.duplicates == pushed - all.count, "seed \(seed)")
    }

    @Test("What should have left already is refused, and nothing of its batch is taken")
    func tooLate() {
        var reorderer = Reorderer()
        var given: [Int64] = []
        #expect(push([Mark(time: 100, id: 1), Mark(time: 300, id: 2)], &reorderer))
        reorderer.release(below: 200) { given.append(Self.mark($0, $1).time) }
        #expect(given == [100])
        #expect(!push([Mark(time: 400, id: 3), Mark(time: 199, id: 4)], &reorderer))
        #expect(push([Mark(time: 200, id: 5)], &reorderer))
        reorderer.finish { given.append(Self.mark($0, $1).time) }
        #expect(given == [100, 200, 300])
    }

    @Test("An empty batch is never too late")
    func empty() {
        var reorderer = Reorderer()
        reorderer.release(below: 500) { _, _ in }
        #expect(push([], &reorderer))
        reorderer.finish { _, _ in Issue.record("there was nothing to give") }
    }

    @Test("The last moment of all leaves as well")
    func lastMoment() {
        var reorderer = Reorderer()
        var given = 0
        #expect(push([Mark(time: .max, id: 1), Mark(time: .max, id: 2)], &reorderer))
        reorderer.finish { _, _ in given += 1 }
        #expect(given == 2)
    }
}
