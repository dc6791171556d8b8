internal import AuditModel
internal import Detection
internal import EventStore
internal import WireFormat

/// The life of alerts from what rules say to what people hear: provisional, confirmed, changed,
/// withdrawn. Counts revisions by what was told.
struct AlertBook {
    /// What was told of a provisional alert, until event time has passed it.
    private struct Provisional {
        let time: Int64
        let severity: Severity
        /// Nil for one of an earlier process.
        let alert: Alert?
    }

    private var provisional: [ID128: Provisional] = [:]
    /// Mere recounts that nobody waits for, with the latest content.
    private var recounts: [ID128: AlertChange] = [:]
    /// Alerts that became confirmed and were not before, since they were last asked for.
    private var confirmed = AlertCounts()
    /// What this cycle said so far, which is not in the store yet.
    private var fresh: [ID128: AlertRecord] = [:]
    /// The stored record of an alert.
    private let inStore: (ID128) throws(StoreError) -> AlertRecord?

    /// - Parameters:
    ///   - records: all stored alerts that are provisional.
    ///   - stored: looks up one.
    init(
        provisional records: [AlertRecord],
        stored: @escaping (ID128) throws(StoreError) -> AlertRecord?
    ) {
        inStore = stored
        for record in records {
            provisional[record.id] = Provisional(
                time: record.time, severity: record.severity, alert: nil)
        }
    }

    var provisionalCount: Int { provisional.count }

    private func stored(_ id: ID128) throws(StoreError) -> AlertRecord? {
        if let record = fresh[id] { return record }
        return try inStore(id)
    }

    private mutating func saying(_ records: [AlertRecord]) -> [AlertRecord] {
        for record in records { fresh[record.id] = record }
        return records
    }

    /// The last word of a cycle about each alert, to be stored before the book is asked again;
    /// nothing about an alert that came and went in it.
    mutating func conclude(_ records: [AlertRecord]) throws(StoreError) -> [AlertRecord] {
        defer { fresh.removeAll(keepingCapacity: true) }
        if fresh.count == records.count { return records }
        var last: [ID128: Int] = [:]
        for (index, record) in records.enumerated() { last[record.id] = index }
        let notable = Set(records.filter(\.isNotable).map(\.id))
        var words: [AlertRecord] = []
        for (index, record) in records.enumerated() where last[record.id] == index {
            if record.state == .withdrawn, try inStore(record.id) == nil { continue }
            var record = record
            record.isNotable = notable.contains(record.id)
            words.append(record)
        }
        return words
    }

    /// Alerts that became confirmed since the last call.
    mutating func takeConfirmed() -> AlertCounts {
        defer { confirmed = AlertCounts() }
        return confirmed
    }

    /// What a look ahead found that nobody was told yet.
    mutating func foresee(_ alerts: [Alert]) throws(StoreError) -> [AlertRecord] {
        var records: [AlertRecord] = []
        for alert in alerts {
            if let known = provisional[alert.id], known.severity >= alert.severity { continue }
            let before = try stored(alert.id)
            if let before, before.state != .provisional, before.state != .withdrawn { continue }
            provisional[alert.id] = Provisional(
                time: alert.time, severity: alert.severity, alert: alert)
            // Whoever has a revision already would pass over another one of the same number.
            let revision = before.map { $0.revision + 1 } ?? 0
            records.append(
                Self.record(
                    alert, revision: revision, .provisional, isNotable: true, after: before))
        }
        return saying(records)
    }

    /// Puts mere recounts by, so that an alert that is hit all the time is written once a while.
    ///
    /// - Parameter all: whether to give those, too, that were put by.
    /// - Returns: the changes to settle now, by (time, id).
    mutating func sift(_ changes: [AlertChange], all: Bool) -> [AlertChange] {
        var due: [AlertChange] = []
        for change in changes {
            let id = change.alert.id
            if change.isNotable || provisional[id] != nil {
                recounts[id] = nil
                due.append(change)
            } else {
                recounts[id] = change
            }
        }
        if all {
            due += recounts.values
            recounts.removeAll(keepingCapacity: true)
        }
        return due.sorted { ($0.alert.time, $0.alert.id) < ($1.alert.time, $1.alert.id) }
    }

    /// Whether recounts were put by.
    var hasRecounts: Bool { !recounts.isEmpty }

    /// What the fold says now.
    ///
    /// - Parameter isHistoric: whether an alert rests on events that were there before this run.
    mutating func settle(
        _ changes: [AlertChange], isHistoric: (Alert) -> Bool
    ) throws(StoreError) -> [AlertRecord] {
        var records: [AlertRecord] = []
        for change in changes {
            let alert = change.alert
            let before = try stored(alert.id)
            let foreseen = provisional.removeValue(forKey: alert.id)
            let isHistoric = isHistoric(alert)
            guard let before else {
                if !isHistoric { count(alert) }
                records.append(
                    Self.record(
                        alert, revision: 1, isHistoric ? .historic : .confirmed,
                        isNotable: !isHistoric))
                continue
            }
            var isNotable = change.isNotable && !isHistoric
            switch before.state {
            case .provisional: isNotable = Self.isNews(alert, foreseen, before)
            case .withdrawn: isNotable = true
            case .historic, .confirmed: break
            }
            let isFirst = before.state == .provisional
            let staysHistoric = before.state == .historic && !isNotable
            if before.state != .confirmed, !staysHistoric { count(alert) }
            records.append(
                Self.record(
                    alert, revision: before.revision + (isNotable || isFirst ? 1 : 0),
                    staysHistoric ? .historic : .confirmed, isNotable: isNotable, after: before))
        }
        return saying(records)
    }

