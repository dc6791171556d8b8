public import AuditModel

/// One revision of an alert on its way to one hook: a row of the outbox.
public struct HookDelivery: Sendable {
    /// The hook's name in the configuration.
    public var hook: String
    /// The notice's number in the store; deliveries of a hook are numbered in order of commits.
    public var sequence: Int64
    public var alert: ID128
    public var revision: Int
    public var severity: Severity
    /// The alert as one line of canonical JSON, without line end.
    public var body: [UInt8]
    /// Attempts that were made.
    public var attempts: Int
    /// When the row was committed, nanoseconds UTC: what `max_age` counts from.
    public var created: Int64
    /// Not before this time, nanoseconds UTC.
    public var due: Int64
    /// Deliveries of one line go out one after another, in order: those of an alert, unless it is
    /// set to something that several alerts share.
    public var line: ID128

    public init(
        hook: String, sequence: Int64, alert: ID128, revision: Int, severity: Severity,
        body: [UInt8], attempts: Int, created: Int64, due: Int64
    ) {
        self.hook = hook
        self.sequence = sequence
        self.alert = alert
        self.revision = revision
        self.severity = severity
        self.body = body
        self.attempts = attempts
        self.created = created
        self.due = due
        line = alert
    }

    /// The `webhook-id` (Standard Webhooks 1.0): equal on every attempt, from any process.
    public var messageID: String { "\(alert.hex).\(revision)" }
}

/// What became of one attempt to deliver.
public struct HookOutcome: Sendable, Equatable {
    /// What follows from it.
    public enum Result: Sendable, Equatable {
        case delivered
        /// Tried again at that time, nanoseconds UTC.
        case retried(at: Int64)
        /// Never tried again unless somebody replays it.
        case dead
    }

    public var hook: String
    public var sequence: Int64
    public var alert: ID128
    public var revision: Int
    /// Attempts made, with this one; one that only a breaker held back is none.
    public var attempts: Int
    /// When the attempt ended, nanoseconds UTC, and how long it took.
    public var time: Int64
    public var duration: Int64
    public var result: Result
    /// The receiver's HTTP status; nil when there was no answer.
    public var status: Int?
    /// Why it was not delivered: one line, bounded, without secrets; empty when it was.
    public var reason: String

    public init(
        hook: String, sequence: Int64, alert: ID128, revision: Int, attempts: Int, time: Int64,
        duration: Int64, result: Result, status: Int?, reason: String
    ) {
        self.hook = hook
        self.sequence = sequence
        self.alert = alert
        self.revision = revision
        self.attempts = attempts
        self.time = time
        self.duration = duration
        self.result = result
        self.status = status
        self.reason = reason
    }
}
