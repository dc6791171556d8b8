import AuditModel
import Detection
import TestSupport
import Testing

@testable import Pipeline

@Suite("Events that wait, by what they share")
struct PendingGrantsTests {
    private static func batch(_ rows: [(time: Int64, ids: [UInt64])]) -> SharedBatch {
        var batch = EventBatch(capacity: max(1, rows.count))
        for (number, each) in rows.enumerated() {
            var row = EventRow()
            row.time = each.time
            row.id = ID128(high: UInt64(bitPattern: each.time), low: UInt64(number + 1))
            let ids = each.ids.map { ID128(high: 2, low: $0) }
            if ids.count > 0 { row.session = ids[0] }
            if ids.count > 1 { row.presented = ids[1] }
            if ids.count > 2 { row.issuedRefresh = ids[2] }
            batch.append(row)
        }
        return SharedBatch(batch)
    }

    @Test("One event from the far future keeps no other in memory")
    func future() {
        var grants = PendingGrants()
        let times = [1_000_000, 5, 3, 4, 1, 2, 9] as [Int64]
        let shared = Self.batch(times.map { ($0, [7]) })
        grants.add(shared, Array(times.indices))
        for time in 10..<20_000 as Range<Int64> {
            grants.add(Self.batch([(time, [8])]), [0])
            grants.forget(before: time, waiting: 2)
        }
        #expect(grants.count < 5000)
        let related = grants.related(to: RowReference(shared, row: 0), from: 20_000)
        #expect(related?.map { shared.events.time[$0.row] } == [1_000_000])
    }

    @Test("Related events are all that share ids, through others too, at any age of the ring")
    func related() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var grants = PendingGrants()
        var live: [(time: Int64, ids: [UInt64], event: ID128)] = []
        var frontier: Int64 = 0
        for round in 0..<400 {
            var rows: [(time: Int64, ids: [UInt64])] = []
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let time = frontier + Int64.random(in: 0...60, using: &random)
                let group = UInt64.random(in: 1...120, using: &random)
                let ids = (0..<Int.random(in: 0...3, using: &random)).map {
                    UInt64($0) * 1000 + group + UInt64.random(in: 0...1, using: &random)
                }
                rows.append((time, ids))
            }
            let shared = Self.batch(rows)
            grants.add(shared, Array(rows.indices))
            for (index, row) in rows.enumerated() {
                live.append((row.time, row.ids, shared.events.id(.event, index)))
            }
            let asked = Int.random(in: 0..<rows.count, using: &random)
            let found = grants.related(to: RowReference(shared, row: asked), from: frontier)
            #expect(
                found.map { Set($0.map { $0.batch.events.id(.event, $0.row) }) }
                    == Self.closure(of: live[live.count - rows.count + asked], live),
                "round \(round), seed \(seed)")
            frontier += Int64.random(in: 0...9, using: &random)
            live.removeAll { $0.time < frontier }
            grants.forget(before: frontier, waiting: live.count)
        }
    }

    /// The same by looking at everything.
    private static func closure(
        of event: (time: Int64, ids: [UInt64], event: ID128),
        _ live: [(time: Int64, ids: [UInt64], event: ID128)]
    ) -> Set<ID128>? {
        var ids = Set(event.ids)
        var found: Set<ID128> = [event.event]
        while true {
            let more = live.filter { !ids.isDisjoint(with: $0.ids) && !found.contains($0.event) }
            if more.isEmpty { return found.count > PendingGrants.most ? nil : found }
            for one in more {
                found.insert(one.event)
                ids.formUnion(one.ids)
            }
        }
    }
}
