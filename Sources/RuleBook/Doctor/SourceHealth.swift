internal import AuditModel

/// When and from where the events of a source come, beside what ``SourceSurvey`` counts.
public struct SourceHealth: Sendable, Equatable {
    /// Event times, nanoseconds UTC; `last` lies before `first` while there is none.
    public internal(set) var first = Int64.max
    public internal(set) var last = Int64.min
    /// The realm's or tenant's name as the first event that has one writes it.
    public internal(set) var tenant = ""
    /// Events whose time names no zone, and those that carry no id of their own.
    var zoneless = 0
    var unnamed = 0
    /// Events of a type that nobody knows, and the first few of these types.
    var unknown = 0
    var unknownTypes: [String] = []
    /// Subjects that are hidden behind asterisks.
    var masked = 0
    var subjects = 0
    /// Where holders of tokens are, all together and by client.
    var addresses = AddressUse()
    var clients: [String: AddressUse] = [:]

    private static let mostTypes = 5
    private static let mostClients = 200

    /// Takes in what every event has.
    mutating func take(_ batch: EventBatch, _ row: Int) {
        first = min(first, batch.time[row])
        last = max(last, batch.time[row])
        if batch.flags[row].contains(.timeZoneAssumed) { zoneless += 1 }
        if batch.flags[row].contains(.positionalID) { unnamed += 1 }
    }

    /// Looks closer at one event.
    mutating func look(_ batch: EventBatch, _ row: Int, _ pool: StringPool) {
        if tenant.isEmpty { tenant = pool.text(batch.code(.tenant, row)) }
        if batch.kind[row] == .other {
            unknown += 1
            let type = pool.text(batch.code(.vendorType, row))
            if !type.isEmpty, unknownTypes.count < Self.mostTypes, !unknownTypes.contains(type) {
                unknownTypes.append(type)
            }
        }
        let subject = batch.code(.subject, row)
        if subject != 0 {
            subjects += 1
            let isMasked = pool.withBytes(of: subject) { text in
                text.reduce((run: 0, most: 0)) { state, byte in
                    let run = byte == 0x2A ? state.run + 1 : 0
                    return (run, max(state.most, run))
                }.most >= 3
            }
            if isMasked { masked += 1 }
        }
        lookAtAddress(batch, row, pool)
    }

    private mutating func lookAtAddress(_ batch: EventBatch, _ row: Int, _ pool: StringPool) {
        let address = IPAddress(bits: batch.id(.ip, row))
        guard batch.ipRole[row] == .holder, !address.isNone else { return }
        let subject = batch.code(.subject, row)
        addresses.take(address, subject: subject)
        switch batch.kind[row] {
        case .codeRedeemed, .refreshSucceeded: break
        default: return
        }
        let client = pool.text(batch.code(.client, row))
        guard !client.isEmpty, clients[client] != nil || clients.count < Self.mostClients
        else { return }
        clients[client, default: AddressUse()].take(address, subject: subject)
    }
}

/// From how many places the same thing is done.
struct AddressUse: Sendable, Equatable {
    /// Networks and subjects that are told apart.
    private static let mostNetworks = 16
    private static let mostSubjects = 20
    private static let leastEvents = 50

    private(set) var count = 0
    private(set) var ofPrivate = 0
    private var networks: [IPAddress: Int] = [:]
    private var subjects: Set<UInt32> = []

    mutating func take(_ address: IPAddress, subject: UInt32) {
        count += 1
        if address.isPrivate { ofPrivate += 1 }
        let network = address.network
        if networks[network] != nil || networks.count < Self.mostNetworks {
            networks[network, default: 0] += 1
        }
        if subject != 0, subjects.count < Self.mostSubjects { subjects.insert(subject) }
    }

    /// The network that four of five come from, for many people; nil when there is none.
    var onlyNetwork: IPAddress? {
        guard count >= Self.leastEvents, subjects.count == Self.mostSubjects,
            let most = networks.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            most.value * 5 >= count * 4
        else { return nil }
        return most.key
    }

    /// Whether nearly all addresses are of networks that are not of the Internet.
    var isPrivate: Bool { count >= Self.leastEvents && ofPrivate * 10 >= count * 9 }
}
