internal import AuditModel

/// Networks that turn out to be back ends of clients that nobody registered.
///
/// A client's events show its users until one network makes most of its redemptions for many
/// subjects; from there on that network is the client's own. The network is found by majority vote,
/// so that a client takes a few bytes however many users it has. Its share is that of all of the
/// client's redemptions, the older ones counting less: a burst from one network, as a thief of many
/// tokens makes it, does not make it the client's.
struct BackEndNetworks: Sendable {
    static let subjectsNeeded = 20
    /// Of the client's redemptions, percent.
    static let shareNeeded: UInt32 = 80
    /// When a client has so many redemptions, all that was counted is halved.
    static let mostCounted: UInt32 = 4_096
    /// Clients beyond these are not learned about.
    static let mostClients = 65_536

    struct Record: Sendable, BitwiseCopyable {
        var owner: RotationPolicies.Owner
        /// The one that leads, as in ``Presenter/network``.
        var network: UInt64 = 0
        /// How far it leads.
        var lead: UInt32 = 0
        /// Redemptions from it since it leads, and all there were.
        var own: UInt32 = 0
        var all: UInt32 = 0
        /// Distinct subjects it redeemed for.
        var subjects = InlineArray<20, UInt32>(repeating: 0)
        var subjectCount: UInt8 = 0
        var isBackEnd = false

        /// Counts a redemption; true when it shows that the network is a back end.
        mutating func count(_ other: UInt64, subject: UInt32) -> Bool {
            if all >= BackEndNetworks.mostCounted {
                (lead, own, all) = (lead / 2, own / 2, all / 2)
            }
            if lead == 0 {
                network = other
                (own, subjectCount) = (0, 0)
            }
            all += 1
            guard other == network else {
                lead -= 1
                return false
            }
            lead += 1
            own += 1
            note(subject)
            isBackEnd = Int(subjectCount) >= BackEndNetworks.subjectsNeeded
                && own * 100 >= all * BackEndNetworks.shareNeeded
            return isBackEnd
        }

        private mutating func note(_ subject: UInt32) {
            let known = Int(subjectCount)
            guard known < BackEndNetworks.subjectsNeeded,
                !(0..<known).contains(where: { subjects[$0] == subject })
            else { return }
            subjects[known] = subject
            subjectCount += 1
        }
    }

    var records: ContiguousArray<Record> = []
    var table = IndexTable()
    /// Clients with such a network.
    var found = 0

    /// Whether an event comes from a back end that its client was seen to have.
    func contains(_ event: EventRow) -> Bool {
        guard found > 0, !event.ip.isNone, let index = find(event.owner)
        else { return false }
        return records[index].isBackEnd
            && records[index].network == Presenter.network(of: event.ip)
    }

    /// Takes in a redemption that the server accepted from an address said to be a holder's.
    mutating func learn(_ owner: RotationPolicies.Owner, subject: UInt32, at ip: IPAddress) {
        guard owner.client != 0, subject != 0, !ip.isNone,
            let index = find(owner) ?? add(owner), !records[index].isBackEnd
        else { return }
        if records[index].count(Presenter.network(of: ip), subject: subject) { found += 1 }
    }

    private func find(_ owner: RotationPolicies.Owner) -> Int? {
        var walk = table.walk(RotationPolicies.hash(owner))
        while let index = table.next(&walk) {
            if records[index].owner == owner { return index }
        }
        return nil
    }

    private mutating func add(_ owner: RotationPolicies.Owner) -> Int? {
        guard records.count < Self.mostClients else { return nil }
        records.append(Record(owner: owner))
        table.insert(RotationPolicies.hash(owner), records.count - 1)
        return records.count - 1
    }
}
