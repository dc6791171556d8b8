internal import AuditModel

/// One event that an operation may later point at.
struct EventReference: Sendable, Equatable, BitwiseCopyable {
    var id: ID128
    var time: Int64
    /// A code of the run's pool.
    var dialect: UInt32
    var precision: UInt8
    var kind: EventKind

    init(_ batch: EventBatch, _ row: Int) {
        id = batch.id(.event, row)
        time = batch.time[row]
        dialect = batch.code(.dialect, row)
        precision = batch.precision[row]
        kind = batch.kind[row]
    }
}

/// The last few of many events, oldest first.
struct RecentEvents: Sendable {
    static let capacity = 15
    var events: ContiguousArray<EventReference> = []

    mutating func add(_ event: EventReference) {
        if events.count == Self.capacity { events.removeFirst() }
        events.append(event)
    }

    /// Those later than a time.
    func since(_ time: Int64) -> [EventReference] { events.filter { $0.time > time } }
}

/// What an operation found at an event: its figures, and the events before it that count.
struct Firing {
    /// One figure: what it is called (``Operation/figures`` or a free name), its text, and what it
    /// was held against.
    struct Figure: Sendable, Equatable {
        var name: String
        var value: String
        var comparedTo: String?
        /// Hundredths, where it adds to the score.
        var points: Int?
    }

    var figures: [Figure] = []
    /// Oldest first, without the event itself.
    var evidence: [EventReference] = []
    /// Hundredths; nil for an operation without a score.
    var score: Int?
    /// The alert is no more serious than this, whatever its rule says.
    var ceiling: Severity?
    /// Who is who, where the operation can tell.
    var conflict: Conflict?

    /// Two parties that one token was used by.
    struct Conflict: Sendable, Equatable {
        var attacker: Alert.Presenter
        var victim: Alert.Presenter
    }

    /// The event that the alert is about, when it is an earlier one (``Operation/Absence``).
    var anchor: KeptEvent?
    /// The group it was found in; nil for what time alone brought about.
    var group: ID128?
    /// The fields that give the group, where they are not the rule's own (``Rule/Input/key``).
    var key: [Rule.KeyField]?
}
