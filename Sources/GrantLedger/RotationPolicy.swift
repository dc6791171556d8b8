/// What is known of each client's refresh token rotation.
///
/// "On" is learned from one refusal that the server itself called reuse. "Off" is learned only from
/// accepted re-presentations by presenters that belong to the family, at least 20 of them over at
/// least 5 lineages, so that one thief cannot teach it; and only from those later than any server's
/// leeway for retries, so that leeway is not taken for it.
struct RotationPolicies: Sendable {
    static let acceptedNeeded = 20
    static let lineagesNeeded = 5
    /// Nanoseconds; the longest leeway of a known server is 5 minutes.
    static let longestLeeway: Int64 = 300_000_000_000

    /// Whose policy it is.
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
    }

    var policies: ContiguousArray<Policy> = []
    var table = IndexTable()

    /// Whether the client's refresh tokens are for one use.
    func rotation(of owner: Owner) -> Knowledge {
        find(owner).map { policies[$0].rotation } ?? .unknown
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

    private static func hash(_ owner: Owner) -> UInt32 {
        let names = UInt64(owner.issuer) << 32 | UInt64(owner.client)
        let mixed = (names ^ UInt64(owner.tenant) << 16) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}

extension Family {
    /// Whose policy its tokens are under.
    var policyOwner: RotationPolicies.Owner {
        .init(issuer: issuer, client: client, tenant: assignedTenant)
    }
}
