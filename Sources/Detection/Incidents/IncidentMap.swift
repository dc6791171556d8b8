public import AuditModel

/// Which alerts are one incident.
///
/// Two alerts are linked when they share a link (``IncidentScope``) and no more than ``window``
/// lies between the last hit of one and the first of the other; an incident is all that is linked
/// directly or by others. So incidents follow from the alerts alone, in whatever order they come.
///
/// What one link ties together is kept as stretches of time, not as alerts: memory goes with
/// incidents and their links, however many alerts they have.
public struct IncidentMap: Sendable {
    /// Nanoseconds of event time after its last hit in which another alert still belongs to an
    /// incident: a day, since who comes back comes back with the habits of a day, and who looks
    /// after incidents does so daily.
    public static let window: Int64 = 86_400_000_000_000

    /// An incident and its first alert.
    public struct Known: Sendable, Equatable {
        public var id: IncidentID
        public var first: ID128
        public var time: Int64
        /// Event time of its last hit.
        public var last: Int64
        /// Alerts that stand.
        public var alerts: Int

        public init(id: IncidentID, first: ID128, time: Int64, last: Int64, alerts: Int) {
            self.id = id
            self.first = first
            self.time = time
            self.last = last
            self.alerts = alerts
        }
    }

    /// Where an alert went.
    public struct Placement: Sendable, Equatable {
        public var incident: IncidentID
        /// Incidents that are part of it from now on, and are no more themselves.
        public var joined: [IncidentID]
    }

    private struct Group {
        var known: Known
        var links: [ID128]
    }

    /// What one link ties together without a break.
    private struct Stretch {
        var first: Int64
        var last: Int64
        var group: Int
    }

    private var groups: [Int: Group] = [:]
    private var numbers: [IncidentID: Int] = [:]
    private var stretches: [ID128: [Stretch]] = [:]
    private var next = 0

    public init() {}

    /// Incidents that are remembered.
    public var count: Int { groups.count }

    /// Remembers an incident of which somebody else knows; one that is remembered stays as it is.
    public mutating func open(_ known: Known) {
        if numbers[known.id] != nil { return }
        numbers[known.id] = next
        groups[next] = Group(known: known, links: [])
        next += 1
    }

    /// Whether an incident is remembered.
    public func remembers(_ id: IncidentID) -> Bool { numbers[id] != nil }

    /// Puts an alert where it belongs; one that was placed before, again if its last hit is later.
    ///
    /// - Parameters:
    ///   - links: what it must share with others.
    ///   - incident: the one that it is in, which is remembered; nil for an alert that is new.
    public mutating func place(
        _ clues: IncidentClues, links: [ID128], in incident: IncidentID?
    ) -> Placement {
        var parts: Set<Int> = []
        for link in links {
            for stretch in stretches[link] ?? [] where Self.isNear(stretch, clues) {
                parts.insert(stretch.group)
            }
        }
        if let number = incident.flatMap({ numbers[$0] }) { parts.insert(number) }
        let before = parts.compactMap { groups[$0]?.known.id }
        if incident == nil || parts.isEmpty { parts.insert(found(by: clues)) }
        let number = union(parts)
        for link in links { extend(link, clues, number) }
        let known = groups[number]?.known
        groups[number]?.known.last = max(known?.last ?? .min, clues.last)
        let id = known?.id ?? IncidentID(first: clues.alert)
        return Placement(incident: id, joined: before.filter { $0 != id }.sorted())
    }

    /// The incident that an alert would be part of, under the name it has now; nil for one that
    /// would begin its own.
    public func incident(near clues: IncidentClues, links: [ID128]) -> IncidentID? {
        let near = links.flatMap { stretches[$0] ?? [] }.filter { Self.isNear($0, clues) }
        return near.compactMap { groups[$0.group]?.known }
            .min { ($0.time, $0.first) < ($1.time, $1.first) }?.id
    }

    /// How many alerts of an incident stand; 0 for one that is not remembered.
    public func alerts(of incident: IncidentID) -> Int {
        numbers[incident].flatMap { groups[$0]?.known.alerts } ?? 0
    }

    /// Counts alerts that stand or stand no more.
    ///
    /// - Returns: how many there are now; 0 for an incident that is not remembered.
    public mutating func add(_ alerts: Int, to incident: IncidentID) -> Int {
        guard let number = numbers[incident], var group = groups[number] else { return 0 }
        group.known.alerts += alerts
        groups[number] = group
        return group.known.alerts
    }

