public import KafkaAccess

/// What a Kafka source is told.
public struct KafkaSettings: Sendable, Equatable {
    /// How partitions are shared out in a group.
    public enum Assignment: String, Sendable, CaseIterable {
        /// All partitions are given back before they are shared out anew.
        case range
        /// Only the partitions that move are given back.
        case cooperativeSticky = "cooperative-sticky"
    }

    /// The source's name in the configuration.
    public var name: String
    public var cluster: KafkaCluster
    public var topics: [String]
    /// The consumer group; nil reads all partitions without one, commits nothing and disturbs
    /// nobody.
    public var group: String? = "grantrail"
    /// From where partitions are read that neither the store nor the group knows.
    public var start = SourceStart.beginning
    /// Whether reading ends where partitions ended when they were assigned.
    public var isBounded = false
    /// The member's lasting name in its group (`group.instance.id`), so that a restart moves no
    /// partitions; nil for none.
    public var staticID: String?
    public var assignment = Assignment.range
    /// Seconds without a heartbeat after which a group gives a member's partitions away.
    public var sessionTimeout: Double = 6

    public init(name: String, cluster: KafkaCluster, topics: [String]) {
        self.name = name
        self.cluster = cluster
        self.topics = topics
    }
}
