public import CRdKafka

/// Brokers inside this process, for small numbers of messages.
public final class MockCluster: @unchecked Sendable {
    /// Why there are none.
    public struct Failure: Error {
        /// The library's words.
        public let reason: String
    }

    private let producer: OpaquePointer
    private let handle: OpaquePointer
    /// Where they listen, `HOST:PORT` with commas between.
    public let brokers: String

    public init(brokers count: Int32 = 1) throws {
        producer = try Self.client(
            RD_KAFKA_PRODUCER, [("linger.ms", "0"), ("allow.auto.create.topics", "false")])
        guard let cluster = rd_kafka_mock_cluster_new(producer, count),
            let address = rd_kafka_mock_cluster_bootstraps(cluster)
        else { throw Failure(reason: "no cluster") }
        handle = cluster
        brokers = String(cString: address)
        rd_kafka_brokers_add(producer, brokers)
    }

    deinit {
        rd_kafka_flush(producer, 2000)
        rd_kafka_mock_cluster_destroy(handle)
        rd_kafka_destroy(producer)
    }

    /// Where they listen, each `HOST:PORT`.
    public var addresses: [String] { brokers.split(separator: ",").map(String.init) }

    static func client(
        _ type: rd_kafka_type_t, _ settings: [(name: String, value: String)]
    ) throws -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else { throw Failure(reason: "no memory") }
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        var reason = [CChar](repeating: 0, count: 512)
        for (name, value) in settings {
            rd_kafka_conf_set(configuration, name, value, &reason, reason.count)
        }
        guard let client = rd_kafka_new(type, configuration, &reason, reason.count) else {
            rd_kafka_conf_destroy(configuration)
            throw Failure(reason: reason.withUnsafeBufferPointer { text in
                text.baseAddress.map { String(cString: $0) } ?? ""
            })
        }
        return client
    }

    /// Makes a topic.
    public func create(_ topic: String, partitions: Int32 = 1) {
        _ = rd_kafka_mock_topic_create(handle, topic, partitions, 1)
    }

    /// Writes messages with the key `key`; nil is a tombstone.
    ///
    /// - Returns: whether they are there.
    public func write(_ topic: String, partition: Int32 = 0, _ values: [String?]) -> Bool {
        guard let place = rd_kafka_topic_new(producer, topic, nil) else { return false }
        defer { rd_kafka_topic_destroy(place) }
        for value in values {
            var bytes = Array((value ?? "").utf8)
            let count = bytes.count
            bytes.withUnsafeMutableBytes {
                _ = rd_kafka_produce(
                    place, partition, 0x2, value == nil ? nil : $0.baseAddress, count, "key", 3,
                    nil)
            }
        }
        return rd_kafka_flush(producer, 5000) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Lets the brokers say that a topic does not exist, or say the truth again.
    public func hide(_ topic: String, _ isHidden: Bool) {
        rd_kafka_mock_topic_set_error(
            handle, topic,
            isHidden ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    /// Lets the first broker refuse connections, or accept them again.
    public func setDown(_ isDown: Bool) {
        if isDown {
            _ = rd_kafka_mock_broker_set_down(handle, 1)
        } else {
            _ = rd_kafka_mock_broker_set_up(handle, 1)
        }
    }

    /// Lets the next requests of a kind be answered with errors.
    ///
    /// - Parameters:
    ///   - request: its number in Kafka's protocol, such as 0 for Produce.
    ///   - errors: one for each request.
    public func push(_ request: Int16, _ errors: [rd_kafka_resp_err_t]) {
        rd_kafka_mock_push_request_errors_array(handle, request, errors.count, errors)
    }
}

/// A message as a topic holds it.
public struct MockMessage: Sendable {
    /// The partition's number.
    public let partition: Int32
    /// Its place in the partition.
    public let offset: Int64
    /// The key as text.
    public let key: String
    /// The value.
    public let value: [UInt8]
    /// Names and values, in order.
    public let headers: [(name: String, value: String)]

    /// The value of a header; nil if there is none.
    public subscript(header: String) -> String? { headers.first { $0.name == header }?.value }
}

extension MockCluster {
    /// Reads what a topic holds, each partition in its order.
    ///
    /// - Parameters:
    ///   - count: reads until there are so many.
    ///   - seconds: or until so long nothing more came.
    public func messages(
        of topic: String, partitions: Int32 = 1, count: Int, patience seconds: Int = 20
    ) throws -> [MockMessage] {
        let consumer = try Self.client(
            RD_KAFKA_CONSUMER,
            [
                ("bootstrap.servers", brokers), ("group.id", "look"),
                ("fetch.wait.max.ms", "50"), ("enable.auto.commit", "false"),
            ])
        defer { rd_kafka_destroy(consumer) }
        rd_kafka_poll_set_consumer(consumer)
        guard let list = rd_kafka_topic_partition_list_new(partitions) else { return [] }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for number in 0..<partitions {
            // -2 is the beginning.
            rd_kafka_topic_partition_list_add(list, topic, number)?.pointee.offset = -2
        }
        rd_kafka_assign(consumer, list)
        var found: [MockMessage] = []
        var idle = 0
        while found.count < count, idle < seconds * 10 {
            guard let message = rd_kafka_consumer_poll(consumer, 100) else {
                idle += 1
                continue
            }
            defer { rd_kafka_message_destroy(message) }
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            idle = 0
            found.append(Self.read(message))
        }
        return found.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }

    private static func read(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> MockMessage {
        MockMessage(
            partition: message.pointee.partition, offset: message.pointee.offset,
            key: text(message.pointee.key, message.pointee.key_len),
            value: bytes(message.pointee.payload, message.pointee.len), headers: headers(message))
    }

    private static func headers(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>
    ) -> [(name: String, value: String)] {
        var all: OpaquePointer?
        guard rd_kafka_message_headers(message, &all) == RD_KAFKA_RESP_ERR_NO_ERROR, let all
        else { return [] }
        var headers: [(name: String, value: String)] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(all, headers.count, &name, &value, &size)
            == RD_KAFKA_RESP_ERR_NO_ERROR, let name
        {
            headers.append((String(cString: name), text(value, size)))
        }
        return headers
    }

    private static func text(_ start: UnsafeRawPointer?, _ count: Int) -> String {
        String(decoding: bytes(start, count), as: UTF8.self)
    }

    private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
