import AuditModel
import TestSupport
import Testing

@testable import Delivery

/// A receiver with moods, an owner that refills, and a clock; whatever they do, the promises hold.
private struct Play {
    let seed: UInt64
    var random: SeededGenerator
    var schedule: HookSchedule
    let pace: HookPace
    var now = HookSample.start
    /// What the owner has not added yet, in order.
    var outbox: [HookDelivery] = []
    var flying: [HookDelivery] = []
    var done: [Int64: HookOutcome] = [:]
    /// The revisions of each alert that are done.
    var revisions: [ID128: Set<Int>] = [:]
    var attempts: [Int64: Int] = [:]
    var dueAt: [Int64: Int64] = [:]
    var pausedUntil: Int64 = .min
    /// Until when the receiver wants to hear nothing of a delivery.
    var restsUntil: [Int64: Int64] = [:]
    var lastProbe: Int64 = .min
    var mood = 0

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        pace = try HookSample.pace(
            inFlight: 1 + random.below(6), maxAge: Int64(random.below(7200)) * HookSample.second)
        schedule = HookSchedule(pace, capacity: 5 + random.below(40))
        var revisions: [UInt64: Int] = [:]
        for sequence in 1...Int64(50 + random.below(100)) {
            let alert = UInt64(random.below(30))
            let revision = revisions[alert, default: 0]
            revisions[alert] = revision + 1
            outbox.append(HookSample.delivery(sequence, alert: alert, revision: revision))
        }
    }

    mutating func run() {
        for _ in 0..<20_000 {
            if outbox.isEmpty, schedule.heldCount == 0 { break }
            step()
        }
        #expect(outbox.isEmpty && schedule.heldCount == 0, "seed \(seed): it never ends")
    }

    private mutating func step() {
        if random.chance(3) { mood = random.below(5) }
        switch random.below(4) {
        case 0: refill()
        case 1, 2: launch()
        default: land()
        }
        for outcome in schedule.expire(now: now) {
            #expect(schedule.isBreakerOpen)
            #expect(outcome.time > HookSample.start + pace.maxAge)
            finish(outcome)
        }
        if flying.isEmpty, random.chance(30), let wake = schedule.wakeTime {
            now = max(now, wake)
        } else {
            now += Int64(random.below(2_000_000_000))
        }
        if schedule.disabledReason != nil, random.chance(20) {
            schedule.enable(now: now)
            pausedUntil = .min
            dueAt = [:]
            restsUntil = [:]
        }
    }

    private mutating func refill() {
        let rows = Array(outbox.prefix(random.below(60)))
        let room = schedule.room
        let added = schedule.add(rows.map { refreshed($0) } + flying)
        #expect(added <= min(room, rows.count) && schedule.room == room - added)
        outbox.removeFirst(min(added, outbox.count))
    }

    private func refreshed(_ row: HookDelivery) -> HookDelivery {
        var row = row
        row.created = now
        return row
    }

    private mutating func launch() {
        let wasOpen = schedule.isBreakerOpen
        let wake = schedule.wakeTime
        guard let delivery = schedule.start(now: now) else {
            #expect(wake.map { $0 > now } ?? true, "seed \(seed): nothing starts at its time")
            return
        }
        #expect(wake.map { $0 <= now } ?? false, "seed \(seed): it did not say so")
        #expect(schedule.disabledReason == nil && now >= pausedUntil)
        let rest = restsUntil[delivery.sequence, default: .min]
        #expect(now >= rest, "seed \(seed): Retry-After is not obeyed")
        #expect(done[delivery.sequence] == nil, "seed \(seed): it is sent again")
        #expect(!flying.contains { $0.alert == delivery.alert }, "seed \(seed): two of one alert")
        let earlier = revisions[delivery.alert, default: []].filter { $0 < delivery.revision }
        #expect(earlier.count == delivery.revision, "seed \(seed): out of order")
        #expect(delivery.attempts == attempts[delivery.sequence, default: 0])
        if wasOpen {
            let isEarly = lastProbe != .min && now - lastProbe < 5 * HookSample.second
            #expect(!isEarly, "seed \(seed): probes too often")
            lastProbe = now
        } else {
            #expect(now >= dueAt[delivery.sequence, default: .min], "seed \(seed): too early")
        }
        flying.append(delivery)
        #expect(flying.count <= pace.inFlight && schedule.inFlightCount == flying.count)
    }

    private mutating func land() {
        guard !flying.isEmpty else { return }
        let delivery = flying.remove(at: random.below(flying.count))
        if random.chance(2) {
            schedule.release(delivery.sequence, now: now)
            return
        }
        let answer = self.answer()
        let outcome = schedule.finish(
            delivery.sequence, answer, now: now, duration: 1,
            chance: Double(random.below(101)) / 100)
        guard let outcome else {
            Issue.record("no outcome")
            return
        }
        attempts[delivery.sequence, default: 0] += 1
        #expect(outcome.attempts == attempts[delivery.sequence])
        if let status = answer.status, [429, 503].contains(status), let wait = answer.retryAfter {
            pausedUntil = max(pausedUntil, now + wait)
        }
        if case .retried(let at) = outcome.result {
            #expect(at >= now + (answer.retryAfter ?? 0) && at >= now + HookSample.second * 8 / 10)
            let isDisabled = schedule.disabledReason != nil
            #expect(isDisabled || at <= delivery.created + pace.maxAge)
            dueAt[delivery.sequence] = at
            restsUntil[delivery.sequence] = now + (answer.retryAfter ?? 0)
        } else {
            #expect((outcome.result == .delivered) == (answer.status == 200))
            finish(outcome)
        }
    }

    private mutating func finish(_ outcome: HookOutcome) {
        let before = done.updateValue(outcome, forKey: outcome.sequence)
        #expect(before == nil, "seed \(seed): done twice")
        revisions[outcome.alert, default: []].insert(outcome.revision)
    }

    private mutating func answer() -> HookAnswer {
        let asked = random.chance(20) ? Int64(random.below(40)) * HookSample.second : nil
        switch mood {
        case 0, 1: return HookAnswer(status: random.chance(90) ? 200 : 500)
        case 2: return HookAnswer(status: random.pick([429, 503]), retryAfter: asked)
        case 3: return HookAnswer(reason: "cannot connect")
        default:
            let statuses = [200, 301, 400, 404, 410, 422, 500]
            return HookAnswer(status: random.pick(statuses), retryAfter: asked)
        }
    }
}

@Suite("A hook's schedule keeps its promises")
struct HookScheduleProperties {
    @Test("Whatever happens: order per alert, once, never early, never beside an open breaker")
    func promises() throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            var play = try Play(seed: seed)
            play.run()
            let untried = play.done.values.count { $0.attempts == 0 }
            #expect(play.done.count == play.attempts.count + untried, "seed \(seed)")
        }
    }

    @Test("The same answers at the same times give the same schedule")
    func deterministic() throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            var first = try Play(seed: seed)
            var second = try Play(seed: seed)
            first.run()
            second.run()
            #expect(first.done == second.done && first.now == second.now, "seed \(seed)")
        }
    }
}
