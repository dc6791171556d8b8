/// Topics of a Kafka cluster that are read.
public struct KafkaConfiguration: Sendable {
    /// How partitions move between members of a group.
    public enum Assignment: String, Sendable {
        case cooperative, eager
    }

    public var cluster: KafkaClusterConfiguration
    public var topics: [String]
    public var group: String
    public var assignment: Assignment
}

/// A topic of a Kafka cluster that gets alerts.
public struct TopicConfiguration: Sendable {
    public var cluster: KafkaClusterConfiguration
    public var topic: String
    public var body: WebhookConfiguration.Body
    public var persons: WebhookConfiguration.Persons
    /// Nanoseconds that one attempt may take.
    public var timeout: Int64
    public var inFlight: Int
    /// Nanoseconds after which an alert that could not be delivered is dead.
    public var maxAge: Int64
}

/// How a Kafka cluster is reached.
public struct KafkaClusterConfiguration: Sendable {
    /// Login by user name and password.
    public struct Login: Sendable {
        /// `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.
        public var mechanism: String
        public var username: String
        public var password: SecretReference
    }

    /// An encrypted connection.
    public struct Encryption: Sendable {
        /// Nil for the system's authorities.
        public var authorities: String?
        public var certificate: String?
        public var key: String?
        public var keyPassword: SecretReference?
        public var verifiesHostname: Bool
    }

    public var brokers: [String]
    public var login: Login?
    public var encryption: Encryption?
    /// Settings of librdkafka, in the order written.
    public var properties: [(key: String, value: String)]
}
