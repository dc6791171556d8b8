internal import AuditModel

/// Keeps one alert for every rule and group key: later hits raise its count and revision.
struct AlertDesk: Sendable {
    /// Alerts kept at most of `info` and `low`, and as many of the others, so that a flood of
    /// harmless ones never keeps out a theft; what comes beyond is counted in ``dropped``.
    static let capacity = 500_000
    /// Evidence events an alert names at most; all hits are counted.
    static let evidenceLimit = 32

    var alerts: [Alert] = []
    var byKey: [ID128: Int] = [:]
    var byLineage: [ID128: [Int]] = [:]
    var byID: [ID128: Int] = [:]
    private var changes = AlertChanges()
    var dropped = 0
    /// Alerts that began as `info` or `low`.
    var minorCount = 0

    var isEmpty: Bool { alerts.isEmpty }

    /// Takes in a finding: a new alert, or a new revision of the one with its rule and key.
    ///
    /// - Returns: the alert's index; nil when there was no room.
    mutating func admit(_ finding: Finding) -> Int? {
        let key = finding.key
        if let index = byKey[key], isOne(index, finding.alert.time, finding.suppress) {
            revise(index, finding.alert)
            return index
        }
        let isMinor = finding.alert.severity < .medium
        guard (isMinor ? minorCount : alerts.count - minorCount) < Self.capacity else {
            dropped += 1
            return nil
        }
        minorCount += isMinor ? 1 : 0
        alerts.append(finding.alert)
        byKey[key] = alerts.count - 1
        byID[finding.alert.id] = alerts.count - 1
        changes.note(alerts.count - 1, isNotable: true)
        if !finding.lineage.isNone {
            byLineage[finding.lineage, default: []].append(alerts.count - 1)
        }
        return alerts.count - 1
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

    /// What was admitted or revised since the last call, in no particular order.
    mutating func takeChanges() -> [AlertChange] {
        changes.take().map { AlertChange(alert: alerts[$0.index], isNotable: $0.isNotable) }
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
            changes.note(index, isNotable: true)
        }
    }

    /// All alerts by (time, id).
    func sorted() -> [Alert] {
        alerts.sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
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
