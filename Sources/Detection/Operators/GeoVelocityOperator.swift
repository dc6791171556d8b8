internal import AuditModel
internal import GrantLedger
internal import Glibc

/// `geo_velocity`: one key used from two places that nobody travels between in the time.
///
/// Distances are lower bounds between circles of uncertainty; networks the subject or many others
/// are known in, and ones that say nothing about where their users are, count against.
struct GeoVelocityOperator: RuleOperator {
    static let mostKeys = 262_144
    /// Velocity alone says little about a subject this new, in nanoseconds.
    static let settling: Int64 = 3 * GeoKnowledge.day
    private static let hour: Int64 = 3_600_000_000_000
    private static let shortest: Int64 = 60_000_000_000

    /// The weights of the score, in hundredths.
    private enum Weight {
        static let base = 4500
        static let speedAtMost = 1500
        static let known = -4000
        static let unsettledReference = -1000
        static let relay = -1500
        static let interleaved = 1500
        static let foreignAtMost = 7500
    }

    private let spec: Operation.GeoVelocity
    private let span: Int64
    private let fireAt: Int
    var trails = KeyedTable<GeoTrail>(capacity: GeoVelocityOperator.mostKeys)
    var knowledge: GeoKnowledge
    /// By code of a user agent: the code of what is left without its version.
    private var families = AgentFamilies()
    /// By code of a place: where it is; nil for one that cannot be read.
    private var points = PlacePoints()

    init(_ operation: Operation, _ spec: Operation.GeoVelocity, fireAt: Int) {
        self.spec = spec
        self.fireAt = fireAt
        span = operation.window.span
        knowledge = GeoKnowledge(knownDays: spec.knownDays, peers: spec.peers)
    }

    var evictions: Int { trails.evictions + knowledge.evictions }

    var bytesPerKey: Int {
        GeoTrail.mostSightings * MemoryLayout<GeoSighting>.stride
            + MemoryLayout<GeoTrail>.stride + 128 + GeoKnowledge.bytesPerSubject
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let place = batch.code(.place, row)
        guard place != 0, FieldReader.ipRole(batch, row, transition) == .holder
        else { return nil }
        let event = EventReference(batch, row)
        let address = IPAddress(bits: batch.id(.ip, row))
        let agentCode = batch.code(.userAgent, row)
        // Nearly every event comes from where the last one came from.
        let asn = batch.asn[row]
        let isRefreshed = trails.with(occurrence.key, fresh: GeoTrail.init) {
            $0.refresh(event, address, place, asn, agentCode)
        }
        if isRefreshed { return nil }
        guard let point = points.point(place, pool) else { return nil }
        var current = GeoSighting(
            event: event, ip: address, point: point, placeCode: place,
            cityCode: batch.code(.city, row), userAgent: agentCode, tls: batch.code(.tls, row),
            asn: asn, country: batch.country[row],
            network: points.network(batch.code(.network, row), pool), isKnown: false)
        let owner = Self.owner(batch, row)
        let subject = Self.subject(batch, row, occurrence.key)
        current.isKnown =
            current.network == .corporate
            || knowledge.isKnown(current.cell, to: subject, owner: owner, at: event.time)
        let agent = families.family(of: agentCode, pool)
        let trail = trails[occurrence.key] ?? GeoTrail()
        let candidate = worst(trail, current)
        let firing = candidate.flatMap { judge($0, trail, current, agent, subject, pool) }
        trails.with(occurrence.key, fresh: GeoTrail.init) { $0.add(current, agent: agent) }
        if (firing?.score ?? 0) < max(1, fireAt) {
            knowledge.learn(current.cell, of: subject, owner: owner, at: event.time)
        }
        return firing
    }

    private static func subject(_ batch: EventBatch, _ row: Int, _ key: ID128) -> ID128 {
        let subject = batch.code(.subject, row)
        if subject == 0 { return key }
        return ID128(high: 1 << 63 | owner(batch, row), low: UInt64(subject))
    }

    /// Whose networks and people an event speaks of: its tenant and its issuer.
    static func owner(_ batch: EventBatch, _ row: Int) -> UInt64 {
        UInt64(batch.assignedTenant(row)) << 32 | UInt64(batch.code(.issuer, row))
    }

