public import AuditModel

/// How far the rules have come over a store's events.
public struct EngineProgress: Sendable, Equatable {
    /// Events below this position were given to the engine.
    public var read: Int64
    /// The last event that left the buffer of the engine, in total order; nil before the first.
    public var released: OrderKey?
    /// No event before this time was expected any more; `.min` before the first events.
    public var watermark: Int64
    /// The lowest position of an event that still waits in the buffer; `read` when none does.
    public var bufferLow: Int64
    /// What the driver needs beside, in a form of its own (the watermarks of partitions).
    public var detail: [UInt8]

    public init(
        read: Int64 = 0, released: OrderKey? = nil, watermark: Int64 = .min,
        bufferLow: Int64 = 0, detail: [UInt8] = []
    ) {
        self.read = read
        self.released = released
        self.watermark = watermark
        self.bufferLow = bufferLow
        self.detail = detail
    }
}

/// Something that happened to a store or its sources, kept in a sequence of its own: a source that
/// went idle, other rules, a retention run. Never counts as an event.
public struct ControlRecord: Sendable, Equatable {
    /// The clock's time, nanoseconds UTC.
    public var time: Int64
    /// A stable name such as `run.started`, `source.idle`, `rules.loaded`, `retention.removed`.
    public var kind: String
    /// The store's event count when it happened.
    public var position: Int64
    /// Canonical JSON text of an object.
    public var body: String

    public init(time: Int64, kind: String, position: Int64, body: String) {
        self.time = time
        self.kind = kind
        self.position = position
        self.body = body
    }
}

/// One alert as it stands.
public struct AlertRecord: Sendable, Equatable {
    public var id: ID128
    /// Counts what was told about the alert: a provisional one is 0.
    public var revision: Int
    public var state: AlertState
    public var severity: Severity
    /// Event time of the anchor.
    public var time: Int64
    /// The alert as one line of canonical JSON, without line end.
    public var body: [UInt8]
    /// Whether people should hear of this revision; false for a mere recount.
    public var isNotable: Bool
    /// The alert that ``body`` was written from, so that nobody need read it again. This and what
    /// follows is not kept with the row: nil in one that was read.
    public var alert: Alert?
    /// The incident, as ``body`` has it.
    public var incident: Alert.Incident?
    /// Hooks that need not hear of this revision, because of its incident they have heard enough.
    public var withheld: Set<String> = []
    /// Hooks that were told of the alert before, and therefore of what becomes of it, also where
    /// their routing would not take that.
    public var owed: Set<String> = []

    public init(
        id: ID128, revision: Int, state: AlertState, severity: Severity, time: Int64,
        body: [UInt8], isNotable: Bool
    ) {
        self.id = id
        self.revision = revision
        self.state = state
        self.severity = severity
        self.time = time
        self.body = body
        self.isNotable = isNotable
    }
}

/// A revision that people should hear of, in the order in which it was committed.
public struct AlertNotice: Sendable, Equatable {
    /// From 1, dense.
    public var sequence: Int64
    public var record: AlertRecord

    public init(sequence: Int64, record: AlertRecord) {
        self.sequence = sequence
        self.record = record
    }
}

/// Everything that a live run commits beside events, in their transaction.
public struct LiveCommit: Sendable {
    public var positions: [ResumePosition]
    public var controls: [ControlRecord]
    public var alerts: [AlertRecord]
    public var progress: EngineProgress?
    /// Which hooks shall hear of a notable alert: each gets a delivery of it.
    public var route: @Sendable (AlertRecord) -> [String]
    /// Deliveries that are kept and not tried.
    public var held: Set<HeldDelivery>
    /// What became of deliveries.
    public var deliveries: [DeliveryChange]
    public var hooks: [HookState]
    /// What people decided.
    public var triages: [Triage]
    /// New silences, in the order of their ids, and what became of old ones.
    public var silences: [Silence]
    /// Alerts that went into incidents, then incidents that became part of others, then what hooks
    /// will have heard of incidents: in this order.
    public var members: [IncidentMember]
    public var merges: [IncidentMerge]
    public var tellings: [IncidentTelling]

    public init() {
        positions = []
        controls = []
        alerts = []
        progress = nil
        route = { _ in [] }
        held = []
        deliveries = []
        hooks = []
        triages = []
        silences = []
        members = []
        merges = []
        tellings = []
    }

    /// Whether there is nothing to commit.
    public var isEmpty: Bool {
        positions.isEmpty && controls.isEmpty && alerts.isEmpty && progress == nil
            && deliveries.isEmpty && hooks.isEmpty && triages.isEmpty && silences.isEmpty
            && members.isEmpty && merges.isEmpty && tellings.isEmpty
    }
}
