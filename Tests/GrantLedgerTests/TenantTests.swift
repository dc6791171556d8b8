import AuditModel
import GrantLedger
import Testing

@Suite("Tenants share no grant")
struct TenantTests {
    /// The same life of a grant under a tenant of its own; 0 for none.
    private func batch(_ tenants: [String]) -> EventBatch {
        var script = Script()
        script.code(1, issues: 1, from: "198.51.100.7")
        script.refresh(1, 1, to: 2, from: "198.51.100.7")
        script.refresh(1, 1, to: 3, from: "203.0.113.9")
        script.refuse(1, 2, from: "198.51.100.7", asserted: true)
        var all = EventBatch(capacity: 16)
        all.pool = script.batch.pool
        var serial: UInt64 = 0
        for row in 0..<script.batch.count {
            for tenant in tenants {
                var event = script.batch[row]
                serial += 1
                event.id = ID128(high: 0xF, low: serial)
                if !tenant.isEmpty {
                    event.tenant = all.pool.code(of: tenant)
                    event.flags.insert(.tenantAssigned)
                }
                all.append(event)
            }
        }
        return all
    }

    private func fold(_ batch: EventBatch) -> (ledger: Ledger, steps: [Transition?]) {
        var ledger = Ledger()
        let steps = (0..<batch.count).map { row -> Transition? in
            var transition = Transition()
            let has = ledger.apply(batch, row: row, pool: batch.pool, into: &transition)
            return has ? transition : nil
        }
        return (ledger, steps)
    }

    @Test("two tenants with the same clients, sessions and tokens live as if alone")
    func apart() throws {
        let alone = fold(batch(["a"])).steps
        let (ledger, both) = fold(batch(["a", "b"]))
        #expect(ledger.familyCount == 2)
        for (index, step) in both.enumerated() {
            let own = try #require(step)
            let expected = try #require(alone[index / 2])
            #expect(own.facts == expected.facts, "\(index)")
            #expect(own.generation == expected.generation && own.rotation == expected.rotation)
            #expect(ledger.family(own.family)?.lineages == 1)
        }
        let families = Set(both.compactMap { $0?.family })
        #expect(families.count == 2)
        let pool = batch(["a", "b"]).pool
        let ids = families.compactMap { ledger.family($0)?.identity(pool) }
        #expect(Set(ids).count == 2)
    }

    @Test("what one tenant's server does teaches nothing about another's")
    func policies() throws {
        var script = Script()
        script.code(1, issues: 1, from: "198.51.100.7")
        script.refresh(1, 1, to: 2, from: "198.51.100.7")
        let (_, steps) = fold(batch(["a"]))
        #expect(steps.last??.rotation == .yes)
        var other = batch(["a"])
        var row = script.batch[0]
        row.tenant = other.pool.code(of: "b")
        row.flags.insert(.tenantAssigned)
        row.time = other.time[other.count - 1] + 1
        row.issuedRefresh = ID128(high: 0x7, low: 99)
        other.append(row)
        #expect(fold(other).steps.last??.rotation == .unknown)
    }

    @Test("a source of nobody's own, such as a gateway, meets the grants of all")
    func gateway() throws {
        var events = batch(["a"])
        var use = EventRow()
        use.kind = .tokenUsed
        use.outcome = .success
        use.time = events.time[events.count - 1] + 1
        use.presented = Script.accessToken(2)
        events.append(use)
        let found = try #require(fold(events).steps.last ?? nil)
        #expect(found.family == 0)
        use.tenant = events.pool.code(of: "b")
        use.flags.insert(.tenantAssigned)
        use.time += 1
        events.append(use)
        #expect((fold(events).steps.last ?? nil) == nil)
    }
}
