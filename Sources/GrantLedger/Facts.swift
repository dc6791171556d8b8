/// What a fold of events found out about one event: the secondary, derived truths that rules match
/// under the field `fact`.
public struct FactSet: OptionSet, Sendable, Hashable, BitwiseCopyable {
    public let rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A code or another credential opened a lineage.
    public static let lineageOpened = FactSet(rawValue: 1 << 0)
    /// A live refresh token was redeemed and a new one issued.
    public static let refreshRotated = FactSet(rawValue: 1 << 1)
    /// A refresh token that was spent before was presented again, whatever the server answered;
    /// or the server itself said so.
    public static let refreshReplayed = FactSet(rawValue: 1 << 2)
    /// A refresh token was refused that nobody was seen to have spent.
    public static let refreshRefused = FactSet(rawValue: 1 << 3)
    /// Two branches that grew from one refresh token have both been used.
    public static let refreshForked = FactSet(rawValue: 1 << 4)
    /// The session, the grant or the token ended or was revoked.
    public static let familyEnded = FactSet(rawValue: 1 << 5)

    /// An authorization code that was redeemed before was presented again, or the server said so.
    public static let codeReplayed = FactSet(rawValue: 1 << 6)

    /// Names as rules write them, by bit.
    public static let names = [
        "lineage.opened", "refresh.rotated", "refresh.replayed", "refresh.refused",
        "refresh.forked", "family.ended", "code.replayed",
    ]

    /// The set with one named fact; nil for an unknown name.
    public init?(name: String) {
        guard let bit = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: 1 << UInt16(bit))
    }

    /// The names of the facts in the set, in bit order.
    public var names: [String] {
        Self.names.indices.filter { rawValue & (1 << UInt16($0)) != 0 }.map { Self.names[$0] }
    }
}

/// A fact that may be unknown. Unknown matches neither `true` nor `false`.
public enum Knowledge: UInt8, Sendable, BitwiseCopyable {
    case unknown = 0
    case yes, no

    @inlinable
    public init(_ truth: Bool) { self = truth ? .yes : .no }
}

/// The ledger's fields as rules name them, with the values each may have.
public enum FactField: String, CaseIterable, Sendable {
    /// ``FactSet`` names.
    case fact
    /// `prefix`, `asn`, `country`: what about *either* presenter of a replayed token the family had
    /// not seen before the token's first redemption.
    case presenterNew = "presenter.new"
    /// Depth of the presented token in its lineage, 0 for the first; absent when birth is unseen.
    case generation
    /// Generations between the presented token and the newest of its lineage.
    case generationGap = "generation_gap"
    /// `used` or `unused`: whether the token that the first redemption issued was used in turn,
    /// or its access token was, before this event; absent when the ledger cannot know.
    case successor
    /// Seconds from the first redemption of the presented token to this event.
    case replayGapSeconds = "replay_gap_s"
    /// Whether the client's rotation policy allows this re-presentation.
    case policyAllows = "policy_allows"
    /// `on` or `off`: whether the client's refresh tokens are for one use, as far as it is known.
    case rotation
    /// Whether both presenters of a replayed token share a network (/24, /56), or the second one's
    /// network carried on what the first redemption began.
    case sameNetwork = "same_network"
    /// `seen` or `unseen`: whether the family's first token was issued before our eyes.
    case birth
    /// Whether the two branches of a fork come from networks foreign to each other.
    case branchesForeign = "branches_foreign"
    /// Whether the server refused the request.
    case refused
    /// Whether the authorization server itself called it reuse.
    case asserted

    /// What a rule may compare the field with.
    public var type: FactType {
        switch self {
        case .fact: .names(FactSet.names)
        case .presenterNew: .names(["prefix", "asn", "country"])
        case .successor: .names(["used", "unused"])
        case .rotation: .names(["on", "off"])
        case .birth: .names(["seen", "unseen"])
        case .generation, .generationGap, .replayGapSeconds: .number
        case .policyAllows, .sameNetwork, .branchesForeign, .refused, .asserted: .truth
        }
    }
}

/// The type of a ledger field.
public enum FactType: Sendable, Equatable {
    case names([String])
    case number
    case truth
}
