import AuditModel
import Detection
import TestSupport
import Testing

@Suite("Which alerts are one incident")
struct IncidentMapTests {
    static let hour: Int64 = 3_600_000_000_000
    static let rules = [Rule(id: "r", name: "R", title: "", level: .high)]
    static let scope = IncidentScope(rules: rules)

    static func alert(
        _ number: Int, at first: Int64, to last: Int64? = nil, family: String? = nil,
        attacker: String? = nil, rule: String = "r"
    ) -> Alert {
        var alert = Alert(
            id: ID128(high: UInt64(number), low: 7),
            rule: Alert.Rule(id: rule, name: "R", title: "", hash: ""), severity: .high,
            time: first * hour, precision: 0)
        alert.lastSeen = (last ?? first) * hour
        alert.keys.issuer = "https://a"
        alert.keys.family = family
        if let attacker {
            alert.attacker = Alert.Presenter()
            alert.attacker?.ip = attacker
        }
        return alert
    }

    static func random(_ random: inout SeededGenerator) -> [Alert] {
        let count = 1 + random.below(70)
        let crowd = 1 + random.below(30)
        return (0..<count).map { number in
            let first = Int64(random.below(24 * 14))
            let last = first + (random.chance(60) ? 0 : Int64(random.below(60)))
            return alert(
                number, at: first, to: last,
                family: random.chance(80) ? "f\(random.below(crowd))" : nil,
                attacker: random.chance(30) ? "203.0.113.\(random.below(crowd))" : nil,
                rule: random.chance(90) ? "r" : "unknown")
        }
    }

    /// All pairs, joined until nothing changes.
    static func reference(_ alerts: [Alert]) -> [ID128: IncidentID] {
        let clues = alerts.map(\.clues)
        let links = clues.map { Set(scope.links(of: $0)) }
        var group = Array(alerts.indices)
        for left in alerts.indices {
            for right in alerts.indices where !links[left].isDisjoint(with: links[right]) {
                let gap = max(
                    clues[left].first - clues[right].last, clues[right].first - clues[left].last)
                if gap > IncidentMap.window { continue }
                let (from, to) = (group[right], group[left])
                for index in group.indices where group[index] == from { group[index] = to }
            }
        }
        var names: [ID128: IncidentID] = [:]
        for index in alerts.indices {
            let first = alerts.indices.filter { group[$0] == group[index] }
                .map { (clues[$0].first, alerts[$0].id) }.min { $0 < $1 }
            if let first { names[alerts[index].id] = IncidentID(first: first.1) }
        }
        return names
    }

    static func sorted(_ alerts: [Alert]) -> [Alert] {
        alerts.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    @Test("As all pairs of alerts say", arguments: [UInt64.random(in: 1 ... .max), 1, 2, 3])
    func backtest(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let alerts = Self.random(&random)
            let named = IncidentMap.named(Self.sorted(alerts), by: Self.rules)
            let names = Dictionary(uniqueKeysWithValues: named.map { ($0.id, $0.incident?.id) })
            #expect(names == Self.reference(alerts).mapValues { Optional($0) }, "seed \(seed)")
        }
    }

    /// Keeps who is where, as somebody who is told of every placement can.
    struct Follower {
        var map = IncidentMap()
        var names: [ID128: IncidentID] = [:]

        mutating func place(_ alert: Alert) -> IncidentMap.Placement {
            let clues = alert.clues
            let placement = map.place(
                clues, links: scope.links(of: clues), in: names[alert.id])
            for (id, name) in names where placement.joined.contains(name) {
                names[id] = placement.incident
            }
            names[alert.id] = placement.incident
            return placement
        }
    }

