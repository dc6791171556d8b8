public import AuditModel
internal import KafkaAccess
internal import Synchronization

/// Reads topics of Kafka with librdkafka; docs/KAFKA.md says what it promises.
///
/// ``run(_:)`` may be called once. It drains the sink before partitions are given away and before
/// it returns, and tells the brokers what was acknowledged.
public final class KafkaSource: LiveSource {
    public let name: String
    private let settings: KafkaSettings
    private let limits: ReadLimits
    private let orders = KafkaOrders()

    /// - Parameter limits: of one record; longer ones are dropped and counted.
    public init(_ settings: KafkaSettings, limits: ReadLimits = ReadLimits()) {
        name = settings.name
        self.settings = settings
        self.limits = limits
    }

    /// What was read since the start. From any thread.
    public var tally: KafkaTally { orders.state.withLock { $0.tally } }

    /// Reads until stopped, or until a bounded source has delivered everything.
    public func run(_ sink: any SourceSink) throws(SourceError) {
        if let problem = settings.problems().first {
            throw KafkaTrouble.setting("\(problem.key) \(problem.message)")
        }
        try KafkaReader(settings, limits, orders, sink).run()
    }

    public func stop() { orders.state.withLock { $0.isStopped = true } }

    /// Remembers what is durable; it is committed within a second.
    public func acknowledge(_ positions: [ResumePosition]) {
        orders.state.withLock { state in
            for position in positions where position.source == name {
                state.acknowledged[position.partition] = position.offset
            }
        }
    }

    /// Fetches these partitions no further, and all others.
    public func pause(_ partitions: Set<String>) {
        orders.state.withLock { $0.paused = partitions }
    }
}

/// What a Kafka source read since its start.
public struct KafkaTally: Sendable, Equatable {
    public var messages = 0
    /// Bytes of values.
    public var bytes = 0
    /// Messages without a value, such as tombstones; they make no record.
    public var emptyValues = 0
    /// Offsets that the brokers had removed before they were read.
    public var lostOffsets: Int64 = 0
}

/// What other threads tell the reading one.
final class KafkaOrders: Sendable {
    struct State {
        var isStopped = false
        /// First offset not durable, by partition name.
        var acknowledged: [String: Int64] = [:]
        var paused: Set<String> = []
        var tally = KafkaTally()
    }

    let state = Mutex(State())

    var isStopped: Bool { state.withLock { $0.isStopped } }
}
