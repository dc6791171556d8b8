internal import CRdKafka

/// Why librdkafka does not take a client's settings.
public struct KafkaRefusal: Error, Equatable, Sendable {
    /// One line, without secrets.
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}

/// The settings as properties of librdkafka.
extension KafkaCluster {
    /// Properties that no client's settings may set, and the setting to use instead; empty where
    /// there is none.
    static let owned: [String: String] = [
        "bootstrap.servers": "brokers", "metadata.broker.list": "brokers",
        "security.protocol": "tls", "sasl.mechanism": "sasl.mechanism",
        "sasl.mechanisms": "sasl.mechanism", "sasl.username": "sasl.username",
        "sasl.password": "sasl.password", "ssl.ca.location": "tls.ca",
        "ssl.certificate.location": "tls.certificate", "ssl.key.location": "tls.key",
        "ssl.key.password": "tls.key_password", "ssl.key.pem": "tls.key",
        "ssl.keystore.password": "tls.key_password",
        "ssl.endpoint.identification.algorithm": "tls.verify_hostname",
        "enable.ssl.certificate.verification": "tls.ca", "allow.auto.create.topics": "",
        "log.queue": "", "log_level": "", "enabled_events": "", "plugin.library.paths": "",
    ]

    /// What every client of this program does alike.
    private static let manners: [(name: String, value: String)] = [
        ("client.id", "grantrail"), ("allow.auto.create.topics", "false"),
        ("log.connection.close", "false"), ("socket.nagle.disable", "true"),
        ("reconnect.backoff.ms", "100"), ("reconnect.backoff.max.ms", "5000"),
        ("topic.metadata.refresh.interval.ms", "60000"),
    ]

    /// librdkafka's own form of the settings of a client; the caller hands it on or destroys it.
    ///
    /// - Parameters:
    ///   - own: what this kind of client sets; ``properties`` may set them otherwise.
    ///   - owned: those that they may not, and the setting to use instead; empty for none.
    public func configuration(
        _ own: [(name: String, value: String)], owned: [String: String]
    ) throws(KafkaRefusal) -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else { throw KafkaRefusal("out of memory") }
        let servers = [(name: "bootstrap.servers", value: brokers.joined(separator: ","))]
        let owned = Self.owned.merging(owned) { $1 }
        let users = properties.keys.sorted().filter { owned[$0] == nil }
            .map { (name: $0, value: properties[$0] ?? "") }
        for (name, value) in servers + Self.manners + own + security + users {
            if let reason = Self.set(name, value, in: configuration) {
                rd_kafka_conf_destroy(configuration)
                throw KafkaRefusal(reason)
            }
        }
        // What matters of the library's log also comes as an event.
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        return configuration
    }

    private var security: [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        switch (sasl != nil, tls != nil) {
        case (false, false): break
        case (false, true): list.append(("security.protocol", "ssl"))
        case (true, false): list.append(("security.protocol", "sasl_plaintext"))
        case (true, true): list.append(("security.protocol", "sasl_ssl"))
        }
        if let sasl {
            list.append(("sasl.mechanisms", sasl.mechanism.rawValue))
            list.append(("sasl.username", sasl.username))
            list.append(("sasl.password", sasl.password.text))
        }
        guard let tls else { return list }
        let files = [
            ("ssl.ca.location", tls.authorityFile),
            ("ssl.certificate.location", tls.certificateFile),
            ("ssl.key.location", tls.keyFile), ("ssl.key.password", tls.keyPassword?.text),
        ]
        for case (let name, let value?) in files { list.append((name, value)) }
        let check = tls.verifiesHostname ? "https" : "none"
        list.append(("ssl.endpoint.identification.algorithm", check))
        return list
    }

    /// Why librdkafka refuses a property; nil if it takes it.
    static func refusal(of name: String, _ value: String) -> String? {
        guard let configuration = rd_kafka_conf_new() else { return "out of memory" }
        defer { rd_kafka_conf_destroy(configuration) }
        return set(name, value, in: configuration)
    }

    private static func set(_ name: String, _ value: String, in configuration: OpaquePointer)
        -> String?
    {
        var reason = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(configuration, name, value, &reason, reason.count)
        return result == RD_KAFKA_CONF_OK ? nil : KafkaText.bounded(reason)
    }
}
