import AuditModel
import TestSupport
import Testing

@testable import Detection

@Suite("State by key")
struct KeyedTableTests {
    /// The plain model: keys in the order of their use.
    private struct Model {
        var entries: [(key: ID128, state: Int)] = []
        var evictions = 0

        mutating func use(_ key: ID128, _ capacity: Int, _ body: (inout Int) -> Void) {
            var state = 0
            if let index = entries.firstIndex(where: { $0.key == key }) {
                state = entries.remove(at: index).state
            } else if entries.count == capacity {
                entries.removeFirst()
                evictions += 1
            }
            body(&state)
            entries.append((key, state))
        }
    }

    @Test("a table forgets what was not used for longest, and nothing else", arguments: 0..<12)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let capacity = 1 + Int(random.next() % 90)
        var table = KeyedTable<Int>(capacity: capacity)
        var model = Model()
        for step in 0..<3_000 {
            // Few distinct low halves, so that chains of the index are long.
            let key = ID128(high: random.next() % 3, low: random.next() % 60)
            switch random.next() % 10 {
            case 0:
                let index = model.entries.firstIndex { $0.key == key }
                let expected = index.map { model.entries.remove(at: $0).state }
                #expect(table.removeValue(key) == expected, "seed \(seed), step \(step)")
            case 1:
                let known = model.entries.first { $0.key == key }?.state
                #expect(table.existing(key) { $0 } == known, "seed \(seed), step \(step)")
            default:
                table.with(key, fresh: { 0 }) { $0 += step }
                model.use(key, capacity) { $0 += step }
            }
            let oldest = model.entries.first
            #expect(table.count == model.entries.count, "seed \(seed), step \(step)")
            #expect(table.oldestEntry?.key == oldest?.key, "seed \(seed), step \(step)")
            #expect(table[key] == model.entries.last { $0.key == key }?.state)
        }
        for entry in model.entries { #expect(table[entry.key] == entry.state) }
        #expect(table.evictions == model.evictions, "seed \(seed)")
    }
}
