import AuditModel
import TestSupport
import Testing

@testable import TokenScan

/// A text's tokens are those of its lines.
@Suite struct TextScannerTests {
    private func scan(_ text: [UInt8], all: Bool = true) throws -> TextReport {
        var scanner = TextScanner(
            fingerprinter: Fingerprinter(key: try #require(testKey)), describesAll: all)
        var bytes = text + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        return scanner.scan(&bytes, count: text.count)
    }

    @Test(arguments: [81, 82, 83] as [UInt64])
    func aTextHoldsWhatItsLinesHold(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var records = try #require(makeScanner())
        for round in 0..<40 {
            var lines: [String] = []
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                switch Int.random(in: 0..<8, using: &random) {
                case 0: lines.append("é access_token=\(random.opaque(30)) b=\(random.webToken())")
                case 1: lines.append("")
                case 2: lines.append("Authorization: Bearer \(random.webToken())")
                case 3: lines.append("{\"password\":\"a b c d e")
                default: lines.append(HarmlessRecords.json(&random))
                }
            }
            let report = try scan(Array(lines.joined(separator: "\n").utf8))
            var scanned = batch(lines)
            let expected = records.scan(&scanned)
            #expect(report.sightings.map(\.token) == expected, "seed \(seed) round \(round)")
            #expect(report.lineFeeds == lines.count - 1)
            #expect(report.lastLineCharacters == lines.last?.unicodeScalars.count)
        }
    }

    @Test func placesAreLinesAndCharacters() throws {
        let report = try scan(Array("a\r\n\r\nü client_secret=s3cr3t-99\r\n".utf8))
        #expect(report.sightings.map(\.token.record) == [2])
        #expect(report.sightings.map(\.column) == [16])
        #expect(report.sightings.map(\.token.length) == [9])
        #expect(report.lineFeeds == 3)
    }

    @Test func theDigestOfALineForgetsItsSecretsAndTheKey() throws {
        let digest = { (text: String, key: [UInt8]) throws -> ID128? in
            var scanner = TextScanner(
                fingerprinter: Fingerprinter(key: try #require(FingerprintKey(bytes: key))))
            var bytes = Array(text.utf8) + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
            return scanner.scan(&bytes, count: text.utf8.count).sightings.first?.lineDigest
        }
        let (one, two) = (Array(UInt8(0)..<32), Array(UInt8(1)..<33))
        let first = try digest("a token=aB3dE5gH7jK9mN1pQ2 z", one)
        #expect(first != nil && first != ID128.none)
        #expect(try digest("a token=aB3dE5gH7jK9mN1pQ2 z", two) == first)
        #expect(try digest("a token=zY3dE5gH7jK9mN1pQ2x z\r", one) == first)
        #expect(try digest("b token=aB3dE5gH7jK9mN1pQ2 z", one) != first)
    }

    @Test func aRepeatedTokenIsDescribedOnce() throws {
        let line = "token=aB3dE5gH7jK9mN1pQ2\n"
        let report = try scan(Array((line + line).utf8), all: false)
        #expect(report.sightings.map { $0.lineDigest.isNone } == [false, true])
        #expect(report.sightings.map { $0.aliases.isEmpty } == [false, true])
    }

    @Test func bytesThatHeldATokenAreWiped() throws {
        var scanner = TextScanner(fingerprinter: Fingerprinter(key: try #require(testKey)))
        let padding = [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        var leaky = Array("token=aB3dE5gH7jK9mN1pQ2".utf8) + padding
        _ = scanner.scan(&leaky, count: leaky.count - padding.count)
        #expect(leaky.isEmpty)
        var quiet = Array("nothing".utf8) + padding
        _ = scanner.scan(&quiet, count: 7)
        #expect(quiet.count == 7 + padding.count)
    }
}
