import AuditModel
import Testing

@testable import GrantLedger

@Suite("What is registered of clients")
struct ClientRegistryTests {
    private typealias Client = ClientRegistry.Client

    @Test("an entry of the issuer goes before the tenant's, before one for any, before a server's")
    func finds() {
        let registry = ClientRegistry([
            Client(issuers: ["acme"], id: nil), Client(issuers: ["i1"], id: "web", reuses: 1),
            Client(issuers: ["acme"], id: "web", reuses: 2), Client(id: "web", reuses: 3),
        ])
        func reuses(_ issuer: String, _ tenant: String, _ id: String) -> Int? {
            registry.place(issuer: issuer, tenant: tenant, id: id)
                .map { registry.clients[$0].reuses ?? 0 }
        }
        #expect(reuses("i1", "acme", "web") == 1)
        #expect(reuses("i2", "acme", "web") == 2)
        #expect(reuses("i2", "", "web") == 3)
        #expect(reuses("i2", "acme", "app") == 0, "the server's entry")
        #expect(reuses("i2", "other", "app") == nil)
        #expect(reuses("", "", "web") == 3)
    }

    @Test("the digest depends on what is said and not on the order")
    func digest() {
        let first = Client(issuers: ["a"], id: "x", rotation: .yes, leeway: 30)
        let second = Client(id: "y", egress: [])
        let plain = ClientRegistry([first, second]).digest
        #expect(ClientRegistry([second, first]).digest == plain)
        var changed: [Client] = []
        for change in [
            { $0.rotation = .no }, { $0.leeway = 31 }, { $0.leeway = nil }, { $0.reuses = 0 },
            { $0.isBackEnd = .yes }, { $0.issuers = [] }, { $0.id = nil },
            { $0.egress = [IPPrefix("192.0.2.0/24")].compactMap { $0 } },
        ] as [(inout Client) -> Void] {
            var client = first
            change(&client)
            changed.append(client)
        }
        let digests = changed.map { ClientRegistry([$0, second]).digest } + [plain]
        #expect(Set(digests).count == changed.count + 1)
        #expect(ClientRegistry.empty.digest != plain)
    }

    @Test("an address is a back end's by type, or by the networks where these are known")
    func callers() throws {
        let networks = [try #require(IPPrefix("192.0.2.0/24"))]
        let inside = try #require(IPAddress("192.0.2.9"))
        let outside = try #require(IPAddress("203.0.113.9"))
        let web = Client(id: "web", isBackEnd: .yes)
        #expect(web.isCaller(outside, redeems: true))
        #expect(!web.isCaller(outside, redeems: false), "logins show users")
        let placed = Client(id: "web", isBackEnd: .yes, egress: networks)
        #expect(placed.isCaller(inside, redeems: false))
        #expect(!placed.isCaller(outside, redeems: true), "a stranger with the client's secret")
        #expect(!Client(id: "spa", isBackEnd: .no).isCaller(outside, redeems: true))
        #expect(Client(id: "spa", isBackEnd: .no, egress: networks).isCaller(inside, redeems: true))
    }
}

@Suite("What a known policy says of replays")
struct KnownPolicyTests {
    private static func replay(
        _ registered: ClientRegistry.Client, after seconds: Int64, times: Int = 1,
        rotates: Bool = false, refused: Bool = false, asserted: Bool = false
    ) -> Transition? {
        var script = Script()
        script.code(1, issues: 10, from: "198.51.100.7")
        script.refresh(1, 10, to: 11, from: "198.51.100.7")
        if rotates { script.refresh(1, 11, to: 12, from: "198.51.100.7") }
        script.wait(seconds)
        for time in 0..<times {
            if refused {
                script.refuse(1, 10, from: "198.51.100.7", asserted: asserted)
            } else {
                script.refresh(1, 10, to: 20 + UInt64(time), from: "198.51.100.7")
            }
        }
        let ledger = Ledger(clients: ClientRegistry([registered]))
        return script.fold(ledger).last ?? nil
    }

    private static func client(
        _ rotation: Knowledge, leeway: Int64? = nil, reuses: Int? = nil
    ) -> ClientRegistry.Client {
        ClientRegistry.Client(
            issuers: ["realm"], id: "app", rotation: rotation,
            leeway: leeway.map { $0 * 1_000_000_000 }, reuses: reuses)
    }

    @Test("a leeway allows what lies within it")
    func leeway() {
        let client = Self.client(.yes, leeway: 30)
        #expect(Self.replay(client, after: 20)?.policyAllows == .yes)
        #expect(Self.replay(client, after: 40)?.policyAllows == .no)
        #expect(Self.replay(client, after: 20, rotates: true)?.policyAllows == .unknown)
        #expect(Self.replay(client, after: 20)?.rotation == .yes)
    }

    @Test("a count of reuses allows so many")
    func reuses() {
        #expect(Self.replay(Self.client(.yes, reuses: 0), after: 1)?.policyAllows == .no)
        let client = Self.client(.yes, reuses: 2)
        #expect(Self.replay(client, after: 900)?.policyAllows == .yes)
        #expect(Self.replay(client, after: 1, times: 2)?.policyAllows == .yes)
        #expect(Self.replay(client, after: 1, times: 3)?.policyAllows == .no)
        let both = Self.client(.yes, leeway: 30, reuses: 1)
        #expect(Self.replay(both, after: 40)?.policyAllows == .no)
        #expect(Self.replay(both, after: 1, times: 2)?.policyAllows == .no)
    }

