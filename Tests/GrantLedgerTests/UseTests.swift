import AuditModel
import GrantLedger
import Testing

@Suite("Use of tokens, as other logs tell it")
struct UseTests {
    private let home = "198.51.100.7"

    @Test("a token names its grant, whatever the log calls issuer and client")
    func token() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.use(Script.accessToken(10), client: "gateway")
        script.use(Script.refreshToken(11))
        script.use(Script.accessToken(99))
        let folded = script.fold()
        let family = try #require(folded[0]).family
        #expect(try #require(folded[2]).family == family)
        #expect(try #require(folded[2]).lineageRoot == Script.refreshToken(10))
        #expect(try #require(folded[3]).family == family)
        #expect(try #require(folded[2]).facts.isEmpty)
        #expect(folded[4] == nil)
    }

    @Test("a session names its grant, together with the client where it has several")
    func session() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.code(2, issues: 20, from: home)
        script.code(2, issues: 30, from: home, client: "mail")
        script.use(session: 1)
        script.use(session: 2, client: "mail")
        script.use(session: 2)
        script.use(session: 1, client: "mail")
        script.use(session: 3)
        let folded = script.fold()
        #expect(try #require(folded[3]).family == folded[0]?.family)
        #expect(try #require(folded[4]).family == folded[2]?.family)
        // Which lineage of the session it was, nobody can tell.
        #expect(try #require(folded[3]).lineageRoot.isNone)
        #expect(folded[5...].allSatisfy { $0 == nil })
    }

    @Test("subject and client speak for a grant only while there is one, and only as inferred")
    func subject() throws {
        var script = Script()
        script.code(1, issues: 10, from: home, subject: "anna")
        script.use(subject: "anna", client: "app")
        script.use(subject: "anna", client: "mail")
        script.use(subject: "bob", client: "app")
        script.use(subject: "anna")
        script.code(2, issues: 20, from: home, subject: "anna")
        script.use(subject: "anna", client: "app")
        script.logout(1)
        script.logout(2)
        script.use(subject: "anna", client: "app")
        script.code(3, issues: 30, from: home, subject: "anna")
        script.use(subject: "anna", client: "app")
        let folded = script.fold()
        let inferred = script.inferred()
        #expect(folded[1] == nil && inferred[1] == folded[0]?.family)
        #expect(inferred[2...4].allSatisfy { $0 == nil })
        #expect(inferred[6] == nil, "two live grants")
        #expect(inferred[9] == nil, "none that is live")
        #expect(inferred[11] == folded[10]?.family)
    }

    @Test("an access token that a kept refresh token brought is known, the one before is not")
    func kept() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.revoke(Script.accessToken(10))
        script.keep(1, 10, access: 50, from: home)
        var ledger = Ledger()
        let folded = script.fold(&ledger)
        #expect(folded[2]?.facts == .refreshKept)
        #expect(ledger.status(ofToken: Script.accessToken(50)).state == .live)
        #expect(ledger.status(ofToken: Script.accessToken(10)).state == .unknown)
    }

    @Test("tenants that call their people and clients alike are not taken for one another")
    func tenants() throws {
        var script = Script()
        script.code(1, issues: 10, from: home, subject: "anna")
        script.use(subject: "anna", client: "app", tenant: "acme")
        #expect(script.inferred()[1] != nil, "the grant names no tenant")
        script = Script()
        script.code(1, issues: 10, from: home, subject: "anna", tenant: "umbrella")
        script.use(subject: "anna", client: "app", tenant: "acme")
        script.use(session: 1, client: "app", tenant: "acme")
        script.use(session: 1, client: "app", tenant: "umbrella")
        let folded = script.fold()
        #expect(script.inferred()[1] == nil && folded[2] == nil)
        #expect(try #require(folded[3]).family == folded[0]?.family)
    }
}
