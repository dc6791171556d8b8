internal import Foundation

/// The threads of one hook, and what they share.
final class HookWorkers: @unchecked Sendable {
    /// Outcomes that wait to be taken at most; with more, nothing new starts.
    static let mostOutcomes = 4096
    /// The longest sleep in seconds, so that a clock that was set is noticed.
    private static let longestWait = 10.0

    private let hook: CourierHook
    private let environment: CourierEnvironment
    private let onOutcome: @Sendable () -> Void
    private let flag = AbandonFlag()

    private let condition = NSCondition()
    // Guarded by `condition`.
    private var schedule: HookSchedule
    private var outcomes: [HookOutcome] = []
    /// Deliveries that are done with, and whose outcomes were not taken.
    private var settled: Set<Int64> = []
    private var isStopping = false
    private var running = 0

    init(
        _ hook: CourierHook, capacity: Int, environment: CourierEnvironment,
        onOutcome: @escaping @Sendable () -> Void
    ) {
        self.hook = hook
        self.environment = environment
        self.onOutcome = onOutcome
        schedule = HookSchedule(hook.pace, capacity: capacity)
    }

    var name: String { hook.pace.name }

    func start() {
        condition.lock()
        running = hook.pace.inFlight
        condition.unlock()
        for _ in 0..<hook.pace.inFlight {
            let thread = Thread { [self] in
                work()
                condition.lock()
                running -= 1
                condition.broadcast()
                condition.unlock()
            }
            thread.name = "hook-\(name.prefix(10))"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    // MARK: - For the owner

    func add(_ deliveries: [HookDelivery]) -> Int {
        let laned = deliveries.map { delivery in
            var delivery = delivery
            delivery.lane = hook.carrier.lane(of: delivery)
            return delivery
        }
        return locked {
            let added = schedule.add(laned.filter { !settled.contains($0.sequence) })
            if added > 0 { condition.broadcast() }
            return added
        }
    }

    func takeOutcomes() -> [HookOutcome] {
        locked {
            let taken = outcomes
            if taken.isEmpty { return [] }
            outcomes = []
            settled = []
            condition.broadcast()
            return taken
        }
    }

    var room: Int { locked { isStopping ? 0 : schedule.room } }

    var status: HookStatus { locked { HookStatus(schedule) } }

    func enable() {
        locked {
            schedule.enable(now: environment.wall())
            condition.broadcast()
        }
    }

    func disable(_ reason: String) {
        locked { schedule.disable(PlainLine.bounded(reason)) }
    }

    /// Starts nothing new from here on.
    func stopStarting() {
        locked {
            isStopping = true
            condition.broadcast()
        }
    }

    /// Breaks off what runs.
    func abandon() { flag.raise() }

    func close() { hook.carrier.close() }

    /// Waits for the threads to end.
    ///
    /// - Returns: whether they did in time.
    func wait(until deadline: Date) -> Bool {
        locked {
            while running > 0, condition.wait(until: deadline) {}
            return running == 0
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }

    // MARK: - The threads

    private enum Step {
        case send(HookDelivery)
        case told
        case stop
    }

    private func work() {
        while true {
            switch step() {
            case .send(let delivery): attempt(delivery)
            case .told: onOutcome()
            case .stop: return
            }
        }
    }

    private func step() -> Step {
        locked {
            while !isStopping {
                var seconds = Self.longestWait
                if outcomes.count < Self.mostOutcomes {
                    let now = environment.wall()
                    let expired = schedule.expire(now: now)
                    record(expired)
                    if !expired.isEmpty { return .told }
                    if let delivery = schedule.start(now: now) { return .send(delivery) }
                    let wait = schedule.wakeTime.map { Double($0.adding(-now)) / 1e9 }
                    seconds = max(0.001, min(seconds, wait ?? seconds))
                }
                _ = condition.wait(until: Date(timeIntervalSinceNow: seconds))
            }
            return .stop
        }
    }

    private func attempt(_ delivery: HookDelivery) {
        let start = environment.steady()
        guard let answer = hook.carrier.carry(delivery, flag) else {
            locked { schedule.release(delivery.sequence, now: environment.wall()) }
            return
        }
        let duration = environment.steady().adding(-start)
        settle { now in
            schedule.finish(
                delivery.sequence, answer, now: now, duration: duration,
                chance: environment.chance())
        }
    }

    private func settle(_ body: (Int64) -> HookOutcome?) {
        locked {
            if let outcome = body(environment.wall()) { record([outcome]) }
            condition.broadcast()
        }
        onOutcome()
    }

    private func record(_ new: [HookOutcome]) {
        for outcome in new {
            if case .retried = outcome.result {} else { settled.insert(outcome.sequence) }
        }
        outcomes += new
    }
}
