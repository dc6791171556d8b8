public import AuditModel
public import EventStore

extension AlertScope {
    /// Alerts that are looked at for what they have in common.
    private static let mostAlerts = 200

    /// What the events of all these alerts have in common: no more than is noisy is quieted.
    ///
    /// - Parameter onlyAnchors: as in ``init(_:of:onlyAnchor:)``.
    public init(
        of alerts: [Alert], onlyAnchors: Bool, in store: EventStore
    ) throws(StoreError) {
        var common: AlertScope?
        for alert in alerts.suffix(Self.mostAlerts) {
            let places = try EvidencePlace.find(alert.evidence, in: store)
            let own = AlertScope(places, of: alert, onlyAnchor: onlyAnchors)
            common = common?.meeting(own) ?? own
        }
        self = common ?? AlertScope(client: nil, subject: nil, network: nil)
    }

    private func meeting(_ other: AlertScope) -> AlertScope {
        AlertScope(
            client: client == other.client ? client : nil,
            subject: subject == other.subject ? subject : nil,
            network: network == other.network ? network : nil)
    }
}
