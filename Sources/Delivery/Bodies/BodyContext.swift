/// How much of people leaves with an alert.
public enum PIIProfile: String, Sendable, CaseIterable {
    /// Everything the alert says.
    case full
    /// Subjects, sessions, user names, addresses and user agents as keyed pseudonyms, which stay
    /// the same from alert to alert; also where they recur inside texts.
    case pseudonym
    /// The same values left out, and `…` where they recur inside texts.
    case none
}

/// What a body says beside the alert itself.
public struct BodyContext: Sendable {
    /// The identity of the store, UUID text: the source of CloudEvents.
    public var store: String
    /// The version of the program that sends.
    public var version: String
    public var pii: PIIProfile
    /// PagerDuty's integration key; empty for every other body. It is a secret.
    public var routingKey: String
    /// The secret that pseudonyms are made with. When it is empty, `pseudonym` hides like `none`,
    /// because pseudonyms without a key can be found by trying names.
    public var pseudonymKey: [UInt8]
    /// Whether the receiver hears of incidents: what it opens and closes is then an incident.
    public var groupsIncidents: Bool

    public init(
        store: String, version: String, pii: PIIProfile = .full, routingKey: String = "",
        pseudonymKey: [UInt8] = [], groupsIncidents: Bool = false
    ) {
        self.store = store
        self.version = version
        self.pii = pii
        self.routingKey = routingKey
        self.pseudonymKey = pseudonymKey
        self.groupsIncidents = groupsIncidents
    }
}
