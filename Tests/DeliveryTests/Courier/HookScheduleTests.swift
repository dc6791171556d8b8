import AuditModel
import Testing

@testable import Delivery

/// What the tests of the courier are made of.
enum HookSample {
    static let second: Int64 = 1_000_000_000
    static let start: Int64 = 1_700_000_000 * second

    static func pace(
        inFlight: Int = 4, maxAge: Int64 = 3 * 86_400 * second, policy: RetryPolicy = .standard
    ) throws -> HookPace {
        try HookPace(name: "soc", inFlight: inFlight, maxAge: maxAge, policy: policy)
    }

    static func delivery(
        _ sequence: Int64, alert: UInt64? = nil, revision: Int = 1, attempts: Int = 0,
        created: Int64 = start, due: Int64 = start, hook: String = "soc"
    ) -> HookDelivery {
        HookDelivery(
            hook: hook, sequence: sequence,
            alert: ID128(high: 1, low: alert ?? UInt64(bitPattern: sequence)),
            revision: revision, severity: .high, body: Array("{}".utf8), attempts: attempts,
            created: created, due: due)
    }
}

@Suite("When a hook's deliveries are sent")
struct HookScheduleTests {
    private let second = HookSample.second
    private let start = HookSample.start

    private func fail(
        _ schedule: inout HookSchedule, _ sequence: Int64, at now: Int64, _ status: Int? = 500,
        retryAfter: Int64? = nil, chance: Double = 0.5
    ) -> HookOutcome? {
        schedule.finish(
            sequence, HookAnswer(status: status, retryAfter: retryAfter), now: now, duration: 7,
            chance: chance)
    }

    @Test("Of a lane that alerts share one goes out at a time, in order of their commits")
    func lanes() throws {
        var schedule = HookSchedule(try HookSample.pace())
        let incident = ID128(high: 77, low: 0)
        for (sequence, alert, revision) in [(3, 9, 1), (1, 8, 5), (2, 9, 0), (4, 8, 6)] {
            var delivery = HookSample.delivery(
                Int64(sequence), alert: UInt64(alert), revision: revision)
            delivery.lane = incident
            schedule.add([delivery])
        }
        schedule.add([HookSample.delivery(5)])
        #expect(schedule.start(now: start)?.sequence == 1)
        #expect(schedule.start(now: start)?.sequence == 5, "another lane does not wait")
        #expect(schedule.start(now: start) == nil)
        for sequence in Int64(1)...3 {
            _ = schedule.finish(
                sequence, HookAnswer(status: 204), now: start, duration: 1, chance: 0)
            #expect(schedule.start(now: start)?.sequence == sequence + 1)
        }
    }

