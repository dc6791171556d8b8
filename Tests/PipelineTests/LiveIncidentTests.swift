import AuditModel
import Delivery
import Detection
import EventStore
import Foundation
import TestSupport
import Testing
import WireFormat

@testable import EventStore
@testable import Pipeline

/// A store of its own with alerts that go into it as a live run would put them there.
final class IncidentScene {
    static let hour: Int64 = 3_600_000_000_000
    static let rules = [Rule(id: "r", name: "R", title: "", level: .high)]

    let directory: String
    private(set) var store: EventStore
    private(set) var incidents: LiveIncidents
    let hooks: [LiveHook]

    init(hooks: [LiveHook] = []) throws {
        directory = NSTemporaryDirectory() + "/grantrail-incidents-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        store = try EventStore(
            path: directory + "/s.db", mode: .readWrite(keyCheck: Array(repeating: 7, count: 16)))
        incidents = LiveIncidents(rules: Self.rules)
        self.hooks = hooks
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// As a process that ends and one that starts.
    func restart(remembering time: Int64 = .min) throws {
        try store.close()
        store = try EventStore(
            path: directory + "/s.db", mode: .readWrite(keyCheck: Array(repeating: 7, count: 16)))
        incidents = LiveIncidents(rules: Self.rules)
        let commit = try incidents.load(since: time, from: store)
        #expect(commit.isEmpty, "what was left is linked as it was")
    }

    func verify() throws {
        try store.close()
        #expect(EventStore.verify(path: directory + "/s.db") == [])
    }

    static func alert(
        _ number: Int, _ severity: Severity = .high, at first: Int64 = 0, to last: Int64? = nil,
        family: String = "f", attacker: String? = nil
    ) -> Alert {
        var alert = Alert(
            id: ID128(high: UInt64(number), low: 5),
            rule: Alert.Rule(id: "r", name: "R", title: "", hash: ""), severity: severity,
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

    static func record(
        _ alert: Alert, state: AlertState = .confirmed, notable: Bool = true
    ) -> AlertRecord {
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer)
        var record = AlertRecord(
            id: alert.id, revision: 1, state: state, severity: alert.severity, time: alert.time,
            body: writer.takeBytes(), isNotable: notable)
        record.alert = state == .withdrawn ? nil : alert
        return record
    }

    /// Commits records in one turn.
    ///
    /// - Returns: the records as they were committed.
    @discardableResult
    func settle(_ records: [AlertRecord]) throws -> [AlertRecord] {
        var commit = LiveCommit()
        commit.alerts = records
        try incidents.assign(&commit, from: store)
        var news = IncidentNews(hooks.filter(\.groupsIncidents), store)
        try news.sift(&commit)
        let hooks = hooks
        commit.route = { record in
            hooks.filter { $0.takes(record) && !record.withheld.contains($0.name) }.map(\.name)
        }
        try store.commit(commit)
        return commit.alerts
    }

    /// The same; gives what each hook hears, as `alert number: incident's alerts`.
    func hear(_ records: [AlertRecord]) throws -> [String: [String]] {
        let committed = try settle(records)
        var heard: [String: [String]] = [:]
        for hook in hooks {
            for record in committed where record.isNotable && hook.takes(record) {
                if record.withheld.contains(hook.name) { continue }
                let told = AlertJSON.read(record.body)?.incident
                heard[hook.name, default: []].append("\(record.id.high): \(told?.alerts ?? -1)")
            }
        }
        return heard
    }

    func name(_ number: Int) throws -> IncidentID? {
        try store.incidentMember(of: ID128(high: UInt64(number), low: 5))?.incident
    }
}

@Suite("Incidents of live runs")
struct LiveIncidentTests {
    static let hooks = [
        LiveHook(name: "all", groupsIncidents: true) { _ in true },
        LiveHook(name: "high", groupsIncidents: true) { $0.severity >= .high },
    ]

