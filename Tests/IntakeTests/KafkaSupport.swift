import AuditModel
import CRdKafka
import Foundation
import Glibc
import Intake
import Synchronization
import Testing

/// Brokers inside this process, for small numbers of messages.
final class MockCluster: @unchecked Sendable {
    private let producer: OpaquePointer
    let handle: OpaquePointer
    let brokers: String

    init(brokers count: Int32 = 1) throws {
        let configuration = try #require(rd_kafka_conf_new())
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        var reason = [CChar](repeating: 0, count: 512)
        for (name, value) in [("linger.ms", "0"), ("allow.auto.create.topics", "false")] {
            rd_kafka_conf_set(configuration, name, value, &reason, reason.count)
        }
        let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &reason, reason.count)
        let owner = try #require(client)
        handle = try #require(rd_kafka_mock_cluster_new(owner, count))
        let address = try #require(rd_kafka_mock_cluster_bootstraps(handle))
        brokers = String(cString: address)
        producer = owner
        rd_kafka_brokers_add(producer, brokers)
    }

    deinit {
        rd_kafka_flush(producer, 2000)
        rd_kafka_mock_cluster_destroy(handle)
        rd_kafka_destroy(producer)
    }

    func create(_ topic: String, partitions: Int32 = 1) {
        _ = rd_kafka_mock_topic_create(handle, topic, partitions, 1)
    }

    /// Writes messages and waits until they are there; nil is a tombstone.
    func produce(_ topic: String, partition: Int32 = 0, _ values: [String?]) {
        guard let place = rd_kafka_topic_new(producer, topic, nil) else { return }
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
        #expect(rd_kafka_flush(producer, 5000) == RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    /// Lets the brokers say that a topic does not exist, or say the truth again.
    func hide(_ topic: String, _ isHidden: Bool) {
        rd_kafka_mock_topic_set_error(
            handle, topic,
            isHidden ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    func push(_ request: Int16, _ errors: [rd_kafka_resp_err_t]) {
        rd_kafka_mock_push_request_errors_array(handle, request, errors.count, errors)
    }

    func settings(_ topic: String, group: String? = "g") -> KafkaSettings {
        var settings = KafkaSettings(
            name: "kc", brokers: brokers.split(separator: ",").map(String.init), topics: [topic])
        settings.group = group
        return settings
    }
}

/// A sink that keeps everything and makes it durable at once when asked to drain.
final class KafkaRecorder: SourceSink {
    struct State {
        var log: [String] = []
        var records: [String: [String]] = [:]
        var offsets: [String: [Int64]] = [:]
        var issues: [ReadIssue] = []
        var positions: [String: ResumePosition] = [:]
        var conditions: [SourceCondition] = []
        var notes: [SourceNote] = []
        var drains = 0
        var lags: [Int64?] = []
    }

    let state: Mutex<State>
    private let acknowledge: Mutex<(@Sendable ([ResumePosition]) -> Void)?> = Mutex(nil)

    /// Whether batches are acknowledged at once, not only when drained.
    private let isPrompt: Bool
    /// Whether nothing is acknowledged.
    private let isMute: Bool

    init(_ positions: [ResumePosition] = [], isPrompt: Bool = false, isMute: Bool = false) {
        self.isPrompt = isPrompt
        self.isMute = isMute
        var first = State()
        for position in positions { first.positions[position.partition] = position }
        state = Mutex(first)
    }

    func acknowledging(_ source: KafkaSource) {
        acknowledge.withLock { $0 = { [weak source] in source?.acknowledge($0) } }
    }

    func deliver(_ message: SourceMessage) {
        state.withLock { state in
            switch message {
            case .opened(let partition): state.log.append("opened \(partition)")
            case .closed(let partition): state.log.append("closed \(partition)")
            case .caughtUp(let partition): state.log.append("caughtUp \(partition)")
            case .condition(let condition):
                state.log.append("condition \(condition.code)")
                state.conditions.append(condition)
            case .note(let note):
                state.log.append("note \(note.kind)")
                state.notes.append(note)
            case .records(let batch): Self.take(batch, &state)
            }
        }
        if case .records(let batch) = message, isPrompt {
            acknowledge.withLock { $0 }?([batch.position])
        }
    }

    private static func take(_ batch: SourceBatch, _ state: inout State) {
        let partition = batch.position.partition
        let bytes = batch.result.batch.bytes
        state.log.append("records \(batch.result.batch.records.count)")
        for record in batch.result.batch.records {
            let end = record.offset + record.count
            #expect(end + RecordBatch.tailPadding <= bytes.count)
            let text = String(decoding: bytes[record.offset..<end], as: UTF8.self)
            state.records[partition, default: []].append(text)
            state.offsets[partition, default: []].append(record.at)
        }
        #expect(bytes.suffix(RecordBatch.tailPadding).allSatisfy { $0 == 0 })
        state.issues += batch.result.issues
        state.positions[partition] = batch.position
        state.lags.append(batch.lag)
    }

    func drain() -> Bool {
        let positions = state.withLock { state in
            state.drains += 1
            return Array(state.positions.values)
        }
        if !isMute { acknowledge.withLock { $0 }?(positions) }
        return true
    }

    func positions(of source: String) -> [ResumePosition] {
        state.withLock { Array($0.positions.values) }
    }

    var now: State { state.withLock { $0 } }

    /// Waits until something holds, and lets other tests go on meanwhile: for long, because many
    /// tests share few threads.
    func wait(
        _ seconds: Double = 240, until isSo: (State) -> Bool,
        _ place: SourceLocation = #_sourceLocation
    ) async {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if isSo(now) { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
        if isSo(now) { return }
        Issue.record("gave up waiting; so far: \(now.log.suffix(30))", sourceLocation: place)
    }
}

/// A source running on a thread of its own.
final class RunningSource: @unchecked Sendable {
    let source: KafkaSource
    let sink: KafkaRecorder
    /// Whether the run ended, and how.
    private let outcome = Mutex<(isDone: Bool, error: SourceError?)>((false, nil))

    init(
        _ settings: KafkaSettings, _ sink: KafkaRecorder = KafkaRecorder(),
        _ limits: ReadLimits = ReadLimits()
    ) {
        source = KafkaSource(settings, limits: limits)
        self.sink = sink
        sink.acknowledging(source)
        Thread.detachNewThread { [self] in
            do throws(SourceError) {
                try source.run(sink)
                outcome.withLock { $0 = (true, nil) }
            } catch {
                outcome.withLock { $0 = (true, error) }
            }
        }
    }

    /// Waits for the end of a bounded or stopped run.
    @discardableResult
    func finish(_ place: SourceLocation = #_sourceLocation) async -> SourceError? {
        let end = Date().addingTimeInterval(240)
        while Date() < end {
            let now = outcome.withLock { $0 }
            if now.isDone { return now.error }
            try? await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("the source does not end", sourceLocation: place)
        return nil
    }

    @discardableResult
    func stop(_ place: SourceLocation = #_sourceLocation) async -> SourceError? {
        source.stop()
        return await finish(place)
    }
}
