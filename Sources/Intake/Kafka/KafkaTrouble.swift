internal import CRdKafka
internal import KafkaAccess

/// What is wrong with a Kafka source, in words.
struct KafkaTrouble: Equatable {
    /// Stable names, explained in docs/ERRORS.md.
    enum Code: String {
        case setting = "kafka.setting"
        case fenced = "kafka.fenced"
        case fatal = "kafka.fatal"
        case credentials = "kafka.credentials"
        case tls = "kafka.tls"
        case unreachable = "kafka.unreachable"
        case notAuthorised = "kafka.not_authorised"
        case topicMissing = "kafka.topic_missing"
        case tooLarge = "kafka.too_large"
        case unreadable = "kafka.unreadable"
        case failing = "kafka.failing"
    }

    var code: Code
    var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func setting(_ reason: String) -> SourceError {
        SourceError(
            code: Code.setting.rawValue,
            message: "cannot use the Kafka settings: \(reason)", exitStatus: 78)
    }

    static func missing(_ topic: String) -> KafkaTrouble {
        KafkaTrouble(
            .topicMissing,
            "cannot read topic '\(topic)': no broker knows it; create it or correct the name")
    }

    static func unreachable(_ settings: KafkaSettings, _ reason: String) -> KafkaTrouble {
        of(KafkaFault.unreachable, reason, settings)
    }

    private static func of(_ fault: KafkaFault, _ reason: String, _ settings: KafkaSettings)
        -> KafkaTrouble
    {
        let code: Code =
            switch fault {
            case .credentials: .credentials
            case .tls: .tls
            case .unreachable: .unreachable
            }
        return KafkaTrouble(code, fault.message(reason, settings.cluster) + "; trying on")
    }

    static func notAuthorised(_ what: String) -> KafkaTrouble {
        KafkaTrouble(
            .notAuthorised,
            "cannot read \(what): the broker does not allow it; grant the user Read and Describe")
    }

    /// What an error of the library means; nil for those that mend themselves.
    static func of(_ error: rd_kafka_resp_err_t, _ reason: String, _ settings: KafkaSettings)
        -> KafkaTrouble?
    {
        if let fault = KafkaFault(error) { return of(fault, reason, settings) }
        switch error {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            return notAuthorised("a topic")
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
            return notAuthorised("as group '\(KafkaName.shown(settings.group ?? ""))'")
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
            return notAuthorised("from the cluster")
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            return tooLarge(reason)
        case RD_KAFKA_RESP_ERR__BAD_COMPRESSION, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
            RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
            return unreadable(reason)
        case RD_KAFKA_RESP_ERR__BAD_MSG:
            return reason.contains("receive.message.max.bytes")
                ? tooLarge(reason) : unreadable(reason)
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
            // One broker of several, or a pause: rejoining and reconnecting mend it.
            return nil
        default:
            return KafkaTrouble(.failing, "cannot read on from Kafka: \(reason); trying on")
        }
    }

    private static func tooLarge(_ reason: String) -> KafkaTrouble {
        KafkaTrouble(
            .tooLarge,
            "cannot take in an answer of Kafka: \(reason); raise properties "
                + "fetch.message.max.bytes or receive.message.max.bytes")
    }

    private static func unreadable(_ reason: String) -> KafkaTrouble {
        KafkaTrouble(
            .unreadable,
            "cannot decode messages of Kafka: \(reason); check that librdkafka "
                + "\(KafkaLibrary.version) knows their compression")
    }

    /// The end of a run, for what no retry mends.
    static func end(_ error: rd_kafka_resp_err_t, _ reason: String) -> SourceError {
        if error == RD_KAFKA_RESP_ERR__FENCED || error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID {
            return SourceError(
                code: Code.fenced.rawValue,
                message: "cannot stay in the Kafka group: another process runs this source of "
                    + "this store; stop one of them",
                exitStatus: 69)
        }
        return SourceError(
            code: Code.fatal.rawValue,
            message: "cannot go on reading from Kafka: \(reason); start again", exitStatus: 69)
    }
}

/// What is wrong at present, and what was told about it.
struct KafkaHealth {
    /// What a trouble concerns; the first in order is told.
    enum Scope: Hashable, Comparable {
        case connection
        case group
        case topic(String)
    }

    private var troubles: [Scope: KafkaTrouble] = [:]
    private var told: SourceCondition?
    private var toldScope: Scope?
    /// Whether partitions were assigned at least once, so that records can come.
    var isAssigned = false

    var isWell: Bool { troubles.isEmpty }

    func has(_ scope: Scope) -> Bool { troubles[scope] != nil }
    func trouble(_ scope: Scope) -> KafkaTrouble? { troubles[scope] }

    /// Forgets what brokers complained of once and did not repeat.
    mutating func clearFailing() {
        if let trouble = troubles[.group], trouble.code != .notAuthorised { troubles[.group] = nil }
    }

    /// Notes a trouble, or its end. What a broker said beats its silence.
    mutating func set(_ scope: Scope, _ trouble: KafkaTrouble?) {
        guard let trouble else {
            troubles[scope] = nil
            return
        }
        if trouble.code == .unreachable, let known = troubles[scope], known.code != .unreachable {
            return
        }
        troubles[scope] = trouble
    }

    /// What is to be told now; nil when nothing changed since the last time.
    mutating func change() -> SourceCondition? {
        guard let first = troubles.min(by: { $0.key < $1.key }) else {
            if !isAssigned || told?.isReady == true { return nil }
            told = SourceCondition(isReady: true)
            toldScope = nil
            return told
        }
        if told?.code == first.value.code.rawValue && toldScope == first.key { return nil }
        told = SourceCondition(
            isReady: false, code: first.value.code.rawValue, message: first.value.message)
        toldScope = first.key
        return told
    }
}