    private static func random(_ random: inout SeededGenerator) -> [Alert] {
        let crowd = 1 + random.below(20)
        return (0..<(1 + random.below(50))).map { number in
            let first = Int64(random.below(24 * 10))
            return IncidentScene.alert(
                number, random.pick(Severity.allCases), at: first,
                to: first + (random.chance(60) ? 0 : Int64(random.below(40))),
                family: "f\(random.below(crowd))",
                attacker: random.chance(30) ? "203.0.113.\(random.below(crowd))" : nil)
        }.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    @Test("What was provisional and withdrawn leaves no trace in the names of the others",
        arguments: [UInt64.random(in: 1 ... .max), 1, 2])
    func guesses(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            let scene = try IncidentScene(hooks: Self.hooks)
            let alerts = Self.random(&random)
            let withdrawn = Set(alerts.filter { _ in random.chance(30) }.map(\.id))
            // Each is foreseen; later, in any order, it is confirmed or withdrawn.
            var steps = alerts.map { IncidentScene.record($0, state: .provisional) }
            steps.shuffle(using: &random)
            for alert in alerts {
                let earliest = steps.firstIndex { $0.id == alert.id } ?? 0
                let end = IncidentScene.record(
                    alert, state: withdrawn.contains(alert.id) ? .withdrawn : .confirmed)
                steps.insert(end, at: earliest + 1 + random.below(steps.count - earliest))
            }
            while !steps.isEmpty {
                // One commit has one record of an alert.
                var ids: Set<ID128> = []
                let records = steps.prefix(1 + random.below(9)).prefix {
                    ids.insert($0.id).inserted
                }
                steps.removeFirst(records.count)
                try scene.settle(Array(records))
                if random.chance(25) { try scene.restart() }
            }
            let standing = alerts.filter { !withdrawn.contains($0.id) }
            for alert in IncidentMap.named(standing, by: IncidentScene.rules) {
                let member = try scene.store.incidentMember(of: alert.id)
                #expect(member?.incident == alert.incident?.id, "seed \(seed)")
            }
            try scene.verify()
        }
    }

    @Test("Over restarts and in any order they are those of a backtest",
        arguments: [UInt64.random(in: 1 ... .max), 1, 2])
    func asBacktest(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            let scene = try IncidentScene(hooks: Self.hooks)
            let alerts = Self.random(&random)
            var steps = alerts.flatMap { alert in
                var young = alert
                young.lastSeen = alert.time
                return [young, alert]
            }
            steps.shuffle(using: &random)
            while !steps.isEmpty {
                let count = 1 + random.below(9)
                let records = steps.prefix(count).map {
                    IncidentScene.record($0, notable: random.chance(70))
                }
                steps.removeFirst(min(count, steps.count))
                try scene.settle(records)
                if random.chance(25) { try scene.restart() }
            }
            let wanted = IncidentMap.named(alerts, by: IncidentScene.rules)
            for alert in wanted {
                let member = try scene.store.incidentMember(of: alert.id)
                #expect(member?.incident == alert.incident?.id, "seed \(seed)")
            }
            for row in try scene.store.incidentRows() {
                let count = wanted.count { $0.incident?.id.text == row.id }
                #expect(Int(row.alerts) == count, "seed \(seed)")
            }
            try scene.verify()
        }
    }

