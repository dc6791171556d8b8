import AuditModel
import GrantLedger
import Testing

@Suite("The refresh machine")
struct RefreshTests {
    private let home = "198.51.100.7"
    private let thief = "203.0.113.9"

    @Test("a thief who presents a token two generations old is second and foreign")
    func victimFirst() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refresh(1, 11, to: 12, from: home)
        script.wait(2460)
        script.refuse(1, 10, from: thief, asserted: true)
        let replay = try #require(script.fold().last ?? nil)
        #expect(replay.facts == .refreshReplayed)
        #expect(replay.generation == 0 && replay.generationGap == 2)
        #expect(replay.successorUsed == .yes)
        #expect(replay.policyAllows == .no)
        #expect(replay.isNew(\.prefix) == .yes)
        #expect(replay.sameNetwork == .no)
        #expect(replay.branch == .victimFirst)
    }

    @Test("an owner on a new network is known by going on from an old one")
    func vouched() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: "192.0.2.7")
        script.refresh(1, 11, to: 12, from: home)
        script.refuse(1, 10, from: thief, asserted: true)
        let replay = try #require(script.fold().last ?? nil)
        #expect(replay.firstNovelty.prefix == .yes && replay.secondNovelty.prefix == .yes)
        #expect(replay.branch == .victimFirst)
    }

    @Test("a thief who redeems first is found when the victim is refused")
    func attackerFirst() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: thief)
        script.refresh(1, 11, to: 12, from: thief)
        script.refuse(1, 10, from: home, asserted: true)
        let replay = try #require(script.fold().last ?? nil)
        #expect(replay.generationGap == 2)
        #expect(replay.firstNovelty.prefix == .yes && replay.secondNovelty.prefix == .no)
        #expect(replay.branch == .attackerFirst)
    }

    @Test("a sibling tab's unspent token that is refused is no replay")
    func siblingTab() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.code(1, issues: 20, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refuse(1, 10, from: home, asserted: true)
        script.refuse(1, 20, from: home, reason: .sessionClientMissing)
        let last = try #require(script.fold().last ?? nil)
        #expect(last.facts == .refreshRefused)
    }

    @Test("'stale' means reuse only for a token that was seen spent")
    func stale() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refuse(1, 10, from: home, reason: .policy)
        script.code(2, issues: 20, from: home)
        script.refresh(2, 20, to: 21, from: home)
        script.refuse(2, 20, from: home, reason: .policy)
        let folded = script.fold()
        #expect(try #require(folded[1]).facts == .refreshRefused)
        let spent = try #require(folded[4])
        #expect(spent.facts == .refreshReplayed && spent.policyAllows == .no)
    }

    @Test("a family first seen in mid-life has no absolute generation and no branch verdict")
    func midLife() throws {
        var script = Script()
        script.refresh(1, 10, to: 11, from: home)
        script.refresh(1, 11, to: 12, from: home)
        script.refuse(1, 11, from: thief, asserted: true)
        let replay = try #require(script.fold().last ?? nil)
        #expect(!replay.isBorn && replay.generation == -1)
        #expect(replay.branch == .undetermined)
        #expect(replay.generationGap == 1)
    }

    @Test("nothing is new to a family that has no profile yet")
    func noProfile() throws {
        var script = Script()
        script.refresh(1, 10, to: 11, from: home)
        script.refuse(1, 10, from: thief, asserted: true)
        let replay = try #require(script.fold().last ?? nil)
        #expect(replay.isNew(\.prefix) == .unknown)
    }

    @Test("both branches of a fork acting is told once, with how foreign they are")
    func fork() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refresh(1, 10, to: 21, from: thief)
        script.refresh(1, 11, to: 12, from: home)
        script.refresh(1, 21, to: 22, from: thief)
        script.refresh(1, 22, to: 23, from: thief)
        let folded = script.fold()
        #expect(try #require(folded[2]).facts == .refreshReplayed)
        #expect(try #require(folded[3]).branchesActive == 1)
        let fork = try #require(folded[4])
        #expect(fork.facts == [.refreshRotated, .refreshForked])
        #expect(fork.branchesForeign == .yes && fork.branchesActive == 2)
        #expect(try #require(folded[5]).facts == .refreshRotated)
    }

    @Test("a branch that was used before the fork counts as used")
    func lateFork() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refresh(1, 11, to: 12, from: home)
        script.refresh(1, 10, to: 21, from: thief)
        script.refresh(1, 21, to: 22, from: thief)
        let fork = try #require(script.fold().last ?? nil)
        #expect(fork.facts.contains(.refreshForked))
    }

    @Test("a refused replay is contested once, when the successor comes from another network")
    func contested() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.wait(600)
        script.refuse(1, 10, from: thief, asserted: true)
        script.refuse(1, 11, from: home, reason: .sessionClientMissing)
        script.refuse(1, 11, from: home, reason: .sessionClientMissing)
        let folded = script.fold()
        let replay = try #require(folded[2])
        #expect(!replay.isContested && replay.successorUsed == .no)
        let contest = try #require(folded[3])
        #expect(contest.facts == .refreshReplayed && contest.isContested)
        #expect(contest.generation == 0 && contest.generationGap == 1)
        #expect(contest.successorUsed == .yes && contest.second == replay.second)
        #expect(contest.replayGap == replay.replayGap && contest.branch == .victimFirst)
        #expect(try #require(folded[4]).facts == .refreshRefused)
    }

    @Test("the replayer's own network contests nothing")
    func notContested() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refuse(1, 10, from: thief, asserted: true)
        script.refuse(1, 11, from: thief, reason: .sessionClientMissing)
        #expect(try #require(script.fold().last ?? nil).facts == .refreshRefused)
    }

    @Test("a server that lets the owner go on is contested by the owner's next rotation")
    func contestedByRotation() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refuse(1, 10, from: thief, asserted: true)
        script.refresh(1, 11, to: 12, from: home)
        let contest = try #require(script.fold().last ?? nil)
        #expect(contest.facts == [.refreshRotated, .refreshReplayed] && contest.isContested)
    }

    @Test("a server that issues no new token spends nothing")
    func noRotation() {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 10, from: home)
        script.refresh(1, 10, to: 0, from: thief)
        #expect(script.fold()[1] == nil && script.fold()[2] == nil)
    }

    @Test("a login after logout opens the family again")
    func logout() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.logout(1)
        var ledger = Ledger()
        let ended = try #require(script.fold(&ledger).last ?? nil)
        #expect(ended.facts == .familyEnded)
        #expect(try #require(ledger.family(ended.family)).isEnded)
    }
}

