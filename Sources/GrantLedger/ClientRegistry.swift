public import AuditModel

/// What is known of OAuth clients from outside the logs: an input of detection, as the rules are.
public struct ClientRegistry: Sendable {
    /// One client; without an ``id`` every client of a server that has no entry of its own.
    public struct Client: Sendable, Equatable {
        /// What its events have as issuer or as tenant, any of these; empty for any.
        public var issuers: [String]
        public var id: String?
        /// Whether back ends of its owner redeem and refresh, rather than its users' devices.
        public var isBackEnd: Knowledge
        /// Whether its refresh tokens are for one use.
        public var rotation: Knowledge
        /// Nanoseconds after the first redemption in which a token may be presented again; nil for
        /// no such bound.
        public var leeway: Int64?
        /// How often a token may be presented again; nil for no such bound.
        public var reuses: Int?
        /// Every network that its back ends speak from; empty when that is not known.
        public var egress: [IPPrefix]

        public init(
            issuers: [String] = [], id: String?, isBackEnd: Knowledge = .unknown,
            rotation: Knowledge = .unknown, leeway: Int64? = nil, reuses: Int? = nil,
            egress: [IPPrefix] = []
        ) {
            self.issuers = issuers
            self.id = id
            self.isBackEnd = isBackEnd
            self.rotation = rotation
            self.leeway = leeway
            self.reuses = reuses
            self.egress = egress
        }

        /// Whether an address shows the client's back end and not who holds the token. A back end
        /// of which all networks are known is elsewhere a stranger.
        func isCaller(_ address: IPAddress, redeems: Bool) -> Bool {
            if egress.isEmpty { return redeems && isBackEnd == .yes }
            return egress.contains { $0.contains(address) }
        }
    }

    /// By id and issuers, those for whole servers first.
    public let clients: ContiguousArray<Client>
    /// Equal for registries that say the same, in whatever order.
    public let digest: ID128
    private let places: [String: [Int]]

    /// Nothing is known of any client.
    public static let empty = ClientRegistry([])

    public init(_ clients: [Client]) {
        let sorted = clients.sorted { $0.order.lexicographicallyPrecedes($1.order) }
        self.clients = ContiguousArray(sorted)
        places = Dictionary(grouping: sorted.indices) { sorted[$0].id ?? "" }
        var hash = IdentityHash("clients/1")
        for client in sorted { client.add(to: &hash) }
        digest = hash.id()
    }

    public var isEmpty: Bool { clients.isEmpty }

    /// The entry for a client: its own, else that of its server. One that names the issuer goes
    /// before one that names the tenant, and that before one for any.
    ///
    /// - Parameter id: not empty.
    func place(issuer: String, tenant: String, id: String) -> Int? {
        best(places[id] ?? [], issuer, tenant) ?? best(places[""] ?? [], issuer, tenant)
    }

    private func best(_ candidates: [Int], _ issuer: String, _ tenant: String) -> Int? {
        func rank(_ place: Int) -> Int? {
            let issuers = clients[place].issuers
            if issuers.isEmpty { return 2 }
            if !issuer.isEmpty, issuers.contains(issuer) { return 0 }
            return !tenant.isEmpty && issuers.contains(tenant) ? 1 : nil
        }
        return candidates.compactMap { place in rank(place).map { ($0, place) } }
            .min { $0 < $1 }?.1
    }
}

extension ClientRegistry.Client {
    fileprivate var order: [String] { [id ?? ""] + issuers }

    fileprivate func add(to hash: inout IdentityHash) {
        hash.add(Int64(id == nil ? 0 : 1))
        hash.add(id ?? "")
        hash.add(Int64(issuers.count))
        for issuer in issuers { hash.add(issuer) }
        hash.add(Int64(isBackEnd.rawValue))
        hash.add(Int64(rotation.rawValue))
        hash.add(leeway ?? -1)
        hash.add(Int64(reuses ?? -1))
        hash.add(Int64(egress.count))
        for network in egress { hash.add(network.text) }
    }
}

/// Finds registered clients by the codes of one pool, and remembers what it found.
public struct ClientDirectory: Sendable {
    private struct Slot: Sendable, BitwiseCopyable {
        var issuer: UInt32 = 0
        var tenant: UInt32 = 0
        /// 0 in a slot that is free.
        var client: UInt32 = 0
        var place: Int32 = -1
    }

    /// A power of two; a client has one slot and shares it with those that came before.
    private static let slotCount = 1024

    public let registry: ClientRegistry
    private var slots: ContiguousArray<Slot>

    public init(_ registry: ClientRegistry) {
        self.registry = registry
        slots = registry.isEmpty ? [] : ContiguousArray(repeating: Slot(), count: Self.slotCount)
    }

    /// Whether nothing can be found.
    public var isEmpty: Bool { slots.isEmpty }

    /// The place of the client of an event in ``ClientRegistry/clients``; nil for one that is not
    /// registered.
    ///
    /// - Parameter pool: the same one in every call.
    public mutating func place(
        _ batch: borrowing EventBatch, row: Int, pool: StringPool
    ) -> Int? {
        let client = batch.code(.client, row)
        guard client != 0, !slots.isEmpty else { return nil }
        let (issuer, tenant) = (batch.code(.issuer, row), batch.code(.tenant, row))
        let mixed = (client &* 0x9E37_79B1) ^ (issuer &* 0x85EB_CA6B) ^ (tenant &* 0xC2B2_AE35)
        let index = Int(mixed >> 16) & (Self.slotCount - 1)
        let slot = slots[index]
        if slot.client != client || slot.issuer != issuer || slot.tenant != tenant {
            let found = registry.place(
                issuer: issuer == 0 ? "" : pool.text(issuer),
                tenant: tenant == 0 ? "" : pool.text(tenant), id: pool.text(client))
            slots[index] = Slot(
                issuer: issuer, tenant: tenant, client: client,
                place: found.map { Int32($0) } ?? -1)
        }
        let place = slots[index].place
        return place < 0 ? nil : Int(place)
    }

    /// Whether the address of an event shows a back end of its client, as far as it is registered.
    public mutating func isCaller(
        _ batch: borrowing EventBatch, row: Int, pool: StringPool
    ) -> Bool {
        guard let place = place(batch, row: row, pool: pool) else { return false }
        return registry.clients[place].isCaller(
            IPAddress(bits: batch.id(.ip, row)), redeems: batch.kind[row].isRedemption)
    }
}

extension EventKind {
    /// Whether somebody presents a code or a refresh token, or another credential for tokens, at
    /// the authorization server.
    public var isRedemption: Bool {
        switch self {
        case .codeRedeemed, .codeRejected, .codeReplayed, .refreshSucceeded, .refreshRejected,
            .refreshReuseDetected, .tokenIssued, .tokenExchanged, .deviceCodeRedeemed,
            .cibaRedeemed:
            true
        default: false
        }
    }
}
