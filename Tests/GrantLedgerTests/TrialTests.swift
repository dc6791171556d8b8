import AuditModel
import TestSupport
import Testing

@testable import GrantLedger

@Suite("What is tried on the ledger leaves no trace")
struct TrialTests {
    private static let limits = [
        Ledger.Limits(families: 3, tokens: 16), Ledger.Limits(families: 2, tokens: 640),
        Ledger.Limits(families: 400, tokens: 6400),
    ]

    @Test("everything is as it was, and later events mean the same", arguments: 0..<18)
    func noTrace(seed: UInt64) {
        let events = RandomEvents(seed: seed, count: 200).batch
        var random = SeededGenerator(seed: seed ^ 0xFFFF)
        let limits = Self.limits[Int(seed) % Self.limits.count]
        var (plain, tried) = (Ledger(limits: limits), Ledger(limits: limits))
        for row in 0..<events.count {
            let before = row % 25 == 0 ? image(tried) : []
            let length = Int(random.next() % 24)
            tried.trial { ledger in
                var transition = Transition()
                for _ in 0..<length {
                    let other = Int(random.next() % UInt64(events.count))
                    _ = ledger.apply(events, row: other, pool: events.pool, into: &transition)
                }
            }
            if row % 25 == 0 { #expect(image(tried) == before, "seed \(seed), event \(row)") }
            #expect(
                fold(events, row, &tried) == fold(events, row, &plain),
                "seed \(seed), event \(row)")
        }
        #expect(image(tried) == image(plain), "seed \(seed)")
        #expect(tried.evicted == plain.evicted, "seed \(seed)")
    }

    @Test("a trial sees what it does itself", arguments: 0..<8)
    func inside(seed: UInt64) {
        let events = RandomEvents(seed: seed &+ 77, count: 120).batch
        let limits = Self.limits[Int(seed) % Self.limits.count]
        var ledger = Ledger(limits: limits)
        for row in 0..<60 { _ = fold(events, row, &ledger) }
        let tried = ledger.trial { ledger in (60..<120).map { fold(events, $0, &ledger) } }
        #expect(tried == (60..<120).map { fold(events, $0, &ledger) }, "seed \(seed)")
    }

    @Test("a copy taken before a trial does not hear of it")
    func copies() {
        let events = RandomEvents(seed: 5, count: 100).batch
        var ledger = Ledger(limits: Self.limits[2])
        for row in 0..<50 { _ = fold(events, row, &ledger) }
        var copy = ledger
        ledger.trial { ledger in for row in 50..<100 { _ = fold(events, row, &ledger) } }
        #expect(image(copy) == image(ledger))
        #expect(
            (50..<100).map { fold(events, $0, &copy) }
                == (50..<100).map { fold(events, $0, &ledger) })
    }

    @Test("a ring that grew by a chunk in a trial grows again")
    func ringGrowth() {
        var ring = Ring<Int>(capacity: 40_000)
        for number in 0..<16_384 { _ = ring.add(number) { _, _ in } }
        for _ in 0..<3 {
            ring.beginTrial()
            for number in 0..<20_000 { _ = ring.add(-number) { _, _ in } }
            ring[7] = -1
            ring.rollBack()
            #expect(ring.count == 16_384 && ring[7] == 7)
        }
        for number in 16_384..<40_000 { _ = ring.add(number) { _, _ in } }
        let copy = ring
        ring[0] = 1
        #expect((0..<40_000).allSatisfy { copy[$0] == $0 } && ring[0] == 1)
    }

    @Test("a table that had to grow in a trial is as small as before", arguments: [10, 200, 3000])
    func tableGrowth(inserted: Int) {
        var table = IndexTable()
        for index in 0..<760 { table.insert(UInt32(index % 300), index) }
        let before = slots(table)
        table.beginTrial()
        for index in 0..<100 { table.remove(UInt32(index * 3 % 300), index * 3) }
        for index in 0..<inserted { table.insert(UInt32(index % 40), 1000 + index) }
        #expect(table.count > 660)
        table.rollBack()
        #expect(slots(table) == before && table.count == 760)
        table.insert(7, 5000)
        table.insert(8, 5001)
        for index in 0..<100 { table.insert(9, 6000 + index) }
        #expect(table.count == 862 && slots(table).count == 2048)
    }

    @Test("an event's facts are among those that its kind may have", arguments: 0..<12)
    func kinds(seed: UInt64) {
        let events = RandomEvents(seed: seed &* 31, count: 400).batch
        var ledger = Ledger(limits: Self.limits[2])
        var seen = FactSet()
        for row in 0..<events.count {
            var transition = Transition()
            guard ledger.apply(events, row: row, pool: events.pool, into: &transition)
            else { continue }
            seen.formUnion(transition.facts)
            let possible = FactSet.possible(at: events.kind[row]).union(.tokenLeaked)
            #expect(
                possible.isSuperset(of: transition.facts),
                "seed \(seed): \(events.kind[row]) \(transition.facts.names)")
        }
        #expect(seen.isSuperset(of: [.refreshReplayed, .refreshRotated, .codeReplayed]))
    }

    // MARK: - Looking at everything

    private func fold(_ events: EventBatch, _ row: Int, _ ledger: inout Ledger) -> String {
        var transition = Transition()
        let hasMeaning = ledger.apply(events, row: row, pool: events.pool, into: &transition)
        return hasMeaning ? "\(transition)" : "-"
    }

    /// Every record, every slot and every counter; codes of the ledger's own pool as their texts.
    private func image(_ ledger: Ledger) -> [String] {
        let families = (0..<ledger.families.count).map { index in
            var family = ledger.families[index]
            let text = ledger.anchorTexts.text(family.anchorText)
            family.anchorText = 0
            let profile = withUnsafeBytes(of: family.profile) { "\(Array($0))" }
            return "\(family) \(text) \(profile)"
        }
        return families + records(ledger.lineages) + records(ledger.nodes)
            + records(ledger.forks) + records(ledger.codes)
            + [
                "\(ledger.families.evicted) \(ledger.lineages.evicted) \(ledger.nodes.evicted)",
                "\(ledger.forks.evicted) \(ledger.codes.evicted) \(ledger.serial)",
                "\(nexts(ledger)) \(ledger.policies)",
                "\(slots(ledger.familyTable)) \(slots(ledger.nodeTable))",
                "\(slots(ledger.codeTable)) \(ledger.isTrial)",
            ]
    }

    private func records<Record>(_ ring: Ring<Record>) -> [String] {
        (0..<ring.count).map { "\(ring[$0])" }
    }

    private func nexts(_ ledger: Ledger) -> [Int] {
        let rings: [Any] = [
            ledger.families, ledger.lineages, ledger.nodes, ledger.forks, ledger.codes,
        ]
        return rings.compactMap { member("next", of: $0) }
    }

    private func slots(_ table: IndexTable) -> [UInt64] {
        member("slots", of: table).map { (slots: ContiguousArray<UInt64>) in Array(slots) } ?? []
    }

    private func member<Value>(_ name: String, of whole: Any) -> Value? {
        Mirror(reflecting: whole).children.first { $0.label == name }?.value as? Value
    }
}
