import AuditModel
import Glibc
import Intake
import TestSupport
import Testing

@Suite struct RecordReaderTests {
    @Test func linesAreRecordsWithoutTheirEnds() throws {
        let scratch = try Scratch()
        let path = try scratch.write("a", "one\r\n\n  \ntw\ro\n\u{0}\u{1}three")
        let found = try harvest(path)
        #expect(found.texts == ["one", "tw\ro", "\u{0}\u{1}three"])
        #expect(found.places == [0, 9, 14])
        #expect(found.issues.isEmpty)
        let first = Array("one".utf8).withUnsafeBytes(RecordStream.lineage(ofFirstRecord:))
        #expect(found.lineage == first)
    }

    @Test func anEmptyFileHasNoRecords() throws {
        let scratch = try Scratch()
        for text in ["", "\n\r\n", "\u{FEFF}", "[ ]", " [] [] "] {
            let found = try harvest(try scratch.write("a", text))
            #expect(found == Harvest(), "\(text)")
        }
    }

    @Test func aByteOrderMarkIsNoPartOfTheFirstRecord() throws {
        let scratch = try Scratch()
        let found = try harvest(try scratch.write("a", "\u{FEFF}x\ny\n"))
        #expect(found.texts == ["x", "y"])
        #expect(found.places == [3, 5])
    }

    @Test func aTooLongRecordIsDroppedAndCounted() throws {
        let scratch = try Scratch()
        let long = String(repeating: "a", count: 5000)
        let path = try scratch.write("a", "first\n\(long)\r\nlast\n\(long)b")
        let found = try harvest(path, ReadLimits(recordBytes: 100, chunkBytes: 64))
        #expect(found.texts == ["first", "last"])
        #expect(found.issues.map(\.code) == [.recordTooLong, .recordTooLong])
        #expect(found.issues.map(\.at) == [6, 5013])
        #expect(found.issues.map(\.count) == [5000, 5001])
    }

    @Test func theLimitCountsTheRecordWithoutItsLineEnd() throws {
        let scratch = try Scratch()
        let path = try scratch.write("a", "1234\r\n12345\n1234\n1234")
        for chunk in 1...12 {
            let found = try harvest(path, ReadLimits(recordBytes: 4, chunkBytes: chunk))
            #expect(found.texts == ["1234", "1234", "1234"], "chunk \(chunk)")
            #expect(found.issues.map(\.count) == [5])
        }
    }

    @Test func batchesEndAtTheirMaxima() throws {
        let scratch = try Scratch()
        let path = try scratch.write("a", "aaaa\nbbbb\ncccccccccccc\nd\n")
        let reader = try RecordReader(Input(name: path, size: nil))
        var counts: [Int] = []
        while let result = try reader.next(maximumRecords: 2, maximumBytes: 7) {
            counts.append(result.batch.records.count)
        }
        #expect(counts == [1, 1, 1, 1])
        #expect(try harvest(path, records: 3).texts.count == 4)
        #expect(reader.bytesRead == 25)
        #expect(reader.inputBytesRead == 25)
    }

    @Test func aPipeGivesWhatItHasWithoutWaitingForMore() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        let writer = open(path, O_RDWR)
        defer { close(writer) }
        try #require(write(writer, "one\ntwo\nthr", 11) == 11)
        let reader = try RecordReader(Input(name: path, size: nil))
        #expect(try reader.next(maximumRecords: 100)?.batch.records.count == 2)
        try #require(write(writer, "ee\n", 3) == 3)
        #expect(try reader.next(maximumRecords: 100)?.batch.records.map(\.at) == [8])
    }

    @Test func anArrayOverSeveralLinesGivesItsElements() throws {
        let scratch = try Scratch()
        let text = """
             [
              { "a": "x]}\\",[{",
                "b": [1, {"c": 2}] },
              {"d": 1}, 17, "te]xt" , null
            ]
            """
        let found = try harvest(try scratch.write("a", text))
        #expect(
            found.texts == [
                "{ \"a\": \"x]}\\\",[{\",\n    \"b\": [1, {\"c\": 2}] }", "{\"d\": 1}", "17",
                "\"te]xt\"", "null",
            ])
        for (record, place) in zip(found.records, found.places) {
            #expect(Array(text.utf8.dropFirst(Int(place)).prefix(record.count)) == record)
        }
        #expect(found.issues.isEmpty)
    }

    @Test func aLogLineThatStartsWithABracketIsALine() throws {
        let scratch = try Scratch()
        let text = "[2026-01-01] a, b\n[{main}] c\n[\n"
        #expect(
            try harvest(try scratch.write("a", text)).texts == [
                "[2026-01-01] a, b", "[{main}] c", "[",
            ])
    }

    @Test func aBrokenElementCostsOnlyItself() throws {
        let scratch = try Scratch()
        let long = "{\"a\":\"" + String(repeating: "x", count: 90) + "\"}"
        let path = try scratch.write("a", "[{\"a\":1}, \(long) ,}\n{\"b\":\"x\n\"}]{\"c\":3}")
        let found = try harvest(path, ReadLimits(recordBytes: 50, chunkBytes: 16))
        #expect(found.texts.first == "{\"a\":1}")
        #expect(found.issues.contains { $0.code == .recordTooLong && $0.count == 98 })
        let cut = try harvest(try scratch.write("b", "[{\"a\":1},{\"b\":"))
        #expect(cut.texts == ["{\"a\":1}"])
        #expect(cut.issues.map(\.code) == [.recordTruncated])
        #expect(cut.issues.map(\.at) == [9])
        let open = try harvest(try scratch.write("c", "[{\"a\":1}"))
        #expect(open.texts == ["{\"a\":1}"])
        #expect(open.issues.map(\.code) == [.recordTruncated])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatIsReadDoesNotDependOnChunks(seed: UInt64) throws {
        let scratch = try Scratch()
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("ab\n\n\r\"\\,[]{} \u{0}".utf8)
        for round in 0..<60 {
            let starts = ["", "[{\"", "[{}", "\u{FEFF}", " [ ] "]
            var bytes = Array((starts.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...400, using: &random) {
                bytes.append(alphabet.randomElement(using: &random) ?? 0)
            }
            let limit = Int.random(in: 1...60, using: &random)
            let path = try scratch.write("plain", bytes)
            let whole = try harvest(path, ReadLimits(recordBytes: limit, chunkBytes: 1 << 16))
            let packed = [
                path, try scratch.write("gz", try gzip(bytes)),
                try scratch.write("zst", zstd(bytes)),
            ]
            for path in packed {
                let chunk = Int.random(in: 1...70, using: &random)
                let some = try harvest(
                    path, ReadLimits(recordBytes: limit, chunkBytes: chunk),
                    records: Int.random(in: 1...5, using: &random),
                    bytes: Int.random(in: 1...100, using: &random))
                #expect(some == whole, "seed \(seed) round \(round) chunk \(chunk)")
            }
        }
    }
}
