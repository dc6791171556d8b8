import AuditModel
import Pipeline
import Testing

@Suite("What would have been told")
struct TuneTableTests {
    private static let day: Int64 = 86_400_000_000_000

    /// Alerts of one rule and client, evenly over some days.
    private static func alerts(
        _ rule: String, _ client: String, _ severity: Severity, days: Range<Int64>, each: Int,
        tenant: String? = nil
    ) -> [Alert] {
        days.flatMap { day in
            (0..<each).map { number in
                let time = day * Self.day + Int64(number) * 1_000_000_000
                let key = UInt64(time) ^ UInt64(rule.utf8.reduce(0) { $0 &* 31 &+ Int($1) })
                var alert = Alert(
                    id: ID128(high: UInt64(client.utf8.count) << 8 | UInt64(severity.rawValue),
                        low: key),
                    rule: Alert.Rule(id: rule, name: rule, title: "", hash: ""),
                    severity: severity, time: time, precision: 3)
                alert.keys.client = client
                alert.tenant = tenant
                return alert
            }
        }
    }

    private static func table(
        _ alerts: [Alert], days: Int? = nil, pages: Int = 5, tickets: Int = 50,
        truths: Set<ID128> = []
    ) -> TuneTable {
        TuneTable(
            alerts, span: 0...10 * day, days: days,
            budget: NotificationBudget(pages: pages, tickets: tickets), truths: truths)
    }

    @Test("alerts are counted by rule, client and severity, and by day")
    func counts() throws {
        let table = Self.table(
            Self.alerts("A", "web", .high, days: 0..<10, each: 2)
                + Self.alerts("A", "web", .info, days: 0..<10, each: 7)
                + Self.alerts("B", "app", .low, days: 3..<4, each: 9))
        #expect(table.rows.map(\.rule) == ["A", "B"])
        let first = try #require(table.rows.first)
        #expect(first.count(.high) == 20 && first.count(.info) == 70 && first.told == 20)
        #expect(first.worst == 2 && table.perDay(first.told) == 200)
        #expect(table.loads.map(\.total) == [20, 9])
        #expect(table.loads.map(\.daysOver) == [0, 0])
        #expect(table.loads[1].worst == TuneTable.Load.Peak(day: 3, count: 9))
        #expect(!table.rows.contains { $0.isOver })
    }

    @Test("the loudest rows go beyond a budget until the rest would hold it, and no more")
    func loudest() {
        let table = Self.table(
            Self.alerts("A", "web", .high, days: 0..<10, each: 2)
                + Self.alerts("B", "web", .high, days: 2..<4, each: 20)
                + Self.alerts("C", "web", .critical, days: 2..<3, each: 3)
                + Self.alerts("D", "web", .medium, days: 0..<10, each: 40))
        #expect(table.rows.filter(\.isOver).map(\.rule) == ["B"])
        #expect(table.loads[0].daysOver == 2)
        #expect(table.loads[0].worst == TuneTable.Load.Peak(day: 2, count: 25))
    }

    @Test("a budget of nothing marks all that is told, and information never")
    func nothing() {
        let table = Self.table(
            Self.alerts("A", "web", .high, days: 0..<1, each: 1)
                + Self.alerts("B", "web", .info, days: 0..<1, each: 100), pages: 0, tickets: 0)
        #expect(table.rows.filter(\.isOver).map(\.rule) == ["A"])
    }

    @Test("what is critical is no noise, and no entry is looked for")
    func critical() {
        let table = Self.table(Self.alerts("A", "web", .critical, days: 5..<6, each: 30))
        #expect(table.loads[0].daysOver == 1 && !table.rows.contains { $0.isOver })
    }

    @Test("what is known to be true is no noise, however much it is")
    func truths() {
        let attack = Self.alerts("A", "web", .high, days: 5..<6, each: 30)
        let noise = Self.alerts("B", "web", .high, days: 5..<6, each: 6)
        let table = Self.table(attack + noise, truths: Set(attack.map(\.id)))
        #expect(table.rows.filter(\.isOver).map(\.rule) == ["B"])
        #expect(table.rows.first { $0.rule == "A" }?.truths == 30)
    }

    @Test("only the last days count if so many are asked for, and tenants stay apart")
    func lastDays() {
        let table = Self.table(
            Self.alerts("A", "web", .high, days: 0..<10, each: 2, tenant: "one")
                + Self.alerts("A", "web", .high, days: 8..<10, each: 1, tenant: "three"), days: 3)
        #expect(table.span == 7 * Self.day...10 * Self.day)
        #expect(table.rows.map(\.told) == [6, 2] && table.hasTenants)
        #expect(table.rows.map(\.tenant) == ["one", "three"])
    }
}
