internal import AuditModel

/// What a desk that forgets remembers of the owner of each slot, and whose turn it is to go.
///
/// A second chance for each: by class the slots form a ring in the order of their admission. The
/// hand goes on past alerts that were hit since it passed them last, and the first other one goes.
struct AlertMemory: Sendable {
    /// Alerts that are passed over at most before one goes that was hit as well.
    static let mostChances = 64

    /// What finds the alert of a slot, and what must be forgotten with it.
    struct Owner: Sendable {
        var key: ID128
        var lineage: ID128
        let isMinor: Bool
        /// Among the alerts of its lineage.
        var position = 0
        var place: LineagePlace?
        /// Hit, or told of other branches, since the hand passed it or it was admitted.
        var wasHit = false
    }

    /// The slots of one class, which never change it.
    struct Ring: Sendable {
        var slots: ContiguousArray<Int32> = []
        var hand = 0
    }

    /// By slot.
    private(set) var owners: ContiguousArray<Owner> = []
    var minor = Ring()
    var major = Ring()
    /// Alerts that made room for others.
    var evicted = 0

    /// Lends the owner of a slot.
    subscript(slot: Int) -> Owner {
        get { owners[slot] }
        _modify { yield &owners[slot] }
    }

    /// Notes the owner of a slot that is the next there is, or was another's.
    mutating func enter(_ owner: Owner, at slot: Int) {
        if slot < owners.count {
            owners[slot] = owner
            return
        }
        owners.append(owner)
        if owner.isMinor {
            minor.slots.append(Int32(slot))
        } else {
            major.slots.append(Int32(slot))
        }
    }

    /// The slot of a class whose alert has to go; nil when the class has none.
    mutating func next(isMinor: Bool) -> Int? {
        isMinor ? minor.turn(&owners) : major.turn(&owners)
    }
}

extension AlertMemory.Ring {
    fileprivate mutating func turn(
        _ owners: inout ContiguousArray<AlertMemory.Owner>
    ) -> Int? {
        guard !slots.isEmpty else { return nil }
        for _ in 0..<AlertMemory.mostChances {
            let slot = Int(slots[hand])
            if !owners[slot].wasHit { break }
            owners[slot].wasHit = false
            advance()
        }
        defer { advance() }
        return Int(slots[hand])
    }

    private mutating func advance() {
        hand += 1
        if hand == slots.count { hand = 0 }
    }
}
