internal import AuditModel
internal import EventStore

/// Which revisions are news to hooks that want to hear of incidents rather than of alerts: the
/// first alert, one that is more severe than all before, one that shows two incidents to be one of
/// which the hook heard separately, and that an alert which it heard of was withdrawn.
struct IncidentNews {
    private struct Place: Hashable {
        var incident: IncidentID
        var hook: String
    }

    private let hooks: [LiveHook]
    private let store: EventStore
    /// What hooks will have heard, where that changes.
    private var told: [Place: Severity?] = [:]
    /// Alerts that hooks will have heard of.
    private var heard: [String: Set<ID128>] = [:]

    /// - Parameter hooks: those that group by incident.
    init(_ hooks: [LiveHook], _ store: EventStore) {
        (self.hooks, self.store) = (hooks, store)
    }

    /// Withholds what is no news, in the order in which it is committed.
    ///
    /// - Parameter tells: whether a hook is told of news, rather than of a digest that has it. What
    ///   it is not told it did not hear: the next alert of the incident is news again.
    mutating func sift(
        _ commit: inout LiveCommit,
        tells: (AlertRecord, String) throws(StoreError) -> Bool = { _, _ in true }
    ) throws(StoreError) {
        if hooks.isEmpty { return }
        for index in commit.alerts.indices {
            let record = commit.alerts[index]
            guard let incident = record.incident else { continue }
            for hook in hooks {
                let heardOf = try join(incident, hook.name)
                guard record.isNotable, hook.takes(record) else { continue }
                guard try isNews(record, incident.id, heardOf: heardOf, hook.name) else {
                    commit.alerts[index].withheld.insert(hook.name)
                    continue
                }
                if try tells(record, hook.name) { try note(record, incident.id, hook.name) }
            }
        }
        commit.tellings = told.map {
            IncidentTelling(incident: $0.key.incident, hook: $0.key.hook, severity: $0.value)
        }.sorted { ($0.incident, $0.hook) < ($1.incident, $1.hook) }
    }

    /// Carries over what a hook heard of incidents that are now one.
    ///
    /// - Returns: of how many of them it heard.
    private mutating func join(
        _ incident: Alert.Incident, _ hook: String
    ) throws(StoreError) -> Int {
        if incident.joined.isEmpty { return 0 }
        var heard: [Severity] = []
        for id in [incident.id] + incident.joined {
            if let known = try severity(Place(incident: id, hook: hook)) { heard.append(known) }
        }
        if !heard.isEmpty { told[Place(incident: incident.id, hook: hook)] = heard.max() }
        return heard.count
    }

    private func isNews(
        _ record: AlertRecord, _ incident: IncidentID, heardOf: Int, _ hook: String
    ) throws(StoreError) -> Bool {
        if record.state == .withdrawn {
            if heard[hook]?.contains(record.id) == true { return true }
            if case .told = try store.knowledge(of: record.id, at: hook) { return true }
            return false
        }
        let known = try severity(Place(incident: incident, hook: hook))
        return known.map { record.severity > $0 } ?? true || heardOf > 1
    }

    private mutating func note(
        _ record: AlertRecord, _ incident: IncidentID, _ hook: String
    ) throws(StoreError) {
        let place = Place(incident: incident, hook: hook)
        let known = try severity(place)
        if record.state == .withdrawn {
            // What is left may be less severe, and nobody said so.
            if let known, record.severity >= known { told[place] = .some(nil) }
            return
        }
        told[place] = [known, record.severity].compactMap { $0 }.max()
        heard[hook, default: []].insert(record.id)
    }

    private func severity(_ place: Place) throws(StoreError) -> Severity? {
        if let changed = told[place] { return changed }
        return try store.severityTold(of: place.incident, to: place.hook)
    }
}
