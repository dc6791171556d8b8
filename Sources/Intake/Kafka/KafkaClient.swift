internal import CRdKafka
internal import KafkaAccess

/// One partition of a topic with an offset.
struct KafkaOffset: Equatable {
    var topic: String
    var partition: Int32
    var offset: Int64
}

/// What the brokers say about a topic.
enum KafkaTopicState: Equatable {
    case present(partitions: Int32)
    case missing
    case forbidden
    /// No answer, or one that another attempt mends.
    case unknown(reason: String)

    var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }
}

/// A consumer of librdkafka. One thread at a time may use it.
final class KafkaClient {
    let handle: OpaquePointer
    let queue: OpaquePointer
    /// Handles of topics, which metadata is asked with.
    private var topics: [String: OpaquePointer] = [:]
    /// Whether to leave the library's part behind: before 2.3 it ends the process when a member of
    /// a cooperative group is destroyed that never got an assignment.
    private var isUndestroyable: Bool

    init(_ settings: KafkaSettings) throws(SourceError) {
        let configuration = try KafkaConfiguration.make(settings)
        var reason = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, &reason, reason.count)
        else {
            rd_kafka_conf_destroy(configuration)
            throw KafkaTrouble.setting(KafkaText.bounded(reason))
        }
        rd_kafka_poll_set_consumer(handle)
        guard let queue = rd_kafka_queue_get_consumer(handle) else {
            rd_kafka_destroy(handle)
            throw KafkaTrouble.setting("librdkafka gives no queue")
        }
        self.handle = handle
        self.queue = queue
        isUndestroyable =
            settings.group != nil && settings.assignment == .cooperativeSticky
            && rd_kafka_version() < 0x0203_0000
    }

    deinit {
        if isUndestroyable { return }
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        rd_kafka_queue_destroy(queue)
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// Leaves the group.
    ///
    /// - Parameter serve: takes the events that come meanwhile.
    func close(within milliseconds: Int64, _ serve: (OpaquePointer) -> Void) {
        if let error = rd_kafka_consumer_close_queue(handle, queue) {
            rd_kafka_error_destroy(error)
            return
        }
        let deadline = MonotonicTime.now + milliseconds * 1_000_000
        while rd_kafka_consumer_closed(handle) == 0, MonotonicTime.now < deadline {
            if let event = rd_kafka_queue_poll(queue, 50) {
                serve(event)
                rd_kafka_event_destroy(event)
            }
        }
    }

    // MARK: - What brokers know

    func state(of topic: String, within milliseconds: Int32) -> KafkaTopicState {
        guard let handle = topicHandle(topic) else { return .unknown(reason: "out of memory") }
        var answer: UnsafePointer<rd_kafka_metadata>?
        let error = rd_kafka_metadata(self.handle, 0, handle, &answer, milliseconds)
        defer { if let answer { rd_kafka_metadata_destroy(answer) } }
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR, let answer else {
            return .unknown(reason: KafkaText.of(error))
        }
        guard answer.pointee.topic_cnt > 0, let first = answer.pointee.topics else {
            return .missing
        }
        switch first.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            let count = first.pointee.partition_cnt
            return count > 0 ? .present(partitions: count) : .missing
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            return .missing
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: return .forbidden
        case let other: return .unknown(reason: KafkaText.of(other))
        }
    }

    private func topicHandle(_ topic: String) -> OpaquePointer? {
        if let known = topics[topic] { return known }
        let handle = rd_kafka_topic_new(self.handle, topic, nil)
        topics[topic] = handle
        return handle
    }

    /// The cluster's id; empty where the brokers give none. Known once any metadata came.
    func clusterID() -> String {
        guard let text = rd_kafka_clusterid(handle, 1000) else { return "" }
        defer { rd_kafka_mem_free(handle, text) }
        return KafkaName.shown(String(cString: text), 128)
    }

    /// The first and the next offset of a partition; nil if no broker says.
    func watermarks(_ topic: String, _ partition: Int32, within milliseconds: Int32)
        -> (low: Int64, high: Int64)?
    {
        var low: Int64 = 0
        var high: Int64 = 0
        let error = rd_kafka_query_watermark_offsets(
            handle, topic, partition, &low, &high, milliseconds)
        return error == RD_KAFKA_RESP_ERR_NO_ERROR && low >= 0 && high >= low ? (low, high) : nil
    }

    /// The partition's end as the last answer had it; asks no broker.
    func cachedEnd(_ topic: String, _ partition: Int32) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let error = rd_kafka_get_watermark_offsets(handle, topic, partition, &low, &high)
        return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// The offsets a group committed, negative for none, in the order asked; nil if no broker says.
    func committed(_ places: [KafkaOffset], within milliseconds: Int32) -> [Int64]? {
        KafkaList.with(places) { list in
            let error = rd_kafka_committed(handle, list, milliseconds)
            return error == RD_KAFKA_RESP_ERR_NO_ERROR ? KafkaList.offsets(list) : nil
        }
    }

    /// The first offsets at or after the times that stand as offsets, milliseconds UTC; negative
    /// where there is none; nil if no broker says.
    func offsets(forTimes places: [KafkaOffset], within milliseconds: Int32) -> [Int64]? {
        KafkaList.with(places) { list in
            let error = rd_kafka_offsets_for_times(handle, list, milliseconds)
            return error == RD_KAFKA_RESP_ERR_NO_ERROR ? KafkaList.offsets(list) : nil
        }
    }

    // MARK: - What is read

    func subscribe(_ topics: [String]) -> rd_kafka_resp_err_t {
        let places = topics.map { KafkaOffset(topic: $0, partition: -1, offset: -1001) }
        return KafkaList.with(places) { rd_kafka_subscribe(handle, $0) }
    }

    var isCooperative: Bool {
        guard let name = rd_kafka_rebalance_protocol(handle) else { return false }
        return String(cString: name) == "COOPERATIVE"
    }

    /// Reads these partitions from their offsets; beside those already read if cooperative.
    func assign(_ places: [KafkaOffset], adding: Bool) -> rd_kafka_resp_err_t {
        isUndestroyable = false
        return KafkaList.with(places) { list in
            guard adding else { return rd_kafka_assign(handle, list) }
            return take(rd_kafka_incremental_assign(handle, list))
        }
    }

    /// Stops reading these partitions, or all unless cooperative.
    func unassign(_ places: [KafkaOffset], only: Bool) {
        guard only else {
            rd_kafka_assign(handle, nil)
            return
        }
        _ = KafkaList.with(places) { take(rd_kafka_incremental_unassign(handle, $0)) }
    }

    /// Whether the partitions were given to another member before they were given back.
    var isAssignmentLost: Bool { rd_kafka_assignment_lost(handle) != 0 }

    func seek(_ place: KafkaOffset) -> rd_kafka_resp_err_t {
        KafkaList.with([place]) { list in
            let error = take(rd_kafka_seek_partitions(handle, list, 5000))
            if error != RD_KAFKA_RESP_ERR_NO_ERROR { return error }
            return list.pointee.cnt > 0 ? list.pointee.elems[0].err : error
        }
    }

    func pause(_ places: [KafkaOffset]) {
        _ = KafkaList.with(places) { rd_kafka_pause_partitions(handle, $0) }
    }

    func resume(_ places: [KafkaOffset]) {
        _ = KafkaList.with(places) { rd_kafka_resume_partitions(handle, $0) }
    }

    private func take(_ error: OpaquePointer?) -> rd_kafka_resp_err_t {
        guard let error else { return RD_KAFKA_RESP_ERR_NO_ERROR }
        defer { rd_kafka_error_destroy(error) }
        return rd_kafka_error_code(error)
    }

    // MARK: - Commits

    /// Tells the broker how far the group is, without waiting.
    func commit(_ places: [KafkaOffset]) {
        _ = KafkaList.with(places) { rd_kafka_commit(handle, $0, 1) }
    }

    /// Tells the broker how far the group is, and waits for its answer.
    ///
    /// - Returns: the broker's error, or that no answer came in time.
    func commit(_ places: [KafkaOffset], within milliseconds: Int32) -> rd_kafka_resp_err_t {
        guard let answers = rd_kafka_queue_new(handle) else { return RD_KAFKA_RESP_ERR__FAIL }
        defer { rd_kafka_queue_destroy(answers) }
        let error = KafkaList.with(places) {
            rd_kafka_commit_queue(handle, $0, answers, nil, nil)
        }
        if error != RD_KAFKA_RESP_ERR_NO_ERROR { return error }
        guard let event = rd_kafka_queue_poll(answers, milliseconds) else {
            return RD_KAFKA_RESP_ERR__TIMED_OUT
        }
        defer { rd_kafka_event_destroy(event) }
        return rd_kafka_event_error(event)
    }
}

/// Lists of partitions in librdkafka's form.
enum KafkaList {
    typealias Pointer = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    static func with<Result>(_ places: [KafkaOffset], _ body: (Pointer) -> Result) -> Result {
        // The library ends the process itself when it has no memory.
        let list: Pointer = rd_kafka_topic_partition_list_new(Int32(clamping: places.count))
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for place in places {
            let element = rd_kafka_topic_partition_list_add(list, place.topic, place.partition)
            element?.pointee.offset = place.offset
        }
        return body(list)
    }

    static func offsets(_ list: Pointer) -> [Int64] {
        (0..<Int(list.pointee.cnt)).map { list.pointee.elems[$0].offset }
    }

    static func places(_ list: Pointer?) -> [KafkaOffset] {
        guard let list else { return [] }
        return (0..<Int(list.pointee.cnt)).compactMap { index in
            let element = list.pointee.elems[index]
            guard let topic = element.topic else { return nil }
            return KafkaOffset(
                topic: String(cString: topic), partition: element.partition,
                offset: element.offset)
        }
    }
}
