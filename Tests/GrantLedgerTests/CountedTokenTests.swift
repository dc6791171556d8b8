import AuditModel
import GrantLedger
import Testing

/// Servers that log no id of a refresh token: a counter in a family, or only what was issued.
@Suite("Tokens without ids of their own")
struct CountedTokenTests {
    private let home = "198.51.100.7"
    private let thief = "203.0.113.9"

    /// Events of one server, and what the ledger makes of the last.
    private struct Log {
        var batch = EventBatch(capacity: 16)
        private var clock: Int64 = 1_772_409_600_000_000_000

        mutating func add(_ kind: EventKind, from ip: String, _ fill: (inout EventRow) -> Void) {
            var row = EventRow()
            row.kind = kind
            row.outcome = kind == .refreshReuseDetected ? .failure : .success
            row.ipRole = .holder
            row.ip = IPAddress(ip) ?? .none
            row.issuer = batch.pool.code(of: "tenant")
            row.client = batch.pool.code(of: "app")
            row.time = clock
            row.id = ID128(high: 0xE, low: UInt64(batch.count + 1))
            if row.outcome == .failure {
                row.reason = .reused
                row.flags = .asserted
            }
            fill(&row)
            batch.append(row)
            clock += 600_000_000_000
        }

        func last() -> Transition? {
            var ledger = Ledger()
            var transition = Transition()
            var hasMeaning = false
            for row in 0..<batch.count {
                hasMeaning = ledger.apply(batch, row: row, pool: batch.pool, into: &transition)
            }
            return hasMeaning ? transition : nil
        }
    }

    private let family = ID128(high: 0xF, low: 1)

    /// A family whose first five refreshes come from the given addresses.
    ///
    /// - Parameter shift: 0 where a refresh logs the number of the token presented, 1 where it logs
    ///   that of the token issued. The token presented is what refusals number.
    private func counted(_ addresses: [String], shift: UInt32) -> Log {
        var log = Log()
        for (index, address) in addresses.enumerated() {
            log.add(.refreshSucceeded, from: address) { row in
                let counter = UInt32(index + 1) + shift
                row.family = family
                row.generation = Int32(counter)
                row.presented = FamilyToken(family: family, counter: counter).id
                row.issuedRefresh = FamilyToken(family: family, counter: counter + 1).id
            }
        }
        return log
    }

    private func refuse(_ log: inout Log, token: UInt32, latest: UInt32, from ip: String) {
        log.add(.refreshReuseDetected, from: ip) { row in
            row.family = family
            row.generation = Int32(token)
            row.presented = FamilyToken(
                family: family, counter: token, behind: UInt16(latest - token)).id
        }
    }

    @Test("a thief who redeems first is found, whichever token the server counts",
        arguments: [0, 1] as [UInt32])
    func attackerFirst(shift: UInt32) throws {
        var log = counted([home, home, thief], shift: shift)
        refuse(&log, token: 3, latest: 4, from: home)
        let replay = try #require(log.last())
        #expect(replay.facts == .refreshReplayed)
        #expect(replay.isAsserted && replay.generationGap == 1)
        #expect(replay.firstNovelty.prefix == .yes && replay.secondNovelty.prefix == .no)
        #expect(replay.first.presenter.ip == IPAddress(thief))
        // The log does not show the login that began the family.
        #expect(!replay.isBorn && replay.branch == .undetermined)
    }

    @Test("a replay of an older token finds the redemption of just that one",
        arguments: [0, 1] as [UInt32])
    func older(shift: UInt32) throws {
        let addresses = ["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"]
        for token in 1...4 as ClosedRange<UInt32> {
            var log = counted(addresses, shift: shift)
            refuse(&log, token: token, latest: 5, from: thief)
            let replay = try #require(log.last())
            #expect(replay.generationGap == Int32(5 - token))
            #expect(replay.first.presenter.ip == IPAddress(addresses[Int(token) - 1]))
            #expect(replay.successorUsed == (token < 4 ? .yes : .no))
        }
    }