    // MARK: - Candidates

    private struct Candidate {
        var reference: GeoSighting
        var distanceKm: Int
        var speedKmh: Int
        /// The key was at this place before it was at the reference.
        var isInterleaved: Bool
    }

    /// The reference that the fastest journey would have begun at.
    private func worst(_ trail: GeoTrail, _ current: GeoSighting) -> Candidate? {
        var worst: Candidate?
        for reference in trail.sightings {
            let elapsed = current.event.time - reference.event.time
            guard elapsed < span, !reference.isSamePlace(as: current) else { continue }
            let distance = distance(reference, current)
            guard distance >= spec.distanceKm else { continue }
            let gap = max(abs(elapsed), Self.shortest)
            let speed = Int(Double(distance) * Double(Self.hour) / Double(gap))
            guard speed > spec.speedKmh, speed > worst?.speedKmh ?? 0 else { continue }
            let isBack = trail.sightings.contains {
                $0.isSamePlace(as: current) && $0.event.time < reference.event.time
            }
            worst = Candidate(
                reference: reference, distanceKm: distance, speedKmh: speed,
                isInterleaved: isBack)
        }
        return worst
    }

    /// Places as vague as a country tell nothing inside of it.
    private func distance(_ first: GeoSighting, _ second: GeoSighting) -> Int {
        let isVague = max(first.point.radiusKm, second.point.radiusKm) >= 1000
        if isVague, first.country == second.country { return 0 }
        return GreatCircle.lowerBoundKm(first.point, second.point)
    }

    // MARK: - Score

    private func judge(
        _ candidate: Candidate, _ trail: GeoTrail, _ current: GeoSighting, _ agent: UInt32,
        _ subject: ID128, _ pool: StringPool
    ) -> Firing? {
        let velocity = velocity(candidate, current)
        let foreign = foreign(trail, current, agent)
        let sum = min(Weight.foreignAtMost, foreign.reduce(0) { $0 + ($1.points ?? 0) })
        let joint = (velocity + sum) * 3 / 4
        let score = max(velocity, sum, joint)
        guard score > 0 else { return nil }
        var figures = [
            Firing.Figure(
                name: "speed_kmh", value: String(candidate.speedKmh),
                comparedTo: "> \(spec.speedKmh)", points: score == sum ? 0 : velocity),
            Firing.Figure(
                name: "distance_km", value: String(candidate.distanceKm),
                comparedTo: ">= \(spec.distanceKm), between the nearest points"),
            Firing.Figure(name: "from_place", value: text(candidate.reference, pool)),
            Firing.Figure(name: "to_place", value: text(current, pool)),
            Firing.Figure(
                name: "window",
                value: DurationText.text(
                    current.event.time - candidate.reference.event.time)),
        ]
        if score != velocity { figures += foreign }
        Self.scale(&figures, to: score)
        let young = spec.knownDays > 0
            && knowledge.age(of: subject, at: current.event.time) < Self.settling
        return Firing(
            figures: figures, evidence: [candidate.reference.event], score: score,
            ceiling: young ? .low : nil,
            conflict: Firing.Conflict(
                attacker: presenter(current, pool), victim: presenter(candidate.reference, pool)))
    }

    private func velocity(_ candidate: Candidate, _ current: GeoSighting) -> Int {
        let reference = candidate.reference
        let times = Double(max(1000, candidate.speedKmh)) / 1000
        let logarithm = Int((log10(times) * 500).rounded())
        var score = Weight.base + min(Weight.speedAtMost, logarithm)
        if current.isKnown { score += Weight.known }
        if spec.knownDays > 0, !reference.isKnown { score += Weight.unsettledReference }
        if current.hidesPlace || reference.hidesPlace { score += Weight.relay }
        if candidate.isInterleaved, !current.hidesPlace, !reference.hidesPlace {
            score += Weight.interleaved
        }
        return max(0, score)
    }

