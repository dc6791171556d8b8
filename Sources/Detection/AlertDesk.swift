public import AuditModel

/// Keeps one alert for every rule and group key: later hits raise its count and revision.
///
/// When it is full, new alerts are dropped, or in a desk that forgets the oldest make room: a later
/// hit on a forgotten key is a new alert.
struct AlertDesk: Sendable {
    /// Alerts kept at most of `info` and `low`, and as many of the others, so that a flood of
    /// harmless ones never keeps out a theft.
    static let capacity = 500_000
    /// Evidence events an alert names at most; all hits are counted.
    static let evidenceLimit = 32

    /// See ``capacity``.
    let room: Int
    /// A slot of a desk that forgets is given to another alert of its class, and to no other; one
    /// that waits for it may hold an alert without an id, which is none.
    var alerts: [Alert] = []
    var byKey: [ID128: Int] = [:]
    var byLineage: [ID128: [Int]] = [:]
    var byID: [ID128: Int] = [:]
    /// The alerts of rules and lineages, to count a repeated hit without building it anew. What is
    /// missing here costs time and nothing else.
    var byPlace: [LineagePlace: Int] = [:]
    private var changes: AlertChanges
    /// Findings that found no room.
    var dropped = 0
    /// Alerts that began as `info` or `low`.
    var minorCount = 0
    /// Nil in a desk that forgets nothing.
    var memory: AlertMemory?

    init(capacity: Int = Self.capacity, forgets: Bool = false) {
        room = max(1, capacity)
        changes = AlertChanges(mostDeparted: max(64, capacity / 8))
        memory = forgets ? AlertMemory() : nil
    }

    var isEmpty: Bool { alerts.isEmpty }

    /// Alerts that left whose last content was not asked for in time.
    var untold: Int { changes.untold }

    /// Takes in a finding: a new alert, or a new revision of the one with its rule and key.
    ///
    /// - Parameter place: where the next hit of the same key may find it.
    mutating func admit(_ finding: Finding, at place: LineagePlace? = nil) {
        let key = finding.key
        if let index = byKey[key], isOne(index, finding.alert.time, finding.suppress) {
            revise(index, finding.alert)
            remember(place, index)
            return
        }
        let isMinor = finding.alert.severity < .medium
        guard let index = seat(finding.alert, isMinor: isMinor) else {
            dropped += 1
            return
        }
        changes.note(index, isNotable: true)
        enter(AlertMemory.Owner(key: key, lineage: finding.lineage, isMinor: isMinor), at: index)
        remember(place, index)
    }

    /// Has a new alert found by its key, its id and its lineage.
    private mutating func enter(_ owner: AlertMemory.Owner, at index: Int) {
        byKey[owner.key] = index
        byID[alerts[index].id] = index
        memory?.enter(owner, at: index)
        if owner.lineage.isNone { return }
        memory?[index].position = byLineage[owner.lineage]?.count ?? 0
        byLineage[owner.lineage, default: []].append(index)
    }

    /// Finds a slot for a new alert; nil when there is no room.
    private mutating func seat(_ alert: Alert, isMinor: Bool) -> Int? {
        if (isMinor ? minorCount : alerts.count - minorCount) < room {
            minorCount += isMinor ? 1 : 0
            alerts.append(alert)
            return alerts.count - 1
        }
        guard let index = memory?.next(isMinor: isMinor) else { return nil }
        if !alerts[index].id.isNone {
            memory?.evicted += 1
            changes.depart(alerts[index], from: index)
        }
        forget(index)
        alerts[index] = alert
        return index
    }

    /// Removes all that leads to the alert of a slot.
    private mutating func forget(_ index: Int) {
        guard let owner = memory?[index] else { return }
        // A later alert of its key may have taken its place.
        if byKey[owner.key] == index { byKey[owner.key] = nil }
        if byID[alerts[index].id] == index { byID[alerts[index].id] = nil }
        if let place = owner.place { byPlace[place] = nil }
        guard let last = byLineage[owner.lineage]?.popLast() else { return }
        if last != index {
            byLineage[owner.lineage]?[owner.position] = last
            memory?[last].position = owner.position
        } else if owner.position == 0 {
            byLineage[owner.lineage] = nil
        }
    }