    @Test("In whatever order alerts come and grow", arguments: [UInt64.random(in: 1 ... .max), 4])
    func anyOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let alerts = Self.random(&random)
            var follower = Follower()
            var steps = alerts.flatMap { alert in
                var young = alert
                young.lastSeen = alert.time
                return [young, alert]
            }
            // An alert may also come grown, and again as it was.
            steps.shuffle(using: &random)
            for alert in steps { _ = follower.place(alert) }
            #expect(follower.names == Self.reference(alerts), "seed \(seed)")
            let names = Set(follower.names.values)
            #expect(follower.map.count == names.count, "seed \(seed)")
        }
    }

    @Test("What is over can be forgotten", arguments: [UInt64.random(in: 1 ... .max), 5])
    func forgets(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let alerts = Self.random(&random)
            var follower = Follower()
            var most = 0
            for alert in Self.sorted(alerts) {
                follower.map.forget(before: alert.time - IncidentMap.window)
                _ = follower.place(alert)
                most = max(most, follower.map.count)
            }
            #expect(follower.names == Self.reference(alerts), "seed \(seed)")
            follower.map.forget(before: .max)
            #expect(follower.map.count == 0)
        }
    }

    @Test("The alert that links two incidents says which one is no more")
    func merges() {
        var follower = Follower()
        let old = follower.place(Self.alert(1, at: 0, family: "a"))
        let young = follower.place(Self.alert(2, at: 1, family: "b", attacker: "203.0.113.9"))
        #expect(old.joined.isEmpty && young.joined.isEmpty && old.incident != young.incident)
        let link = follower.place(Self.alert(3, at: 2, family: "a", attacker: "203.0.113.9"))
        #expect(link.incident == old.incident && link.joined == [young.incident])
        let again = follower.place(Self.alert(2, at: 1, to: 5, family: "b"))
        #expect(again.incident == old.incident && again.joined.isEmpty)
    }

    @Test("One that comes late and was first gives its name, and the old name is told of")
    func renames() {
        var follower = Follower()
        let known = follower.place(Self.alert(1, at: 5, family: "a"))
        let first = follower.place(Self.alert(2, at: 4, family: "a"))
        #expect(first.incident == IncidentID(first: ID128(high: 2, low: 7)))
        #expect(first.joined == [known.incident])
    }

    @Test("A day later it is another incident, and not a moment before", arguments: [
        (24, true), (25, false),
    ] as [(Int64, Bool)])
    func window(hours: Int64, isOne: Bool) {
        var follower = Follower()
        let first = follower.place(Self.alert(1, at: 0, to: 3, family: "a"))
        let next = follower.place(Self.alert(2, at: 3 + hours, family: "a"))
        #expect((first.incident == next.incident) == isOne)
    }

    @Test("Counts go with incidents that become one")
    func counts() {
        var follower = Follower()
        let old = follower.place(Self.alert(1, at: 0, family: "a")).incident
        let young = follower.place(Self.alert(2, at: 1, family: "b")).incident
        #expect(follower.map.add(1, to: old) == 1 && follower.map.add(4, to: young) == 4)
        var link = Self.alert(3, at: 1, family: "a")
        link.keys.session = "s"
        _ = follower.place(link)
        link = Self.alert(2, at: 1, family: "b")
        link.keys.session = "s"
        _ = follower.place(link)
        #expect(follower.map.add(1, to: old) == 6)
        #expect(follower.map.add(1, to: young) == 0, "it is no more")
    }

    @Test("The oldest go when there are too many, and one that is opened again goes on")
    func shrinks() {
        var follower = Follower()
        for number in 1...9 {
            _ = follower.place(Self.alert(number, at: Int64(number), family: "f\(number)"))
        }
        #expect(follower.map.shrink(to: 4) == 5 && follower.map.count == 4)
        let first = IncidentID(first: ID128(high: 1, low: 7))
        #expect(!follower.map.remembers(first))
        follower.map.open(
            .init(id: first, first: ID128(high: 1, low: 7), time: 0, last: 0, alerts: 3))
        #expect(follower.place(Self.alert(1, at: 1, to: 2, family: "f1")).incident == first)
        #expect(follower.place(Self.alert(99, at: 2, family: "f1")).incident == first)
        #expect(follower.map.add(1, to: first) == 4)
    }

    @Test("Times at the ends of what can be told are no trouble")
    func extremes() {
        var follower = Follower()
        var early = Self.alert(1, at: 0, family: "a")
        (early.time, early.firstSeen, early.lastSeen) = (.min, .min, .min)
        var late = Self.alert(2, at: 0, family: "a")
        (late.time, late.firstSeen, late.lastSeen) = (.max, .max, .max)
        #expect(follower.place(early).incident != follower.place(late).incident)
    }
}

@Suite("What an alert is about")
struct IncidentScopeTests {
    static func links(_ key: [Rule.KeyField]) -> Int {
        var rule = Rule(id: "r", name: "R", title: "", level: .high)
        rule.key = key
        var alert = IncidentMapTests.alert(1, at: 0, family: "f", attacker: "203.0.113.9")
        alert.keys.session = "s"
        alert.keys.token = "t"
        return IncidentScope(rules: [rule]).links(of: alert.clues).count
    }

    @Test("A rule about one grant, session, person or token speaks of its keys", arguments: [
        [.issuer, .lineage], [.issuer, .family, .client], [.issuer, .session, .client],
        [.issuer, .subject], [.issuer, .field(.event(.presented))],
    ] as [[Rule.KeyField]])
    func grants(key: [Rule.KeyField]) {
        #expect(Self.links(key) == 4)
    }

    @Test("A rule over many tells nothing of the grant whose event was the last", arguments: [
        ([.issuer, .client], 0), ([.issuer, .tenant], 0), ([.issuer, .field(.event(.dialect))], 0),
        ([], 0), ([.issuer, .prefix], 1), ([.ip], 1),
    ] as [([Rule.KeyField], Int)])
    func others(key: [Rule.KeyField], links: Int) {
        #expect(Self.links(key) == links)
    }
}
