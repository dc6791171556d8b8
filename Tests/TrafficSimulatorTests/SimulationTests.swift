import AuditModel
import Testing
import TrafficSimulator

@Suite("Simulated traffic")
struct SimulationTests {
    @Test("events come in time order, inside the simulated days", arguments: [1, 2, 3] as [UInt64])
    func timeOrder(seed: UInt64) throws {
        let plan = SimulationPlan.small(seed: seed)
        let events = try Recorder.events(of: plan)
        #expect(events.count > 3_000)
        let start = plan.startTime / 1_000_000
        #expect(events.allSatisfy { $0.time >= start && $0.time < start + 4 * 86_400_000 })
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time }, "seed \(seed)")
    }

    @Test("no two events share an id of the server")
    func nativeIDs() throws {
        let events = try Recorder.events(of: .small(seed: 4))
        #expect(Set(events.map(\.nativeID)).count == events.count)
    }

    @Test("refreshes dominate, weekends are quieter, nights are quiet")
    func rhythm() throws {
        var plan = SimulationPlan(
            seed: 5, startTime: SimulationPlan.defaultStart, days: 7, subjects: 150)
        plan.rotatingShare = 100
        let events = try Recorder.events(of: plan)
        let refreshes = events.count { $0.type == .refreshToken }
        #expect(refreshes * 2 > events.count)
        func day(_ event: SimulatedEvent) -> Int64 {
            (event.time - plan.startTime / 1_000_000) / 86_400_000
        }
        let people = events.filter { $0.subject >= 0 }
        let sunday = people.count { day($0) == 6 }
        let wednesday = people.count { day($0) == 2 }
        #expect(sunday * 10 < wednesday * 8)
        let night = people.count { $0.time / 3_600_000 % 24 == 2 }
        let morning = people.count { $0.time / 3_600_000 % 24 == 9 }
        #expect(night * 2 < morning)
    }

    @Test("a log stops at exactly the number of events asked for, with its attacks in it")
    func targetEvents() throws {
        let plan = SimulationPlan.events(20_000, seed: 6)
        let events = try Recorder.events(of: plan)
        #expect(events.count == 20_000)
        let first = try #require(events.first)
        let last = try #require(events.last)
        #expect(last.time - first.time > 7 * 86_400_000, "the log must cover most of its days")
        #expect(Set(events.map(\.attack)) == Set(-1...11))
    }

    @Test("a log that starts in mid-life presents tokens whose issue it never showed")
    func warmUp() throws {
        var plan = SimulationPlan.small(seed: 7)
        #expect(try unknownTokens(plan) == 0)
        plan.warmUpHours = 30
        #expect(try unknownTokens(plan) > 5)
    }

    @Test("extreme plans neither trap nor write nonsense")
    func extremes() throws {
        var plan = SimulationPlan(seed: .max, startTime: .min, days: .min, subjects: .min)
        plan.quietDays = .max
        plan.warmUpHours = .max
        plan.rotatingShare = .max
        plan.browserShare = .min
        plan.notBeforePushes = .max
        plan.attacks = [.fork: 3, .silentTakeover: -1]
        plan.realmName = "\"\n, userId=\""
        plan.rates.race = .min
        plan.rates.lostResponse = .max
        _ = try Recorder.events(of: plan)
        plan.startTime = .max
        plan.subjects = 30
        plan.days = 3
        plan.targetEvents = 50
        let events = try Recorder.events(of: plan)
        #expect(events.count == 50)
        #expect(try #require(events.first).time / 86_400_000 / 365 < 231)
        plan.targetEvents = -1
        #expect(try Recorder.events(of: plan).isEmpty)
    }

    private func unknownTokens(_ plan: SimulationPlan) throws -> Int {
        var issued: Set<ID128> = []
        var unknown = 0
        for event in try Recorder.events(of: plan) {
            switch event.type {
            case .codeToToken: issued.insert(event.refresh)
            case .refreshToken:
                if !issued.contains(event.refresh) { unknown += 1 }
                issued.insert(event.updatedRefresh)
            default: break
            }
        }
        return unknown
    }
}


@Suite("What the simulated server does")
struct ServerSemanticsTests {
    @Test("only without rotation is a token redeemed twice, and then none is refused as reuse",
        arguments: [11, 12] as [UInt64])
    func rotation(seed: UInt64) throws {
        var plan = SimulationPlan.small(seed: seed)
        plan.rotatingShare = 100
        #expect(try redeemedTwice(plan) == 0, "seed \(seed)")
        plan.rotatingShare = 0
        plan.notBeforePushes = 0
        #expect(try redeemedTwice(plan) > 20, "seed \(seed)")
        let events = try Recorder.events(of: plan)
        let refusals = Set(events.map(\.refusal))
        #expect(refusals.isDisjoint(with: [.reuse, .stale, .clientMissing]))
    }

    @Test("what is refused as reuse was redeemed before; what is stale was, or fell to a push",
        arguments: [13, 14, 15] as [UInt64])
    func refusals(seed: UInt64) throws {
        var plan = SimulationPlan.small(seed: seed)
        plan.notBeforePushes = 0
        var spent: Set<ID128> = []
        var counts: [Refusal: Int] = [:]
        for event in try Recorder.events(of: plan) {
            if event.type == .refreshToken { spent.insert(event.refresh) }
            guard event.type == .refreshTokenError else { continue }
            counts[event.refusal, default: 0] += 1
            if event.refusal == .reuse || event.refusal == .stale {
                #expect(spent.contains(event.refresh), "seed \(seed)")
            }
        }
        #expect(counts[.reuse, default: 0] > 10)
        #expect(counts[.clientMissing, default: 0] > 2)
        #expect(counts[.none] == nil)
    }

    @Test("after a replay nothing of that session and client is redeemed until a new code is")
    func clientSession() throws {
        var dropped: Set<[String]> = []
        for event in try Recorder.events(of: .small(seed: 16)) {
            let key = [event.session.hex, "\(event.client)"]
            switch event.type {
            case .codeToToken: dropped.remove(key)
            case .refreshToken: #expect(!dropped.contains(key))
            case .refreshTokenError where event.refusal == .reuse: dropped.insert(key)
            default: break
            }
        }
    }

    @Test("a not-before push refuses unspent tokens of many subjects as stale")
    func notBefore() throws {
        var plan = SimulationPlan(
            seed: 17, startTime: SimulationPlan.defaultStart, days: 4, subjects: 150)
        plan.notBeforePushes = 1
        var spent: Set<ID128> = []
        var subjects: Set<Int> = []
        for event in try Recorder.events(of: plan) {
            if event.type == .refreshToken { spent.insert(event.refresh) }
            if event.refusal == .stale, !spent.contains(event.refresh) {
                subjects.insert(event.subject)
            }
        }
        #expect(subjects.count > 5)
    }

    private func redeemedTwice(_ plan: SimulationPlan) throws -> Int {
        var spent: Set<ID128> = []
        return try Recorder.events(of: plan).count {
            $0.type == .refreshToken && !spent.insert($0.refresh).inserted
        }
    }
}
