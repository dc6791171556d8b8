import AuditModel
import Foundation
import Glibc
import Intake
import KafkaAccess
import Synchronization
import TestSupport
import Testing

extension MockCluster {
    /// Writes messages and waits until they are there; nil is a tombstone.
    func produce(_ topic: String, partition: Int32 = 0, _ values: [String?]) {
        #expect(write(topic, partition: partition, values))
    }

    func settings(_ topic: String, group: String? = "g") -> KafkaSettings {
        var settings = KafkaSettings(
            name: "kc", cluster: KafkaCluster(brokers: addresses), topics: [topic])
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
