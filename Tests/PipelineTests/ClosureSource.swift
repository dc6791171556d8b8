import AuditModel
import Foundation
import Intake

/// A live source that a test plays by hand.
final class ClosureSource: LiveSource, @unchecked Sendable {
    let name: String
    private let body: (ClosureSource, any SourceSink) throws(SourceError) -> Void
    private let lock = NSLock()
    private var isStopped = false

    init(
        _ name: String,
        _ body: @escaping (ClosureSource, any SourceSink) throws(SourceError) -> Void
    ) {
        self.name = name
        self.body = body
    }

    func run(_ sink: any SourceSink) throws(SourceError) { try body(self, sink) }

    func stop() { lock.withLock { isStopped = true } }
    func acknowledge(_ positions: [ResumePosition]) {}
    func pause(_ partitions: Set<String>) {}

    func waitForStop() {
        while !lock.withLock({ isStopped }) { Thread.sleep(forTimeInterval: 0.005) }
    }

    /// Lines of a partition; the position counts those before them too.
    func batch(_ partition: String, _ lines: [String], from start: Int = 0) -> SourceBatch {
        var bytes: [UInt8] = []
        var records: [RecordBatch.Record] = []
        for (index, line) in lines.enumerated() {
            let text = Array(line.utf8)
            records.append(
                .init(offset: bytes.count, count: text.count, at: Int64(start + index)))
            bytes += text
        }
        bytes += [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        let lineage = partition.utf8.reduce(UInt64(9)) { $0 &* 31 &+ UInt64($1) }
        let stream = RecordStream(lineage: ID128(high: 8, low: lineage), name: partition)
        return SourceBatch(
            result: ReadResult(
                batch: RecordBatch(stream: stream, bytes: bytes, records: records), issues: []),
            position: ResumePosition(
                source: name, partition: partition, offset: Int64(start + lines.count)))
    }
}
