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
    /// A refresh token was accepted and neither spent nor replaced.
    public static let refreshKept = FactSet(rawValue: 1 << 7)
    /// A refresh token was presented by another client than it was issued to, whatever the server
    /// answered: RFC 6749 §6, §10.4.
    public static let clientMismatch = FactSet(rawValue: 1 << 8)
    /// A refresh granted scopes that the lineage's original grant does not have: RFC 6749 §6.
    public static let scopeGrown = FactSet(rawValue: 1 << 9)
    /// A refresh was refused because of the scopes it asked for.
    public static let scopeRefused = FactSet(rawValue: 1 << 10)
    /// A token stood in a record where none belongs; ``FactField/leakStatus`` says which.
    public static let tokenLeaked = FactSet(rawValue: 1 << 11)

    /// Names as rules write them, by bit.
    public static let names = [
        "lineage.opened", "refresh.rotated", "refresh.replayed", "refresh.refused",
        "refresh.forked", "family.ended", "code.replayed", "refresh.kept", "client.mismatch",
        "scope.grown", "scope.refused", "token.leaked",
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

/// What is known of a leaked token at the event that shows it.
public enum LeakStatus: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// The event leaks nothing.
    case none = 0
    /// Known, its family not ended, not spent, not marked expired.
    case live
    /// A refresh token that was redeemed already, where refresh tokens are for one use.
    case spent
    /// Its family ended, or it was revoked.
    case ended
    /// Past its own expiry when it was seen.
    case expired
    /// No token that the ledger knows, and not marked expired.
    case unknown

    /// The name in rules; empty for `none`.
    public var name: String { Self.names[Int(rawValue)] }

    static let names = ["", "live", "spent", "ended", "expired", "unknown"]
}

/// The ledger's fields as rules name them, with the values each may have.
public enum FactField: String, CaseIterable, Sendable {
    /// ``FactSet`` names.
    case fact
    /// `prefix`, `asn`, `country`: what about *either* presenter of a replayed token the family had
    /// not seen before the token's first redemption.
    /// `none` when both networks were known to it.
    case presenterNew = "presenter.new"
    /// `prefix`, `asn`, `country`: what about this event's presenter the family had not seen before
    /// this event; absent for a family that has no profile yet.
    case presenterUnseen = "presenter.unseen"
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
    /// The client that the presented token was issued to, if another one presents it.
    case ownerClient = "owner_client"
    /// The granted scopes that the lineage's original grant does not have.
    case scopesAdded = "scopes_added"
    /// What is known of the token that the event leaks, see ``LeakStatus``.
    case leakStatus = "leak_status"
    /// Whole hours since the family's first event.
    case familyAgeHours = "family.age_h"
    /// Whole hours since the family's last accepted presentation before this event.
    case familyIdleHours = "family.idle_h"
    /// How many lineages the family had up to this event.
    case familyLineages = "family.lineages"

    /// What a rule may compare the field with.
    public var type: FactType {
        switch self {
        case .fact: .names(FactSet.names)
        case .presenterNew: .names(["prefix", "asn", "country", "none"])
        case .presenterUnseen: .names(["prefix", "asn", "country"])
        case .successor: .names(["used", "unused"])
        case .rotation: .names(["on", "off"])
        case .birth: .names(["seen", "unseen"])
        case .leakStatus: .names(Array(LeakStatus.names.dropFirst()))
        case .ownerClient, .scopesAdded: .text
        case .generation, .generationGap, .replayGapSeconds: .number
        case .familyAgeHours, .familyIdleHours, .familyLineages: .number
        case .policyAllows, .sameNetwork, .branchesForeign, .refused, .asserted: .truth
        }
    }
}

/// The type of a ledger field.
public enum FactType: Sendable, Equatable {
    case names([String])
    case text
    case number
    case truth
}
