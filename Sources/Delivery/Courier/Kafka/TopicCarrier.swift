public import AuditModel
internal import CRdKafka
internal import KafkaAccess
internal import Synchronization

/// Writes deliveries into a topic of Kafka. One counts as taken when all replicas that are in sync
/// have it; what the library itself repeats within an attempt makes no doubles.
public final class TopicCarrier: HookCarrier {
    private let settings: TopicSettings
    private let render: @Sendable (HookDelivery) -> RenderedBody?
    private let producer = Mutex<KafkaProducer?>(nil)

    /// Connects with the first delivery.
    ///
    /// - Parameter render: the message for a delivery; nil if there is none, which makes it dead.
    public init(
        _ settings: TopicSettings, render: @escaping @Sendable (HookDelivery) -> RenderedBody?
    ) {
        self.settings = settings
        self.render = render
    }

    deinit { producer.withLock { $0 }?.close(within: 0) }

    /// The alert's grant, whose alerts share a partition; the alert if it names none.
    public func lane(of delivery: HookDelivery) -> ID128 {
        guard let grant = AlertNotice.grant(of: delivery.body) else { return delivery.alert }
        var hash = IdentityHash("lane/1")
        hash.add(grant)
        return hash.id()
    }

    /// See ``HookCarrier``.
    public func carry(_ delivery: HookDelivery, _ flag: AbandonFlag) -> HookAnswer? {
        guard let rendered = render(delivery) else { return .unsendable }
        let message = TopicMessage(id: delivery.messageID, rendered)
        let producer: KafkaProducer
        do throws(KafkaRefusal) {
            producer = try open()
        } catch {
            return HookAnswer(.failed, reason: "librdkafka takes no such settings: \(error.reason)")
        }
        let patience = Double(settings.pace.timeout) / 1e9 + 5
        switch producer.send(message, to: settings.topic, within: patience, flag) {
        case .taken: return HookAnswer(.taken)
        case .failed(let error):
            return TopicFault(settings, message, producer).answer(error)
        case nil: return flag.isRaised ? nil : TopicFault(settings, message, producer).silence
        }
    }

    /// See ``HookCarrier``; waits two seconds at most.
    public func close() {
        let last = producer.withLock { producer in
            defer { producer = nil }
            return producer
        }
        last?.close(within: 2)
    }

    /// The producer; another one in place of one that broke for good.
    private func open() throws(KafkaRefusal) -> KafkaProducer {
        try producer.withLock { (producer) throws(KafkaRefusal) -> KafkaProducer in
            if let producer, producer.fatalReason == nil { return producer }
            producer?.close(within: 0)
            producer = nil
            let fresh = try KafkaProducer(settings)
            producer = fresh
            return fresh
        }
    }
}
