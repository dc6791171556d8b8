internal import AuditModel
internal import CRdKafka

/// A partition that is being read: what of it is in hand, and how far it was delivered.
final class KafkaPartition {
    let topic: String
    let number: Int32
    /// `topic/3`, as positions name it.
    let name: String
    private let stream: RecordStream
    private let cluster: String
    private let limit: Int

    /// The first offset not in hand. Earlier ones that come again are passed over.
    private(set) var next: Int64
    /// The mark the message before `next` must have; empty once it was seen.
    private(set) var expectedMark: String
    /// The offset at which a bounded source ends; nil for none.
    private(set) var end: Int64?
    /// Whether everything up to the end is in hand or was delivered.
    private(set) var hasReachedEnd: Bool
    /// Whether everything up to the end was delivered.
    var isDone = false
    /// Whether the last message there is was seen, and whether that was told.
    private var isAtEnd = false
    private var toldAtEnd = false
    var isPaused = false
    /// Whether the topic turned out to be another one, and nothing of it was read yet.
    private var isAstray = false
    /// Values without any byte, among what is in hand.
    private(set) var emptyValues = 0

    private var output = MessageFramer.Output()
    private var taken = 0
    private var expectedBytes = 4096
    /// The last message in hand, kept until the next one for its mark.
    private var last: (event: OpaquePointer, message: UnsafePointer<rd_kafka_message_t>)?
    private var lastMark = ""

    init(
        _ topic: String, _ number: Int32, from start: KafkaStart, end: Int64?, cluster: String,
        host: String, limit: Int
    ) {
        self.topic = topic
        self.number = number
        self.cluster = cluster
        self.end = end
        hasReachedEnd = end.map { start.next >= $0 } ?? false
        self.limit = limit
        name = "\(topic)/\(number)"
        next = start.next
        expectedMark = start.expectedMark
        lastMark = start.expectedMark
        stream = RecordStream(
            lineage: RecordStream.lineage(
                ofKafkaCluster: cluster, topic: topic, partition: number),
            name: "kafka://\(cluster.isEmpty ? host : cluster)/\(topic)/\(number)")
    }

    deinit { forget() }

    /// Where fetching starts: at the message to compare, if there is one.
    var fetchPlace: KafkaOffset {
        KafkaOffset(
            topic: topic, partition: number, offset: expectedMark.isEmpty ? next : next - 1)
    }
    var place: KafkaOffset { KafkaOffset(topic: topic, partition: number, offset: next) }
    var hasAnything: Bool { taken > 0 }
    var bytes: Int { output.bytes.count }

    enum Outcome {
        /// In hand; the partition destroys the event.
        case taken
        /// Delivered before, or beyond the end.
        case passed
        /// The message before the position is another one than was read: a topic made anew.
        case stranger
    }

    /// Takes in one message.
    func take(_ event: OpaquePointer, _ message: UnsafePointer<rd_kafka_message_t>) -> Outcome {
        let offset = message.pointee.offset
        if isDone || isAstray { return .passed }
        if offset < next {
            if offset == next - 1, !expectedMark.isEmpty { return compare(message) }
            return .passed
        }
        expectedMark = ""
        if let end, offset >= end {
            hasReachedEnd = true
            return .passed
        }
        next = offset + 1
        taken += 1
        isAtEnd = false
        toldAtEnd = false
        if let end, next >= end { hasReachedEnd = true }
        if let payload = message.pointee.payload, message.pointee.len > 0 {
            if output.bytes.isEmpty {
                output.bytes.reserveCapacity(max(expectedBytes, message.pointee.len))
            }
            let value = UnsafeRawBufferPointer(start: payload, count: message.pointee.len)
            MessageFramer.append(value, at: offset, limit: limit, to: &output)
        } else {
            emptyValues += 1
        }
        forget()
        last = (event, message)
        return .taken
    }

    /// The library has nothing beyond an offset.
    func sawEnd(at offset: Int64) {
        isAtEnd = true
        if let end, max(next, offset) >= end { hasReachedEnd = true }
    }

    /// Whether it is to be told that everything there is was delivered; once.
    func isCaughtUp() -> Bool {
        if !isAtEnd || toldAtEnd { return false }
        toldAtEnd = true
        return true
    }

    private func compare(_ message: UnsafePointer<rd_kafka_message_t>) -> Outcome {
        let isSame = Self.mark(message) == expectedMark
        expectedMark = ""
        isAstray = !isSame
        return isSame ? .passed : .stranger
    }

    private static func mark(_ message: UnsafePointer<rd_kafka_message_t>) -> String {
        let value = UnsafeRawBufferPointer(
            start: message.pointee.payload,
            count: message.pointee.payload == nil ? 0 : message.pointee.len)
        return KafkaPlace.mark(of: value, timestamp: rd_kafka_message_timestamp(message, nil))
    }

    /// Lets go of the last message's event.
    private func forget() {
        if let last { rd_kafka_event_destroy(last.event) }
        last = nil
    }

    /// Goes on at another place; what is in hand is dropped.
    func restart(at start: KafkaStart, end: Int64?) {
        discard()
        isAstray = false
        self.end = end
        hasReachedEnd = end.map { start.next >= $0 } ?? false
        next = start.next
        expectedMark = start.expectedMark
        lastMark = start.expectedMark
        isAtEnd = false
        toldAtEnd = false
    }

    /// Drops what is in hand.
    func discard() {
        forget()
        output = MessageFramer.Output()
        taken = 0
        emptyValues = 0
    }

    /// What is in hand as a batch, and where it ends.
    func flush(source: String, knownEnd: Int64?) -> SourceBatch {
        if let last { lastMark = Self.mark(last.message) }
        forget()
        expectedBytes = output.bytes.count + output.bytes.count / 8 + RecordBatch.tailPadding
        output.bytes.append(contentsOf: repeatElement(0, count: RecordBatch.tailPadding))
        let batch = RecordBatch(stream: stream, bytes: output.bytes, records: output.records)
        let result = ReadResult(batch: batch, issues: output.issues)
        output = MessageFramer.Output()
        output.records.reserveCapacity(taken)
        taken = 0
        emptyValues = 0
        let position = ResumePosition(
            source: source, partition: name, offset: next,
            detail: KafkaPlace(cluster: cluster, mark: lastMark).text)
        return SourceBatch(
            result: result, position: position, lag: knownEnd.map { max(0, $0 - next) })
    }
}
