import AuditModel
import Foundation
import Glibc
import Intake
import TestSupport
import Testing

@Suite struct MultilineTests {
    private let printed = """
        {
          "a": 1,
          "b": [
            {"c": 2},
            {"c": 3}
          ],

          "d": {}
        }
        """

    @Test func anObjectOverSeveralLinesIsOneRecord() throws {
        let scratch = try Scratch()
        let text = "{\"x\":1}\n\(printed)\n  \(printed)\r\n{\"y\":2}\n\(printed)"
        let found = try harvest(try scratch.write("a", text))
        #expect(found.texts == ["{\"x\":1}", printed, "  " + printed, "{\"y\":2}", printed])
        #expect(found.issues.isEmpty)
        for (record, place) in zip(found.records, found.places) {
            #expect(Array(text.utf8.dropFirst(Int(place)).prefix(record.count)) == record)
        }
    }

    @Test func objectsMayFollowEachOtherOnOneLineAndWithCommas() throws {
        let scratch = try Scratch()
        let text = "\(printed){\n\"e\":1}\n\(printed),\n\(printed)\nx\n"
        #expect(
            try harvest(try scratch.write("a", text)).texts
                == [printed, "{\n\"e\":1}", printed, printed, "x"])
    }

    /// What breaks an object off costs its first line only.
    @Test(arguments: [
        "{\"id\":\"1\",\"na", "{\"id\":1,", "{", "{\"a\":[", "{\"a\":[{\"b\":1},", "{main} started",
        "{\"a\":{\n\"b\":1,", "{\"a\":tru,", "{\"a\":1]", "{\"a\" 1,",
    ])
    func aLineThatIsARecordEndsABrokenOne(opener: String) throws {
        let scratch = try Scratch()
        let lines = opener.split(separator: "\n").map(String.init)
        for next in [
            "{\"id\":2,\"x\":{\"y\":1}}", "2026-03-02 10:15:30,123 WARN  [a.b] (t) x=\"y\"",
            "\tat org.acme.Main.run(Main.java:1)",
        ] {
            let found = try harvest(
                try scratch.write("a", "\(opener)\n\(next)\n\(printed)\nlast\n"))
            #expect(found.texts == lines + [next, printed, "last"], "\(opener) \(next)")
            #expect(found.issues.isEmpty)
        }
    }

    @Test func anObjectThatDoesNotEndIsLines() throws {
        let scratch = try Scratch()
        let open = "{\n  \"a\": 1,\n  \"b\": 2"
        for end in ["", "\n", "\n\n"] {
            #expect(
                try harvest(try scratch.write("a", open + end)).texts
                    == ["{", "  \"a\": 1,", "  \"b\": 2"])
        }
    }

    @Test func theLimitHoldsForAllLinesTogether() throws {
        let scratch = try Scratch()
        let path = try scratch.write("a", "{\"a\":\n1}\n{\"abc\":\n1}\nxyz\n")
        for chunk in [1, 3, 7, 64] {
            let found = try harvest(path, ReadLimits(recordBytes: 8, chunkBytes: chunk))
            #expect(found.texts == ["{\"a\":\n1}", "{\"abc\":", "1}", "xyz"], "chunk \(chunk)")
        }
    }

    @Test func openersInOpenersCostNoMoreThanTheirDepth() throws {
        let scratch = try Scratch()
        let text = String(repeating: "{\"a\":\n", count: 4000)
        let start = ContinuousClock.now
        let found = try harvest(try scratch.write("a", text), records: 100_000)
        #expect(found.records.count == 4000)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func thePiecesOfALineThatARuntimeHasCutAreOneRecord() throws {
        let scratch = try Scratch()
        let time = "2026-03-02T10:15:30.123456789Z"
        let cut = "\(time) stdout P ab\n\(time) stdout P cd\n\(time) stdout F ef"
        let whole = "\(time) stdout F gh"
        let stray = "\(time) stdout P ij"
        let found = try harvest(
            try scratch.write("a", "\(cut)\n\(whole)\n\(stray)\n\(time) stderr F kl\n\(stray)\n"))
        #expect(found.texts == [cut, whole, stray, "\(time) stderr F kl", stray])
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func whatIsReadDoesNotDependOnChunks(seed: UInt64) throws {
        let scratch = try Scratch()
        var random = SeededGenerator(seed: seed)
        let parts = [
            "{", "}", "[", "]", ",", "\n", "\r\n", "\"a\":", "1", " ", "{}", "\"", "\\", "x",
            "{\"a\":1}", "{\n", "\n{\"b\":2}\n", "2026-03-02T10:15:30.123456789Z stdout P ", "}\n",
            "2026-03-02T10:15:30.123456789Z stdout F ",
        ]
        for round in 0..<80 {
            var text = ""
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                text += parts.randomElement(using: &random) ?? ""
            }
            let limit = Int.random(in: 1...80, using: &random)
            let path = try scratch.write("a", "x\n" + text)
            let whole = try harvest(path, ReadLimits(recordBytes: limit, chunkBytes: 1 << 16))
            let chunk = Int.random(in: 1...40, using: &random)
            let some = try harvest(
                path, ReadLimits(recordBytes: limit, chunkBytes: chunk),
                records: Int.random(in: 1...4, using: &random))
            #expect(some == whole, "seed \(seed) round \(round) chunk \(chunk) limit \(limit)")
        }
    }

    @Test func aFollowedFileGivesAnObjectWhenItIsComplete() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\n{\n  \"a\": 1,\n")
        let settings = quick([scratch.path + "/a.log"])
        let before = Following(settings)
        #expect(eventually { before.sink.texts == ["one"] })
        usleep(100_000)
        #expect(before.sink.texts == ["one"])
        before.stop()
        // The position is before the object, so that it is read whole after a restart.
        #expect(before.sink.positions.map(\.offset) == [4])
        let again = Following(settings, RecordingSink(positions: before.sink.positions))
        usleep(100_000)
        try scratch.append("a.log", "  \"b\": 2\n}")
        usleep(100_000)
        #expect(again.sink.texts.isEmpty)
        try scratch.append("a.log", "\n{\n \"c\":")
        #expect(eventually { again.sink.texts == ["{\n  \"a\": 1,\n  \"b\": 2\n}"] })
        try scratch.append("a.log", "\n{\"d\":1}\n")
        #expect(eventually { again.sink.texts.count == 4 })
        #expect(again.sink.texts.dropFirst() == ["{", " \"c\":", "{\"d\":1}"])
        again.stop()
    }
}
