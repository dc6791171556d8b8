import AuditModel
import Delivery
import EventStore
import Testing
import WireFormat

@testable import Pipeline

@Suite("The budget of a hook")
final class HookBudgetTests {
    private static let hour = BudgetCase.hour
    private static let start = BudgetCase.start

    private var budget = HookBudget(hook: "soc", NotificationBudget(pages: 2, tickets: 3))

    private func tells(
        _ alert: Alert, _ known: HookKnowledge = .nothing, after hours: Int64 = 0
    ) -> Bool {
        budget.admits(BudgetNotice(alert), known, at: Self.start + hours * Self.hour)
    }

    private func digests(after hours: Int64, isEnd: Bool = false) -> [Alert] {
        budget.digests(at: Self.start + hours * Self.hour, isEnd: isEnd)
    }

    @Test("Pages and tickets have budgets of their own")
    func classes() {
        let severities: [(Severity, [Bool])] = [
            (.high, [true, true, false]), (.medium, [true, true, true, false]),
        ]
        for (severity, expected) in severities {
            for (number, isTold) in expected.enumerated() {
                #expect(tells(BudgetCase.alert(number, severity)) == isTold)
            }
        }
        // The first of its severity, each.
        for severity in [Severity.critical, .low, .info] {
            #expect(tells(BudgetCase.alert(9, severity)))
            #expect(!tells(BudgetCase.alert(9, severity)))
        }
        let hold = budget.hold(at: Self.start)
        let until = Self.start + 24 * Self.hour
        #expect(hold.pages == HookHold.Lane(told: 3, limit: 2, held: 2, until: until))
        #expect(hold.tickets == HookHold.Lane(told: 5, limit: 3, held: 3, until: until))
    }

    @Test("What the hook was told of goes on, and getting worse is told although all is spent")
    func revisions() {
        for number in 0..<10 { _ = tells(BudgetCase.alert(number, .high)) }
        for number in 0..<10 { _ = tells(BudgetCase.alert(number, .medium)) }
        let spent = budget.hold(at: Self.start).pages.told
        let worse = BudgetCase.alert(1, .critical, revision: 2)
        for known in [HookKnowledge.told(.high), .told(.critical)] {
            #expect(tells(worse, known))
        }
        #expect(tells(BudgetCase.alert(1, .high, revision: 3, state: .withdrawn), .told(.high)))
        #expect(budget.hold(at: Self.start).pages.told == spent, "it was paged for already")
        #expect(tells(worse, .told(.medium)))
        #expect(budget.hold(at: Self.start).pages.told == spent + 1, "a ticket that is a page now")
        // Nobody knows of these yet: they are news, for which there is room.
        for (number, isTold) in [(8, true), (7, true), (6, false)] {
            let other = BudgetCase.alert(number, .critical, rule: "GEO-02", revision: 2)
            #expect(tells(other, .held) == isTold, "\(number)")
        }
    }

    @Test("The withdrawal of what was held back is held back, of what nobody knows it is told")
    func withdrawals() {
        let withdrawn = BudgetCase.alert(1, .high, revision: 2, state: .withdrawn)
        #expect(tells(withdrawn, .nothing))
        #expect(!tells(withdrawn, .held))
        #expect(digests(after: 0).isEmpty, "there is no flood")
        for number in 0..<4 { _ = tells(BudgetCase.alert(number, .high)) }
        #expect(!tells(withdrawn, .held))
        let digest = digests(after: 0)
        #expect(digest.count == 1 && digest[0].count == 3)
        #expect(digest[0].why.contains { $0.fact == "held_withdrawn" && $0.value == "1" })
    }

