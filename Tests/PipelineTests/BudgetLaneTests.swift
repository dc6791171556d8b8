import AuditModel
import TestSupport
import Testing

@testable import Pipeline

@Suite("What budgets let through")
struct BudgetLaneTests {
    private static let hour = BudgetCase.hour

    private static func notice(
        _ number: Int, _ rule: String, client: String = "web", _ severity: Severity = .high
    ) -> BudgetNotice {
        BudgetNotice(BudgetCase.alert(number, severity, rule: rule, client: client))
    }

    @Test("Any sequence is judged as the plain rules judge it, and stays within their bound")
    func reference() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let limit = 1 + random.below(6)
            var (lane, naive) = (BudgetLane(limit: limit), NaiveLane(limit: limit))
            var now = BudgetCase.start
            let pause = [60, 1_800, 20_000][random.below(3)]
            for number in 0..<300 {
                now += Int64(random.below(pause)) * BudgetCase.second
                let notice = BudgetNotice(BudgetCase.random(number, &random))
                let isTold = (lane.admits(notice, at: now), naive.admits(notice, at: now))
                #expect(isTold.0 == isTold.1, "seed \(seed)")
                let count = lane.count(at: now)
                #expect(count == naive.recent(now), "seed \(seed)")
                // Twice the budget, and the first of each of three rules and five severities.
                #expect(count <= limit * (2 + 15), "seed \(seed)")
                let until = lane.until(at: now)
                #expect((until != nil) == (count >= limit), "seed \(seed)")
                guard let until else { continue }
                var later = lane
                let counts = (later.count(at: until - 1), later.count(at: until))
                #expect(counts.0 >= limit && counts.1 < limit, "seed \(seed)")
            }
        }
    }

    @Test("Ten thousand alerts of one rule hide nothing of the others")
    func flood() {
        var random = SeededGenerator(seed: 4)
        var lane = BudgetLane(limit: 5)
        var flooded = 0
        var others: [Bool] = []
        for number in 0..<10_000 {
            let now = BudgetCase.start + Int64(number) * 8 * BudgetCase.second
            // As many clients as whoever floods can think of.
            let client = "made up \(random.below(5_000))"
            let flood = Self.notice(number, "VAL-07", client: client)
            flooded += lane.admits(flood, at: now) ? 1 : 0
            if number % 2_000 == 1_500 {
                // All of one kind: five are what the budget has room for without the flood.
                others.append(lane.admits(Self.notice(number, "REF-01"), at: now))
            }
        }
        #expect(others == [true, true, true, true, true])
        #expect(flooded == 10, "five, and five more clients")
    }

    @Test("When several rules are flooded the first of each other rule and client is told")
    func floods() {
        var lane = BudgetLane(limit: 5)
        let now = BudgetCase.start
        for number in 0..<3_000 {
            for rule in ["VAL-07", "VAL-13", "SES-06"] {
                _ = lane.admits(Self.notice(number, rule, client: "x\(number)"), at: now)
            }
        }
        let before = lane.count(at: now)
        #expect(before <= 5 * 2 + 5 * 3)
        for (number, client) in ["web", "app", "tv", "web"].enumerated() {
            let isTold = lane.admits(Self.notice(number, "REF-01", client: client), at: now)
            #expect(isTold == (number < 3), "\(client)")
        }
    }

    @Test("Who floods a rule with high alerts does not hide its first critical one")
    func critical() {
        var lane = BudgetLane(limit: 5)
        let now = BudgetCase.start
        for number in 0..<1_000 {
            _ = lane.admits(Self.notice(number, "REF-01", client: "x\(number)"), at: now)
        }
        var told = [Severity.critical, .critical, .high].map { severity in
            lane.admits(Self.notice(1, "REF-01", severity), at: now)
        }
        #expect(told == [true, false, false])
        // A day later all are first again.
        told.append(lane.admits(Self.notice(3, "REF-01"), at: now + 24 * Self.hour))
        #expect(told.last == true)
    }

    @Test("What floods one tenant's alerts holds back none of another's")
    func tenants() {
        var lane = BudgetLane(limit: 3)
        let now = BudgetCase.start
        func told(_ tenant: String, _ number: Int) -> Bool {
            var notice = Self.notice(number, "REF-01")
            notice.tenant = tenant
            return lane.admits(notice, at: now)
        }
        let flooded = (0..<100).map { told("acme", $0) }
        #expect(flooded.count { $0 } == 3)
        #expect((0..<4).map { told("globex", 200 + $0) } == [true, true, true, false])
        #expect(lane.count(at: now) == 6)
        #expect(lane.until(at: now) == now + 24 * Self.hour)
        #expect(lane.until(at: now + 24 * Self.hour) == nil)
    }

    @Test("A clock that was put back does not spend the budget for years")
    func clock() {
        var lane = BudgetLane(limit: 2)
        let now = BudgetCase.start
        let back = now - 9_000 * Self.hour
        let told = [now, now, back, back + 23 * Self.hour, back + 24 * Self.hour].map { time in
            lane.admits(Self.notice(1, "REF-01"), at: time)
        }
        #expect(told == [true, true, false, false, true])
        let until = lane.until(at: back + 23 * Self.hour)
        #expect(until == nil, "one of two")
        for extreme in [Int64.min + 1, 0, .max] {
            _ = lane.admits(Self.notice(4, "REF-01"), at: extreme)
            _ = lane.until(at: extreme)
        }
    }
}
