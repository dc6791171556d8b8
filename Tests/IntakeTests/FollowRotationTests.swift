import AuditModel
import Glibc
import Intake
import Testing

@Suite struct FollowRotationTests {
    @Test(arguments: ["a.log", "a.log*"])
    func aRenamedFileIsReadToItsEnd(pattern: String) throws {
        let scratch = try Scratch()
        let writer = open(scratch.path + "/a.log", O_CREAT | O_WRONLY | O_APPEND, 0o600)
        defer { close(writer) }
        try #require(write(writer, "one\n", 4) == 4)
        let following = Following(quick([scratch.path + "/" + pattern]))
        #expect(eventually { following.sink.texts == ["one"] })
        try scratch.move("a.log", to: "a.log.1")
        try scratch.append("a.log", "new\n")
        try #require(write(writer, "two\nhalf", 8) == 8)
        #expect(eventually { following.sink.texts.sorted() == ["half", "new", "one", "two"] })
        #expect(eventually { following.sink.closed.count == 1 })
        #expect(following.sink.texts(of: following.sink.closed[0]) == ["one", "two", "half"])
        #expect(following.sink.opened.count == 2)
    }

    @Test func filesWithEqualFirstRecordsAreDifferentPartitions() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "#head\none\n")
        let following = Following(quick([scratch.path + "/a.log*"]))
        #expect(eventually { following.sink.texts == ["#head", "one"] })
        try scratch.move("a.log", to: "a.log.1")
        try scratch.append("a.log", "#head\n")
        try scratch.append("a.log.1", "old\n")
        try scratch.append("a.log", "new\n")
        #expect(eventually { following.sink.texts.count == 5 })
        let opened = following.sink.opened
        try #require(opened.count == 2)
        #expect(opened[1] == opened[0] + "#1")
        #expect(following.sink.texts(of: opened[0]) == ["#head", "one", "old"])
        #expect(following.sink.texts(of: opened[1]) == ["#head", "new"])
        following.stop()
        try scratch.append("a.log", "newer\n")
        try scratch.append("a.log.1", "older\n")
        let again = Following(
            quick([scratch.path + "/a.log*"]), RecordingSink(positions: following.sink.positions))
        #expect(eventually { again.sink.texts.count == 2 })
        #expect(again.sink.texts(of: opened[0]) == ["older"])
        #expect(again.sink.texts(of: opened[1]) == ["newer"])
    }

    @Test(arguments: ["a.log", "a.log*"])
    func aCopyIsNotReadTwiceAndTheEmptiedFileBeginsAnew(pattern: String) throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\ntwo\n")
        let following = Following(quick([scratch.path + "/" + pattern]))
        #expect(eventually { following.sink.texts == ["one", "two"] })
        _ = try scratch.write("a.log.1", scratch.bytes("a.log"))
        try scratch.empty("a.log")
        try scratch.append("a.log", "x\n")
        #expect(eventually { following.sink.texts == ["one", "two", "x"] })
        #expect(following.sink.notes.map(\.kind) == ["file.truncated"])
        #expect(eventually { following.sink.closed.count == 1 })
        usleep(100_000)
        #expect(following.sink.texts == ["one", "two", "x"])
        #expect(following.sink.notes.count == 1)
    }

    @Test func whatACopyHoldsBeyondThePlaceIsReadFromIt() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\n")
        let following = Following(quick([scratch.path + "/a.log"]))
        #expect(eventually { following.sink.texts == ["one"] })
        following.follower.pause(Set(following.sink.opened))
        try scratch.append("a.log", "two\nthree\n")
        _ = try scratch.write("a.log.1", scratch.bytes("a.log"))
        try scratch.empty("a.log")
        try scratch.append("a.log", "four\n")
        following.follower.pause([])
        #expect(eventually { following.sink.texts.sorted() == ["four", "one", "three", "two"] })
        #expect(following.sink.texts(of: following.sink.opened[0]) == ["one", "two", "three"])
        #expect(eventually { following.sink.closed.count == 1 })
        #expect(following.sink.notes.map(\.kind) == ["file.truncated"])
    }

    @Test func aLossIsSaidWithItsSize() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\n")
        var settings = quick([scratch.path + "/a.log"])
        settings.batchRecords = 1
        settings.limits = ReadLimits(chunkBytes: 4)
        let sink = SlowSink()
        let follower = Following(settings, sink)
        #expect(eventually { follower.sink.texts == ["one"] })
        sink.isBlocked = true
        try scratch.append("a.log", "two\nthree\nfour\nfive\nsix\nseven\neight\n")
        #expect(eventually { sink.isWaiting })
        try scratch.empty("a.log")
        sink.isBlocked = false
        #expect(eventually { follower.sink.notes.contains { $0.kind == "file.gap" } })
        let gap = try #require(follower.sink.notes.last { $0.kind == "file.gap" })
        let offset = try #require(follower.sink.batches.last?.position.offset)
        #expect(gap.detail.hasPrefix("\(40 - offset) bytes behind byte \(offset)"), "\(gap.detail)")
    }

    @Test func quickRegrowthBeyondThePlaceIsNoticed() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\ntwo\n")
        var settings = quick([scratch.path + "/a.log"])
        settings.usesNotify = false
        settings.pollInterval = .milliseconds(150)
        let following = Following(settings)
        #expect(eventually { following.sink.texts == ["one", "two"] })
        try scratch.empty("a.log")
        try scratch.append("a.log", "another\nand another\n")
        #expect(eventually { following.sink.texts.count == 4 })
        #expect(following.sink.texts.suffix(2) == ["another", "and another"])
        #expect(following.sink.notes.map(\.kind).first == "file.truncated")
    }

    @Test(arguments: [true, false])
    func aCompressedTwinIsNotReadTwice(isGzip: Bool) throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\ntwo\n")
        let following = Following(quick([scratch.path + "/a.log*"]))
        #expect(eventually { following.sink.texts.count == 2 })
        try scratch.move("a.log", to: "a.log.1")
        try scratch.append("a.log", "three\n")
        #expect(eventually { following.sink.closed.count == 1 })
        let bytes = scratch.bytes("a.log.1")
        _ = try scratch.write("a.log.1.z", isGzip ? try gzip(bytes) : zstd(bytes))
        scratch.remove("a.log.1")
        usleep(150_000)
        try scratch.move("a.log.1.z", to: "a.log.2.z")
        usleep(100_000)
        #expect(following.sink.texts == ["one", "two", "three"])
        following.stop()
        let again = Following(
            quick([scratch.path + "/a.log*"]), RecordingSink(positions: following.sink.positions))
        try scratch.append("a.log", "four\n")
        #expect(eventually { again.sink.texts == ["four"] })
        usleep(100_000)
        #expect(again.sink.texts == ["four"])
    }

    @Test func aTwinIsReadOnWhereTheFileWasLeft() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\n")
        let following = Following(quick([scratch.path + "/a.log"]))
        #expect(eventually { following.sink.texts.count == 1 })
        following.stop()
        try scratch.append("a.log", "two\nthree\n")
        _ = try scratch.write("a.log.1.gz", try gzip(scratch.bytes("a.log")))
        scratch.remove("a.log")
        try scratch.append("a.log", "four\n")
        let again = Following(
            quick([scratch.path + "/a.log"]), RecordingSink(positions: following.sink.positions))
        #expect(eventually { again.sink.texts.sorted() == ["four", "three", "two"] })
        #expect(again.sink.texts(of: following.sink.opened[0]) == ["two", "three"])
        let places = again.sink.batches.filter { $0.texts.contains("two") }
            .flatMap { $0.result.batch.records.map(\.at) }
        #expect(places == [4, 8])
        #expect(eventually { again.sink.closed == following.sink.opened })
        #expect(again.sink.notes.allSatisfy { $0.kind != "file.gone" })
    }

    @Test func aLinkThatIsTurnedElsewhereIsLikeARename() throws {
        let scratch = try Scratch()
        try #require(mkdir(scratch.path + "/data", 0o700) == 0)
        try scratch.append("data/1", "one\n")
        try #require(symlink(scratch.path + "/data/1", scratch.path + "/a.log") == 0)
        let following = Following(quick([scratch.path + "/a.log"]))
        #expect(eventually { following.sink.texts == ["one"] })
        try scratch.append("data/1", "two\n")
        #expect(eventually { following.sink.texts == ["one", "two"] })
        try scratch.append("data/2", "three\n")
        scratch.remove("a.log")
        try #require(symlink(scratch.path + "/data/2", scratch.path + "/a.log") == 0)
        try scratch.append("data/1", "late\n")
        #expect(eventually { following.sink.texts.sorted() == ["late", "one", "three", "two"] })
        #expect(eventually { following.sink.closed.count == 1 })
    }
}

/// A sink that can be held up.
final class SlowSink: RecordingSink, @unchecked Sendable {
    private let gate = Gate()
    var isBlocked: Bool {
        get { gate.isBlocked }
        set { gate.isBlocked = newValue }
    }
    var isWaiting: Bool { gate.isWaiting }

    override func deliver(_ message: SourceMessage) {
        super.deliver(message)
        if case .records = message { gate.pass() }
    }
}