    @Test("A digest comes at once, then after one, two, four and eight hours, while there is news")
    func intervals() {
        var told: [Int64] = []
        var counts: [Int] = []
        // Something is held back every hour of three days, and nothing after.
        for hour in 0..<(5 * 24) as Range<Int64> {
            for number in 0..<(hour < 3 * 24 ? 10 : 0) {
                _ = tells(BudgetCase.alert(number, .high), after: hour)
            }
            for digest in digests(after: hour) {
                let first = BudgetNotice(BudgetCase.alert(2, .high))
                let id = HoldDigest.identity(hook: "soc", .pages, first: first)
                #expect(digest.id == id)
                #expect(digest.revision == told.count + 1)
                #expect(digest.rule.name == "OPS-07" && digest.severity == .high)
                told.append(hour)
                counts.append(digest.count)
            }
        }
        let expected: [Int64] = [0, 1, 3, 7, 15, 23, 31, 39, 47, 55, 63, 71]
        #expect(told == expected)
        // Two are told each day; the last digest counted everything.
        #expect(counts.last == 714)
        #expect(budget.hold(at: Self.start + 100 * Self.hour).pages.held == 0)
    }

    @Test("When nothing will come the rest is told at once; what comes later is a new flood")
    func ends() {
        for number in 0..<4 { _ = tells(BudgetCase.alert(number, .high)) }
        let first = digests(after: 0)
        #expect(first.map(\.count) == [2] && digests(after: 0, isEnd: true).isEmpty)
        _ = tells(BudgetCase.alert(4, .high))
        #expect(digests(after: 0).isEmpty)
        #expect(digests(after: 0, isEnd: true).map(\.count) == [3])
        #expect(digests(after: 30).isEmpty)
        for number in 5..<8 { _ = tells(BudgetCase.alert(number, .high), after: 31) }
        let later = digests(after: 31)
        #expect(later.map(\.revision) == [1] && later[0].id != first[0].id)
    }

    @Test("A digest counts everything, names the worst of each rule, and stays small")
    func content() throws {
        var random: UInt64 = 1
        for number in 0..<20_000 {
            random = random &* 6_364_136_223_846_793_005 &+ 1
            let client = "client \(random >> 40) " + String(repeating: "<é>", count: 200)
            _ = tells(BudgetCase.alert(number, rule: "R-\(number % 40)", client: client))
        }
        let critical = BudgetCase.alert(77_777, .critical, rule: "R-39")
        _ = tells(BudgetCase.alert(77_776, .critical, rule: "R-39"))
        #expect(!tells(critical))
        let digest = try #require(digests(after: 0).first)
        let count = 20_002 - budget.hold(at: Self.start).pages.told
        #expect(digest.severity == .critical)
        #expect(digest.count == count)
        #expect(digest.message.contains("soc") && digest.message.contains(" 2 pages a day"))
        let rules = digest.why.filter { $0.fact == "held_rule" }.map(\.value)
        #expect(rules.count == 11 && rules[0].hasSuffix(critical.id.hex))
        #expect(rules[0].hasPrefix("R-39: ") && rules[10].hasPrefix("30 other rules: "))
        let body = BudgetCase.record(digest).body
        #expect(body.count < 5_000)
        #expect(AlertJSON.read(body) == digest)
        let read = try #require(HoldDigest.read(digest, told: Self.start))
        #expect(read.kind == .pages && read.held.total == digest.count)
        #expect(HoldDigest.read(critical, told: 0) == nil)
    }

    @Test("Every form of body renders a digest without knowing of it", arguments: HookBody.allCases)
    func bodies(form: HookBody) throws {
        for number in 0..<9 { _ = tells(BudgetCase.alert(number, client: "web & co")) }
        let record = BudgetCase.record(try #require(digests(after: 0).first))
        for pii in PIIProfile.allCases {
            let writer = BodyWriter(
                kind: form,
                context: BodyContext(
                    store: "s", version: "1", pii: pii, routingKey: "k", pseudonymKey: [7]))
            let line = try #require(writer.line(record.body, sequence: 9))
            let text = String(decoding: line, as: UTF8.self)
            #expect(text.contains("OPS-07") && text.contains("Notifications held back"))
            #expect(text.contains("VAL-07: 7, worst high 0000000000000005"), "\(text)")
            #expect(text.contains("grantrail hooks held --hook soc"), "\(text)")
        }
    }
}