    @Test("A message that is never taken is tried at the times of the table, then given up")
    func retryTable() throws {
        var schedule = HookSchedule(try HookSample.pace(maxAge: 5 * 86_400 * second))
        schedule.add([HookSample.delivery(1)])
        var now = start
        var waits: [Int64] = []
        while let delivery = schedule.start(now: now) {
            #expect(delivery.attempts == waits.count)
            // 400 judges the message, so that the breaker stays closed.
            let failed = fail(&schedule, 1, at: now, 400)
            let outcome = try #require(failed)
            #expect(outcome.attempts == waits.count + 1)
            guard case .retried(let at) = outcome.result else {
                #expect(outcome.result == .dead)
                #expect(outcome.reason == "HTTP 400; another attempt would come after max_age")
                break
            }
            #expect(schedule.wakeTime == at)
            #expect(schedule.start(now: at - 1) == nil)
            waits.append((at - now) / second)
            now = at
        }
        #expect(
            waits == [1, 5, 30, 300, 1800, 7200, 18_000, 36_000]
                + Array(repeating: 50_400, count: 7))
        #expect(schedule.heldCount == 0 && schedule.deadCount == 1)
    }

    @Test("Waits are up to a fifth shorter or longer", arguments: [(0.0, 0.8), (0.5, 1), (1, 1.2)])
    func jitter(_ chance: Double, _ share: Double) throws {
        var schedule = HookSchedule(try HookSample.pace())
        schedule.add([HookSample.delivery(1)])
        _ = schedule.start(now: start)
        let outcome = fail(&schedule, 1, at: start, chance: chance)
        #expect(outcome?.result == .retried(at: start + Int64(share * 1e9)))
    }

    @Test("Deliveries go in order, several at a time, but only one of an alert")
    func order() throws {
        var schedule = HookSchedule(try HookSample.pace(inFlight: 3))
        schedule.add([
            HookSample.delivery(4, alert: 2), HookSample.delivery(1, alert: 1),
            HookSample.delivery(2, alert: 1, revision: 2),
            HookSample.delivery(3, alert: 2, revision: 0),
            HookSample.delivery(5, alert: 3), HookSample.delivery(6, alert: 4),
        ])
        #expect((0..<3).map { _ in schedule.start(now: start)?.sequence } == [1, 3, 5])
        #expect(schedule.start(now: start) == nil && schedule.wakeTime == nil)
        let good = HookAnswer(status: 204)
        let outcome = schedule.finish(1, good, now: start + 9, duration: 9, chance: 0)
        #expect(
            outcome
                == HookOutcome(
                    hook: "soc", sequence: 1, alert: ID128(high: 1, low: 1), revision: 1,
                    attempts: 1, time: start + 9, duration: 9, result: .delivered, status: 204,
                    reason: ""))
        #expect(schedule.start(now: start)?.sequence == 2)
        #expect(schedule.finish(1, good, now: start, duration: 0, chance: 0) == nil)
        // The third failed: its later revision waits with it.
        _ = fail(&schedule, 3, at: start)
        #expect(schedule.start(now: start)?.sequence == 6)
        #expect(schedule.finish(5, good, now: start, duration: 0, chance: 0) != nil)
        #expect(schedule.start(now: start) == nil)
        #expect(schedule.start(now: start + second)?.sequence == 3)
        _ = schedule.finish(3, good, now: start, duration: 0, chance: 0)
        #expect(schedule.start(now: start)?.sequence == 4)
    }

    @Test("What the receiver asks for is waited for, a day at most")
    func retryAfter() throws {
        let pairs: [(Int64, Int64)] = [(0, 1), (7, 7), (3600, 3600), (999_999, 86_400)]
        for (asked, waited) in pairs {
            var schedule = HookSchedule(try HookSample.pace())
            schedule.add([HookSample.delivery(1), HookSample.delivery(2)])
            _ = schedule.start(now: start)
            let outcome = fail(&schedule, 1, at: start, 500, retryAfter: asked * second)
            #expect(outcome?.result == .retried(at: start + waited * second))
            #expect(schedule.start(now: start)?.sequence == 2, "others go on")
        }
    }

    @Test("An overloaded receiver gets nothing for a while", arguments: [429, 502, 503, 504])
    func throttle(_ status: Int) throws {
        var schedule = HookSchedule(try HookSample.pace())
        schedule.add((1...4).map { HookSample.delivery($0) })
        _ = schedule.start(now: start)
        _ = fail(&schedule, 1, at: start, status, retryAfter: 60 * second)
        #expect(schedule.start(now: start + 60 * second - 1) == nil)
        #expect(schedule.wakeTime == start + 60 * second)
        #expect(schedule.start(now: start + 60 * second)?.sequence == 1)
        _ = fail(&schedule, 1, at: start + 60 * second, status)
        #expect(schedule.wakeTime == start + 62 * second)
        #expect(schedule.start(now: start + 62 * second - 1) == nil)
        #expect(schedule.start(now: start + 62 * second)?.sequence == 2)
    }

    @Test("410 disables the hook, which keeps what it holds until it is enabled")
    func gone() throws {
        var schedule = HookSchedule(try HookSample.pace(maxAge: second))
        schedule.add([HookSample.delivery(1), HookSample.delivery(2)])
        _ = schedule.start(now: start)
        let late = start + 100 * second
        let outcome = fail(&schedule, 1, at: late, 410)
        #expect(outcome?.result == .retried(at: late + second))
        #expect(outcome?.reason == schedule.disabledReason)
        #expect(schedule.disabledReason?.contains("410") == true)
        #expect(schedule.start(now: late + 9000 * second) == nil)
        #expect(schedule.wakeTime == nil && schedule.expire(now: late).isEmpty)
        schedule.enable(now: late)
        #expect(schedule.start(now: late)?.sequence == 1)
        #expect(schedule.start(now: late)?.sequence == 2)
    }

    @Test("Redirects are failures like others")
    func redirects() throws {
        for status in [100, 199, 300, 301, 302, 307, 308, 401, 404, 500, 599] {
            var schedule = HookSchedule(try HookSample.pace())
            schedule.add([HookSample.delivery(1)])
            _ = schedule.start(now: start)
            let outcome = fail(&schedule, 1, at: start, status)
            #expect(outcome?.result == .retried(at: start + second))
            #expect(outcome?.reason.hasPrefix("HTTP \(status)") == true)
        }
    }

    @Test("What cannot be written is dead, and the next revision has its turn")
    func refused() throws {
        var schedule = HookSchedule(try HookSample.pace())
        schedule.add([
            HookSample.delivery(1, alert: 1), HookSample.delivery(2, alert: 1, revision: 2),
        ])
        #expect(schedule.start(now: start)?.sequence == 1)
        let outcome = schedule.refuse(1, "it cannot be rendered", now: start)
        #expect(outcome?.result == .dead && outcome?.attempts == 0)
        #expect(schedule.start(now: start)?.sequence == 2)
        schedule.release(2, now: start)
        #expect(schedule.start(now: start)?.attempts == 0)
    }

    @Test("Room is kept, and nothing is held twice")
    func room() throws {
        var schedule = HookSchedule(try HookSample.pace(), capacity: 3)
        #expect(schedule.add([5, 3, 1, 3, 9].map { HookSample.delivery($0) }) == 3)
        #expect(schedule.room == 0 && schedule.holds(5) && !schedule.holds(9))
        #expect(schedule.add([1, 3, 5, 9].map { HookSample.delivery($0) }) == 0)
        #expect(schedule.start(now: start)?.sequence == 1)
        #expect(schedule.add([HookSample.delivery(1)]) == 0)
        _ = schedule.finish(1, HookAnswer(status: 200), now: start, duration: 0, chance: 0)
        #expect(schedule.add([3, 5, 9].map { HookSample.delivery($0) }) == 1)
    }

    @Test("A replayed earlier revision goes before a later one that still waits")
    func replayed() throws {
        var schedule = HookSchedule(try HookSample.pace())
        schedule.add([HookSample.delivery(8, alert: 1, revision: 2)])
        schedule.add([HookSample.delivery(3, alert: 1)])
        #expect(schedule.start(now: start)?.sequence == 3)
        schedule.add([HookSample.delivery(2, alert: 1, revision: 0)])
        _ = fail(&schedule, 3, at: start)
        #expect(schedule.start(now: start)?.sequence == 2)
    }

    @Test("Numbers from elsewhere do not overflow")
    func extremes() throws {
        var schedule = HookSchedule(try HookSample.pace(maxAge: .max))
        schedule.add([
            HookSample.delivery(.min, attempts: .max, created: .max, due: .min),
            HookSample.delivery(.max, attempts: .min, created: .min, due: .max),
        ])
        #expect(schedule.start(now: .max)?.sequence == .min)
        #expect(schedule.start(now: .max)?.sequence == .max)
        let outcome = fail(&schedule, .min, at: .max, 429, retryAfter: .max)
        #expect(outcome?.result == .retried(at: .max))
        #expect(fail(&schedule, .max, at: .min, nil, retryAfter: .min, chance: .nan) != nil)
        _ = schedule.wakeTime
    }
}