    /// Notes where an alert is found. In a desk that forgets an alert has one place, so that none
    /// leads to the former owner of a slot.
    private mutating func remember(_ place: LineagePlace?, _ index: Int) {
        guard let place else { return }
        guard memory != nil else {
            if byPlace.count < room { byPlace[place] = index }
            return
        }
        if let before = byPlace.updateValue(index, forKey: place), before != index {
            memory?[before].place = nil
        }
        if let former = memory?[index].place, former != place { byPlace[former] = nil }
        memory?[index].place = place
    }

    /// Counts a hit that is no worse than the alert it belongs to.
    ///
    /// - Returns: false when it is worse, or comes too late: the finding must be built and
    ///   admitted.
    mutating func recount(
        _ index: Int, _ hit: Hit, _ event: Hit.Event, _ builder: AlertBuilder
    ) -> Bool {
        let time = event.batch.time[event.row]
        if Self.isWorse((hit.severity, hit.score), than: alerts[index])
            || !isOne(index, time, hit.rule.suppress)
        {
            return false
        }
        count(index, time: time) { builder.evidence(event, hit.firing) }
        return true
    }

    /// Whether a hit at a time still belongs to an alert.
    private func isOne(_ index: Int, _ time: Int64, _ suppress: Int64?) -> Bool {
        Self.isOne(lastSeen: alerts[index].lastSeen, time, suppress)
    }

    /// Whether a hit at a time still belongs to an alert that was last hit at another.
    static func isOne(lastSeen: Int64, _ time: Int64, _ suppress: Int64?) -> Bool {
        guard let suppress else { return true }
        let (gap, overflow) = time.subtractingReportingOverflow(lastSeen)
        return !overflow && gap < suppress
    }

    /// When the alert of a key was last hit; nil when there is none.
    func lastSeen(of key: ID128) -> Int64? { byKey[key].map { alerts[$0].lastSeen } }

    /// The alert as it stands.
    func alert(_ id: ID128) -> Alert? { byID[id].map { alerts[$0] } }

    /// What was admitted or revised since the last call, forgotten or not, in no particular order.
    mutating func takeChanges() -> [AlertChange] {
        changes.take(from: alerts)
    }

    /// Notes that branches of a lineage acted after its replay.
    mutating func noteBranches(_ count: Int, lineage: ID128, time: Int64) {
        for index in byLineage[lineage] ?? [] {
            let entry = Alert.Why(fact: Self.branchesFact, value: String(count))
            if let known = alerts[index].why.firstIndex(where: { $0.fact == entry.fact }) {
                if alerts[index].why[known] == entry { continue }
                alerts[index].why[known] = entry
            } else {
                alerts[index].why.append(entry)
            }
            alerts[index].revision += 1
            memory?[index].wasHit = true
            changes.note(index, isNotable: true)
        }
    }

    /// All alerts by (time, id).
    func sorted() -> [Alert] {
        alerts.filter { !$0.id.isNone }
            .sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
    }

    private static let branchesFact = "branches_active"

    private mutating func revise(_ index: Int, _ later: Alert) {
        count(index, time: later.time) { later.evidence }
        guard Self.isWorse((later.severity, later.score), than: alerts[index]) else { return }
        changes.note(index, isNotable: true)
        var alert = alerts[index]
        let branches = alert.why.filter { $0.fact == Self.branchesFact }
        alert.severity = max(alert.severity, later.severity)
        alert.score = later.score
        alert.confidence = later.confidence
        alert.verdict = later.verdict
        alert.branch = later.branch
        alert.attacker = later.attacker
        alert.victim = later.victim
        alert.message = later.message
        alert.why = later.why + branches
        // What made it worse is named even when the list is full.
        let own = Set(later.evidence.map(\.event))
        let others = alert.evidence.filter { !own.contains($0.event) }
        alert.evidence = others.prefix(Self.evidenceLimit - own.count) + later.evidence
        alerts[index] = alert
    }

