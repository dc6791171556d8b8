public import CRdKafka

/// Why brokers cannot be talked to, whatever is wanted of them.
public enum KafkaFault: Sendable, Equatable {
    case credentials
    case tls
    case unreachable

    /// Nil for an error that says something else.
    public init?(_ error: rd_kafka_resp_err_t) {
        switch error {
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
            self = .credentials
        case RD_KAFKA_RESP_ERR__SSL: self = .tls
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE: self = .unreachable
        default: return nil
        }
    }

    /// What could not be done: why; what to do. One line, without secrets.
    ///
    /// - Parameter reason: the library's words; empty when it gave none.
    public func message(_ reason: String, _ cluster: KafkaCluster) -> String {
        switch self {
        case .credentials:
            return "cannot log in to Kafka: \(reason); check user, password and mechanism"
        case .tls:
            return "cannot encrypt the connection to Kafka: \(reason); check the authority file, "
                + "the certificate and whether the port speaks TLS"
        case .unreachable:
            let brokers = KafkaName.shown(cluster.brokers.joined(separator: ","))
            var advice = "check that a broker listens there"
            if reason.contains("underflow") || reason.contains("ApiVersion") {
                advice =
                    "if a broker listens there, it may want a newer librdkafka than "
                    + "\(KafkaLibrary.version), or TLS"
            }
            let why = reason.isEmpty ? "no answer" : reason
            return "cannot reach Kafka at \(brokers): \(why); \(advice)"
        }
    }
}
