internal import AuditModel

/// One place a key was used from: where, in which network, with what.
struct GeoSighting: Sendable, BitwiseCopyable {
    var event: EventReference
    var ip: IPAddress
    var point: GeoPoint
    /// Codes of the run's pool; 0 when unknown.
    var placeCode: UInt32
    var cityCode: UInt32
    var userAgent: UInt32
    var tls: UInt32
    var asn: UInt32
    var country: UInt16
    /// Nil when unknown.
    var network: NetworkClass?
    /// Whether the subject was known there by then.
    var isKnown: Bool

    /// A square of one degree and its system: the grain in which a subject's networks are known.
    var cell: ID128 {
        let latitude = UInt64(bitPattern: Int64((point.latitude + 9000) / 100))
        let longitude = UInt64(bitPattern: Int64((point.longitude + 18000) / 100))
        return ID128(high: latitude << 16 | longitude | 1 << 40, low: UInt64(asn))
    }

    /// Whether the network says little about where its users are.
    var hidesPlace: Bool { network == .vpn || network == .relay || network == .satellite }

    /// Whether both lie in one place of one network.
    func isSamePlace(as other: GeoSighting) -> Bool {
        placeCode == other.placeCode && asn == other.asn
    }
}

/// The last few places of one key, and what it is used with.
struct GeoTrail: Sendable {
    static let mostSightings = 3
    static let mostTraits = 4

    var sightings: ContiguousArray<GeoSighting> = []
    var countries: ContiguousArray<UInt16> = []
    var systems: ContiguousArray<UInt32> = []
    var agents: ContiguousArray<UInt32> = []
    var handshakes: ContiguousArray<UInt32> = []

    /// Whether a context is new to a key that has some already.
    func isForeign(_ sighting: GeoSighting, agent: UInt32) -> (
        country: Bool, asn: Bool, agent: Bool, tls: Bool
    ) {
        func isNew<Trait: Equatable>(_ trait: Trait, _ none: Trait, _ known: ContiguousArray<Trait>)
            -> Bool
        {
            trait != none && !known.isEmpty && !known.contains(trait)
        }
        return (
            isNew(sighting.country, 0, countries), isNew(sighting.asn, 0, systems),
            isNew(agent, 0, agents), isNew(sighting.tls, 0, handshakes)
        )
    }

    /// Takes a sighting in; the same place again only moves its time.
    mutating func add(_ sighting: GeoSighting, agent: UInt32) {
        if let index = sightings.firstIndex(where: { $0.isSamePlace(as: sighting) }) {
            sightings.remove(at: index)
        } else if sightings.count == Self.mostSightings {
            sightings.removeFirst()
        }
        sightings.append(sighting)
        // Behind a VPN a key has no home to be away from.
        if !sighting.hidesPlace {
            Self.note(sighting.country, 0, &countries)
            Self.note(sighting.asn, 0, &systems)
        }
        Self.note(agent, 0, &agents)
        Self.note(sighting.tls, 0, &handshakes)
    }

    /// Moves the time of the newest sighting when nothing but time has changed.
    mutating func refresh(_ event: EventReference, _ ip: IPAddress, _ placeCode: UInt32,
        _ asn: UInt32, _ userAgent: UInt32) -> Bool
    {
        guard let last = sightings.last, last.placeCode == placeCode, last.asn == asn,
            last.userAgent == userAgent,
            last.event.time / GeoKnowledge.day == event.time / GeoKnowledge.day
        else { return false }
        sightings[sightings.count - 1].event = event
        sightings[sightings.count - 1].ip = ip
        return true
    }

    private static func note<Trait: Equatable>(
        _ trait: Trait, _ none: Trait, _ known: inout ContiguousArray<Trait>
    ) {
        guard trait != none, !known.contains(trait) else { return }
        if known.count == mostTraits { known.removeFirst() }
        known.append(trait)
    }
}

