public import AuditModel
internal import Delivery
public import Detection
public import EventStore
public import GrantLedger
internal import WireFormat

/// What other rules would have kept from people: stored alerts that they do not raise, or lower.
public struct QuietTrial: Sendable {
    /// One alert that would have been quiet.
    public struct Quieted: Sendable {
        /// As it is stored; as the rules give it today where the store has none.
        public var alert: Alert
        public var isStored: Bool
        /// Whether it would still be there, as `info`.
        public var isLowered: Bool
        /// Whether a person closed it as a true positive, or it is labelled as one.
        public var isTruePositive: Bool

        /// Whether nobody may quiet it unseen.
        public var isProtected: Bool { alert.severity == .critical || isTruePositive }
    }

    /// By rule, time and id.
    public let quieted: [Quieted]
    /// Ids of all that the rules raise that run now.
    private let raised: Set<ID128>
    /// Alerts that only the other rules raise: they begin at a later event, or another rule takes
    /// their place.
    public let gained: [Alert]

    /// Runs both sets of rules over the store's events.
    ///
    /// - Parameters:
    ///   - rules: with what would be quieted.
    ///   - current: those that run now.
    ///   - clients: what is known of clients from elsewhere.
    public init(
        rules: [Rule], current: [Rule], clients: ClientRegistry = .empty, store: EventStore
    ) throws(PipelineError) {
        var backtest = Backtest(rules: rules)
        backtest.against = current
        backtest.clients = clients
        let outcome = try backtest.run(store)
        try self.init(outcome.alerts, before: outcome.againstAlerts ?? [], store, truths: [])
    }

    /// Runs one set of rules over the store's events.
    ///
    /// - Parameters:
    ///   - backtest: of the rules with what would be quieted.
    ///   - before: what the rules that run now raise over them.
    ///   - truths: ids of alerts that are known to be true.
    public init(
        _ backtest: Backtest, before: [Alert], store: EventStore, truths: Set<ID128>
    ) throws(PipelineError) {
        let outcome = try backtest.run(store)
        try self.init(outcome.alerts, before: before, store, truths: truths)
    }

    private init(
        _ alerts: [Alert], before: [Alert], _ store: EventStore, truths: Set<ID128>
    ) throws(PipelineError) {
        let comparison = AlertComparison(alerts, against: before)
        var found: [Quieted] = []
        do throws(StoreError) {
            for rule in comparison.rules {
                for alert in rule.lost {
                    found.append(try Self.quieted(alert, isLowered: false, store, truths))
                }
                for (before, after) in rule.changed where after.severity < before.severity {
                    found.append(try Self.quieted(before, isLowered: true, store, truths))
                }
            }
        } catch {
            throw .store(error)
        }
        quieted = found
        raised = Set(before.map(\.id))
        gained = comparison.gained
    }

    /// Whether the rules that run now raise an alert.
    public func raises(_ id: ID128) -> Bool { raised.contains(id) }

    /// Whether it would have quieted an alert.
    public func quiets(_ id: ID128) -> Bool { quieted.contains { $0.alert.id == id } }

    private static func quieted(
        _ alert: Alert, isLowered: Bool, _ store: EventStore, _ truths: Set<ID128>
    ) throws(StoreError) -> Quieted {
        let stored = try store.alertRecord(id: alert.id).flatMap { AlertJSON.read($0.body) }
        let triage = try store.triage(of: alert.id)
        var shown = stored ?? alert
        shown.severity = max(shown.severity, alert.severity)
        return Quieted(
            alert: shown, isStored: stored.map { $0.state != .withdrawn } ?? false,
            isLowered: isLowered,
            isTruePositive: truths.contains(alert.id) || triage?.isTruePositive ?? false)
    }

    /// What nobody may quiet unseen, the first few of it in words; nil when there is nothing.
    public var guarded: String? {
        let guarded = quieted.filter(\.isProtected)
        if guarded.isEmpty { return nil }
        let style = TextStyle(isColoured: false)
        return guarded.prefix(5).map { entry in
            "\(style.escape(entry.alert.rule.name)) \(entry.alert.id.hex.prefix(12)) "
                + (entry.isTruePositive ? "(a true positive)" : "(critical)")
        }.joined(separator: ", ")
    }

    /// Alerts that would be quiet, a line for each rule and client: `3 alerts of REF-02 for client
    /// web (2 lowered to info), 1 high, none critical`. Texts are made harmless.
    ///
    /// - Parameter isShown: which of them.
    public func lines(where isShown: (Quieted) -> Bool) -> [String] {
        let style = TextStyle(isColoured: false)
        var groups: [String: [Quieted]] = [:]
        for entry in quieted where isShown(entry) {
            let client = entry.alert.keys.client.map { " for client \($0)" } ?? ""
            groups[entry.alert.rule.name + client, default: []].append(entry)
        }
        return groups.sorted { $0.key < $1.key }.map { name, entries in
            let lowered = entries.count { $0.isLowered }
            let critical = entries.count { $0.alert.severity == .critical }
            let high = entries.count { $0.alert.severity == .high }
            let confirmed = entries.count { $0.isTruePositive }
            return "\(entries.count) \(entries.count == 1 ? "alert" : "alerts") of "
                + style.escape(name) + (lowered > 0 ? " (\(lowered) lowered to info)" : "")
                + (high > 0 ? ", \(high) high" : "")
                + (critical > 0 ? ", \(critical) critical" : ", none critical")
                + (confirmed > 0 ? ", \(confirmed) true positives" : "")
        }
    }
}

/// What the events that raised an alert have in common.
public struct AlertScope: Sendable, Equatable {
    public var client: String?
    public var subject: String?
    /// Their /24 or /56.
    public var network: String?

    /// - Parameter onlyAnchor: true takes the first event that raised the alert; false, for rules
    ///   that count, all of its events.
    public init(_ places: [EvidencePlace], of alert: Alert, onlyAnchor: Bool) {
        let events = places.filter { !onlyAnchor || $0.evidence.time == alert.time }
            .compactMap(\.stored)
        func common(_ value: (EvidencePlace.Stored) -> String?) -> String? {
            guard let first = events.first.flatMap(value), !first.isEmpty,
                events.allSatisfy({ value($0) == first })
            else { return nil }
            return first
        }
        client = common { $0.client }
        subject = common { $0.subject }
        network = common { $0.ip?.networkText }
    }

    /// Whether nothing is in common.
    public var isEmpty: Bool { self == AlertScope(client: nil, subject: nil, network: nil) }

    init(client: String?, subject: String?, network: String?) {
        self.client = client
        self.subject = subject
        self.network = network
    }

    /// Only what is wished for, of `client`, `subject` and `network`.
    public func keeping(_ names: [String]) -> AlertScope {
        AlertScope(
            client: names.contains("client") ? client : nil,
            subject: names.contains("subject") ? subject : nil,
            network: names.contains("network") ? network : nil)
    }
}
