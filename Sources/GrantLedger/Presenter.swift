public import AuditModel

/// From where a token was presented: the address of its holder and what is known about it.
public struct Presenter: Sendable, Hashable, BitwiseCopyable {
    /// Absent when the event's address is not the holder's.
    public var ip: IPAddress
    /// Autonomous system number; 0 when unknown.
    public var asn: UInt32
    /// Two ASCII letters; 0 when unknown.
    public var country: UInt16
    /// A code of the run's pool; 0 when unknown.
    public var userAgent: UInt32

    public static let unknown = Presenter(ip: .none, asn: 0, country: 0, userAgent: 0)

    public init(ip: IPAddress, asn: UInt32, country: UInt16, userAgent: UInt32) {
        self.ip = ip
        self.asn = asn
        self.country = country
        self.userAgent = userAgent
    }

    /// The presenter of an event: only a holder's address counts (``IPRole``).
    public init(of event: EventRow) {
        guard event.ipRole == .holder, !event.ip.isNone else {
            self = .unknown
            return
        }
        self.init(
            ip: event.ip, asn: event.asn, country: event.country, userAgent: event.userAgent)
    }

    @inlinable public var isKnown: Bool { !ip.isNone }

    /// The /24 or /56 in 64 bits: IPv4 networks below 2^40, IPv6 ones above.
    var network: UInt64 { Self.network(of: ip) }

    /// The network of an address, see ``network``.
    static func network(of ip: IPAddress) -> UInt64 {
        ip.isIPv4 ? ip.bits.low & ~0xFF : ip.bits.high & ~0xFF
    }

    /// Whether two presenters share a network; unknown when one of them is.
    func sharesNetwork(with other: Presenter) -> Knowledge {
        isKnown && other.isKnown ? Knowledge(network == other.network) : .unknown
    }
}

/// What about a presenter was new to a family.
public struct Novelty: Sendable, Hashable, BitwiseCopyable {
    public var prefix: Knowledge = .unknown
    public var asn: Knowledge = .unknown
    public var country: Knowledge = .unknown

    public init() {}

    public var isNew: Bool { prefix == .yes || asn == .yes || country == .yes }

    /// How foreign, coarse over fine, to compare two presenters: country, then system, then prefix.
    public var strength: Int {
        (country == .yes ? 4 : 0) + (asn == .yes ? 2 : 0) + (prefix == .yes ? 1 : 0)
    }
}

/// The networks a family was presented from, each with the act that brought it in.
///
/// Bounded: when full, the one seen least often makes room, of several the one not seen for
/// longest. A phone on the road passes many networks once; home and office stay.
struct PresenterProfile: Sendable, BitwiseCopyable {
    static let capacity = 8

    struct Entry: Sendable, BitwiseCopyable {
        var network: UInt64
        var asn: UInt32
        var country: UInt16
        var count: UInt16
        var firstAct: UInt32
        var lastAct: UInt32
    }

    var entries: InlineArray<8, Entry>
    var count: UInt8 = 0

    init() {
        entries = InlineArray(
            repeating: Entry(network: 0, asn: 0, country: 0, count: 0, firstAct: 0, lastAct: 0))
    }

    /// Takes in an accepted presentation.
    mutating func learn(_ presenter: Presenter, act: UInt32) {
        guard presenter.isKnown else { return }
        let network = presenter.network
        var least = 0
        for index in 0..<Int(count) {
            if entries[index].network == network {
                entries[index].lastAct = act
                entries[index].count = max(entries[index].count, entries[index].count &+ 1)
                if entries[index].asn == 0 { entries[index].asn = presenter.asn }
                if entries[index].country == 0 { entries[index].country = presenter.country }
                return
            }
            let (entry, other) = (entries[index], entries[least])
            if (entry.count, entry.lastAct) < (other.count, other.lastAct) { least = index }
        }
        let entry = Entry(
            network: network, asn: presenter.asn, country: presenter.country, count: 1,
            firstAct: act, lastAct: act)
        if Int(count) < Self.capacity {
            entries[Int(count)] = entry
            count += 1
        } else {
            entries[least] = entry
        }
    }

    /// What about a presenter the family had not seen before an act. Unknown throughout when the
    /// family had no profile by then, or the presenter's address is not its holder's.
    func novelty(of presenter: Presenter, before act: UInt32) -> Novelty {
        var novelty = Novelty()
        guard presenter.isKnown else { return novelty }
        for index in 0..<Int(count) where entries[index].firstAct < act {
            let entry = entries[index]
            novelty.prefix.meet(presenter.network == entry.network)
            if presenter.asn != 0, entry.asn != 0 { novelty.asn.meet(presenter.asn == entry.asn) }
            if presenter.country != 0, entry.country != 0 {
                novelty.country.meet(presenter.country == entry.country)
            }
        }
        return novelty
    }
}

extension Knowledge {
    /// Notes one comparison with a known entry: new until one is equal.
    fileprivate mutating func meet(_ equal: Bool) {
        if equal {
            self = .no
        } else if self == .unknown {
            self = .yes
        }
    }
}