    /// What events that came late change for their grant: alerts that are new or worse with them
    /// are told, of others the content is renewed, those that vanish with them are withdrawn.
    ///
    /// - Parameters:
    ///   - before: the alerts of the grant's events without the late ones.
    ///   - after: those of all its events.
    mutating func correct(
        before: [Alert], after: [Alert], isHistoric: (Alert) -> Bool
    ) throws(StoreError) -> [AlertRecord] {
        var records: [AlertRecord] = []
        for var alert in after {
            let without = before.first { $0.id == alert.id }
            if without == alert { continue }
            let known = try stored(alert.id)
            let isWorse = without.map { $0.severity < alert.severity } ?? true
            let isUntold = known.map { $0.state == .withdrawn || $0.severity < alert.severity }
            // It may rest on other events, too.
            if let without, var standing = try standing(known) {
                standing.correct(from: without, to: alert)
                alert = standing
            }
            guard isWorse, isUntold ?? true else {
                if let known, known.state == .confirmed || known.state == .historic {
                    recounts[alert.id] = nil
                    records.append(
                        Self.record(
                            alert, revision: known.revision, known.state, isNotable: false,
                            after: known))
                }
                continue
            }
            provisional[alert.id] = nil
            recounts[alert.id] = nil
            let isHistoric = isHistoric(alert)
            if !isHistoric, known?.state != .confirmed { count(alert) }
            records.append(
                Self.record(
                    alert, revision: (known?.revision ?? 0) + 1,
                    isHistoric ? .historic : .confirmed, isNotable: !isHistoric, after: known))
        }
        for alert in before where !after.contains(where: { $0.id == alert.id }) {
            guard let known = try stored(alert.id), known.state == .confirmed,
                let standing = try standing(known), standing.count <= alert.count
            else { continue }
            recounts[alert.id] = nil
            records.append(Self.withdrawn(known))
        }
        return saying(records)
    }

    /// An alert as the rules said it last.
    private func standing(_ known: AlertRecord?) throws(StoreError) -> Alert? {
        guard let known else { return nil }
        return recounts[known.id]?.alert ?? known.alert ?? AlertJSON.read(known.body)
    }

    /// What rules say that learned from the store: alerts nobody knew are historic; of the others
    /// only the content is renewed.
    mutating func learn(_ changes: [AlertChange]) throws(StoreError) -> [AlertRecord] {
        var records: [AlertRecord] = []
        for change in changes {
            guard let before = try stored(change.alert.id) else {
                records.append(
                    Self.record(change.alert, revision: 1, .historic, isNotable: false))
                continue
            }
            provisional[change.alert.id] = nil
            let state: AlertState = before.state == .historic ? .historic : .confirmed
            if state == .confirmed, before.state != .confirmed { count(change.alert) }
            let record = Self.record(
                change.alert, revision: before.revision, state, isNotable: false, after: before)
            if record.body != AlertJSON.restated(before.body, incident: nil) {
                records.append(record)
            }
        }
        return records
    }

    /// Provisional alerts that event time has passed without a confirmation.
    mutating func expire(before frontier: Int64) throws(StoreError) -> [AlertRecord] {
        var records: [AlertRecord] = []
        for (id, entry) in provisional where entry.time < frontier {
            provisional[id] = nil
            guard let record = try stored(id), record.state == .provisional else { continue }
            records.append(Self.withdrawn(record))
        }
        return saying(records.sorted { ($0.time, $0.id) < ($1.time, $1.id) })
    }

    private mutating func count(_ alert: Alert) {
        confirmed.count(rule: alert.rule.name, severity: alert.severity)
    }

    private static func isNews(
        _ alert: Alert, _ foreseen: Provisional?, _ before: AlertRecord
    ) -> Bool {
        // What an earlier process told is in the store.
        guard let told = foreseen?.alert ?? AlertJSON.read(before.body)
        else { return alert.severity != before.severity }
        return alert.severity != told.severity || alert.verdict != told.verdict
            || alert.branch != told.branch || alert.message != told.message
            || alert.attacker != told.attacker || alert.victim != told.victim
    }

    private static func withdrawn(_ record: AlertRecord) -> AlertRecord {
        var record = record
        record.revision += 1
        record.state = .withdrawn
        record.isNotable = true
        // It binds no other alert any more.
        record.alert = nil
        record.body = AlertJSON.restated(
            record.body, revision: record.revision, state: .withdrawn)
        return record
    }

    /// An alert as the store keeps it.
    ///
    /// - Parameter before: what is stored of the alert. What kept notifications of it back stands
    ///   until somebody is told.
    static func record(
        _ alert: Alert, revision: Int, _ state: AlertState, isNotable: Bool,
        after before: AlertRecord? = nil
    ) -> AlertRecord {
        var alert = alert
        alert.revision = revision
        alert.state = state
        alert.suppressedBy = before.flatMap { AlertJSON.suppression(of: $0.body) }
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer)
        var record = AlertRecord(
            id: alert.id, revision: revision, state: state, severity: alert.severity,
            time: alert.time, body: writer.takeBytes(), isNotable: isNotable)
        record.alert = alert
        return record
    }
}
