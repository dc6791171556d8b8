public import AuditModel

/// A source that is read while it grows: files being written, or Kafka topics.
///
/// It runs on a thread of its own and hands everything to a ``SourceSink``, which blocks when the
/// rest of the program cannot keep up. What it delivered counts as taken in only once
/// ``acknowledge(_:)`` names its position; after a crash it is read again from the position that
/// the store kept.
public protocol LiveSource: AnyObject, Sendable {
    /// The source's name in the configuration.
    var name: String { get }

    /// Reads until ``stop()`` is called or, if the source is bounded, until all of it was
    /// delivered. Trouble on the way is told to the sink and retried; it does not end the run.
    ///
    /// - Throws: ``SourceError`` for what no retry can mend, such as a setting that is refused.
    func run(_ sink: any SourceSink) throws(SourceError)

    /// Makes ``run(_:)`` return soon. From any thread; more than once does no harm.
    func stop()

    /// The positions are durable in the store. From any thread.
    func acknowledge(_ positions: [ResumePosition])

    /// Holds back, or lets go on, the partitions that ran ahead of the others in event time. From
    /// any thread; a source that cannot may ignore it.
    func pause(_ partitions: Set<String>)
}

/// Where a live source delivers to.
public protocol SourceSink: AnyObject, Sendable {
    /// Takes in what the source has to say. Blocks while too much is under way.
    func deliver(_ message: SourceMessage)

    /// Blocks until everything that was delivered is durable and acknowledged, so that partitions
    /// may be given away; false if that failed and nothing more may be acknowledged.
    func drain() -> Bool

    /// The positions of a source that the store holds.
    func positions(of source: String) -> [ResumePosition]
}

/// What a live source says, in order.
public enum SourceMessage: Sendable {
    /// A partition will be read from here on.
    case opened(partition: String)
    /// Some records of one partition.
    case records(SourceBatch)
    /// Everything of a partition that is there now was delivered.
    case caughtUp(partition: String)
    /// Nothing more of a partition will come: it ended, or was given away.
    case closed(partition: String)
    /// Something is wrong that the source goes on to mend, or it is well again.
    case condition(SourceCondition)
    /// Something happened that the audit trail should keep, such as a topic made anew.
    case note(SourceNote)
}

/// Some records of one partition and where they end.
public struct SourceBatch: Sendable {
    public var result: ReadResult
    /// What is taken in once these records are durable.
    public var position: ResumePosition
    /// Records of the partition that are known to wait behind these; nil when nobody knows.
    public var lag: Int64?

    public init(result: ReadResult, position: ResumePosition, lag: Int64? = nil) {
        self.result = result
        self.position = position
        self.lag = lag
    }
}

/// How a source fares. Told when it changes.
public struct SourceCondition: Sendable, Equatable {
    /// Whether records can come.
    public var isReady: Bool
    /// A stable name such as `kafka.unreachable`; empty when all is well.
    public var code: String
    /// What cannot be done: why; what to do. One line, without secrets.
    public var message: String

    public init(isReady: Bool, code: String = "", message: String = "") {
        self.isReady = isReady
        self.code = code
        self.message = message
    }
}

/// Something that happened to a source, for the audit trail.
public struct SourceNote: Sendable, Equatable {
    /// A stable name such as `kafka.topic_recreated` or `file.truncated`.
    public var kind: String
    /// What happened, one line, without secrets.
    public var detail: String
    /// The partition concerned; empty for the source as a whole.
    public var partition: String

    public init(kind: String, partition: String = "", detail: String) {
        self.kind = kind
        self.detail = detail
        self.partition = partition
    }
}

/// Why a live source cannot run at all.
public struct SourceError: Error, Sendable, Equatable {
    /// A stable name such as `kafka.setting` or `file.pattern`.
    public var code: String
    /// What cannot be done: why; what to do. One line, without secrets.
    public var message: String
    /// 66 for input that cannot be had, 69 for a peer, 78 for configuration.
    public var exitStatus: Int32

    public init(code: String, message: String, exitStatus: Int32) {
        self.code = code
        self.message = message
        self.exitStatus = exitStatus
    }
}

/// From where a source is read that the store does not know yet.
public enum SourceStart: Sendable, Equatable {
    case beginning
    case end
    /// Records from this moment on, nanoseconds UTC: for Kafka by broker timestamps, for files by
    /// modification time, below which a file is passed over.
    case time(Int64)
}
