/// A refresh token whose server logs no id of it, only its family and its number in it.
///
/// As an id: 80 bits of `H("family-token/1", family)`, 16 bits ``behind``, 32 bits ``counter``.
/// The id is no secret and equal wherever the family is.
public struct FamilyToken: Hashable, Sendable, BitwiseCopyable {
    /// The family's mark: 80 bits.
    private var high: UInt64
    private var mark: UInt16
    /// The number of the token in its family, as the server counts.
    public var counter: UInt32
    /// In a refusal, how many tokens younger than this one the server had issued; 0 elsewhere,
    /// so that the id there is the one that the ledger knows the token by. More than 65,535 are
    /// 65,535.
    public var behind: UInt16

    public init(family: ID128, counter: UInt32, behind: UInt16 = 0) {
        var hash = IdentityHash("family-token/1")
        hash.add(family)
        let digest = hash.id()
        high = digest.high
        mark = UInt16(truncatingIfNeeded: digest.low >> 48)
        self.counter = counter
        self.behind = behind
    }

    /// Reads the id of a token of a family; nil for any other id.
    public init?(_ id: ID128, of family: ID128) {
        self.init(
            family: family, counter: UInt32(truncatingIfNeeded: id.low),
            behind: UInt16(truncatingIfNeeded: id.low >> 32))
        guard self.id == id else { return nil }
    }

    /// What stands for the token in the columns of events.
    public var id: ID128 {
        ID128(
            high: high, low: UInt64(mark) << 48 | UInt64(behind) << 32 | UInt64(counter))
    }

    /// Another token of the same family.
    public func sibling(_ counter: UInt32) -> FamilyToken {
        var other = self
        other.counter = counter
        other.behind = 0
        return other
    }
}
