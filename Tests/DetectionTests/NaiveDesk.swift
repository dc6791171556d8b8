import AuditModel

@testable import Detection

/// What a desk that forgets must do, with two lists and a dictionary: the front of a list is the
/// alert whose turn is next.
struct NaiveDesk {
    private struct Entry {
        var alert: Alert
        let key: ID128
        let lineage: ID128
        var wasHit = false
        /// Nil when nobody has to hear of it.
        var isNotable: Bool?
    }

    let capacity: Int
    private var lists: [[Entry]] = [[], []]
    /// The newest alert of a key.
    private var newest: [ID128: ID128] = [:]
    private var departed: [AlertChange] = []
    private(set) var evicted = 0
    /// Most alerts that went on to the back for one that went.
    private(set) var chances = 0

    init(capacity: Int) { self.capacity = capacity }

    func alerts() -> [Alert] {
        lists.joined().map(\.alert).sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    func holds(key: ID128) -> Bool { newest[key] != nil }

    mutating func admit(_ finding: Finding) {
        let key = finding.key
        if let id = newest[key], hit(id, finding) { return }
        let list = finding.alert.severity < .medium ? 0 : 1
        if lists[list].count == capacity { evict(list) }
        lists[list].append(
            Entry(alert: finding.alert, key: key, lineage: finding.lineage, isNotable: true))
        newest[key] = finding.alert.id
    }

    private mutating func evict(_ list: Int) {
        var passed = 0
        while lists[list][0].wasHit, passed < 64 {
            passed += 1
            var entry = lists[list].removeFirst()
            entry.wasHit = false
            lists[list].append(entry)
        }
        chances = max(chances, passed)
        let entry = lists[list].removeFirst()
        evicted += 1
        if newest[entry.key] == entry.alert.id { newest[entry.key] = nil }
        if let isNotable = entry.isNotable {
            departed.append(AlertChange(alert: entry.alert, isNotable: isNotable))
        }
    }

    mutating func noteBranches(_ count: Int, lineage: ID128) {
        for list in lists.indices {
            for place in lists[list].indices where lists[list][place].lineage == lineage {
                var entry = lists[list][place]
                let fact = Alert.Why(fact: "branches_active", value: String(count))
                if entry.alert.why.contains(fact) { continue }
                if let known = entry.alert.why.firstIndex(where: { $0.fact == fact.fact }) {
                    entry.alert.why[known] = fact
                } else {
                    entry.alert.why.append(fact)
                }
                entry.alert.revision += 1
                entry.wasHit = true
                entry.isNotable = true
                lists[list][place] = entry
            }
        }
    }

    mutating func takeChanges() -> [AlertChange] {
        var changes = departed
        departed = []
        for list in lists.indices {
            for place in lists[list].indices {
                guard let isNotable = lists[list][place].isNotable else { continue }
                changes.append(AlertChange(alert: lists[list][place].alert, isNotable: isNotable))
                lists[list][place].isNotable = nil
            }
        }
        return changes.sorted { ($0.alert.time, $0.alert.id) < ($1.alert.time, $1.alert.id) }
    }

    /// False when the alert is another one's by now: the finding is a new alert.
    private mutating func hit(_ id: ID128, _ finding: Finding) -> Bool {
        for list in lists.indices {
            guard let place = lists[list].firstIndex(where: { $0.alert.id == id })
            else { continue }
            var entry = lists[list][place]
            let later = finding.alert
            if let suppress = finding.suppress, later.time - entry.alert.lastSeen >= suppress {
                return false
            }
            entry.wasHit = true
            let isWorse = Self.add(later, to: &entry.alert)
            entry.isNotable = isWorse || entry.isNotable == true
            lists[list][place] = entry
            return true
        }
        return false
    }

    private static func add(_ later: Alert, to alert: inout Alert) -> Bool {
        alert.count += 1
        alert.revision += 1
        alert.lastSeen = max(alert.lastSeen, later.time)
        for evidence in later.evidence
        where alert.evidence.count < 32 && !alert.evidence.contains(evidence) {
            alert.evidence.append(evidence)
        }
        let isWorse =
            later.severity == alert.severity
            ? (later.score ?? 0) > (alert.score ?? 0) : later.severity > alert.severity
        guard isWorse else { return false }
        (alert.severity, alert.score, alert.confidence) =
            (later.severity, later.score, later.confidence)
        (alert.verdict, alert.branch, alert.message) =
            (later.verdict, later.branch, later.message)
        (alert.attacker, alert.victim) = (later.attacker, later.victim)
        alert.why = later.why + alert.why.filter { $0.fact == "branches_active" }
        let others = alert.evidence.filter { known in
            !later.evidence.contains { $0.event == known.event }
        }
        alert.evidence = others.prefix(32 - later.evidence.count) + later.evidence
        return true
    }
}