    @Test("without rotation everything is allowed, without a bound nothing is known")
    func others() {
        #expect(Self.replay(Self.client(.no), after: 900)?.policyAllows == .yes)
        #expect(Self.replay(Self.client(.no), after: 900, refused: true)?.policyAllows == .yes)
        #expect(Self.replay(Self.client(.yes), after: 1)?.policyAllows == .unknown)
        #expect(Self.replay(Self.client(.unknown, leeway: 30), after: 1)?.policyAllows == .unknown)
    }

    @Test("a refusal exceeds a known policy, and what the server calls reuse goes before it")
    func refusals() {
        let client = Self.client(.yes, leeway: 30)
        #expect(Self.replay(client, after: 40, refused: true)?.policyAllows == .no)
        #expect(Self.replay(client, after: 20, refused: true)?.policyAllows == .unknown)
        let off = Self.replay(Self.client(.no), after: 20, refused: true, asserted: true)
        #expect(off?.policyAllows == .no)
        #expect(off?.rotation == .yes)
    }

    @Test("another client's policy is another client's")
    func elsewhere() {
        var client = Self.client(.no)
        client.id = "other"
        #expect(Self.replay(client, after: 900)?.policyAllows == .unknown)
        client.id = nil
        #expect(Self.replay(client, after: 900)?.policyAllows == .yes, "its server's")
    }
}

@Suite("Back ends of clients that nobody registered")
struct BackEndTests {
    private static let backEnd = "192.0.2.10"

    /// Redemptions for subjects from one network and some from elsewhere, then a life of which the
    /// first presenter is the same network and the second a stranger's.
    private static func novelty(
        subjects: Int, elsewhere: Int = 0, clients: ClientRegistry = .empty
    ) -> Transition? {
        var script = Script()
        for number in 0..<(subjects + elsewhere) {
            // One of five from elsewhere at most, spread out.
            let isOther = elsewhere > 0 && number % ((subjects + elsewhere) / elsewhere) == 1
            script.code(
                UInt64(number + 10), issues: UInt64(number + 1000),
                from: isOther ? "203.0.\(number).9" : backEnd, subject: "user \(number)")
        }
        script.code(1, issues: 10, from: "192.0.2.77", subject: "anna")
        script.refresh(1, 10, to: 11, from: "192.0.2.78")
        script.refresh(1, 10, to: 12, from: "203.0.113.200")
        return script.fold(Ledger(clients: clients)).last ?? nil
    }

    @Test("a network that redeems for twenty subjects is a back end and knows no holder")
    func learns() {
        #expect(novelty(19)?.isNew(\.prefix) == .yes)
        // The back end taught the family nothing, so that nobody can be a stranger to it.
        #expect(novelty(20)?.isNew(\.prefix) == .unknown)
        #expect(novelty(20)?.isFromCaller == false, "the stranger is none")
    }

    @Test("only with four of five redemptions")
    func share() {
        #expect(Self.novelty(subjects: 40, elsewhere: 8)?.isNew(\.prefix) == .unknown)
        #expect(Self.novelty(subjects: 30, elsewhere: 15)?.isNew(\.prefix) == .yes)
    }

    @Test("a burst from one network is none of a client that many networks use")
    func burst() {
        var script = Script()
        for number in 0..<200 {
            let isBurst = (100..<130).contains(number)
            script.code(
                UInt64(number + 10), issues: UInt64(number + 1000),
                from: isBurst ? Self.backEnd : "203.\(number).1.9", subject: "user \(number)")
        }
        var ledger = Ledger()
        _ = script.fold(&ledger)
        #expect(ledger.backEnds.found == 0)
    }

    @Test("a client whose type is registered is what it is registered as")
    func registered() {
        let client = ClientRegistry.Client(id: "app", isBackEnd: .no)
        let found = Self.novelty(subjects: 40, clients: ClientRegistry([client]))
        #expect(found?.isNew(\.prefix) == .yes)
        // What is known of its policy alone says nothing of its type.
        let server = ClientRegistry.Client(id: nil, rotation: .yes)
        let other = Self.novelty(subjects: 40, clients: ClientRegistry([server]))
        #expect(other?.isNew(\.prefix) == .unknown)
    }

    @Test("a state image keeps what was learned")
    func image() throws {
        var script = Script()
        for number in 0..<25 {
            script.code(
                UInt64(number + 10), issues: UInt64(number + 1000), from: Self.backEnd,
                subject: "user \(number)")
        }
        let client = ClientRegistry.Client(id: "app", rotation: .yes, leeway: 1, reuses: 3)
        var ledger = Ledger(clients: ClientRegistry([client]))
        _ = script.fold(&ledger)
        var image: [UInt8] = []
        var writer = StateWriter(key: .none) { image += $0 }
        ledger.write(to: &writer)
        _ = try writer.finish()
        let copy = try image.withUnsafeBytes { bytes in
            var reader = try StateReader(bytes, key: .none)
            return try Ledger(limits: .init(), clients: ledger.registry, from: &reader)
        }
        #expect(copy.backEnds.found == 1)
        #expect(copy.policies.policies.map(\.leeway) == [1])
        #expect(copy.policies.policies.map(\.reuses) == [3])
    }

    private func novelty(_ subjects: Int) -> Transition? { Self.novelty(subjects: subjects) }
}
