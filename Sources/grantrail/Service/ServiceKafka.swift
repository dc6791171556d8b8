import Configuration
import KafkaAccess

/// From the configuration's clusters to clusters that are reached.
extension KafkaCluster {
    init(_ configuration: KafkaClusterConfiguration) {
        self.init(brokers: configuration.brokers)
        if let login = configuration.login,
            let mechanism = KafkaSASL.Mechanism(rawValue: login.mechanism)
        {
            sasl = KafkaSASL(
                mechanism, username: login.username, password: Self.password(login.password))
        }
        if let encryption = configuration.encryption {
            var tls = KafkaTLS()
            tls.authorityFile = encryption.authorities
            tls.certificateFile = encryption.certificate
            tls.keyFile = encryption.key
            tls.keyPassword = encryption.keyPassword.map(Self.password)
            tls.verifiesHostname = encryption.verifiesHostname
            self.tls = tls
        }
        properties = Dictionary(
            configuration.properties.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    private static func password(_ reference: SecretReference) -> KafkaPassword {
        KafkaPassword(reference.secret?.revealText() ?? "")
    }
}

extension ServiceConfiguration {
    /// Whether the service talks to Kafka.
    var hasKafka: Bool {
        sources.contains { if case .kafka = $0.kind { true } else { false } }
            || sinks.contains { if case .kafka = $0.kind { true } else { false } }
    }
}
