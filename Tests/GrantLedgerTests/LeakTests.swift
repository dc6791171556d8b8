import AuditModel
import GrantLedger
import Testing

@Suite("Leaked tokens")
struct LeakTests {
    private let home = "198.51.100.7"

    private func leak(_ token: ID128, expired: Bool = false) -> String {
        LeakedToken(kind: "token", id: token, isExpired: expired).text
    }

    @Test("a leaked token is live, spent, expired or unknown, and belongs to its family")
    func statuses() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.refresh(1, 10, to: 11, from: home)
        script.leak(leak(Script.refreshToken(11)))
        script.leak(leak(Script.refreshToken(10)))
        script.leak(leak(Script.accessToken(10)))
        script.leak(leak(Script.refreshToken(11), expired: true))
        script.leak(leak(Script.refreshToken(99)))
        script.leak("nonsense")
        let folded = script.fold()
        let statuses = try folded[2...].map { try #require($0).leakStatus }
        #expect(statuses == [.live, .spent, .live, .expired, .unknown, .unknown])
        let family = try #require(folded[1])
        for transition in try folded[2...5].map({ try #require($0) }) {
            #expect(transition.facts == .tokenLeaked)
            #expect(transition.family == family.family)
            #expect(transition.lineageRoot == family.lineageRoot)
        }
        #expect(try #require(folded[6]).family == -1)
        #expect(try #require(folded[6]).lineageRoot == Script.refreshToken(99))
    }

    @Test("tokens of an ended family, and revoked ones, are ended")
    func ended() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.code(2, issues: 20, from: home)
        script.revoke(Script.accessToken(20))
        script.leak(leak(Script.accessToken(20)))
        script.leak(leak(Script.refreshToken(20)))
        script.revoke(Script.refreshToken(20))
        script.leak(leak(Script.refreshToken(20)))
        script.logout(1)
        script.leak(leak(Script.accessToken(10)))
        let statuses = script.fold().compactMap { $0 }.map(\.leakStatus)
        #expect(statuses.filter { $0 != .none } == [.ended, .live, .ended, .ended])
    }

    @Test("a scan asks for the status of any token")
    func query() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        for token in 10..<500 as Range<UInt64> {
            script.refresh(1, token, to: token + 1, from: home)
        }
        var ledger = Ledger()
        _ = script.fold(&ledger)
        #expect(ledger.status(ofToken: Script.refreshToken(500)).state == .live)
        #expect(ledger.status(ofToken: Script.refreshToken(300)).state == .spent)
        let access = ledger.status(ofToken: Script.accessToken(300))
        #expect(access.known && access.family == 0 && access.state == .live)
        let unknown = ledger.status(ofToken: Script.accessToken(700))
        #expect(!unknown.known && unknown.family == nil && unknown.state == .unknown)
    }

    @Test("tokens that made room for newer ones are unknown under both names")
    func evicted() {
        var script = Script()
        script.code(1, issues: 10, from: home)
        for token in 10..<100 as Range<UInt64> {
            script.refresh(1, token, to: token + 1, from: home)
        }
        var ledger = Ledger(limits: Ledger.Limits(families: 4, tokens: 16))
        _ = script.fold(&ledger)
        for token in 10...100 as ClosedRange<UInt64> {
            let isKept = token > 100 - 16
            #expect(ledger.status(ofToken: Script.refreshToken(token)).known == isKept)
            #expect(ledger.status(ofToken: Script.accessToken(token)).known == isKept)
        }
    }

    @Test("an event that meant something to a grant keeps that grant")
    func ownMeaning() throws {
        var script = Script()
        script.code(1, issues: 10, from: home)
        script.code(2, issues: 20, from: home, leaking: leak(Script.refreshToken(10)))
        let folded = script.fold()
        let own = try #require(folded[1])
        #expect(own.facts == [.lineageOpened, .tokenLeaked] && own.leakStatus == .live)
        #expect(own.family != folded[0]?.family)
    }
}
