internal import AuditModel
internal import Detection
internal import EventStore
internal import WireFormat

/// Puts the alerts of a live run into incidents. The store keeps them; this remembers those that
/// another alert may still belong to.
struct LiveIncidents {
    /// Incidents that are remembered at most, about 500 bytes each.
    static let most = 100_000
    /// An incident is remembered so long after its last hit, while there is room: an alert that is
    /// hit again after days ties together what came in between.
    static let memory = 30 * IncidentMap.window
    /// And so long in any case: the window, and as much again for alerts that rules date back.
    static let shortMemory = 2 * IncidentMap.window

    private let most: Int
    /// What stands for good: names follow from it alone, so that they are those of a backtest.
    private var map = IncidentMap()
    /// What is provisional and no part of a known incident: one that is withdrawn leaves no trace.
    private var guesses = IncidentMap()
    /// The alerts that are provisional, in an incident by guess.
    private var guessed: Set<ID128> = []
    private var scope: IncidentScope
    /// Where event time was when incidents were last forgotten.
    private var swept = Int64.min
    /// Those that had to make room for others within ``shortMemory``.
    private(set) var evicted = 0

    init(rules: [Rule], most: Int = Self.most) {
        scope = IncidentScope(rules: rules)
        self.most = most
    }

    /// Incidents that are remembered.
    var count: Int { map.count }

    /// What counts from here on.
    mutating func use(_ rules: [Rule]) { scope = IncidentScope(rules: rules) }

    /// Puts all alerts of a commit into incidents and says so in their bodies.
    mutating func assign(
        _ commit: inout LiveCommit, from store: EventStore
    ) throws(StoreError) {
        var turn = IncidentTurn(store: store)
        for index in commit.alerts.indices {
            let record = commit.alerts[index]
            let incident =
                if record.state == .provisional, let clues = record.alert?.clues {
                    try guess(record.id, clues, record.severity, &turn)
                } else {
                    try place(
                        record.id, record.alert?.clues,
                        record.state == .withdrawn ? nil : record.severity, &turn)
                }
            guard let incident else { continue }
            commit.alerts[index].incident = incident
            // Who is told nothing needs no figures of this moment.
            let shown = record.isNotable ? incident : Alert.Incident(id: incident.id)
            commit.alerts[index].body = AlertJSON.restated(record.body, incident: shown)
        }
        turn.write(to: &commit)
    }

    /// Remembers what was left open at a time.
    ///
    /// - Returns: what is linked by the present rules and was not before, to be committed.
    mutating func load(
        since time: Int64, from store: EventStore
    ) throws(StoreError) -> LiveCommit {
        var turn = IncidentTurn(store: store)
        for member in try store.incidentMembers(since: time) {
            guard let record = try store.alertRecord(id: member.alert),
                record.state != .withdrawn
            else { continue }
            let clues = AlertJSON.read(record.body)?.clues
            if record.state == .provisional, let clues {
                _ = try guess(member.alert, clues, record.severity, &turn)
                continue
            }
            _ = try place(member.alert, clues, member.severity, &turn)
        }
        var commit = LiveCommit()
        turn.write(to: &commit)
        return commit
    }

    /// Puts alerts that rules found over history into incidents: all of them, by (time, id), not
    /// only those that the commit has because the store does not know them.
    mutating func learn(
        _ alerts: [Alert], _ commit: inout LiveCommit, from store: EventStore
    ) throws(StoreError) {
        var turn = IncidentTurn(store: store)
        var places: [ID128: Int] = [:]
        for (index, record) in commit.alerts.enumerated() { places[record.id] = index }
        for alert in alerts {
            let placed = try place(alert.id, alert.clues, alert.severity, &turn)
            guard let placed, let index = places[alert.id] else { continue }
            let shown = Alert.Incident(id: placed.id)
            commit.alerts[index].body = AlertJSON.restated(
                commit.alerts[index].body, incident: shown)
        }
        turn.write(to: &commit)
    }

    /// Forgets what no alert can belong to any more, once an hour of event time.
    ///
    /// - Parameter frontier: no alert is expected before this event time.
    mutating func sweep(frontier: Int64) {
        let (due, overflow) = swept.addingReportingOverflow(3_600_000_000_000)
        if frontier >= due || overflow || map.count > most {
            swept = frontier
            forget(Self.memory, before: frontier)
            if map.count > most { forget(Self.shortMemory, before: frontier) }
        }
        // A tenth at once, so that a flood is sorted seldom.
        if map.count > most { evicted += map.shrink(to: most - most / 10) }
    }

    private mutating func forget(_ memory: Int64, before frontier: Int64) {
        let (limit, overflow) = frontier.subtractingReportingOverflow(memory)
        if !overflow { map.forget(before: limit) }
    }

