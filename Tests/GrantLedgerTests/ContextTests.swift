import AuditModel
import GrantLedger
import Testing

@Suite("What the ledger says about an event's surroundings")
struct ContextTests {
    private let home = "198.51.100.7"
    private let thief = "203.0.113.9"

    @Test("a token presented by another client belongs to the client it was issued to")
    func clientMismatch() throws {
        var script = Script()
        script.code(1, issues: 10, from: home, client: "app")
        script.code(1, issues: 20, from: home, client: "other")
        script.refresh(1, 10, to: 11, from: home, client: "other")
        script.refuse(1, 11, from: home, client: "other")
        script.refresh(1, 11, to: 12, from: home, client: "app")
        var ledger = Ledger()
        let folded = script.fold(&ledger)
        let accepted = try #require(folded[2])
        #expect(accepted.facts == [.refreshRotated, .clientMismatch])
        #expect(accepted.family == folded[0]?.family)
        #expect(accepted.ownerClient == ledger.family(accepted.family)?.client)
        #expect(script.batch.pool.text(accepted.ownerClient) == "app")
        let refused = try #require(folded[3])
        #expect(refused.facts == [.refreshRefused, .clientMismatch])
        #expect(refused.family == accepted.family)
        let own = try #require(folded[4])
        #expect(own.facts == .refreshRotated && own.ownerClient == 0)
    }

    @Test("a replay by another client is both")
    func replayByAnotherClient() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.refuse(1, 10, from: thief, asserted: true, client: "other")
        let replay = try #require(script.fold().last ?? nil)
        #expect(replay.facts == [.refreshReplayed, .clientMismatch])
        #expect(replay.generation == 0 && replay.policyAllows == .no)
    }

    @Test("a token that nobody saw before is no other client's")
    func unknownToken() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refuse(1, 99, from: home, asserted: true, client: "other")
        let refused = try #require(script.fold().last ?? nil)
        #expect(!refused.facts.contains(.clientMismatch))
    }

    @Test(
        "scopes grow only beyond the original grant",
        arguments: [
            ("openid email", "openid email", false), ("openid email", "email openid", false),
            ("openid email", "openid", false), ("openid email", "openid email admin", true),
            ("openid", "email", true), ("openid", "", false), ("", "openid", false),
        ])
    func scopeGrowth(granted: String, refreshed: String, grows: Bool) throws {
        var script = Script()
        script.code(1, issues: 10, from: home, scopes: granted)
        script.refresh(1, 10, to: 11, from: home, scopes: refreshed)
        script.refresh(1, 11, to: 12, from: home, scopes: refreshed)
        let folded = script.fold()
        #expect(try #require(folded[1]).facts.contains(.scopeGrown) == grows)
        #expect(try #require(folded[2]).facts.contains(.scopeGrown) == grows)
    }

    @Test("scopes given up may come back: the original grant counts, not the last refresh")
    func narrowed() throws {
        var script = Script()
        script.code(1, issues: 10, from: home, scopes: "openid email")
        script.refresh(1, 10, to: 11, from: home, scopes: "openid")
        script.refresh(1, 11, to: 12, from: home, scopes: "openid email")
        #expect(try #require(script.fold().last ?? nil).facts == .refreshRotated)
    }

    @Test("a lineage first seen in mid-life has no original grant to grow from")
    func midLifeScopes() throws {
        var script = Script()
        script.refresh(1, 10, to: 11, from: home, scopes: "openid")
        script.refresh(1, 11, to: 12, from: home, scopes: "openid admin")
        #expect(try #require(script.fold().last ?? nil).facts == .refreshRotated)
    }

    @Test("many different scope texts are each judged by themselves")
    func manyScopes() throws {
        var script = Script()
        for session in 1...3000 as ClosedRange<UInt64> {
            let first = session * 10
            script.code(session, issues: first, from: home, scopes: "a s\(session)")
            script.refresh(
                session, first, to: first + 1, from: home,
                scopes: session % 2 == 0 ? "s\(session)" : "s\(session) b")
        }
        for (index, transition) in script.fold().enumerated() where index % 2 == 1 {
            let grows = try #require(transition).facts.contains(.scopeGrown)
            #expect(grows == ((index / 2 + 1) % 2 == 1), "session \(index / 2 + 1)")
        }
    }

    @Test("a refresh refused for its scopes says so")
    func scopeRefused() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refuse(1, 10, from: home, reason: .scope)
        #expect(try #require(script.fold().last ?? nil).facts == [.refreshRefused, .scopeRefused])
    }

    @Test("ages count from the family's first event and from its last accepted presentation")
    func ages() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.wait(3600)
        script.refresh(1, 10, to: 11, from: home)
        script.wait(7200)
        script.refuse(1, 11, from: home)
        script.wait(3600)
        script.refresh(1, 11, to: 12, from: home)
        script.code(1, issues: 20, from: home)
        let folded = script.fold()
        let opened = try #require(folded[0])
        #expect(opened.age == 0 && opened.idle == -1 && opened.lineages == 1)
        #expect(opened.rotationStart == .min && opened.grantStart == script.batch.time[0])
        let first = try #require(folded[1])
        #expect(first.rotationStart == script.batch.time[0])
        let last = try #require(folded[3])
        #expect(last.age / 3_600_000_000_000 == 4 && last.idle / 3_600_000_000_000 == 3)
        #expect(last.grantStart == script.batch.time[0])
        #expect(last.rotationStart == script.batch.time[1])
        #expect(try #require(folded[4]).lineages == 2)
    }

    @Test("every presentation says what about its presenter is unseen, and the next one knows it")
    func unseen() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: thief)
        script.refresh(1, 11, to: 12, from: thief)
        script.refuse(1, 12, from: "192.0.2.7")
        let folded = script.fold()
        #expect(try #require(folded[0]).presenterNovelty.prefix == .unknown)
        #expect(try #require(folded[1]).presenterNovelty.prefix == .yes)
        #expect(try #require(folded[2]).presenterNovelty.prefix == .no)
        #expect(try #require(folded[3]).presenterNovelty.prefix == .yes)
    }
}
