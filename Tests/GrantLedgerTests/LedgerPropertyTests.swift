import AuditModel
import GrantLedger
import TestSupport
import Testing

@Suite("The ledger as a whole")
struct LedgerPropertyTests {
    /// One random act of one session.
    private struct Act {
        var session: UInt64
        var choice: Int
        var token: UInt64
        var next: UInt64
        var ip: String
    }

    private func acts(_ session: UInt64, _ generator: inout SeededGenerator) -> [Act] {
        var tokens: [UInt64] = [session * 1000]
        return (0..<12).map { step in
            let token = tokens[Int(generator.next() % UInt64(tokens.count))]
            let next = session * 1000 + UInt64(step) + 1
            let choice = step == 0 ? 0 : Int(generator.next() % 4)
            if choice != 3 { tokens.append(choice == 0 ? token : next) }
            return Act(
                session: session, choice: choice, token: token, next: next,
                ip: "198.51.\(generator.next() % 3).7")
        }
    }

    private func write(_ act: Act, into script: inout Script) {
        let client = "client-\(act.session)"
        switch act.choice {
        case 0: script.code(act.session, issues: act.token, from: act.ip, client: client)
        case 1, 2:
            script.refresh(act.session, act.token, to: act.next, from: act.ip, client: client)
        default:
            script.refuse(act.session, act.token, from: act.ip, asserted: true, client: client)
        }
    }

    @Test("what others do changes nothing about a grant", arguments: 0..<40)
    func independence(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let grants = (1...4).map { acts(UInt64($0), &generator) }
        var mixed = Script()
        var order: [UInt64] = []
        var rest = grants
        while rest.contains(where: { !$0.isEmpty }) {
            let pick = Int(generator.next() % 4)
            guard !rest[pick].isEmpty else { continue }
            let act = rest[pick].removeFirst()
            order.append(act.session)
            write(act, into: &mixed)
        }
        let together = mixed.fold()
        for (index, grant) in grants.enumerated() {
            var alone = Script()
            for act in grant { write(act, into: &alone) }
            let own = together.indices.filter { order[$0] == UInt64(index + 1) }
                .map { essence(together[$0]) }
            #expect(own == alone.fold().map(essence), "seed \(seed), grant \(index)")
        }
    }

    /// What must not depend on anyone else: no indexes, no times, no event ids.
    private func essence(_ transition: Transition?) -> String {
        guard let transition else { return "-" }
        return "\(transition.facts.names) \(transition.generation) \(transition.generationGap) "
            + "\(transition.successorUsed) \(transition.rotation) \(transition.branch) "
            + "\(transition.firstNovelty) \(transition.secondNovelty) \(transition.branchesActive)"
    }

    @Test("a copy of a ledger and its original do not hear of each other", arguments: 0..<8)
    func copies(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let grant = acts(1, &generator)
        var (half, rest) = (Script(), Script())
        for act in grant.prefix(6) { write(act, into: &half) }
        for act in grant { write(act, into: &rest) }
        var original = Ledger()
        _ = half.fold(&original)
        var copy = original
        let expected = rest.fold(&copy).map(essence)
        var second = original
        #expect(rest.fold(&second).map(essence) == expected, "seed \(seed)")
        #expect(rest.fold(&original).map(essence) == expected, "seed \(seed)")
    }

    @Test("a flood beyond every bound is survived and counted", arguments: 0..<3)
    func bounds(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var script = Script()
        for session in 1...400 as ClosedRange<UInt64> {
            for act in acts(session, &generator) { write(act, into: &script) }
        }
        var ledger = Ledger(limits: Ledger.Limits(families: 16, tokens: 64))
        let folded = script.fold(&ledger)
        #expect(folded.contains { $0 != nil })
        #expect(ledger.evicted.families > 0 && ledger.evicted.tokens > 0)
        #expect(ledger.familyCount == 16)
    }
}
