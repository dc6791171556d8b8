public import AuditModel

/// One alert as a part of its incident.
public struct IncidentMember: Sendable, Equatable {
    public var alert: ID128
    public var incident: IncidentID
    /// The incident that it was put into first; another one when that became part of ``incident``.
    public var origin: IncidentID
    /// Nil for an alert that was withdrawn.
    public var severity: Severity?
    /// Event times of its first hit and its last, nanoseconds UTC.
    public var first: Int64
    public var last: Int64

    public init(
        alert: ID128, incident: IncidentID, origin: IncidentID, severity: Severity?, first: Int64,
        last: Int64
    ) {
        self.alert = alert
        self.incident = incident
        self.origin = origin
        self.severity = severity
        self.first = first
        self.last = last
    }
}

/// Two incidents that are one: the older keeps its name.
public struct IncidentMerge: Sendable, Equatable {
    public var younger: IncidentID
    public var older: IncidentID

    public init(younger: IncidentID, older: IncidentID) {
        self.younger = younger
        self.older = older
    }
}

/// What a hook has heard of an incident.
public struct IncidentTelling: Sendable, Equatable {
    public var incident: IncidentID
    /// The hook's name in the configuration.
    public var hook: String
    /// The highest severity; nil when what it heard was withdrawn.
    public var severity: Severity?

    public init(incident: IncidentID, hook: String, severity: Severity?) {
        self.incident = incident
        self.hook = hook
        self.severity = severity
    }
}

/// The bounds of an incident, from its alerts.
public struct IncidentBounds: Sendable, Equatable {
    /// Its first alert, by (time, id).
    public var alert: ID128
    public var first: Int64
    public var last: Int64
    /// Alerts that were not withdrawn.
    public var alerts: Int
}

/// One incident as people see it: a row of `v_incidents`.
public struct IncidentRow: Sendable, Equatable {
    public var id: String
    /// Incidents that became part of it, by name.
    public var former: [String]
    /// Of its first alert of the highest severity, as are the texts below.
    public var title: String
    public var severity: String
    public var severityLevel: Int64
    /// `open`, `acknowledged`, `closed` (all of its alerts are), or `withdrawn`.
    public var status: String
    /// Alerts that were not withdrawn.
    public var alerts: Int64
    /// RFC 3339, whole seconds.
    public var firstSeen: String
    public var lastSeen: String
    public var client: String?
    public var subject: String?
    public var attackerIP: String?
}
