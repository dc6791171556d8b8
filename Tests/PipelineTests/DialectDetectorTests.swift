import AuditModel
import Intake
import LogFormats
import Testing

@testable import Pipeline

@Suite struct DialectDetectorTests {
    private let chatter = "2026-03-02 10:15:29,000 INFO  [io.quarkus] (main) started"
    private let event = #"{"time":1772409632311,"type":"LOGIN","realmId":"r"}"#

    /// Which records, by where they start, are read in which dialect.
    private func told(
        _ lines: [(text: String, at: Int64)], batchSize: Int, format: (any LogFormat)? = nil
    ) -> [String] {
        var detector = DialectDetector(format)
        var seen: [String] = []
        func drain() {
            while let next = detector.next() {
                for record in next.result.batch.records {
                    seen.append("\(record.at) \(next.format?.name ?? "unknown")")
                }
            }
        }
        for start in stride(from: 0, to: lines.count, by: batchSize) {
            detector.add(batch(Array(lines[start..<min(start + batchSize, lines.count)])))
            drain()
        }
        _ = detector.finish()
        drain()
        return seen
    }

    private func batch(_ lines: [(text: String, at: Int64)]) -> ReadResult {
        var batch = RecordBatch(
            stream: RecordStream(lineage: .none, name: "test"), bytes: [], records: [])
        for line in lines {
            let bytes = Array(line.text.utf8)
            batch.records.append(.init(offset: batch.bytes.count, count: bytes.count, at: line.at))
            batch.bytes += bytes
        }
        batch.bytes += [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        return ReadResult(batch: batch, issues: [])
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func recordsBeforeTheFirstTellingOneAreReadLikeItWhateverTheBatches(batchSize: Int) {
        let lines = [chatter, chatter, "{}", chatter, event, "{}"].enumerated()
            .map { (text: $1, at: Int64($0) * 100) }
        let expected = lines.map { "\($0.at) keycloak" }
        #expect(told(lines, batchSize: batchSize) == expected)
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func beyondTheLookAheadOnlyRecordsFromTheTellingOneOnAreRead(batchSize: Int) {
        let far = DialectDetector.lookAhead
        let lines = [
            (text: chatter, at: Int64(0)), (text: chatter, at: far), (text: chatter, at: far + 1),
            (text: event, at: far + 2), (text: chatter, at: far + 3),
        ]
        let expected = [
            "0 unknown", "\(far) unknown", "\(far + 1) unknown", "\(far + 2) keycloak",
            "\(far + 3) keycloak",
        ]
        #expect(told(lines, batchSize: batchSize) == expected)
    }

    @Test func streamsThatNeverTellAreGivenOutAtTheirEnd() {
        let lines = [(text: chatter, at: Int64(0)), (text: "x", at: 60)]
        #expect(told(lines, batchSize: 1) == ["0 unknown", "60 unknown"])
    }

    @Test func aNamedDialectHoldsNothingBack() {
        let lines = [(text: chatter, at: Int64(0))]
        #expect(told(lines, batchSize: 1, format: KeycloakFormat()) == ["0 keycloak"])
    }

    @Test func whatIsHeldBackIsBoundedWhereverItsPlacesCount() {
        var detector = DialectDetector(nil)
        var held = 0
        var most = 0
        // As messages of Kafka, whose places are no bytes.
        for at in 0..<200 {
            let text = String(repeating: "x", count: 100_000)
            detector.add(batch([(text, Int64(at))]))
            held += 1
            while detector.next() != nil { held -= 1 }
            most = max(most, held)
        }
        #expect(most * 100_000 <= 2 * Int(DialectDetector.lookAhead) + 100_000)
    }
}
