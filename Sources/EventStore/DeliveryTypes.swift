public import AuditModel

/// One revision of an alert on its way to one hook: a row of the outbox.
public struct DeliveryRecord: Sendable, Equatable {
    /// Where it stands.
    public enum Status: String, Sendable, CaseIterable {
        /// Waits for its first attempt or its next one.
        case pending
        /// The receiver has it.
        case delivered
        /// Nobody tries any more, until somebody replays it.
        case dead
        /// Nobody tries, because the hook's budget was spent: a digest tells of it.
        case held
    }

    /// The hook's name in the configuration.
    public var hook: String
    /// The number of the notice that is delivered.
    public var sequence: Int64
    public var alert: ID128
    public var revision: Int
    public var severity: Severity
    public var status: Status
    /// Attempts that were made.
    public var attempts: Int
    /// When it was committed or replayed, nanoseconds UTC.
    public var created: Int64
    /// No attempt before this time, nanoseconds UTC.
    public var due: Int64
    /// The HTTP status of the last answer; nil when there was none.
    public var lastStatus: Int?
    /// Why the last attempt failed; empty when none did.
    public var reason: String
}

/// What became of a delivery.
public struct DeliveryChange: Sendable, Equatable {
    public var hook: String
    public var sequence: Int64
    public var status: DeliveryRecord.Status
    public var attempts: Int
    /// No attempt before this time, nanoseconds UTC.
    public var due: Int64
    public var lastStatus: Int?
    public var reason: String
    /// When it counts as committed, if that changes: when it is replayed.
    public var created: Int64?

    public init(
        hook: String, sequence: Int64, status: DeliveryRecord.Status, attempts: Int, due: Int64,
        lastStatus: Int?, reason: String, created: Int64? = nil
    ) {
        self.hook = hook
        self.sequence = sequence
        self.status = status
        self.attempts = attempts
        self.due = due
        self.lastStatus = lastStatus
        self.reason = reason
        self.created = created
    }
}

/// A revision of an alert that one hook is not told.
public struct HeldDelivery: Sendable, Hashable {
    public var hook: String
    public var alert: ID128
    public var revision: Int

    public init(hook: String, alert: ID128, revision: Int) {
        self.hook = hook
        self.alert = alert
        self.revision = revision
    }
}

/// What a hook knows of an alert.
public enum HookKnowledge: Sendable, Equatable {
    /// There was no delivery of it.
    case nothing
    /// All of it was held back.
    case held
    /// The greatest severity that it was told with, whether the receiver took it or not.
    case told(Severity)

    /// The same after one more revision.
    public func after(_ severity: Severity, isTold: Bool) -> HookKnowledge {
        switch self {
        case .told(let before): .told(isTold ? max(before, severity) : before)
        case .nothing, .held: isTold ? .told(severity) : .held
        }
    }
}

/// How many deliveries of a hook there are.
public struct DeliveryCount: Sendable, Equatable {
    public var hook: String
    public var pending: Int
    public var delivered: Int
    public var dead: Int
    /// Those that only digests told of.
    public var held = 0
    /// When the oldest that waits was committed, nanoseconds UTC.
    public var oldestPending: Int64?
}

/// Whether a hook takes anything, as far as it said so itself or an operator did.
public struct HookState: Sendable, Equatable {
    public var name: String
    public var isDisabled: Bool
    /// Why it is disabled; empty when it is not.
    public var reason: String
    /// When that was last changed, nanoseconds UTC.
    public var time: Int64

    public init(name: String, isDisabled: Bool, reason: String, time: Int64) {
        self.name = name
        self.isDisabled = isDisabled
        self.reason = reason
        self.time = time
    }
}

/// What people decided about an alert.
public struct Triage: Sendable, Equatable {
    /// What stands.
    public enum Status: String, Sendable, CaseIterable {
        case open, acknowledged, closed
    }

    /// Whether somebody found it to be what its rule says.
    public var isTruePositive: Bool { status == .closed && reason == "true_positive" }

    public var alert: ID128
    public var status: Status
    /// Who decided.
    public var actor: String
    /// Why it was closed, a word such as `false_positive`; empty otherwise.
    public var reason: String
    /// Free text.
    public var note: String
    /// When, nanoseconds UTC.
    public var time: Int64
    /// The severity that the alert had then: what is more severe is news again.
    public var severity: Severity

    public init(
        alert: ID128, status: Status, actor: String, reason: String, note: String, time: Int64,
        severity: Severity
    ) {
        self.alert = alert
        self.status = status
        self.actor = actor
        self.reason = reason
        self.note = note
        self.time = time
        self.severity = severity
    }
}