    @Test("No hook misses an incident, a higher severity, or that what it heard was withdrawn",
        arguments: [UInt64.random(in: 1 ... .max), 3])
    func nothingIsHidden(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let scene = try IncidentScene(hooks: Self.hooks)
            var standing: [ID128: Severity] = [:]
            var heard: [String: Set<ID128>] = [:]
            for alert in Self.random(&random) {
                var records = [IncidentScene.record(alert)]
                standing[alert.id] = alert.severity
                if random.chance(20) {
                    records.append(IncidentScene.record(alert, state: .withdrawn))
                    standing[alert.id] = nil
                }
                for record in try scene.settle(records) {
                    for hook in Self.hooks where hook.takes(record) {
                        let isTold = !record.withheld.contains(hook.name)
                        if record.state == .withdrawn {
                            let known = heard[hook.name]?.contains(record.id) ?? false
                            #expect(isTold == known, "seed \(seed)")
                        } else if isTold {
                            heard[hook.name, default: []].insert(record.id)
                        }
                    }
                }
                if random.chance(10) { try scene.restart() }
            }
            try check(scene, standing, heard, "seed \(seed)")
        }
    }

    /// Whatever stands, its hook heard of something at least as bad in its incident.
    private func check(
        _ scene: IncidentScene, _ standing: [ID128: Severity], _ heard: [String: Set<ID128>],
        _ comment: Comment
    ) throws {
        for (id, severity) in standing {
            guard let incident = try scene.store.incidentMember(of: id)?.incident else { continue }
            let siblings = try scene.store.incidentMembers(of: incident)
            for (hook, least) in [("all", Severity.info), ("high", .high)] where severity >= least {
                let worst = siblings.filter { heard[hook]?.contains($0.alert) ?? false }
                    .compactMap { try? scene.store.alertRecord(id: $0.alert)?.severity }.max()
                #expect(worst.map { $0 >= severity } ?? false, comment)
            }
        }
        try scene.verify()
    }

    @Test("A hook hears of the first alert and of what is worse, with the count; others of all")
    func grouping() throws {
        let plain = LiveHook(name: "plain") { _ in true }
        let scene = try IncidentScene(hooks: Self.hooks + [plain])
        func tell(_ number: Int, _ severity: Severity) throws -> [String: [String]] {
            try scene.hear([IncidentScene.record(IncidentScene.alert(number, severity))])
        }
        #expect(try tell(1, .low) == ["all": ["1: 1"], "plain": ["1: 1"]])
        #expect(try tell(2, .low) == ["plain": ["2: 2"]])
        #expect(try tell(3, .high) == ["all": ["3: 3"], "high": ["3: 3"], "plain": ["3: 3"]])
        try scene.restart()
        #expect(try tell(4, .high) == ["plain": ["4: 4"]])
        #expect(try tell(5, .critical)["high"] == ["5: 5"])
        try scene.verify()
    }

    @Test("Who heard of two incidents hears that they are one; who heard of one goes on with it")
    func merging() throws {
        let scene = try IncidentScene(hooks: Self.hooks)
        func record(_ number: Int, _ severity: Severity, _ family: String) -> AlertRecord {
            IncidentScene.record(
                IncidentScene.alert(
                    number, severity, family: family, attacker: family == "c" ? "a::1" : nil))
        }
        #expect(try scene.hear([record(1, .medium, "a")]) == ["all": ["1: 1"]])
        #expect(try scene.hear([record(2, .high, "b")]) == ["all": ["2: 1"], "high": ["2: 1"]])
        var link = IncidentScene.alert(3, .high, family: "a")
        link.keys.session = "s"
        #expect(
            try scene.hear([IncidentScene.record(link)]) == ["all": ["3: 2"], "high": ["3: 2"]])
        link = IncidentScene.alert(4, .high, family: "b")
        link.keys.session = "s"
        let told = try scene.settle([IncidentScene.record(link)])[0]
        let older = try #require(try scene.name(1))
        let younger = IncidentID(first: ID128(high: 2, low: 5))
        #expect(told.incident == Alert.Incident(id: older, alerts: 4, joined: [younger]))
        #expect(told.withheld.isEmpty, "both heard of two incidents")
        #expect(try scene.name(2) == older)
        #expect(try scene.hear([record(5, .high, "b")]).isEmpty)
        let withdrawn = IncidentScene.record(
            IncidentScene.alert(2, .high, family: "b"), state: .withdrawn)
        let taken = try scene.settle([withdrawn])[0]
        #expect(taken.incident == Alert.Incident(id: older, alerts: 4, before: younger))
        #expect(taken.withheld.isEmpty, "both heard of what is withdrawn")
        try scene.verify()
    }

    @Test("Of what is withdrawn hears who heard of it; then the next alert is news again")
    func withdrawing() throws {
        let scene = try IncidentScene(hooks: [Self.hooks[0]])
        let first = IncidentScene.alert(1), second = IncidentScene.alert(2)
        let records = [IncidentScene.record(first), IncidentScene.record(second)]
        #expect(try scene.hear(records) == ["all": ["1: 1"]])
        try scene.restart()
        #expect(try scene.hear([IncidentScene.record(second, state: .withdrawn)]).isEmpty)
        let back = IncidentScene.record(first, state: .withdrawn)
        #expect(try scene.hear([back]) == ["all": ["1: 0"]])
        #expect(try scene.hear([IncidentScene.record(IncidentScene.alert(3, .low))])
            == ["all": ["3: 1"]])
        try scene.verify()
    }

    @Test("What was forgotten goes on when one of its alerts is hit again")
    func reopens() throws {
        let scene = try IncidentScene()
        try scene.settle([IncidentScene.record(IncidentScene.alert(1))])
        try scene.restart(remembering: .max)
        #expect(scene.incidents.count == 0)
        try scene.settle([IncidentScene.record(IncidentScene.alert(2, at: 1))])
        #expect(try scene.name(2) != scene.name(1), "nobody remembers")
        try scene.settle([IncidentScene.record(IncidentScene.alert(1, at: 0, to: 90))])
        #expect(try scene.name(2) == scene.name(1))
        try scene.settle([IncidentScene.record(IncidentScene.alert(3, at: 99))])
        #expect(try scene.name(3) == scene.name(1))
        try scene.verify()
    }

    @Test("A body says what its incident was when it was told, and only that")
    func bodies() throws {
        let scene = try IncidentScene()
        let first = try scene.settle([IncidentScene.record(IncidentScene.alert(1))])[0]
        let id = IncidentID(first: first.id)
        #expect(AlertJSON.read(first.body)?.incident == Alert.Incident(id: id, alerts: 1))
        let quiet = IncidentScene.record(IncidentScene.alert(2), notable: false)
        let second = try scene.settle([quiet])[0]
        #expect(AlertJSON.read(second.body)?.incident == Alert.Incident(id: id))
        #expect(AlertJSON.restated(second.body, incident: nil) == quiet.body)
        try scene.verify()
    }

    @Test("Memory is bounded, and what had to go is counted")
    func bounded() throws {
        var incidents = LiveIncidents(rules: IncidentScene.rules, most: 20)
        let scene = try IncidentScene()
        var commit = LiveCommit()
        commit.alerts = (1...30).map {
            IncidentScene.record(IncidentScene.alert($0, at: Int64($0), family: "f\($0)"))
        }
        try incidents.assign(&commit, from: scene.store)
        incidents.sweep(frontier: 0)
        #expect(incidents.count == 18 && incidents.evicted == 12)
        incidents.sweep(frontier: LiveIncidents.shortMemory + 29 * IncidentScene.hour)
        #expect(incidents.count == 18 && incidents.evicted == 12, "there is room for them")
        incidents.sweep(frontier: LiveIncidents.memory + 29 * IncidentScene.hour)
        #expect(incidents.count == 2 && incidents.evicted == 12)
        try scene.store.close()
    }
}

