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
    /// `HOST` or `HOST:PORT`, at least one.
    public var brokers: [String]
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
    public var sasl: KafkaSASL?
    public var tls: KafkaTLS?
    /// Seconds without a heartbeat after which a group gives a member's partitions away.
    public var sessionTimeout: Double = 6
    /// More properties of librdkafka, for what has no setting of its own.
    public var properties: [String: String] = [:]

    public init(name: String, brokers: [String], topics: [String]) {
        self.name = name
        self.brokers = brokers
        self.topics = topics
    }
}

/// A secret of a setting. Never prints itself.
public struct KafkaPassword: Sendable, Equatable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    let text: String

    public init(_ text: String) { self.text = text }

    public var description: String { "‹set›" }
    public var debugDescription: String { "‹set›" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How the source says who it is.
public struct KafkaSASL: Sendable, Equatable {
    /// The mechanisms, by their registered names.
    public enum Mechanism: String, Sendable, CaseIterable {
        case plain = "PLAIN"
        case scramSHA256 = "SCRAM-SHA-256"
        case scramSHA512 = "SCRAM-SHA-512"
    }

    public var mechanism: Mechanism
    public var username: String
    public var password: KafkaPassword

    public init(_ mechanism: Mechanism, username: String, password: KafkaPassword) {
        self.mechanism = mechanism
        self.username = username
        self.password = password
    }
}

/// How the connection is encrypted, and whom it trusts.
public struct KafkaTLS: Sendable, Equatable {
    /// Certificates of the authorities to trust, PEM; nil for the system's.
    public var authorityFile: String?
    /// The client's own certificate, PEM; nil for none.
    public var certificateFile: String?
    /// The key of the client's certificate, PEM.
    public var keyFile: String?
    public var keyPassword: KafkaPassword?
    /// Whether the broker's certificate must name its host.
    public var verifiesHostname = true

    public init() {}
}

/// What is wrong with one setting.
public struct KafkaSettingProblem: Sendable, Equatable {
    /// The setting's name, such as `brokers` or `tls.ca`.
    public var key: String
    /// What cannot be done: why; what to do. One line, without secrets.
    public var message: String
}
