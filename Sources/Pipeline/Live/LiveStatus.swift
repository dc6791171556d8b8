public import AuditModel
internal import Foundation
public import Intake

/// How a live run fares, for people and for probes.
public struct LiveStatus: Sendable {
    /// One source.
    public struct Source: Sendable {
        public var name: String
        public var condition: SourceCondition
        public var events: Int
        public var records: Int
        /// Records known to wait, by partition.
        public var lag: [String: Int64]
        /// The greatest event time seen, nanoseconds UTC.
        public var lastTime: Int64?

        public init(name: String) {
            self.name = name
            condition = SourceCondition(
                isReady: false, code: "source.starting", message: "\(name) is being opened")
            events = 0
            records = 0
            lag = [:]
        }
    }

    /// What lies on disk.
    public struct Disk: Sendable, Equatable {
        /// The store and its log.
        public var bytes: Int64
        /// Bytes that are free beside it; nil where the system does not say.
        public var free: Int64?
        public var isWritable: Bool
        /// Events before this position were removed.
        public var firstPosition: Int64
    }

    /// Whether what comes in is read, stored and judged now.
    public var isReady: Bool {
        !isLearning && !isStopping && disk?.isWritable != false
            && sources.allSatisfy(\.condition.isReady)
    }
    public var sources: [Source]
    /// Rules are being taught from the store.
    public var isLearning = true
    public var isStopping = false
    /// Events appended by this process.
    public var appended = 0
    /// What became of all records of this process.
    public var tally = IntakeTally()
    /// Events stored, of any process.
    public var stored: Int64 = 0
    /// Events that wait for the watermark.
    public var pending = 0
    /// No event before this time is expected any more.
    public var frontier: Int64?
    public var late = 0
    public var alerts: [Severity: Int] = [:]
    public var provisional = 0
    public var withdrawn = 0
    /// Silences that hold back notifications now.
    public var silences = 0
    /// Notifications that silences held back, of this process.
    public var silenced = 0
    /// Alerts that the rules forgot for newer ones; they stay in the store.
    public var forgottenAlerts = 0
    public var commits = 0
    public var rules = 0
    /// When the rules' memory was last saved, by the wall clock.
    public var lastSnapshot: Int64?
    /// The stage's last sign of life, by the steady clock; nil before the first.
    public var heartbeat: Int64?
    /// Turns that the stage took since sources were started.
    public var turns = 0
    /// Stored events that rules have learned from, of how many.
    public var learning: (done: Int64, total: Int64)?
    /// Alerts by the rule and the severity they were first confirmed with.
    public var confirmed = AlertCounts()
    /// How long commits took.
    public var commitSeconds = DurationHistogram()
    /// Nil before the first look.
    public var disk: Disk?
    /// Where alerts are delivered to.
    public var hooks: [HookMetric] = []

    init(sources: [String], rules: Int) {
        self.sources = sources.map(Source.init)
        self.rules = rules
    }
}

/// A status that one thread writes and others read.
public final class LiveStatusBoard: @unchecked Sendable {
    private let lock = NSLock()
    private var status: LiveStatus

    init(_ status: LiveStatus) { self.status = status }

    /// A copy of the status now.
    public var now: LiveStatus {
        lock.lock()
        defer { lock.unlock() }
        return status
    }

    func change(_ body: (inout LiveStatus) -> Void) {
        lock.lock()
        body(&status)
        lock.unlock()
    }
}