@Suite("Incidents of a whole run", .serialized)
struct LiveIncidentRunTests {
    @Test("A hook that groups hears less, in order, and of every incident")
    func groups() throws {
        let scene = try LiveScene(events: 4000)
        let courier = ScriptedCourier { _ in .delivered }
        let store = try scene.open()
        var options = scene.options(ScriptedSource("kc", partitions: scene.dealt(2), seed: 5))
        options.hooks = [
            LiveHook(name: "grouped", groupsIncidents: true) { _ in true },
            LiveHook(name: "all") { _ in true },
        ]
        options.courier = courier
        try LiveScene.run(store, options)
        let all = courier.deliveries.filter { $0.hook == "all" }
        let grouped = courier.deliveries.filter { $0.hook == "grouped" }
        #expect(!grouped.isEmpty && grouped.count < all.count)
        for delivery in grouped {
            let told = try #require(AlertJSON.read(delivery.body)?.incident)
            #expect(told.alerts != nil)
        }
        func incidents(_ deliveries: [HookDelivery]) throws -> Set<IncidentID> {
            Set(try deliveries.compactMap { try store.incidentMember(of: $0.alert)?.incident })
        }
        #expect(try incidents(grouped) == incidents(all))
        try store.close()
        #expect(EventStore.verify(path: scene.storePath) == [])
    }
}
