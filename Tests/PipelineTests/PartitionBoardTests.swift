import Testing

@testable import Pipeline

@Suite("How far event time has come over many partitions")
struct PartitionBoardTests {
    static let second: Int64 = 1_000_000_000

    /// A board of one source that is ready, with lateness and idle time of ten seconds.
    static func board(sources: Int = 1, ready: Bool = true) -> PartitionBoard {
        var board = PartitionBoard(
            Array(repeating: (lateness: 10 * second, idleAfter: 10 * second), count: sources),
            now: 0)
        for source in 0..<sources where ready {
            board.condition(source: source, isReady: true, now: 0)
        }
        return board
    }

    static func name(_ partition: String, source: Int = 0) -> PartitionBoard.Name {
        PartitionBoard.Name(source: source, partition: partition)
    }

    /// Sixteen events a second apart, the last at a time.
    static func times(until last: Int64) -> [Int64] {
        (0..<16).map { (last - 15 + Int64($0)) * second }
    }

    @Test("The slowest partition decides")
    func slowest() {
        var board = Self.board()
        board.open(Self.name("a"), now: 0)
        board.open(Self.name("b"), now: 0)
        board.observe(Self.times(until: 1000), Self.name("a"), now: 0)
        #expect(board.watermark(now: 0) == .min)
        board.observe(Self.times(until: 500), Self.name("b"), now: 0)
        #expect(board.watermark(now: 0) == 490 * Self.second)
        board.close(Self.name("b"), now: 0)
        #expect(board.watermark(now: 0) == 990 * Self.second)
    }

    @Test("A partition that was read to its end and stays silent holds nobody back")
    func idle() {
        var board = Self.board()
        board.open(Self.name("a"), now: 0)
        board.open(Self.name("b"), now: 0)
        board.observe(Self.times(until: 1000), Self.name("a"), now: 0)
        board.observe(Self.times(until: 500), Self.name("b"), now: 0)
        #expect(board.noteIdle(now: 60 * Self.second) == [], "neither was read to its end")
        board.caughtUp(Self.name("b"), now: 60 * Self.second)
        #expect(board.noteIdle(now: 69 * Self.second) == [])
        #expect(board.noteIdle(now: 70 * Self.second) == [Self.name("b")])
        #expect(board.watermark(now: 70 * Self.second) == 990 * Self.second)
        board.observe([501 * Self.second], Self.name("b"), now: 71 * Self.second)
        #expect(board.watermark(now: 71 * Self.second) == 491 * Self.second)
    }

    @Test("A log that is polled holds the others back between two answers, unless too much waits")
    func polled() {
        let minute = 60 * Self.second
        var board = PartitionBoard(
            [(10 * Self.second, 10 * Self.second), (10 * Self.second, 10 * minute)], now: 0)
        let (stream, poll) = (Self.name("a"), Self.name("b", source: 1))
        for (source, name) in [(0, stream), (1, poll)] {
            board.condition(source: source, isReady: true, now: 0)
            board.open(name, now: 0)
            board.observe(Self.times(until: 1000), name, now: 0)
        }
        board.caughtUp(poll, now: 0)
        board.observe([1240 * Self.second], stream, now: 4 * minute)
        #expect(board.noteIdle(now: 4 * minute) == [])
        #expect(board.watermark(now: 4 * minute) == 990 * Self.second)
        #expect(board.noteIdle(now: 4 * minute, isPressed: true) == [poll])
        #expect(board.watermark(now: 4 * minute) == 1230 * Self.second)
        // Its next answer is late then, and is waited for again.
        board.observe([1001 * Self.second], poll, now: 5 * minute)
        #expect(board.noteIdle(now: 5 * minute) == [])
        #expect(board.watermark(now: 5 * minute) == 991 * Self.second)
    }

    @Test("When all are idle, all that was seen counts as come, but for a suspected clock")
    func allIdle() {
        var board = Self.board()
        board.open(Self.name("a"), now: 0)
        board.observe(
            Self.times(until: 1000) + [90_000 * Self.second], Self.name("a"), now: 0)
        board.caughtUp(Self.name("a"), now: 0)
        _ = board.noteIdle(now: 10 * Self.second)
        #expect(board.watermark(now: 10 * Self.second) == 1000 * Self.second + 1)
    }

    @Test("A few events are enough once no more come")
    func fewEvents() {
        var board = Self.board()
        board.open(Self.name("a"), now: 0)
        board.observe([5 * Self.second], Self.name("a"), now: 0)
        #expect(board.watermark(now: 0) == .min)
        board.caughtUp(Self.name("a"), now: 0)
        _ = board.noteIdle(now: 10 * Self.second)
        #expect(board.watermark(now: 10 * Self.second) == 5 * Self.second + 1)
    }

