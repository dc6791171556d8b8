import AuditModel
import TestSupport
import Testing

@testable import EventStore

@Suite struct DirectoryTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func blocksOfATimeAreThoseThatOneByOneOverlapIt(seed: UInt64) throws {
        // Of a store that is in no file: nothing is written of what is noted here.
        let store = try EventStore(temporaryIn: "/tmp")
        var random = SeededGenerator(seed: seed)
        for index in 0..<400 {
            let start = Int64(index * 20 + random.below(2_000))
            store.note(
                segment: BlockInfo(
                    position: Int64(index * BlockFormat.rows), count: BlockFormat.rows,
                    minTime: start, maxTime: start + Int64(random.below(500))))
            if index % 50 == 49 { store.forgetSegments(random.below(5)) }
            let low = Int64(random.below(10_000))
            let high = low + Int64(random.below(300))
            let plain = store.segments.indices.filter {
                store.segments[$0].minTime <= high && store.segments[$0].maxTime >= low
            }
            #expect(store.segments(overlapping: low, high) == plain, "seed \(seed)")
        }
    }
}
