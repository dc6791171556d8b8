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

    @Test("a tab left behind on the network that carries on the live branch is no stranger")
    func leftBehind() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refresh(1, 11, to: 12, from: "109.40.2.9")
        script.refuse(1, 10, from: "109.40.2.9", asserted: true)
        let replay = try #require(script.fold().last ?? nil)
        #expect(replay.isNew(\.prefix) == .yes && replay.sameNetwork == .yes)
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

    @Test("an owner's retry does not hide a thief who is accepted on the same token")
    func threeBranches() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.wait(20)
        script.refresh(1, 10, to: 12, from: home)
        script.wait(80)
        script.refresh(1, 10, to: 66, from: thief)
        script.refresh(1, 12, to: 13, from: home)
        script.wait(60)
        script.refresh(1, 66, to: 67, from: thief)
        let fork = try #require(script.fold().last ?? nil)
        #expect(fork.facts.contains(.refreshForked))
        #expect(fork.branchesForeign == .yes)
        #expect(fork.second.presenter.ip == IPAddress(thief))
    }

    @Test("forks at every token of a long lineage cost no more than the tokens")
    func manyForks() throws {
        let count: UInt64 = 20_000
        var script = Script()
        script.code(1, issues: 1, from: home)
        for token in 1...count { script.refresh(1, token, to: token + 1, from: home) }
        for token in 1...count {
            script.refresh(1, token, to: 1_000_000 + token, from: thief)
        }
        let started = ContinuousClock.now
        let folded = script.fold()
        #expect(started.duration(to: .now) < .seconds(10))
        #expect(folded.last??.facts == .refreshReplayed)
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

    @Test("a tab's harmless replay does not stand before a stranger's")
    func raceBeforeThief() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refuse(1, 10, from: home, asserted: true)
        script.wait(2400)
        script.refuse(1, 10, from: thief, asserted: true)
        script.refuse(1, 11, from: home, reason: .sessionClientMissing)
        let contest = try #require(script.fold().last ?? nil)
        #expect(contest.isContested && contest.secondNovelty.prefix == .yes)
    }

    @Test("the first presenter is judged by what the family knew then, however much it roams later")
    func roaming() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: "192.0.2.7")
        script.refresh(1, 11, to: 12, from: "192.0.2.7")
        for step in 0..<20 as Range<UInt64> {
            script.refresh(1, 12 + step, to: 13 + step, from: "100.64.\(step).1")
        }
        script.refuse(1, 11, from: "203.0.113.77", asserted: true)
        let replay = try #require(script.fold().last ?? nil)
        #expect(replay.firstNovelty.prefix == .no)
        #expect(replay.branch == .victimFirst)
    }

    @Test("a fork inside a branch leaves the outer fork to be found")
    func nestedForks() throws {
        var script = Script()
        script.code(1, issues: 1, from: home)
        script.refresh(1, 1, to: 2, from: home)
        script.refresh(1, 2, to: 3, from: home)
        script.refresh(1, 2, to: 4, from: home)
        script.refresh(1, 1, to: 5, from: home)
        script.refresh(1, 3, to: 30, from: home)
        script.refresh(1, 4, to: 40, from: home)
        script.refresh(1, 5, to: 50, from: home)
        let folded = script.fold()
        let inner = try #require(folded[6])
        #expect(inner.facts.contains(.refreshForked))
        #expect(inner.first.event == ID128(high: 0xE, low: 3))
        let outer = try #require(folded[7])
        #expect(outer.facts.contains(.refreshForked))
        #expect(outer.first.event == ID128(high: 0xE, low: 2))
    }

    @Test("a token of a family that was forgotten and came back is found again")
    func forgottenFamily() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.code(2, issues: 20, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refuse(1, 10, from: thief, asserted: true)
        var ledger = Ledger(limits: Ledger.Limits(families: 1, tokens: 64))
        let replay = try #require(script.fold(&ledger).last ?? nil)
        #expect(replay.facts == .refreshReplayed && !replay.first.isNone)
    }

    @Test("where tokens may be used again, a refusal for another reason is allowed reuse")
    func refusedWhereRotationIsOff() throws {
        var script = Script()
        for session in 1...5 as ClosedRange<UInt64> {
            let first = session * 1000
            script.code(session, issues: first, from: home)
            script.refresh(session, first, to: first + 1, from: home)
            for replay in 0..<5 as Range<UInt64> {
                script.wait(301)
                script.refresh(session, first, to: first + 10 + replay, from: home)
            }
        }
        script.refuse(1, 1000, from: thief, reason: .expired)
        let refused = try #require(script.fold().last ?? nil)
        #expect(refused.rotation == .no && refused.policyAllows == .yes)
    }

    @Test("a server's leeway for retries does not look like rotation being off")
    func leeway() throws {
        var script = Script()
        for session in 1...6 as ClosedRange<UInt64> {
            let first = session * 1000
            script.code(session, issues: first, from: home)
            for replay in 0..<5 as Range<UInt64> {
                script.refresh(session, first, to: first + 10 + replay, from: home)
            }
        }
        script.code(9, issues: 5, from: home)
        #expect(try #require(script.fold().last ?? nil).rotation == .unknown)
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
    func noRotation() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 10, from: home)
        script.refresh(1, 10, to: 0, from: thief)
        let folded = script.fold()
        #expect(try #require(folded[1]).facts == .refreshKept)
        #expect(try #require(folded[2]).facts == .refreshKept)
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
            script.wait(301)
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
