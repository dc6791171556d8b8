public import AuditModel
public import Detection
public import EventStore
public import GrantLedger
public import Intake
public import LogFormats
public import Places
public import TokenScan

/// One source of a live run and how its records are read.
public struct LiveSourceOptions: Sendable {
    public var source: any LiveSource
    /// The dialect; nil finds it by content, for every partition.
    public var format: (any LogFormat)?
    public var settings: DecodeSettings
    /// Nanoseconds by which events of one partition may come out of order.
    public var lateness: Int64
    /// Nanoseconds of silence after which a partition that was read to its end no longer holds the
    /// others back.
    public var idleAfter: Int64

    public init(source: any LiveSource, lateness: Int64 = 30_000_000_000) {
        self.source = source
        format = nil
        settings = DecodeSettings()
        self.lateness = lateness
        idleAfter = max(lateness, 10_000_000_000)
    }
}

/// What a live run works with.
public struct LiveOptions: Sendable {
    /// What becomes of alerts that people should hear of.
    public enum Mode: String, Sendable {
        case alert
        /// Everything is recorded, nothing is told.
        case observe
    }

    public var sources: [LiveSourceOptions]
    /// Where revisions go that people should hear of.
    public var sinks: [LiveSink]
    /// Where revisions are delivered to, through the outbox.
    public var hooks: [LiveHook]
    /// Who delivers; without one deliveries wait in the outbox.
    public var courier: (any LiveCourier)?
    public var rules: [Rule]
    /// What is known of clients from elsewhere.
    public var clients: ClientRegistry
    /// Whether rules look at what comes. Without, events and positions are stored and nothing else
    /// happens: what rules had come to stays as it is, and the store is not shortened.
    public var judges: Bool
    /// Gets events that were new to the store, in the order of their positions, once they are
    /// durable; codes belong to the pool. Called on the run's thread.
    public var rows: (@Sendable (EventBatch, StringPool) -> Void)?
    public var mode: Mode
    /// How much is remembered of grants.
    public var limits: Ledger.Limits
    public var key: FingerprintKey
    public var places: PlaceBook?
    /// Threads that decode.
    public var jobs: Int
    /// Where the snapshot of the rules' memory is kept; nil keeps none.
    public var statePath: String?
    /// The program's version: another one takes no snapshot of this one up.
    public var program: String
    /// Nanoseconds between two snapshots.
    public var snapshotEvery: Int64
    /// How long events are kept, nanoseconds of event time; nil for ever.
    public var retention: Int64?
    /// Bytes of free space below which people are warned.
    public var lowWater: Int64
    /// How long sources may take to stop, nanoseconds.
    public var drainTimeout: Int64
    /// The most bytes of records that are under way at once.
    public var queueBytes: Int

    public init(sources: [LiveSourceOptions], rules: [Rule], key: FingerprintKey) {
        self.sources = sources
        sinks = []
        hooks = []
        courier = nil
        self.rules = rules
        clients = .empty
        self.key = key
        judges = true
        rows = nil
        mode = .alert
        limits = Ledger.Limits()
        places = nil
        jobs = 2
        statePath = nil
        program = ""
        snapshotEvery = 600_000_000_000
        retention = nil
        lowWater = 1 << 30
        drainTimeout = 30_000_000_000
        queueBytes = 64 << 20
    }
}

/// Where a live run tells of alerts: at least once each, in the order they were committed.
public struct LiveSink: Sendable {
    /// Its name in the configuration, by which the store remembers what it took.
    public var name: String
    /// What is less severe is passed over.
    public var minimum: Severity
    /// Takes revisions, all or none; called on the run's thread, once they are durable. False: none
    /// was taken, and they come again a second later.
    public var write: @Sendable ([AlertRecord]) -> Bool

    public init(
        name: String, minimum: Severity, write: @escaping @Sendable ([AlertRecord]) -> Bool
    ) {
        self.name = name
        self.minimum = minimum
        self.write = write
    }
}

/// The clocks of a live run, which tests replace.
public struct LiveClock: Sendable {
    /// Nanoseconds UTC; may jump.
    public var wall: @Sendable () -> Int64
    /// Nanoseconds that only grow.
    public var steady: @Sendable () -> Int64

    public init(wall: @escaping @Sendable () -> Int64, steady: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.steady = steady
    }
}
