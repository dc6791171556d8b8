internal import AuditModel

/// What is known of each client's refresh token rotation.
///
/// What somebody registered holds until the server itself shows otherwise. "On" is learned from one
/// refusal that the server itself called reuse. "Off" is learned only from accepted
/// re-presentations by presenters that belong to the family, at least 20 of them over at least 5
/// lineages, so that one thief cannot teach it; and only from those later than any server's leeway
/// for retries, so that leeway is not taken for it.
struct RotationPolicies: Sendable {
    static let acceptedNeeded = 20
    static let lineagesNeeded = 5
    /// Nanoseconds; the longest leeway of a known server is 5 minutes.
    static let longestLeeway: Int64 = 300_000_000_000

    /// A client, as all tables of clients tell it from others.
    struct Owner: Sendable, BitwiseCopyable, Equatable {
        var issuer: UInt32
        var client: UInt32
        /// See `EventBatch.assignedTenant`.
        var tenant: UInt32
    }

    struct Policy: Sendable, BitwiseCopyable {
        var owner: Owner
        var rotation: Knowledge = .unknown
        var accepted: UInt32 = 0
        var lineages = InlineArray<5, UInt32>(repeating: .max)
        var lineageCount: UInt8 = 0
        /// Bounds on presenting a token again, as registered: nanoseconds, and how often; -1 for
        /// none.
        var leeway: Int64 = -1
        var reuses: Int64 = -1
        /// Whether it is registered what kind of client it is.
        var hasKnownType = false
    }

    var policies: ContiguousArray<Policy> = []
    var table = IndexTable()

    /// Whether the client's refresh tokens are for one use.
    func rotation(of owner: Owner) -> Knowledge {
        find(owner).map { policies[$0].rotation } ?? .unknown
    }

    /// Whether it is registered what kind of client it is.
    func hasKnownType(_ owner: Owner) -> Bool {
        find(owner).map { policies[$0].hasKnownType } ?? false
    }

    /// Whether presenting a spent token again keeps within the client's policy; unknown where
    /// rotation is on and no bound is known.
    ///
    /// - Parameters:
    ///   - gap: nanoseconds since the token's first redemption.
    ///   - generations: between the token and the newest of its lineage.
    ///   - reuse: how often the token was presented again, this time included.
    func allows(
        _ owner: Owner, gap: Int64, generations: Int32, reuse: Int64
    ) -> Knowledge {
        guard let index = find(owner) else { return .unknown }
        let policy = policies[index]
        if policy.rotation != .yes { return policy.rotation == .no ? .yes : .unknown }
        if policy.leeway < 0, policy.reuses < 0 { return .unknown }
        if policy.leeway >= 0, gap > policy.leeway { return .no }
        if policy.reuses >= 0, reuse > policy.reuses { return .no }
        // Servers disagree about tokens older than the newest one's parent.
        return generations <= 1 ? .yes : .unknown
    }

    /// Takes over what is registered; what the server showed of rotation stands.
    mutating func register(_ owner: Owner, _ known: ClientRegistry.Client) {
        let index = policy(owner)
        var policy = policies[index]
        if policy.rotation == .unknown { policy.rotation = known.rotation }
        policy.leeway = known.leeway ?? -1
        policy.reuses = Int64(known.reuses ?? -1)
        policy.hasKnownType = known.isBackEnd != .unknown
        let old = policies[index]
        // Writing copies all policies during a trial.
        if policy.rotation != old.rotation || policy.leeway != old.leeway
            || policy.reuses != old.reuses || policy.hasKnownType != old.hasKnownType
        {
            policies[index] = policy
        }
    }

    /// The server refused a token as reused.
    mutating func learnReuseRefused(by owner: Owner) {
        let index = policy(owner)
        // Writing copies all policies during a trial.
        if policies[index].rotation != .yes { policies[index].rotation = .yes }
    }

    /// The server accepted a spent token from a presenter the family knew.
    mutating func learnReplayAccepted(by owner: Owner, lineage: UInt32) {
        let index = policy(owner)
        guard policies[index].rotation == .unknown else { return }
        policies[index].accepted += 1
        let known = Int(policies[index].lineageCount)
        let isNew = !(0..<known).contains { policies[index].lineages[$0] == lineage }
        if isNew, known < Self.lineagesNeeded {
            policies[index].lineages[known] = lineage
            policies[index].lineageCount += 1
        }
        if policies[index].accepted >= Self.acceptedNeeded,
            Int(policies[index].lineageCount) >= Self.lineagesNeeded
        {
            policies[index].rotation = .no
        }
    }

    private func find(_ owner: Owner) -> Int? {
        var walk = table.walk(Self.hash(owner))
        while let index = table.next(&walk) {
            if policies[index].owner == owner { return index }
        }
        return nil
    }

    private mutating func policy(_ owner: Owner) -> Int {
        if let index = find(owner) { return index }
        policies.append(Policy(owner: owner))
        table.insert(Self.hash(owner), policies.count - 1)
        return policies.count - 1
    }

    static func hash(_ owner: Owner) -> UInt32 {
        let names = UInt64(owner.issuer) << 32 | UInt64(owner.client)
        let mixed = (names ^ UInt64(owner.tenant) << 16) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}

extension EventRow {
    /// The client that the event names.
    var owner: RotationPolicies.Owner {
        .init(issuer: issuer, client: client, tenant: assignedTenant)
    }
}

extension EventBatch {
    /// The client that the event of a row names.
    func owner(_ row: Int) -> RotationPolicies.Owner {
        .init(
            issuer: code(.issuer, row), client: code(.client, row), tenant: assignedTenant(row))
    }
}

extension Family {
    /// Whose policy its tokens are under.
    var policyOwner: RotationPolicies.Owner {
        .init(issuer: issuer, client: client, tenant: assignedTenant)
    }
}
