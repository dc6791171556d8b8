import AuditModel
import Glibc
import Intake
import TestSupport
import Testing

@Suite struct FollowResumeTests {
    /// Follows until so many records came, and stops.
    private func first(_ settings: FollowSettings, _ count: Int) -> RecordingSink {
        let following = Following(settings)
        #expect(eventually { following.sink.texts.count == count })
        following.stop()
        return following.sink
    }

    @Test(arguments: ["a.log", "a.log*"])
    func aFileThatWasRenamedMeanwhileIsFinished(pattern: String) throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\n")
        let settings = quick([scratch.path + "/" + pattern])
        let before = first(settings, 1)
        try scratch.append("a.log", "two\n")
        try scratch.move("a.log", to: "a.log.1")
        try scratch.append("a.log", "three\n")
        let again = Following(settings, RecordingSink(positions: before.positions))
        #expect(eventually { again.sink.texts.sorted() == ["three", "two"] })
        #expect(again.sink.texts(of: before.opened[0]) == ["two"])
        #expect(eventually { again.sink.closed == before.opened })
        again.stop()
        let third = Following(settings, RecordingSink(positions: again.sink.positions))
        try scratch.append("a.log", "four\n")
        #expect(eventually { third.sink.texts == ["four"] })
        #expect(third.sink.notes.isEmpty)
    }

    @Test func aFileThatWasReplacedInPlaceIsAnother() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\ntwo\n")
        let settings = quick([scratch.path + "/a.log"])
        let before = first(settings, 2)
        for text in ["x\ny\nz\nlonger than before\n", "one\nTWO\nthree\n", "one\n"] {
            try scratch.empty("a.log")
            try scratch.append("a.log", text)
            let again = Following(settings, RecordingSink(positions: before.positions))
            #expect(eventually { again.sink.texts.joined(separator: "\n") + "\n" == text })
            #expect(again.sink.notes.first?.kind == "file.truncated")
            #expect(again.sink.texts(of: before.opened[0]).isEmpty)
        }
    }

    /// Inodes are given out again: the emptied file's own may become that of a compressed copy.
    @Test func aHalfWrittenCompressedCopyInTheSameInodeIsNotReadAgain() throws {
        let scratch = try Scratch()
        var random = SeededGenerator(seed: 4)
        let text = (0..<60).map { "\($0) \(UInt64.random(in: 0...UInt64.max, using: &random))\n" }
            .joined()
        try scratch.append("a.log", text)
        var settings = quick([scratch.path + "/a.log*"])
        settings.grace = .seconds(3)
        let before = first(settings, 60)
        let packed = try gzip(Array(text.utf8))
        try scratch.empty("a.log")
        try scratch.append("a.log", bytes: Array(packed.prefix(packed.count / 2)))
        try scratch.move("a.log", to: "a.log.1.gz")
        let again = Following(settings, RecordingSink(positions: before.positions))
        // Longer than a plain file has to rest to be taken for whole.
        usleep(120_000)
        try scratch.append("a.log.1.gz", bytes: Array(packed.dropFirst(packed.count / 2)))
        try scratch.append("a.log", "new\n")
        #expect(eventually { again.sink.texts.contains("new") })
        usleep(120_000)
        #expect(again.sink.texts == ["new"])
    }

    /// The same when the store does not know yet what is being compressed.
    @Test(arguments: [true, false])
    func anInodeGivenOutAgainDoesNotPutACopyBeforeItsOriginal(isOfCopy: Bool) throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "old\n")
        let settings = quick([scratch.path + "/a.log*"])
        let before = first(settings, 1)
        let packed = try gzip(Array("one\ntwo\n".utf8))
        try scratch.empty("a.log")
        if isOfCopy {
            try scratch.append("a.log.1", "one\ntwo\n")
            try scratch.move("a.log", to: "a.log.1.gz")
        } else {
            try scratch.append("a.log", "one\ntwo\n")
            try scratch.move("a.log", to: "a.log.1")
        }
        usleep(20_000)
        try scratch.append("a.log.1.gz", bytes: packed)
        let again = Following(settings, RecordingSink(positions: before.positions))
        #expect(eventually { again.sink.conditions.count == 1 })
        #expect(eventually { again.sink.texts.count >= 2 })
        usleep(250_000)
        #expect(again.sink.texts == ["one", "two"])
    }

    @Test func aFileThatIsGoneIsSaidOnce() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\n")
        let settings = quick([scratch.path + "/a.log"])
        let before = first(settings, 1)
        scratch.remove("a.log")
        let again = Following(settings, RecordingSink(positions: before.positions))
        #expect(eventually { again.sink.notes.map(\.kind) == ["file.gone"] })
        #expect(again.sink.notes.first?.partition == before.opened[0])
        #expect(again.sink.notes.first?.detail.hasSuffix("up to byte 4") == true)
        #expect(eventually { again.sink.closed == before.opened })
        again.stop()
        let third = Following(settings, RecordingSink(positions: again.sink.positions))
        usleep(300_000)
        #expect(third.sink.notes.isEmpty)
    }

    @Test func aSourceMayStartAtTheEnd() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\ntwo\nthr")
        _ = try scratch.write("a.log.1.gz", try gzip(Array("zero\n".utf8)))
        var settings = quick([scratch.path + "/a.log*"])
        settings.start = .end
        let following = Following(settings)
        #expect(eventually { following.sink.positions.count == 2 })
        try scratch.append("a.log", "ee\n")
        try scratch.append("a.log.9", "nine\n")
        #expect(eventually { following.sink.texts.sorted() == ["nine", "three"] })
        following.stop()
        try scratch.append("a.log", "four\n")
        try scratch.append("a.log.8", "eight\n")
        let again = Following(settings, RecordingSink(positions: following.sink.positions))
        #expect(eventually { again.sink.texts.sorted() == ["eight", "four"] })
    }

    @Test func olderFilesArePassedOverUntilTheyGrow() throws {
        let scratch = try Scratch()
        try scratch.append("old.log", "one\n")
        try scratch.append("new.log", "two\n")
        var times = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 0)]
        try #require(utimensat(AT_FDCWD, scratch.path + "/old.log", &times, 0) == 0)
        var settings = quick([scratch.path + "/*.log"])
        settings.start = .time(2_000_000_000_000)
        let following = Following(settings)
        #expect(eventually { following.sink.texts == ["two"] })
        usleep(50_000)
        try scratch.append("old.log", "three\n")
        #expect(eventually { following.sink.texts == ["two", "one", "three"] })
    }

    @Test func foreignPositionsDoNoHarm() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\n")
        let settings = quick([scratch.path + "/a.log"])
        let position = try #require(first(settings, 1).positions.first)
        var positions: [ResumePosition] = []
        let words = position.detail.utf8.count - settings.patterns[0].utf8.count
        for cut in stride(from: 0, to: words, by: 5) {
            var other = position
            other.detail = String(position.detail.prefix(cut))
            positions.append(other)
        }
        for (partition, offset) in [("x", 1), ("#", 1), (position.partition + "#-1", 1)] {
            var other = position
            other.partition = partition
            other.offset = Int64(offset)
            positions.append(other)
        }
        var negative = position
        negative.offset = -1
        var huge = position
        huge.offset = .max
        for broken in positions + [negative, huge] {
            let again = Following(settings, RecordingSink(positions: [broken]))
            #expect(eventually { again.sink.texts == ["one"] }, "\(broken)")
        }
    }
}