    /// - Parameters:
    ///   - clues: nil for an alert that is only withdrawn.
    ///   - severity: nil for one that does not stand.
    /// - Returns: nil for an alert that was never put into an incident and tells nothing.
    private mutating func place(
        _ alert: ID128, _ clues: IncidentClues?, _ severity: Severity?, _ turn: inout IncidentTurn
    ) throws(StoreError) -> Alert.Incident? {
        let before = try turn.member(alert)
        if before == nil, clues == nil { return nil }
        // What was a guess, or did not stand, is placed as if it were new.
        let wasGuess = guessed.remove(alert) != nil
        if guessed.isEmpty { guesses = IncidentMap() }
        let isPlaced = before?.severity != nil && !wasGuess
        if let before, isPlaced { try remember(before.incident, turn.store) }
        let name = before?.incident ?? IncidentID(first: alert)
        var member = IncidentMember(
            alert: alert, incident: name, origin: before?.origin ?? name, severity: severity,
            first: min(clues?.first ?? .max, before?.first ?? .max),
            last: max(clues?.last ?? .min, before?.last ?? .min))
        var joined: [IncidentID] = []
        if var clues {
            (clues.first, clues.last) = (member.first, member.last)
            let placement = map.place(
                clues, links: scope.links(of: clues), in: isPlaced ? before?.incident : nil)
            member.incident = placement.incident
            joined = placement.joined
            let own = IncidentID(first: alert)
            // Others may be in it by guess.
            if !isPlaced, name == own, member.incident != own, before != nil { joined.append(own) }
        }
        if before == nil { member.origin = member.incident }
        let change = (severity == nil ? 0 : 1) - (isPlaced ? 1 : 0)
        let alerts = map.add(change, to: member.incident)
        turn.note(member, instead: before, joined)
        return Alert.Incident(
            id: member.incident, alerts: alerts,
            before: member.origin == member.incident ? nil : member.origin, joined: joined)
    }

    /// Where a provisional alert probably belongs, which binds no other alert.
    private mutating func guess(
        _ alert: ID128, _ clues: IncidentClues, _ severity: Severity, _ turn: inout IncidentTurn
    ) throws(StoreError) -> Alert.Incident {
        let before = try turn.member(alert)
        let links = scope.links(of: clues)
        // A guess that was made stays: others may have followed it.
        let name = before?.incident ?? map.incident(near: clues, links: links)
            ?? guesses.incident(near: clues, links: links) ?? IncidentID(first: alert)
        guesses.open(
            IncidentMap.Known(
                id: name, first: alert, time: clues.first, last: clues.last, alerts: 0))
        _ = guesses.place(clues, links: links, in: name)
        guessed.insert(alert)
        let member = IncidentMember(
            alert: alert, incident: name, origin: before?.origin ?? name, severity: severity,
            first: min(clues.first, before?.first ?? .max),
            last: max(clues.last, before?.last ?? .min))
        turn.note(member, instead: before, [])
        return Alert.Incident(
            id: name, alerts: map.alerts(of: name) + 1,
            before: member.origin == name ? nil : member.origin, joined: [])
    }

    /// Opens an incident again that was forgotten.
    private mutating func remember(
        _ id: IncidentID, _ store: EventStore
    ) throws(StoreError) {
        if map.remembers(id) { return }
        guard let bounds = try store.incidentBounds(of: id) else { return }
        map.open(
            IncidentMap.Known(
                id: id, first: bounds.alert, time: bounds.first, last: bounds.last,
                alerts: bounds.alerts))
    }
}

/// What one commit changes about incidents, over what the store has.
private struct IncidentTurn {
    let store: EventStore
    private var changed: [ID128: IncidentMember] = [:]
    private var later: [IncidentID: IncidentID] = [:]
    private var members: [IncidentMember] = []
    private var merges: [IncidentMerge] = []

    init(store: EventStore) { self.store = store }

    /// Where an alert is by now; nil for one that was never placed.
    func member(_ alert: ID128) throws(StoreError) -> IncidentMember? {
        let known = changed[alert]
        var member: IncidentMember? =
            if let known { known } else { try store.incidentMember(of: alert) }
        guard var id = member?.incident else { return nil }
        for _ in 0..<later.count {
            guard let next = later[id] else { break }
            id = next
        }
        member?.incident = id
        return member
    }

    mutating func note(
        _ member: IncidentMember, instead before: IncidentMember?, _ joined: [IncidentID]
    ) {
        for younger in joined {
            later[younger] = member.incident
            merges.append(IncidentMerge(younger: younger, older: member.incident))
        }
        if member == before { return }
        changed[member.alert] = member
        members.append(member)
    }

    func write(to commit: inout LiveCommit) {
        commit.members += members
        commit.merges += merges
    }
}
