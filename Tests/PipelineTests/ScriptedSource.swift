import AuditModel
import Foundation
import Intake
import TestSupport

/// A live source that plays partitions of lines in pieces of random sizes, from the positions the
/// store kept, and ends with them.
final class ScriptedSource: LiveSource, @unchecked Sendable {
    let name: String
    private let partitions: [[String]]
    private let seed: UInt64
    /// Nil delivers all; else the lines of each partition that exist by now.
    private let lock = NSLock()
    private var isStopped = false
    private var acknowledged: [String: Int64] = [:]
    private let closesAtEnd: Bool

    init(_ name: String, partitions: [[String]], seed: UInt64, closesAtEnd: Bool = true) {
        self.name = name
        self.partitions = partitions
        self.seed = seed
        self.closesAtEnd = closesAtEnd
    }

    func stop() {
        lock.lock()
        isStopped = true
        lock.unlock()
    }

    var stopped: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isStopped
    }

    func acknowledge(_ positions: [ResumePosition]) {
        lock.lock()
        for position in positions { acknowledged[position.partition] = position.offset }
        lock.unlock()
    }

    /// The positions that were acknowledged, by partition.
    var acknowledgements: [String: Int64] {
        lock.lock()
        defer { lock.unlock() }
        return acknowledged
    }

    func pause(_ partitions: Set<String>) {}

    func run(_ sink: any SourceSink) throws(SourceError) {
        var random = SeededGenerator(seed: seed)
        let stored = sink.positions(of: name)
        var next = partitions.indices.map { index in
            Int(stored.first { $0.partition == "p\(index)" }?.offset ?? 0)
        }
        for index in partitions.indices { sink.deliver(.opened(partition: "p\(index)")) }
        sink.deliver(.condition(SourceCondition(isReady: true)))
        while !stopped, let index = partitions.indices.filter({ next[$0] < partitions[$0].count })
            .randomElement(using: &random)
        {
            let size = Int.random(in: 1...400, using: &random)
            let end = min(partitions[index].count, next[index] + size)
            sink.deliver(.records(batch(index, next[index]..<end)))
            next[index] = end
            if end == partitions[index].count { sink.deliver(.caughtUp(partition: "p\(index)")) }
        }
        while !closesAtEnd, !stopped { Thread.sleep(forTimeInterval: 0.005) }
        if closesAtEnd {
            for index in partitions.indices { sink.deliver(.closed(partition: "p\(index)")) }
        }
    }

    private func batch(_ index: Int, _ lines: Range<Int>) -> SourceBatch {
        var bytes: [UInt8] = []
        var records: [RecordBatch.Record] = []
        for line in lines {
            let text = Array(partitions[index][line].utf8)
            records.append(.init(offset: bytes.count, count: text.count, at: Int64(line)))
            bytes += text
        }
        bytes += [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        let stream = RecordStream(
            lineage: ID128(high: 7, low: UInt64(index)), name: "script/\(index)")
        return SourceBatch(
            result: ReadResult(
                batch: RecordBatch(stream: stream, bytes: bytes, records: records), issues: []),
            position: ResumePosition(
                source: name, partition: "p\(index)", offset: Int64(lines.upperBound)))
    }
}
