import AuditModel
import Glibc
import Intake
import Testing

@Suite struct FollowTests {
    @Test(arguments: [true, false])
    func appendedLinesComeAndUnfinishedOnesWait(usesNotify: Bool) throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "one\ntw")
        var settings = quick([scratch.path + "/a.log"])
        settings.usesNotify = usesNotify
        let following = Following(settings)
        #expect(eventually { following.sink.texts == ["one"] })
        try scratch.append("a.log", "o")
        usleep(60_000)
        #expect(following.sink.texts == ["one"])
        try scratch.append("a.log", "\nthree\n")
        #expect(eventually { following.sink.texts == ["one", "two", "three"] })
        let at = following.sink.batches.flatMap { $0.result.batch.records.map(\.at) }
        #expect(at == [0, 4, 8])
        #expect(following.sink.positions.map(\.offset) == [14])
        #expect(following.sink.opened.count == 1)
    }

    @Test func theSystemTellsOfAWriteWithinMilliseconds() throws {
        let scratch = try Scratch()
        try scratch.append("a.log", "first\n")
        var settings = quick([scratch.path + "/*.log"])
        settings.pollInterval = .seconds(5)
        let following = Following(settings)
        #expect(eventually { following.sink.texts == ["first"] })
        var delays: [Duration] = []
        for number in 0..<20 {
            usleep(3000)
            let written = ContinuousClock.now
            try scratch.append("a.log", "line \(number)\n")
            #expect(eventually { following.sink.texts.last == "line \(number)" })
            if let came = following.sink.arrival(of: "line \(number)") {
                delays.append(came - written)
            }
        }
        delays.sort()
        #expect(delays[delays.count / 2] < .milliseconds(20), "\(delays)")
    }

    @Test func identitiesAreThoseOfReadingTheFileAtOnce() throws {
        let scratch = try Scratch()
        let texts = [
            "a\nbb\n\nccc", "\u{FEFF}x\r\ny\r\n", " [ {\"a\":1},\n {\"b\": [2]} ]\n",
            String(repeating: "long", count: 500) + "\nshort\n", "[2026] x\n[2027] y\n",
        ]
        for (number, text) in texts.enumerated() {
            let name = "f\(number)"
            let half = text.utf8.count / 2
            var settings = quick([scratch.path + "/" + name])
            settings.limits = ReadLimits(recordBytes: 1000, chunkBytes: 7)
            let following = Following(settings)
            for byte in text.utf8.prefix(half) {
                try scratch.append(name, bytes: [byte])
                if text.utf8.count < 50 { usleep(1500) }
            }
            try scratch.append(name, bytes: Array(text.utf8.dropFirst(half)))
            #expect(eventually { !following.sink.opened.isEmpty }, "\(text)")
            try scratch.move(name, to: "gone\(number)")
            #expect(eventually { following.sink.closed.count == 1 }, "\(text)")
            let whole = try harvest(scratch.path + "/gone\(number)", settings.limits)
            let batches = following.sink.batches
            #expect(batches.flatMap { $0.texts } == whole.texts)
            #expect(batches.flatMap { $0.result.batch.records.map(\.at) } == whole.places)
            #expect(batches.flatMap(\.result.issues) == whole.issues)
            #expect(batches.allSatisfy { $0.result.batch.stream.lineage == whole.lineage })
            #expect(following.sink.opened == [whole.lineage.hex])
        }
    }

    @Test func aBoundedRunEndsAtTheSizesThatWereThere() throws {
        let scratch = try Scratch()
        try scratch.append("a", "one\ntwo")
        _ = try scratch.write("b.gz", try gzip(Array("three\nfour\n".utf8)))
        _ = try scratch.write("c.zst", zstd(Array("three\nfour\n".utf8)))
        var settings = quick([scratch.path])
        settings.isBounded = true
        let following = Following(settings)
        #expect(following.waitForEnd())
        #expect(following.sink.texts.sorted() == ["four", "one", "three", "two"])
        #expect(Set(following.sink.closed) == Set(following.sink.opened))
        let again = Following(settings, RecordingSink(positions: following.sink.positions))
        #expect(again.waitForEnd())
        #expect(again.sink.texts.isEmpty)
    }

    @Test func refusedSettingsAndMissingFilesAreErrors() throws {
        let scratch = try Scratch()
        #expect {
            try FileFollower(FollowSettings(name: "x", patterns: [])).run(RecordingSink())
        } throws: { ($0 as? SourceError)?.code == "file.pattern" }
        var settings = FollowSettings(name: "x", patterns: [scratch.path + "/none"])
        settings.isBounded = true
        let refused = settings
        #expect {
            try FileFollower(refused).run(RecordingSink())
        } throws: { ($0 as? SourceError)?.exitStatus == 66 }
    }

    @Test func aMissingDirectoryIsToldOnceAndReadWhenItAppears() throws {
        let scratch = try Scratch()
        let following = Following(quick([scratch.path + "/logs/a.log"]))
        #expect(eventually { following.sink.conditions.map(\.code) == ["file.missing"] })
        #expect(following.sink.conditions.first?.isReady == false)
        usleep(100_000)
        #expect(following.sink.conditions.count == 1)
        try #require(mkdir(scratch.path + "/logs", 0o700) == 0)
        try scratch.append("logs/a.log", "one\n")
        #expect(eventually { following.sink.texts == ["one"] })
        #expect(eventually { following.sink.conditions.last == SourceCondition(isReady: true) })
    }

    @Test func whatCannotBeOpenedIsToldAndReadWhenItCan() throws {
        let scratch = try Scratch()
        try #require(symlink(scratch.path + "/a.log", scratch.path + "/a.log") == 0)
        let following = Following(quick([scratch.path + "/a.log"]))
        #expect(eventually { following.sink.conditions.map(\.code) == ["file.unreadable"] })
        scratch.remove("a.log")
        try scratch.append("a.log", "one\n")
        #expect(eventually { following.sink.texts == ["one"] })
        #expect(eventually { following.sink.conditions.last?.isReady == true })
    }

    @Test func newFilesAndDirectoriesAreFound() throws {
        let scratch = try Scratch()
        try #require(mkdir(scratch.path + "/logs", 0o700) == 0)
        let following = Following(quick([scratch.path + "/logs", scratch.path + "/x-*.log"]))
        usleep(50_000)
        try scratch.append("x-1.log", "x\n")
        try #require(mkdir(scratch.path + "/logs/new", 0o700) == 0)
        try scratch.append("logs/new/a", "a\n")
        #expect(eventually { following.sink.texts.sorted() == ["a", "x"] })
        try scratch.append("logs/new/a", "b\n")
        scratch.remove("logs/new/a")
        #expect(eventually { following.sink.texts.sorted() == ["a", "b", "x"] })
        #expect(eventually { following.sink.closed.count == 1 })
    }

    @Test func thousandsOfFilesNeedFewDescriptors() throws {
        let scratch = try Scratch()
        for number in 0..<600 { try scratch.append("f\(number)", "record \(number)\n") }
        var settings = quick([scratch.path])
        settings.maximumOpenFiles = 16
        let following = Following(settings)
        #expect(eventually { following.sink.texts.count == 600 })
        #expect(scratch.openFiles <= 17)
        for number in 0..<600 { try scratch.append("f\(number)", "more \(number)\n") }
        #expect(eventually { following.sink.texts.count == 1200 })
        #expect(scratch.openFiles <= 17)
        #expect(Set(following.sink.texts).count == 1200)
    }

    @Test func beyondTheLimitOfWatchesFilesArePolled() throws {
        let scratch = try Scratch()
        try #require(mkdir(scratch.path + "/sub", 0o700) == 0)
        try scratch.append("sub/a", "one\n")
        var settings = quick([scratch.path])
        settings.maximumWatches = 1
        let following = Following(settings)
        #expect(eventually { following.sink.notes.map(\.kind) == ["file.polling"] })
        try scratch.append("sub/a", "two\n")
        #expect(eventually { following.sink.texts == ["one", "two"] })
    }

    @Test func anIdleFileIsClosedAndReadOnWhenItGrows() throws {
        let scratch = try Scratch()
        try scratch.append("a-1.log", "one\n")
        var settings = quick([scratch.path + "/a-*.log"])
        settings.idle = .milliseconds(60)
        let following = Following(settings)
        #expect(eventually { following.sink.texts == ["one"] })
        #expect(eventually { scratch.openFiles == 0 })
        try scratch.append("a-2.log", "two\n")
        #expect(eventually { following.sink.texts == ["one", "two"] })
        #expect(eventually { scratch.openFiles == 0 })
        try scratch.append("a-1.log", "three\n")
        #expect(eventually { following.sink.texts == ["one", "two", "three"] })
        #expect(following.sink.closed.isEmpty)
        #expect(following.sink.opened.count == 2)
    }

    @Test func pausedPartitionsWait() throws {
        let scratch = try Scratch()
        try scratch.append("a", "one\n")
        try scratch.append("b", "uno\n")
        let following = Following(quick([scratch.path]))
        #expect(eventually { following.sink.texts.count == 2 })
        let partition = try #require(
            following.sink.batches.first { $0.texts == ["one"] }?.position.partition)
        following.follower.pause([partition])
        try scratch.append("a", "two\n")
        try scratch.append("b", "due\n")
        #expect(eventually { following.sink.texts.contains("due") })
        usleep(50_000)
        #expect(!following.sink.texts.contains("two"))
        following.follower.pause([])
        #expect(eventually { following.sink.texts.contains("two") })
    }
}
