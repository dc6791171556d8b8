import AuditModel
import Intake
import TestSupport
import Testing

@Suite struct CompressionTests {
    let lines = (0..<3000).map { "line \($0) \(UInt64($0) &* 0x9E37_79B9_7F4A_7C15)" }
    var text: [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

    @Test func severalMembersAndFramesAreOneStream() throws {
        let scratch = try Scratch()
        let plain = try harvest(try scratch.write("plain", text))
        #expect(plain.texts == lines)
        let (front, back) = (Array(text.prefix(1001)), Array(text.dropFirst(1001)))
        let gz = try scratch.write("no-name", try gzip(front) + gzip([]) + gzip(back) + [0, 0, 0])
        #expect(try harvest(gz) == plain)
        let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9]
        let zst = try scratch.write("b", skippable + zstd(front) + zstd([]) + zstd(back))
        #expect(try harvest(zst) == plain)
    }

    @Test func aTruncatedStreamKeepsWhatWasReadable() throws {
        let scratch = try Scratch()
        for packed in [try gzip(text), zstd(text)] {
            let path = try scratch.write("cut", Array(packed.dropLast(packed.count / 3)))
            let found = try harvest(path)
            #expect(found.texts == Array(lines.prefix(found.texts.count)))
            #expect(found.texts.count < lines.count)
            #expect(found.issues.map(\.code) == [.recordTruncated])
        }
    }

    @Test func aCutInTheTrailerLosesNoRecordAndIsSaid() throws {
        let scratch = try Scratch()
        let found = try harvest(try scratch.write("cut", try gzip(text).dropLast(3)))
        #expect(found.texts == lines)
        #expect(found.issues.map(\.code) == [.recordTruncated])
        #expect(found.issues.map(\.count) == [0])
    }

    @Test func damageAndForeignBytesAreSaid() throws {
        let scratch = try Scratch()
        let junk = try harvest(try scratch.write("junk", try gzip(text) + Array("junk".utf8)))
        #expect(junk.texts == lines)
        #expect(junk.issues.map(\.code) == [.recordTruncated])
        var random = SeededGenerator(seed: 7)
        for packed in [try gzip(text), zstd(text)] {
            for _ in 0..<50 {
                var damaged = packed
                damaged[Int.random(in: 0..<damaged.count, using: &random)] ^= 0x55
                _ = try harvest(try scratch.write("damaged", damaged))
            }
        }
    }
}
