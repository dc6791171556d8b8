internal import CRdKafka
internal import KafkaAccess

/// What it means that a topic did not take a message.
struct TopicFault {
    private let settings: TopicSettings
    private let message: TopicMessage
    private let trouble: KafkaProducer.Trouble?
    private let fatal: String?

    init(_ settings: TopicSettings, _ message: TopicMessage, _ producer: KafkaProducer) {
        self.settings = settings
        self.message = message
        trouble = producer.lastTrouble
        fatal = producer.fatalReason
    }

    /// What it means that no report came.
    var silence: HookAnswer {
        answer(fatal == nil ? RD_KAFKA_RESP_ERR__TIMED_OUT : RD_KAFKA_RESP_ERR__FATAL)
    }

    func answer(_ error: rd_kafka_resp_err_t) -> HookAnswer {
        HookAnswer(verdict(error), reason: PlainLine.bounded(reason(error), 400))
    }

    private func verdict(_ error: rd_kafka_resp_err_t) -> HookAnswer.Verdict {
        switch error {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            .refused
        case RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_MSG: .unfit
        default: .failed
        }
    }

    private func reason(_ error: rd_kafka_resp_err_t) -> String {
        let topic = settings.topic
        switch error {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            return "a message of \(message.value.count) bytes is larger than the topic takes; "
                + "raise its max.message.bytes, or properties message.max.bytes, and replay it"
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            return "no broker knows topic '\(topic)'; create it or correct the name"
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            return "the broker does not allow it; grant the user Write and Describe on topic "
                + "'\(topic)'"
        case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT: return unanswered()
        case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__PURGE_QUEUE,
            RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
            return fatal.map { "the producer cannot go on: \($0); another takes its place" }
                ?? KafkaText.of(error)
        default:
            guard let fault = KafkaFault(error) else { return KafkaText.of(error) }
            return fault.message(KafkaText.of(error), settings.cluster)
        }
    }

    /// Why a message waited until its time was over.
    private func unanswered() -> String {
        guard let trouble else {
            return "no broker took it within \(settings.pace.timeout / 1_000_000) ms"
        }
        return (trouble.fault ?? .unreachable).message(trouble.reason, settings.cluster)
    }
}