    @Test("a replay of a token from before the log begins is asserted, and no more is said")
    func unseen() throws {
        var log = counted([home, home], shift: 6)
        refuse(&log, token: 2, latest: 9, from: thief)
        let replay = try #require(log.last())
        #expect(replay.facts == .refreshReplayed && replay.isAsserted)
        #expect(replay.first.isNone)
    }

    @Test("a token's number survives its id, and ids of other families are none")
    func ids() {
        for behind in [0, 1, 65_535] as [UInt16] {
            let token = FamilyToken(family: family, counter: 7, behind: behind)
            let read = FamilyToken(token.id, of: family)
            #expect(read == token)
            #expect(FamilyToken(token.id, of: ID128(high: 0xF, low: 2)) == nil)
            #expect(token.sibling(7).id == FamilyToken(family: family, counter: 7).id)
        }
        #expect(FamilyToken(.none, of: family) == nil)
    }

    // MARK: - Only what was issued

    /// A grant in one session, whose log names only the tokens issued: 1, then 2, 3, ….
    private func issued(_ addresses: [String]) -> Log {
        var log = Log()
        for (index, address) in addresses.enumerated() {
            log.add(index == 0 ? .tokenIssued : .refreshSucceeded, from: address) { row in
                row.session = ID128(high: 0x5, low: 1)
                row.issuedRefresh = Script.refreshToken(UInt64(index + 1))
            }
        }
        return log
    }

    private func refuse(_ log: inout Log, hash token: UInt64, from ip: String) {
        log.add(.refreshReuseDetected, from: ip) { row in
            row.session = ID128(high: 0x5, low: 1)
            row.presented = Script.refreshToken(token)
        }
    }

    @Test("what a refresh redeemed is inferred while the session has one lineage")
    func inferred() throws {
        var log = issued([home, home, home, thief])
        refuse(&log, hash: 3, from: home)
        let replay = try #require(log.last())
        #expect(replay.facts == .refreshReplayed && replay.isAsserted)
        #expect(replay.first.presenter.ip == IPAddress(thief))
        #expect(replay.branch == .attackerFirst)
        #expect(replay.generationGap == 1)
    }

    @Test("with two lineages in the session nothing is inferred")
    func ambiguous() throws {
        var log = issued([home, home])
        log.add(.tokenIssued, from: home) { row in
            row.session = ID128(high: 0x5, low: 1)
            row.issuedRefresh = Script.refreshToken(100)
        }
        log.add(.refreshSucceeded, from: thief) { row in
            row.session = ID128(high: 0x5, low: 1)
            row.issuedRefresh = Script.refreshToken(3)
        }
        refuse(&log, hash: 2, from: home)
        let replay = try #require(log.last())
        #expect(replay.isAsserted && replay.first.isNone)
    }

    @Test("a grant first seen in mid-life is followed from there")
    func midLife() throws {
        var log = Log()
        for token in 7...9 as ClosedRange<UInt64> {
            log.add(.refreshSucceeded, from: home) { row in
                row.session = ID128(high: 0x5, low: 1)
                row.issuedRefresh = Script.refreshToken(token)
            }
        }
        refuse(&log, hash: 7, from: thief)
        let replay = try #require(log.last())
        #expect(replay.generationGap == 2)
        #expect(!replay.isBorn)
        #expect(replay.isNew(\.prefix) == .yes)
    }

    @Test("a refresh that names no token still says where its grant is used")
    func nameless() throws {
        var log = Log()
        for address in [home, home, thief] {
            log.add(.refreshSucceeded, from: address) { $0.session = ID128(high: 0x5, low: 1) }
        }
        let last = try #require(log.last())
        #expect(last.facts == [] && last.family >= 0)
        #expect(last.presenterNovelty.prefix == .yes)
        log.add(.refreshSucceeded, from: thief) { _ in }
        #expect(log.last() == nil)
    }

    @Test("a server that keeps its token rotates nothing")
    func kept() throws {
        var log = issued([home])
        for _ in 0..<2 {
            log.add(.refreshSucceeded, from: home) { row in
                row.session = ID128(high: 0x5, low: 1)
                row.issuedRefresh = Script.refreshToken(1)
            }
        }
        #expect(try #require(log.last()).facts == .refreshKept)
    }
}
