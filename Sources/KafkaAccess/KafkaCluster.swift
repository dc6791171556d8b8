/// Brokers, and how a client makes itself known to them: the same for what reads and what writes.
public struct KafkaCluster: Sendable, Equatable {
    /// `HOST` or `HOST:PORT`, at least one.
    public var brokers: [String]
    public var sasl: KafkaSASL?
    public var tls: KafkaTLS?
    /// More properties of librdkafka, for what has no setting of its own.
    public var properties: [String: String] = [:]

    public init(brokers: [String]) { self.brokers = brokers }
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

/// How a client says who it is.
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
