/// What is known of each client's refresh token rotation, by issuer and client.
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

    struct Policy: Sendable, BitwiseCopyable {
        var issuer: UInt32
        var client: UInt32
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
    func rotation(issuer: UInt32, client: UInt32) -> Knowledge {
        find(issuer, client).map { policies[$0].rotation } ?? .unknown
    }

    /// Whether it is registered what kind of client it is.
    func hasKnownType(issuer: UInt32, client: UInt32) -> Bool {
        find(issuer, client).map { policies[$0].hasKnownType } ?? false
    }

    /// Whether presenting a spent token again keeps within the client's policy; unknown where
    /// rotation is on and no bound is known.
    ///
    /// - Parameters:
    ///   - gap: nanoseconds since the token's first redemption.
    ///   - generations: between the token and the newest of its lineage.
    ///   - reuse: how often the token was presented again, this time included.
    func allows(
        issuer: UInt32, client: UInt32, gap: Int64, generations: Int32, reuse: Int64
    ) -> Knowledge {
        guard let index = find(issuer, client) else { return .unknown }
        let policy = policies[index]
        if policy.rotation != .yes { return policy.rotation == .no ? .yes : .unknown }
        if policy.leeway < 0, policy.reuses < 0 { return .unknown }
        if policy.leeway >= 0, gap > policy.leeway { return .no }
        if policy.reuses >= 0, reuse > policy.reuses { return .no }
        // Servers disagree about tokens older than the newest one's parent.
        return generations <= 1 ? .yes : .unknown
    }

    /// Takes over what is registered; what the server showed of rotation stands.
    mutating func register(issuer: UInt32, client: UInt32, _ known: ClientRegistry.Client) {
        let index = policy(issuer, client)
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
    mutating func learnReuseRefused(issuer: UInt32, client: UInt32) {
        let index = policy(issuer, client)
        // Writing copies all policies during a trial.
        if policies[index].rotation != .yes { policies[index].rotation = .yes }
    }

    /// The server accepted a spent token from a presenter the family knew.
    mutating func learnReplayAccepted(issuer: UInt32, client: UInt32, lineage: UInt32) {
        let index = policy(issuer, client)
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

    private func find(_ issuer: UInt32, _ client: UInt32) -> Int? {
        var walk = table.walk(Self.hash(issuer, client))
        while let index = table.next(&walk) {
            if policies[index].issuer == issuer, policies[index].client == client { return index }
        }
        return nil
    }

    private mutating func policy(_ issuer: UInt32, _ client: UInt32) -> Int {
        if let index = find(issuer, client) { return index }
        policies.append(Policy(issuer: issuer, client: client))
        table.insert(Self.hash(issuer, client), policies.count - 1)
        return policies.count - 1
    }

    static func hash(_ issuer: UInt32, _ client: UInt32) -> UInt32 {
        let mixed = (UInt64(issuer) << 32 | UInt64(client)) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}