    private func foreign(
        _ trail: GeoTrail, _ current: GeoSighting, _ agent: UInt32
    ) -> [Firing.Figure] {
        let isNew = trail.isForeign(current, agent: agent)
        // Behind a VPN every network is new, and says nothing.
        let isHidden = current.hidesPlace
        let isHosted = current.network == .hosting || current.network == .tor
        return spec.foreign.compactMap { foreign in
            let holds =
                switch foreign.context {
                case .country: isNew.country && !isHidden && !current.isKnown
                case .asn: isNew.asn && !isHidden && !current.isKnown
                case .hosting: isHosted && !current.isKnown
                case .userAgent: isNew.agent
                case .tls: isNew.tls
                }
            guard holds else { return nil }
            return Firing.Figure(
                name: "new_\(foreign.context.rawValue)", value: "true",
                comparedTo: "what this key was used from before", points: foreign.hundredths)
        }
    }

    /// Makes the points add up to the score: what was capped or joined is shared out in proportion.
    private static func scale(_ figures: inout [Firing.Figure], to score: Int) {
        let sum = figures.reduce(0) { $0 + ($1.points ?? 0) }
        guard sum > 0, sum != score else { return }
        var rest = score
        var last: Int?
        for index in figures.indices {
            guard let points = figures[index].points, points > 0 else { continue }
            figures[index].points = points * score / sum
            rest -= points * score / sum
            last = index
        }
        if let last { figures[last].points = (figures[last].points ?? 0) + rest }
    }

    private func text(_ sighting: GeoSighting, _ pool: StringPool) -> String {
        let city = sighting.cityCode == 0 ? nil : pool.text(sighting.cityCode)
        let place = [city, FieldReader.country(sighting.country)].compactMap { $0 }
        return (place.isEmpty ? sighting.point.text : place.joined(separator: ", "))
            + " ±\(sighting.point.radiusKm) km"
    }

    private func presenter(_ sighting: GeoSighting, _ pool: StringPool) -> Alert.Presenter {
        var presenter = Alert.Presenter()
        presenter.ip = sighting.ip.text
        presenter.asn = sighting.asn == 0 ? nil : sighting.asn
        let city = sighting.cityCode == 0 ? nil : pool.text(sighting.cityCode)
        presenter.place = [city, FieldReader.country(sighting.country)].compactMap { $0 }
            .joined(separator: ", ")
        presenter.userAgent = sighting.userAgent == 0 ? nil : pool.text(sighting.userAgent)
        return presenter
    }
}

/// Where places are, once for each text.
struct PlacePoints: Sendable {
    private enum Entry: Sendable {
        case unread, unreadable
        case point(GeoPoint)
    }

    private var points: ContiguousArray<Entry> = []

    mutating func point(_ code: UInt32, _ pool: StringPool) -> GeoPoint? {
        let index = Int(code)
        if index >= points.count {
            points.append(
                contentsOf: repeatElement(.unread, count: index + 1 - points.count))
        }
        switch points[index] {
        case .point(let point): return point
        case .unreadable: return nil
        case .unread:
            let point = GeoPoint(text: pool.text(code))
            points[index] = point.map(Entry.point) ?? .unreadable
            return point
        }
    }

    func network(_ code: UInt32, _ pool: StringPool) -> NetworkClass? {
        code == 0 ? nil : NetworkClass(name: pool.text(code))
    }
}

/// User agents without their versions, so that an update is no new device.
struct AgentFamilies: Sendable {
    private var families: ContiguousArray<UInt32> = []

    /// Equal for user agents that differ in digits, dots and the like only; 0 for none.
    mutating func family(of code: UInt32, _ pool: StringPool) -> UInt32 {
        if code == 0 { return 0 }
        let index = Int(code)
        if index >= families.count {
            families.append(contentsOf: repeatElement(0, count: index + 1 - families.count))
        }
        if families[index] != 0 { return families[index] }
        var hash: UInt32 = 2_166_136_261
        pool.withBytes(of: code) { bytes in
            for byte in bytes where byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A {
                hash = (hash ^ UInt32(byte | 0x20)) &* 16_777_619
            }
        }
        families[index] = max(1, hash)
        return families[index]
    }
}