    @Test("A source that cannot be read holds the others, for a while")
    func unready() {
        var board = Self.board(sources: 2, ready: false)
        board.condition(source: 0, isReady: true, now: 0)
        board.open(Self.name("a"), now: 0)
        board.observe(Self.times(until: 1000), Self.name("a"), now: 0)
        #expect(board.watermark(now: 0) == nil)
        #expect(board.holding(now: 0) == [1])
        #expect(board.watermark(now: PartitionBoard.mostHold) == 990 * Self.second)
        board.condition(source: 1, isReady: true, now: 0)
        #expect(board.watermark(now: 9 * Self.second) == nil, "its log may begin yet")
        #expect(board.watermark(now: 10 * Self.second) == 990 * Self.second)
        board.condition(source: 1, isReady: false, now: 11 * Self.second)
        #expect(board.watermark(now: 11 * Self.second) == nil)
        board.finish(source: 1, now: 0)
        #expect(board.watermark(now: 11 * Self.second) == 990 * Self.second)
    }

    @Test("When every source is at its end, everything has come")
    func finished() {
        var board = Self.board(sources: 2)
        board.finish(source: 0, now: 0)
        #expect(!board.isFinished)
        board.finish(source: 1, now: 0)
        #expect(board.isFinished && board.watermark(now: 0) == .max)
    }

    @Test("Partitions that are given away and come back do not make anything late")
    func reassigned() {
        var board = Self.board(sources: 2)
        board.open(Self.name("a"), now: 0)
        board.open(Self.name("b", source: 1), now: 0)
        board.observe(Self.times(until: 1000), Self.name("a"), now: 0)
        board.observe(Self.times(until: 2000), Self.name("b", source: 1), now: 0)
        board.close(Self.name("a"), now: 5 * Self.second)
        #expect(board.watermark(now: 6 * Self.second) == nil)
        board.open(Self.name("a"), now: 7 * Self.second)
        #expect(board.watermark(now: 60 * Self.second) == .min)
        board.close(Self.name("a"), now: 60 * Self.second)
        #expect(board.watermark(now: 70 * Self.second) == 1990 * Self.second)
        board.close(Self.name("b", source: 1), now: 70 * Self.second)
        #expect(board.watermark(now: 79 * Self.second) == nil)
        #expect(board.watermark(now: 80 * Self.second) == 2000 * Self.second + 1)
    }

    @Test("A source that stays away no longer decides, unless there is no other")
    func givenUp() {
        for hasOther in [true, false] {
            var board = Self.board(sources: 2)
            board.open(Self.name("a"), now: 0)
            board.observe(Self.times(until: 500), Self.name("a"), now: 0)
            if hasOther {
                board.open(Self.name("b", source: 1), now: 0)
                board.observe(Self.times(until: 1000), Self.name("b", source: 1), now: 0)
            }
            board.caughtUp(Self.name("a"), now: 0)
            board.condition(source: 0, isReady: false, now: 5)
            let end = 5 + PartitionBoard.mostHold
            if hasOther { board.observe([], Self.name("b", source: 1), now: end) }
            #expect(board.noteIdle(now: end - 1) == [], "it cannot be heard, so it is not silent")
            #expect(board.watermark(now: end - 1) == nil)
            #expect(board.watermark(now: end) == (hasOther ? 990 : 490) * Self.second)
            #expect(
                board.watermark(now: 6, isPressed: true)
                    == (hasOther ? 990 : 490) * Self.second)
        }
    }

    @Test("What gathered while a source was away has time to come before anybody is idle")
    func readyAgain() {
        var board = Self.board()
        for name in ["a", "b"] {
            board.open(Self.name(name), now: 0)
            board.observe(Self.times(until: 1000), Self.name(name), now: 0)
            board.caughtUp(Self.name(name), now: 0)
        }
        #expect(board.noteIdle(now: 10 * Self.second).count == 2)
        board.condition(source: 0, isReady: false, now: 20 * Self.second)
        board.condition(source: 0, isReady: true, now: 90 * Self.second)
        board.observe([1080 * Self.second], Self.name("a"), now: 91 * Self.second)
        #expect(board.noteIdle(now: 92 * Self.second) == [])
        #expect(board.watermark(now: 92 * Self.second) == 990 * Self.second)
        #expect(board.noteIdle(now: 100 * Self.second) == [Self.name("b")])
    }

    @Test("A partition that never says how it fares does not hold the others for ever")
    func stuck() {
        var board = Self.board()
        board.open(Self.name("a"), now: 0)
        board.open(Self.name("b"), now: 0)
        let end = PartitionBoard.mostHold
        board.observe(Self.times(until: 1000), Self.name("a"), now: end - 1)
        #expect(board.noteIdle(now: end - 1) == [])
        #expect(board.noteIdle(now: end) == [Self.name("b")])
        #expect(board.watermark(now: end) == 990 * Self.second)
    }
}
