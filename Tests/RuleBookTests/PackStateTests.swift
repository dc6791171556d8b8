import AuditModel
import Detection
import GrantLedger
import Testing

@testable import RuleBook

@Suite("The pack after a restart")
struct PackStateTests {
    private final class Image {
        var bytes: [UInt8] = []
    }

    @Test("every story of the pack, cut at a random place, ends as if it had not been cut")
    func stories() throws {
        let pack = RuleBook.pack()
        let rules = pack.active
        let key = DetectionRun.stateKey(rules: rules)
        var alerts = 0
        var seed: UInt64 = 7
        let stories = pack.rules.flatMap(\.tests).compactMap(RuleTests.batch)
        #expect(stories.count > 100)
        for (number, batch) in stories.enumerated() where batch.count < 5_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let cut = Int(seed >> 33) % (batch.count + 1)
            var run = DetectionRun(rules: rules)
            take(batch, 0..<cut, into: &run)
            let image = try image(of: run, key)
            take(batch, cut..<batch.count, into: &run)
            var second = try image.withUnsafeBytes { bytes in
                var reader = try StateReader(bytes, key: key)
                return try DetectionRun(
                    rules: rules, codes: batch.pool.count, from: &reader)
            }
            take(batch, cut..<batch.count, into: &second)
            #expect(second.alerts() == run.alerts(), "story \(number), cut at \(cut)")
            // Compared as a truth: a failure would print megabytes.
            let isSame = try self.image(of: second, key) == self.image(of: run, key)
            #expect(isSame, "story \(number), cut at \(cut)")
            alerts += run.alerts().count
        }
        #expect(alerts > 50)
    }

    private func take(_ batch: EventBatch, _ rows: Range<Int>, into run: inout DetectionRun) {
        for row in rows { run.take(batch, row: row, pool: batch.pool) }
    }

    private func image(of run: DetectionRun, _ key: ID128) throws -> [UInt8] {
        let image = Image()
        var writer = StateWriter(key: key) { image.bytes += $0 }
        run.write(to: &writer)
        _ = try writer.finish()
        return image.bytes
    }
}
