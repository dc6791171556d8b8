internal import CRdKafka
internal import Foundation
internal import KafkaAccess

/// A producer of librdkafka that brings one message for each thread that asks, and says what
/// became of it. A thread of its own hears what the library reports.
final class KafkaProducer: @unchecked Sendable {
    /// What became of a message.
    enum Report {
        case taken
        case failed(rd_kafka_resp_err_t)
    }

    /// What keeps messages from the brokers.
    struct Trouble {
        /// Nil while it is only known that one of the brokers cannot be reached.
        var fault: KafkaFault?
        var reason: String
        fileprivate var time = Date()
    }

    /// The library repeats an error that lasts after 30 s.
    private static let memory = 60.0
    /// How long a thread sleeps before it looks whether anybody still wants to know.
    private static let pause = 0.1

    private let handle: OpaquePointer
    private let queue: OpaquePointer

    private let condition = NSCondition()
    // Guarded by `condition`.
    private var lastToken: UInt = 0
    /// Messages that threads wait for; nil until something is reported.
    private var reports: [UInt: Report?] = [:]
    private var trouble: Trouble?
    private var fatal: String?
    private var users = 0
    private var isClosing = false
    private var isClosed = false

    init(_ settings: TopicSettings) throws(KafkaRefusal) {
        let configuration = try settings.configuration()
        rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
        var reason = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &reason, reason.count)
        else {
            rd_kafka_conf_destroy(configuration)
            throw KafkaRefusal(KafkaText.bounded(reason))
        }
        guard let queue = rd_kafka_queue_get_main(handle) else {
            rd_kafka_destroy(handle)
            throw KafkaRefusal("librdkafka gives no queue")
        }
        self.handle = handle
        self.queue = queue
        let thread = Thread { [self] in listen() }
        thread.name = "topic-reports"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Why this producer will never bring anything any more; nil while it may.
    var fatalReason: String? { locked { fatal } }

    /// What kept messages from the brokers a moment ago; nil if nothing did since one was taken.
    var lastTrouble: Trouble? {
        locked { trouble.flatMap { $0.time.timeIntervalSinceNow > -Self.memory ? $0 : nil } }
    }

    /// Brings one message and waits for the report, which comes within the timeout of the
    /// settings.
    ///
    /// - Parameter seconds: not waited for longer than this.
    /// - Returns: nil if it was broken off, or if no report came.
    func send(
        _ message: TopicMessage, to topic: String, within seconds: Double, _ flag: AbandonFlag
    ) -> Report? {
        guard let token = begin() else { return nil }
        defer { end(token) }
        if let error = produce(message, to: topic, token) { return .failed(error) }
        let deadline = Date(timeIntervalSinceNow: seconds)
        return locked {
            while !isClosing, !flag.isRaised {
                if let report = reports[token] ?? nil { return report }
                let now = Date()
                if now >= deadline { return nil }
                _ = condition.wait(until: min(deadline, now.addingTimeInterval(Self.pause)))
            }
            return nil
        }
    }

    /// Lets go of the connections, once nobody sends any more.
    ///
    /// - Parameter seconds: waits for that so long.
    func close(within seconds: Double) {
        let deadline = Date(timeIntervalSinceNow: seconds)
        locked {
            isClosing = true
            condition.broadcast()
            while !isClosed, condition.wait(until: deadline) {}
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }

    // MARK: - Messages

    private func begin() -> UInt? {
        locked {
            if isClosing { return nil }
            users += 1
            lastToken += 1
            reports.updateValue(nil, forKey: lastToken)
            return lastToken
        }
    }

    private func end(_ token: UInt) {
        locked {
            reports.removeValue(forKey: token)
            users -= 1
            condition.broadcast()
        }
    }

    /// Hands a message over.
    ///
    /// - Returns: why it was not taken; nil if it was.
    private func produce(_ message: TopicMessage, to topic: String, _ token: UInt)
        -> rd_kafka_resp_err_t?
    {
        guard let headers = rd_kafka_headers_new(message.headers.count) else {
            return RD_KAFKA_RESP_ERR__FAIL
        }
        for (name, value) in message.headers {
            rd_kafka_header_add(headers, name, -1, value, value.utf8.count)
        }
        let key = Array(message.key.utf8)
        let error = grantrail_kafka_produce(
            handle, topic, key, key.count, message.value, message.value.count, headers,
            UnsafeMutableRawPointer(bitPattern: token))
        if error == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        rd_kafka_headers_destroy(headers)
        return error
    }

    // MARK: - The thread

    private func listen() {
        while !locked({ isClosing && users == 0 }) {
            guard let event = rd_kafka_queue_poll(queue, 100) else { continue }
            take(event)
            rd_kafka_event_destroy(event)
        }
        // What nobody waits for is not waited for here either.
        rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_queue_destroy(queue)
        rd_kafka_destroy(handle)
        locked {
            isClosed = true
            condition.broadcast()
        }
    }

    private func take(_ event: OpaquePointer) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            while let message = rd_kafka_event_message_next(event) {
                settle(UInt(bitPattern: message.pointee._private), message.pointee.err)
            }
        case RD_KAFKA_EVENT_ERROR:
            note(
                rd_kafka_event_error(event),
                KafkaText.bounded(rd_kafka_event_error_string(event)))
        default: break
        }
    }

    private func settle(_ token: UInt, _ error: rd_kafka_resp_err_t) {
        locked {
            let isTaken = error == RD_KAFKA_RESP_ERR_NO_ERROR
            if isTaken { trouble = nil }
            // Who waited may have left.
            guard reports.keys.contains(token) else { return }
            let report: Report = isTaken ? .taken : .failed(error)
            reports.updateValue(report, forKey: token)
            condition.broadcast()
        }
    }

    private func note(_ error: rd_kafka_resp_err_t, _ reason: String) {
        if error == RD_KAFKA_RESP_ERR__FATAL {
            var text = [CChar](repeating: 0, count: 512)
            let cause = rd_kafka_fatal_error(handle, &text, text.count)
            let why = KafkaText.bounded(text)
            locked { fatal = "\(KafkaText.of(cause)): \(why)" }
            return
        }
        let fault = KafkaFault(error)
        locked {
            switch fault {
            // One broker of several, or words for the time when none is left.
            case nil:
                if error == RD_KAFKA_RESP_ERR__TRANSPORT, trouble?.fault == nil {
                    trouble = Trouble(fault: nil, reason: reason)
                }
            case .unreachable:
                // "All brokers are down" says less than what was said of one of them.
                if trouble?.fault != .credentials, trouble?.fault != .tls {
                    trouble = Trouble(fault: fault, reason: trouble?.reason ?? reason)
                }
            case .credentials, .tls: trouble = Trouble(fault: fault, reason: reason)
            }
        }
    }
}
