import AuditModel
import Glibc
import GrantLedger
import TestSupport
import Testing

@testable import Detection

/// What rules cost that never match. `GRANTRAIL_IDLE=1 swift test -c release` measures it.
@Suite("Idle rules", .enabled(if: getenv("GRANTRAIL_IDLE") != nil))
struct IdleRuleTests {
    private static let eventCount = 200_000

    private static func predicate(_ field: RuleField, _ pieces: [TextPattern.Piece]) -> Predicate {
        Predicate(field: field, matchers: [.text(TextPattern(pieces: pieces))])
    }

    private static func literal(_ text: String) -> TextPattern.Piece { .literal(Array(text.utf8)) }

    /// By number: a little of everything that rules ask for.
    static func rule(_ number: Int, kinds: [Int]) -> Rule {
        var rule = Rule(id: "idle-\(number)", name: "IDLE\(number)", title: "t", level: .low)
        var predicates: [Predicate]
        switch kinds[number % kinds.count] {
        case 0: predicates = [predicate(.event(.client), [literal("no-client-\(number)")])]
        case 1:
            predicates = [
                predicate(.event(.userAgent), [.anyRun, literal("stranger/\(number)"), .anyRun])
            ]
        case 2:
            let address = "203.0.\(number % 250).\(number / 250)"
            predicates = [predicate(.event(.ip), [literal(address)])]
        case 3: predicates = [predicate(.payload("details.rule"), [literal("never-\(number)")])]
        case 4:
            predicates = [
                predicate(.ledger(.fact), [literal("code.replayed")]),
                predicate(.event(.subject), [literal("nobody-\(number)")]),
            ]
        case 5:
            predicates = [
                predicate(.event(.kind), [literal("client.deleted")]),
                predicate(.payload("details.x\(number % 7)"), [literal("never-\(number)")]),
            ]
        case 6:
            predicates = [
                predicate(.event(.ip), [literal("203.\(number % 250).0."), .anyRun])
            ]
        default:
            predicates = [
                predicate(.event(.outcome), [literal("failure")]),
                predicate(.event(.vendorType), [literal("NEVER_\(number)")]),
            ]
            rule.operation = Operation(
                .spike(
                    Operation.Spike(
                        windows: [300_000_000_000], learn: 0, learnEvents: 0, floorCount: 8,
                        floorRatio: 200, tail: 900, absolute: nil)),
                window: Operation.Window(span: 300_000_000_000))
        }
        rule.selections = [Rule.Selection(name: "s", alternatives: [predicates])]
        rule.condition = .selection(0)
        rule.key = [.client]
        return rule
    }

    /// Refreshes, logins and failures as a server would log them.
    private func events() -> EventBatch {
        var random = SeededGenerator(seed: 7)
        var batch = EventBatch(capacity: Self.eventCount)
        for number in 0..<Self.eventCount {
            var row = EventRow()
            let subject = Int(random.next() % 20_000)
            row.time = Int64(number) * 10_000_000
            row.id = ID128(high: 1, low: UInt64(number + 1))
            row.kind = number % 8 < 6 ? .refreshSucceeded : number % 8 == 6
                ? .authnSucceeded : .authnFailed
            row.outcome = number % 8 == 7 ? .failure : .success
            row.issuer = batch.pool.code(of: "https://id.example.org/realms/main")
            row.client = batch.pool.code(of: "client-\(subject % 12)")
            row.subject = batch.pool.code(of: "subject-\(subject)")
            row.session = ID128(high: 3 << 32, low: UInt64(subject + 1))
            row.dialect = batch.pool.code(of: "keycloak")
            row.vendorType = batch.pool.code(of: "TYPE_\(number % 8)")
            row.userAgent = batch.pool.code(of: "Mozilla/5.0 (device \(subject % 90))")
            row.ip = IPAddress("198.51.\(subject / 250 % 250).\(subject % 250)") ?? .none
            row.presented = ID128(high: 2 << 32, low: UInt64(number + 1))
            row.issuedRefresh = ID128(high: 4 << 32, low: UInt64(number + 1))
            let payload = """
                {"details":{"auth_method":"openid-connect","grant_type":"refresh_token",\
                "refresh_token_type":"Refresh","client_auth_method":"client-secret",\
                "username":"subject-\(subject)"},"realmName":"main"}
                """
            payload.utf8.withContiguousStorageIfAvailable {
                batch.append(row, payload: UnsafeRawBufferPointer($0))
            } ?? batch.append(row)
        }
        return batch
    }

    private func nanoseconds(_ rules: [Rule], _ batch: EventBatch) -> Int {
        var best = Int.max
        for _ in 0..<5 {
            var run = DetectionRun(rules: rules)
            var start = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start)
            for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
            var end = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end)
            best = min(
                best, (end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec)
        }
        return best / batch.count
    }

    @Test("a thousand rules that never match cost little on every event")
    func cost() {
        let batch = events()
        let some = [predicateRule()]
        print("idle rules: none \(nanoseconds(some, batch)) ns an event")
        let names = [
            "client", "user_agent", "ip", "payload", "fact", "kind and payload", "ip startswith",
            "spike",
        ]
        for kind in names.indices {
            let rules = (0..<1000).map { Self.rule($0, kinds: [kind]) }
            print("idle rules: 1000 by \(names[kind]): \(nanoseconds(some + rules, batch)) ns")
        }
        let mixed = (0..<1000).map { Self.rule($0, kinds: Array(names.indices)) }
        print("idle rules: 1000 mixed: \(nanoseconds(some + mixed, batch)) ns an event")
    }

    private func predicateRule() -> Rule {
        var rule = Self.rule(0, kinds: [4])
        rule.id = "base"
        return rule
    }
}