    private mutating func count(
        _ index: Int, time: Int64, _ evidence: () -> [Alert.Evidence]
    ) {
        alerts[index].revision += 1
        alerts[index].count += 1
        alerts[index].lastSeen = max(alerts[index].lastSeen, time)
        memory?[index].wasHit = true
        changes.note(index, isNotable: false)
        let room = Self.evidenceLimit - alerts[index].evidence.count
        if room <= 0 { return }
        let known = alerts[index].evidence.map(\.event)
        alerts[index].evidence += evidence().filter { !known.contains($0.event) }.prefix(room)
    }

    private static func isWorse(
        _ later: (severity: Severity, score: Int?), than alert: Alert
    ) -> Bool {
        if later.severity != alert.severity { return later.severity > alert.severity }
        return (later.score ?? 0) > (alert.score ?? 0)
    }
}

// MARK: - Late events

extension AlertDesk {
    /// Has hits to come find what a fold says that knows of late events, instead of what one said
    /// that did not. What is new or changed so is not in ``takeChanges()``.
    ///
    /// - Parameter with: both folds are of the same events but for the late ones, and kept their
    ///   alerts in a desk that forgets.
    mutating func adopt(_ with: AlertDesk, insteadOf without: AlertDesk) {
        for alert in without.alerts where with.alert(alert.id) == nil {
            // One with more hits rests on more than these events.
            guard let own = byID[alert.id], alerts[own].count <= alert.count else { continue }
            clear(own)
        }
        for (index, alert) in with.alerts.enumerated() {
            let before = without.alert(alert.id)
            guard before != alert, let owner = with.memory?[index] else { continue }
            let isCurrent = with.byKey[owner.key] == index
            let standing = byKey[owner.key].map { alerts[$0].id }
            // One that neither fold knows rests on more than these events.
            let isForeign = standing.map { with.alert($0) == nil && without.alert($0) == nil }
            if let own = byID[alert.id] {
                if let before { alerts[own].correct(from: before, to: alert) }
                if isCurrent, byKey[owner.key] == nil { lead(owner.key, to: own) }
            } else if before == nil, isForeign != true {
                add(alert, owner, isCurrent: isCurrent)
            }
        }
    }

    /// Takes in an alert that late events began.
    private mutating func add(
        _ alert: Alert, _ owner: AlertMemory.Owner, isCurrent: Bool
    ) {
        let standing = byKey[owner.key]
        let isMinor = alert.severity < .medium
        guard let own = seat(alert, isMinor: isMinor) else { return }
        enter(AlertMemory.Owner(key: owner.key, lineage: owner.lineage, isMinor: isMinor), at: own)
        if let standing, !isCurrent { lead(owner.key, to: standing) }
    }

    private mutating func lead(_ key: ID128, to index: Int) {
        byKey[key] = index
        memory?[index].key = key
    }

    /// Forgets an alert; its slot waits for its turn.
    private mutating func clear(_ index: Int) {
        guard let owner = memory?[index] else { return }
        forget(index)
        alerts[index].id = .none
        memory?[index] = AlertMemory.Owner(
            key: .none, lineage: .none, isMinor: owner.isMinor)
    }
}

extension Alert {
    /// Takes over what a fold of some of its events says now, instead of what one said before; what
    /// rests on other events stays. One that is worse for them keeps all but the count.
    public mutating func correct(from before: Alert, to after: Alert) {
        let others = count - before.count
        let last = max(lastSeen, after.lastSeen)
        if severity == before.severity, others == 0 {
            self = after
            return
        }
        if severity < after.severity || severity == before.severity {
            let evidence = self.evidence
            self = after
            let known = Set(self.evidence.map(\.event) + before.evidence.map(\.event))
            let room = AlertDesk.evidenceLimit - self.evidence.count
            self.evidence += evidence.filter { !known.contains($0.event) }.prefix(max(0, room))
        }
        count = after.count + max(0, others)
        lastSeen = last
    }
}
