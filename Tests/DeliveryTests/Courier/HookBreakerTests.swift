import AuditModel
import TestSupport
import Testing

@testable import Delivery

@Suite("The circuit breaker of a hook")
struct HookBreakerTests {
    private let second = HookSample.second
    private let start = HookSample.start

    /// A schedule whose breaker five deliveries opened at `start`.
    private func opened(_ count: Int64 = 10, maxAge: Int64 = 3 * 86_400 * HookSample.second) throws
        -> HookSchedule
    {
        var schedule = HookSchedule(try HookSample.pace(inFlight: 5, maxAge: maxAge))
        schedule.add((1...count).map { HookSample.delivery($0) })
        for _ in 1...5 { _ = schedule.start(now: start) }
        for sequence in 1...5 as ClosedRange<Int64> {
            #expect(!schedule.isBreakerOpen)
            _ = finish(&schedule, sequence, 500, start)
        }
        #expect(schedule.isBreakerOpen)
        return schedule
    }

    @discardableResult
    private func finish(
        _ schedule: inout HookSchedule, _ sequence: Int64, _ status: Int?, _ now: Int64
    ) -> HookOutcome? {
        schedule.finish(
            sequence, HookAnswer(status: status), now: now, duration: 0, chance: 0.5)
    }

    @Test("Five failures in a row open it; one success closes it, and all goes on at once")
    func opensAndCloses() throws {
        var schedule = try opened()
        #expect(schedule.wakeTime == start + 5 * second)
        #expect(schedule.start(now: start + 5 * second - 1) == nil)
        // What was never tried probes first.
        #expect(schedule.start(now: start + 5 * second)?.sequence == 6)
        #expect(schedule.start(now: start + 100 * second) == nil)
        finish(&schedule, 6, 503, start + 6 * second)
        #expect(schedule.wakeTime == start + 11 * second)
        #expect(schedule.start(now: start + 11 * second)?.sequence == 7)
        finish(&schedule, 7, 200, start + 12 * second)
        #expect(!schedule.isBreakerOpen)
        #expect((0..<5).map { _ in schedule.start(now: start + 12 * second)?.sequence }
            == [1, 2, 3, 4, 5])
    }

    @Test("A success between failures keeps it closed")
    func reset() throws {
        var schedule = HookSchedule(try HookSample.pace())
        for sequence in 1...20 as ClosedRange<Int64> {
            schedule.add([HookSample.delivery(sequence)])
            let now = start + sequence
            #expect(schedule.start(now: now)?.sequence == sequence)
            finish(&schedule, sequence, sequence % 5 == 0 ? 200 : nil, now)
            #expect(!schedule.isBreakerOpen)
        }
    }

    @Test("Probes take turns, so that one bad message cannot keep it open")
    func turns() throws {
        var schedule = try opened(7)
        var now = start
        var probes: [Int64] = []
        for _ in 0..<9 {
            now = try #require(schedule.wakeTime)
            let next = schedule.start(now: now)
            let probe = try #require(next)
            probes.append(probe.sequence)
            finish(&schedule, probe.sequence, 500, now)
        }
        #expect(probes == [6, 7, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test("Hours of probing make no later wait longer, and those held back use no attempt")
    func noAttemptsUsed() throws {
        var schedule = HookSchedule(try HookSample.pace())
        schedule.add([HookSample.delivery(1), HookSample.delivery(2)])
        var now = start
        while now < start + 3600 * second {
            let next = schedule.start(now: now)
            let delivery = try #require(next)
            finish(&schedule, delivery.sequence, nil, now)
            now = try #require(schedule.wakeTime)
        }
        let next = schedule.start(now: now)
        let probe = try #require(next)
        #expect(probe.attempts > 300)
        let waited = finish(&schedule, probe.sequence, 500, now)
        guard case .retried(let at) = waited?.result else {
            Issue.record("it was given up")
            return
        }
        #expect(at - now <= 1800 * second)
        schedule.add([HookSample.delivery(3)])
        now = try #require(schedule.wakeTime)
        #expect(schedule.start(now: now)?.attempts == 0)
    }

    @Test("A probe waits as long as the receiver asked")
    func pause() throws {
        var schedule = try opened(6)
        let next = schedule.start(now: start + 5 * second)
        let probe = try #require(next)
        let answer = HookAnswer(status: 503, retryAfter: 600 * second)
        _ = schedule.finish(
            probe.sequence, answer, now: start + 5 * second, duration: 0, chance: 0.5)
        #expect(schedule.wakeTime == start + 605 * second)
        #expect(schedule.start(now: start + 604 * second) == nil)
    }

    @Test("Answers that judge the message neither open nor close it")
    func judgements() throws {
        var schedule = HookSchedule(try HookSample.pace())
        for (index, status) in [400, 413, 415, 422, 400, 413, 415, 422].enumerated() {
            schedule.add([HookSample.delivery(Int64(index))])
            _ = schedule.start(now: start)
            finish(&schedule, Int64(index), status, start)
        }
        #expect(!schedule.isBreakerOpen)
        schedule = try opened()
        let next = schedule.start(now: start + 5 * second)
        let probe = try #require(next)
        finish(&schedule, probe.sequence, 400, start + 5 * second)
        #expect(schedule.isBreakerOpen && schedule.wakeTime == start + 10 * second)
    }

    @Test("What grows too old behind it is given up, in order, and only there")
    func expires() throws {
        var schedule = try opened(8, maxAge: 60 * second)
        #expect(schedule.expire(now: start + 60 * second).isEmpty)
        let next = schedule.start(now: start + 60 * second)
        let probe = try #require(next)
        let dead = schedule.expire(now: start + 61 * second)
        #expect(dead.map(\.sequence) == (1...8).filter { $0 != probe.sequence })
        #expect(dead.allSatisfy { $0.result == .dead && $0.reason.contains("HTTP 500") })
        #expect(dead.map(\.attempts) == [1, 1, 1, 1, 1, 0, 0])
        #expect(schedule.heldCount == 1)
        schedule.add([HookSample.delivery(9)])
        finish(&schedule, probe.sequence, 200, start + 61 * second)
        #expect(schedule.expire(now: start + 999 * second).isEmpty)
        #expect(schedule.start(now: start + 999 * second)?.sequence == 9)
    }

    @Test("An operator closes it")
    func enabled() throws {
        var schedule = try opened()
        schedule.enable(now: start)
        #expect(schedule.start(now: start)?.sequence == 1 && !schedule.isBreakerOpen)
    }
}
