public import KafkaAccess

/// One topic that gets alerts, as the configuration has it.
public struct TopicSettings: Sendable {
    public let pace: HookPace
    public let cluster: KafkaCluster
    public let topic: String

    public init(pace: HookPace, cluster: KafkaCluster, topic: String) throws(HookError) {
        if let problem = Self.problems(cluster, topic).first {
            throw HookError(
                .kafka, "hook \(pace.name): cannot use it: \(problem.key) \(problem.message)")
        }
        self.pace = pace
        self.cluster = cluster
        self.topic = topic
    }

    /// Everything that is wrong; empty when all is well. Asks no broker.
    public static func problems(_ cluster: KafkaCluster, _ topic: String) -> [KafkaSettingProblem] {
        var list = KafkaProblems()
        list.checkTopic(topic)
        return list.all + cluster.problems(owned: owned)
    }

    /// Properties that the promises hang on, and the setting to use instead.
    private static let owned: [String: String] = [
        "enable.idempotence": "", "acks": "", "request.required.acks": "",
        "message.timeout.ms": "timeout", "delivery.timeout.ms": "timeout", "transactional.id": "",
        "enable.gapless.guarantee": "", "queuing.strategy": "", "produce.offset.report": "",
        "delivery.report.only.error": "", "queue.buffering.max.messages": "",
        "queue.buffering.max.kbytes": "", "batch.num.messages": "", "batch.size": "",
    ]

    /// librdkafka's own form of the settings; the caller hands it on or destroys it.
    func configuration() throws(KafkaRefusal) -> OpaquePointer {
        try cluster.configuration(
            [
                ("enable.idempotence", "true"), ("acks", "all"),
                ("message.timeout.ms", String(pace.timeout / 1_000_000)),
                // The outbox holds what waits; here is no more than what is in flight.
                ("queue.buffering.max.messages", "1000"),
                ("queue.buffering.max.kbytes", "65536"), ("linger.ms", "0"),
                // A broker judges batches: one that is too large must not condemn several alerts.
                ("batch.num.messages", "1"),
                // What Java's clients do: topics that are joined have equal keys in equal places.
                ("partitioner", "murmur2_random"),
                ("topic.metadata.propagation.max.ms", "1000"),
                ("reconnect.backoff.max.ms", "1000"),
            ], owned: Self.owned)
    }
}
