import AuditModel
import Detection
import Testing

@testable import Pipeline

@Suite("Events that wait, by what they share")
struct PendingGrantsTests {
    @Test("One event from the far future keeps no other in memory")
    func future() {
        var grants = PendingGrants()
        var batch = EventBatch(capacity: 8)
        for time in [1_000_000, 5, 3, 4, 1, 2, 9] as [Int64] {
            var row = EventRow()
            row.time = time
            row.id = ID128(high: 1, low: UInt64(time))
            row.session = ID128(high: 2, low: 7)
            batch.append(row)
        }
        let shared = SharedBatch(batch)
        grants.add(shared, Array(0..<batch.count))
        grants.forget(before: 5)
        #expect(grants.count == 3)
        let related = grants.related(to: RowReference(shared, row: 1), from: 5)
        #expect(related?.map { batch.time[$0.row] } == [5, 9, 1_000_000])
        grants.forget(before: 10)
        #expect(grants.count == 1)
    }
}