/// Which networks a subject is known in, and which ones many subjects share.
///
/// What an alert is about never teaches, so that a thief cannot make a place known by using it.
struct GeoKnowledge: Sendable {
    static let day: Int64 = 86_400_000_000_000
    static let mostCells = 8
    static let mostSubjects = 262_144
    static let mostShared = 65_536
    /// A network is forgotten when it was not used for this many days.
    static let memoryDays: Int32 = 60
    /// Others must have used a network on this many days for it to be theirs.
    static let peerDays: UInt16 = 3

    struct Cell: Sendable, BitwiseCopyable {
        var cell: ID128
        var lastDay: Int32
        var days: UInt16
    }

    struct Subject: Sendable {
        var firstTime: Int64
        var cells: ContiguousArray<Cell> = []
    }

    struct Shared: Sendable {
        var lastDay: Int32 = .min
        var days: UInt16 = 0
        /// The first few subjects, never more than it takes.
        var subjects: ContiguousArray<ID128> = []
    }

    private let knownDays: Int
    private let peers: Int
    var subjects = KeyedTable<Subject>(capacity: GeoKnowledge.mostSubjects)
    var shared = KeyedTable<Shared>(capacity: GeoKnowledge.mostShared)

    init(knownDays: Int, peers: Int) {
        self.knownDays = knownDays
        self.peers = peers
    }

    var evictions: Int { subjects.evictions + shared.evictions }

    static var bytesPerSubject: Int {
        mostCells * MemoryLayout<Cell>.stride + MemoryLayout<Subject>.stride + 32
    }

    /// How long the subject has been seen, in nanoseconds.
    func age(of subject: ID128, at time: Int64) -> Int64 {
        subjects[subject].map { time - $0.firstTime } ?? 0
    }

    /// Whether the subject, or enough others, used a network on enough days before.
    func isKnown(_ cell: ID128, to subject: ID128, owner: UInt64, at time: Int64) -> Bool {
        let today = Int32(truncatingIfNeeded: time / Self.day)
        if knownDays > 0,
            let own = subjects[subject]?.cells.first(where: { $0.cell == cell }),
            Int(own.days) >= knownDays, today - own.lastDay <= Self.memoryDays
        {
            return true
        }
        guard peers > 0, let others = shared[Self.sharedKey(cell, owner)],
            others.days >= Self.peerDays, today - others.lastDay <= Self.memoryDays
        else { return false }
        return others.subjects.count(where: { $0 != subject }) >= peers
    }

    mutating func learn(_ cell: ID128, of subject: ID128, owner: UInt64, at time: Int64) {
        let today = Int32(truncatingIfNeeded: time / Self.day)
        if knownDays > 0 {
            subjects.with(subject, fresh: { Subject(firstTime: time) }) { subject in
                subject.note(cell, on: today)
            }
        }
        guard peers > 0 else { return }
        let most = peers + 1
        shared.with(Self.sharedKey(cell, owner), fresh: Shared.init) { shared in
            if shared.lastDay != today {
                shared.lastDay = today
                shared.days = shared.days == .max ? .max : shared.days + 1
            }
            if shared.subjects.count < most, !shared.subjects.contains(subject) {
                shared.subjects.append(subject)
            }
        }
    }

    private static func sharedKey(_ cell: ID128, _ owner: UInt64) -> ID128 {
        ID128(
            high: cell.high &+ (owner >> 32) &* 0x9E37_79B9_7F4A_7C15, low: cell.low | owner << 32)
    }
}

extension GeoKnowledge.Subject {
    fileprivate mutating func note(_ cell: ID128, on today: Int32) {
        if let index = cells.firstIndex(where: { $0.cell == cell }) {
            if cells[index].lastDay != today {
                cells[index].days = cells[index].days == .max ? .max : cells[index].days + 1
                cells[index].lastDay = today
            }
            return
        }
        let fresh = GeoKnowledge.Cell(cell: cell, lastDay: today, days: 1)
        guard cells.count == GeoKnowledge.mostCells else {
            cells.append(fresh)
            return
        }
        // The one used least makes room, of several the one not used for longest.
        var least = 0
        for index in cells.indices
        where (cells[index].days, cells[index].lastDay) < (cells[least].days, cells[least].lastDay)
        {
            least = index
        }
        cells[least] = fresh
    }
}