@Suite("Rotation policy")
struct RotationPolicyTests {
    private func policyAfterReplays(from ip: (Int) -> String, lineages: Int) -> Knowledge {
        var script = Script()
        for lineage in 0..<lineages {
            let session = UInt64(lineage + 1)
            let first = session * 1000
            script.code(session, issues: first, from: "198.51.100.7")
            script.refresh(session, first, to: first + 1, from: "198.51.100.7")
            for replay in 0..<(25 / lineages + 1) {
                script.refresh(session, first, to: first + 10 + UInt64(replay), from: ip(replay))
            }
        }
        script.code(999, issues: 5, from: "198.51.100.7")
        return (script.fold().last ?? nil)?.rotation ?? .unknown
    }

    @Test("accepted replays by known presenters over five lineages teach that rotation is off")
    func learnsOff() {
        #expect(policyAfterReplays(from: { _ in "198.51.100.7" }, lineages: 5) == .no)
    }

    @Test("four lineages, or strangers, teach nothing")
    func learnsNothing() {
        #expect(policyAfterReplays(from: { _ in "198.51.100.7" }, lineages: 4) == .unknown)
        #expect(policyAfterReplays(from: { "203.0.\($0).9" }, lineages: 5) == .unknown)
    }

    @Test("one asserted refusal teaches that rotation is on")
    func learnsOn() {
        var script = Script()
        script.code(1, issues: 10, from: "198.51.100.7")
        script.refresh(1, 10, to: 11, from: "198.51.100.7")
        script.refuse(1, 10, from: "198.51.100.7", asserted: true)
        script.code(2, issues: 20, from: "198.51.100.7")
        #expect((script.fold().last ?? nil)?.rotation == .yes)
    }
}