    /// The incident that an alert is the first of.
    private mutating func found(by clues: IncidentClues) -> Int {
        let own = IncidentID(first: clues.alert)
        open(
            Known(id: own, first: clues.alert, time: clues.first, last: clues.last, alerts: 0))
        return numbers[own] ?? next
    }

    // MARK: - Joining

    private static func isNear(_ stretch: Stretch, _ clues: IncidentClues) -> Bool {
        gap(from: stretch.last, to: clues.first) <= window
            && gap(from: clues.last, to: stretch.first) <= window
    }

    private static func gap(from earlier: Int64, to later: Int64) -> Int64 {
        let (gap, overflow) = later.subtractingReportingOverflow(earlier)
        return overflow ? (later > earlier ? .max : .min) : gap
    }

    /// Makes one group of several; the one with the most links takes the others in, so that no
    /// link changes hands often. The name is that of the first alert.
    private mutating func union(_ parts: Set<Int>) -> Int {
        let sorted = parts.sorted {
            let (left, right) = (groups[$0]?.links.count ?? 0, groups[$1]?.links.count ?? 0)
            return left != right ? left > right : $0 < $1
        }
        guard let number = sorted.first, var group = groups[number] else { return 0 }
        for part in sorted.dropFirst() {
            guard let other = groups.removeValue(forKey: part) else { continue }
            numbers[other.known.id] = nil
            numbers[group.known.id] = nil
            for link in other.links {
                for index in (stretches[link] ?? []).indices
                where stretches[link]?[index].group == part {
                    stretches[link]?[index].group = number
                }
            }
            group.links += other.links
            group.known = Self.joined(group.known, other.known)
        }
        numbers[group.known.id] = number
        groups[number] = group
        return number
    }

    private static func joined(_ left: Known, _ right: Known) -> Known {
        var known = (left.time, left.first) < (right.time, right.first) ? left : right
        known.last = max(left.last, right.last)
        known.alerts = left.alerts + right.alerts
        return known
    }

    /// Makes one stretch of an alert's time and all that lies near it.
    private mutating func extend(_ link: ID128, _ clues: IncidentClues, _ number: Int) {
        var whole = Stretch(first: clues.first, last: clues.last, group: number)
        var apart: [Stretch] = []
        let before = stretches[link] ?? []
        for stretch in before {
            if Self.isNear(stretch, clues) {
                whole.first = min(whole.first, stretch.first)
                whole.last = max(whole.last, stretch.last)
            } else {
                apart.append(stretch)
            }
        }
        if apart.count == before.count { groups[number]?.links.append(link) }
        stretches[link] = apart + [whole]
    }

    // MARK: - Forgetting

    /// Forgets incidents whose last hit is before a time. One whose alert is hit again later has to
    /// be opened again, and then holds what comes from there on.
    public mutating func forget(before time: Int64) {
        forget(groups.filter { $0.value.known.last < time }.map(\.key))
    }

    /// Forgets those that were not hit for longest until so many are left.
    ///
    /// - Returns: how many were forgotten.
    public mutating func shrink(to most: Int) -> Int {
        if groups.count <= most { return 0 }
        let oldest = groups.sorted {
            let (left, right) = ($0.value.known, $1.value.known)
            return left.last != right.last ? left.last < right.last : left.id < right.id
        }
        let gone = oldest.prefix(groups.count - max(0, most)).map(\.key)
        forget(gone)
        return gone.count
    }

    private mutating func forget(_ gone: [Int]) {
        for number in gone {
            guard let group = groups.removeValue(forKey: number) else { continue }
            numbers[group.known.id] = nil
            for link in group.links {
                stretches[link]?.removeAll { $0.group == number }
                if stretches[link]?.isEmpty == true { stretches[link] = nil }
            }
        }
    }
}

extension IncidentMap {
    /// Alerts with the incidents that they are part of, in the order given.
    public static func named(_ alerts: [Alert], by rules: [Rule]) -> [Alert] {
        let scope = IncidentScope(rules: rules)
        var map = IncidentMap()
        var names: [IncidentID] = []
        var later: [IncidentID: IncidentID] = [:]
        for alert in alerts {
            let clues = alert.clues
            let placement = map.place(clues, links: scope.links(of: clues), in: nil)
            for id in placement.joined { later[id] = placement.incident }
            names.append(placement.incident)
        }
        return zip(alerts, names).map { alert, name in
            var named = alert
            var last = name
            // No name comes back, so that there are fewer steps than names.
            for _ in 0..<later.count {
                guard let next = later[last] else { break }
                last = next
            }
            if last != name { later[name] = last }
            named.incident = Alert.Incident(id: last)
            return named
        }
    }
}
