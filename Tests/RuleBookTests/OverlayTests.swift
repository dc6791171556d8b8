import AuditModel
import Detection
import MarkedText
import RuleBook
import Testing

@Suite("Overlays and allow-lists")
struct OverlayTests {
    private static let signed = "owner: anna@example.org, reason: ticket 1, expires: 2026-03-10"

    private static let rules = """
        title: Failures
        id: 11111111-2222-4333-8444-555555555555
        name: TST-01
        level: high
        logsource: {product: oauth}
        detection:
            failed: {kind: token.validation_failed}
            condition: failed
        grantrail:
            key: [client]
            suppress: 1s
            message: "{client} fails"
        ---
        title: Many
        id: 21111111-2222-4333-8444-555555555555
        name: TST-02
        level: medium
        logsource: {product: oauth}
        detection:
            failed: {kind: token.validation_failed}
            condition: failed
        grantrail:
            key: [client]
            suppress: never
            count: {gte: 3, within: 1h}
        ---
        title: Replayed
        id: 31111111-2222-4333-8444-555555555555
        name: TST-03
        level: critical
        logsource: {product: oauth}
        detection:
            replay: {fact: code.replayed}
            condition: replay
        grantrail: {key: [client], suppress: 1s}
        """

    private static func load(_ local: String) -> LoadedRules {
        RuleBook.load(sources: [
            RuleSource(path: "rules.yml", text: rules), RuleSource(path: "local.yml", text: local),
        ])
    }

    private static let second: Int64 = 1_000_000_000
    /// Midnight of 9 and of 11 March 2026.
    private static let before: Int64 = 1_773_014_400
    private static let after: Int64 = 1_773_187_200

    /// Two clients, each with three failures and a replayed code, before and after 10 March.
    private static func events() -> EventBatch {
        var batch = EventBatch(capacity: 16)
        for start in [before, after] {
            for minute in 0..<4 {
                for client in ["a", "b"] {
                    var row = EventRow()
                    row.time = (start + Int64(minute) * 60) * second
                    row.kind = minute < 3 ? .tokenValidationFailed : .codeReplayed
                    row.outcome = .failure
                    row.client = batch.pool.code(of: client)
                    row.issuer = batch.pool.code(of: "issuer")
                    row.id = ID128(high: 1, low: UInt64(batch.count + 1))
                    batch.append(row)
                }
            }
        }
        return batch
    }

    /// `rule level client day count` of every alert that overlays leave, in order of rules.
    private static func alerts(_ local: String) -> [String] {
        let loaded = load(local)
        #expect(loaded.diagnostics.map(\.text) == [])
        let batch = events()
        var run = DetectionRun(rules: loaded.active)
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        let lines = run.alerts().map { alert in
            "\(alert.rule.name) \(alert.severity.name) \(alert.keys.client ?? "") "
                + (alert.time < after * second ? "before" : "after")
                + (alert.message.contains("[allowed: office, anna@example.org") ? " allowed" : "")
        }
        return Set(lines).sorted()
    }

    private static let untouched = [
        "TST-01 high a after", "TST-01 high a before", "TST-01 high b after",
        "TST-01 high b before", "TST-02 medium a before", "TST-02 medium b before",
        "TST-03 critical a after", "TST-03 critical a before", "TST-03 critical b after",
        "TST-03 critical b before",
    ]

    /// The alerts without overlays, some of them replaced.
    private static func changed(_ changes: [String: String?]) -> [String] {
        untouched.compactMap { changes[$0] ?? $0 }.sorted()
    }

    @Test("Without overlays nothing is changed")
    func nothing() {
        #expect(Self.alerts("overlays: []") == Self.untouched)
    }

    @Test("A rule is disabled for events up to its last day, and for no others")
    func disabling() {
        let all = "overlays: [{rule: TST-01, disable: true, \(Self.signed)}]"
        #expect(
            Self.alerts(all)
                == Self.changed(["TST-01 high a before": nil, "TST-01 high b before": nil]))
        let one = "overlays: [{rule: TST-01, disable: true, where: {client: a}, \(Self.signed)}]"
        #expect(Self.alerts(one) == Self.changed(["TST-01 high a before": nil]))
        let byID = one.replacing("TST-01", with: "11111111-2222-4333-8444-555555555555")
        #expect(Self.alerts(byID) == Self.changed(["TST-01 high a before": nil]))
    }

    @Test("Levels and thresholds are those of the overlay, for its events and its time")
    func changing() {
        let level = """
            overlays:
                - {rule: TST-01, level: low, where: {client|startswith: a}, \(Self.signed)}
                - {rule: TST-01, disable: true, \(Self.signed)}
                - {rule: TST-02, set: {count.gte: 4}, where: [{client: b}], \(Self.signed)}
            """
        #expect(
            Self.alerts(level)
                == Self.changed([
                    "TST-01 high a before": "TST-01 low a before", "TST-01 high b before": nil,
                    "TST-02 medium b before": "TST-02 medium b after",
                ]))
    }

    @Test("An allow-list hides alerts, but only lowers those of facts of the ledger")
    func allowing() {
        let local = """
            allow:
                - {name: office, fields: {client: a}, rules: any, \(Self.signed)}
            """
        #expect(
            Self.alerts(local)
                == Self.changed([
                    "TST-01 high a before": nil, "TST-02 medium a before": "TST-02 medium a after",
                    "TST-03 critical a before": "TST-03 info a before allowed",
                ]))
    }

    @Test("The listing says what was changed, by whom and until when")
    func listing() throws {
        let local = """
            overlays:
                - {rule: TST-01, disable: true, where: {client: [a, b]}, \(Self.signed)}
                - {rule: TST-02, disable: true, \(Self.signed)}
            """
        let loaded = Self.load(local)
        #expect(
            loaded.listing.map(\.overlays) == [
                ["disabled where client a/b, by anna@example.org until 2026-03-10: ticket 1"],
                ["disabled, by anna@example.org until 2026-03-10: ticket 1"], [],
            ])
        #expect(loaded.rules.flatMap { $0.overlays.map(\.isDisabled) } == [false, true])
        #expect(loaded.rules.flatMap { $0.overlays.map(\.line) } == [2, 3])
        #expect(loaded.listingJSON.contains(#""overlays":["disabled, by anna@example.org"#))
        #expect(Self.load("overlays: []").hash != loaded.hash)
    }

    @Test(
        "Each mistake is found at its place",
        arguments: [
            ("overlays: [{rule: TST-01, disable: true}]", "rule.missing_key 1:12"),
            ("overlays: [{rule: TST-09, disable: true, $}]", "rule.unknown_rule 1:19"),
            ("overlays: [{rule: TST-01, $}]", "rule.missing_key 1:12"),
            ("overlays: [{disable: true, $}]", "rule.missing_key 1:12"),
            ("overlays: [{rule: TST-01, disabel: true, level: low, $}]", "rule.unknown_key 1:27"),
            ("overlays: [{rule: TST-01, level: worst, $}]", "rule.unknown_value 1:34"),
            ("overlays: [{rule: TST-01, set: {count.gte: 4}, $}]", "rule.modifier_misuse 1:33"),
            ("overlays: [{rule: TST-02, set: {count.get: 4}, $}]", "rule.unknown_key 1:33"),
            ("overlays: [{rule: TST-01, fire_at: 4, $}]", "rule.missing_key 1:12"),
            ("overlays: {rule: TST-01}", "rule.wrong_type 1:11"),
            ("allow: [{name: x, fields: {ip: 192.0.2.7}, $}]", "rule.missing_key 1:9"),
            ("overlays: []\nallowed: []", "rule.unknown_key 2:1"),
            (
                "overlays: [{rule: any, disable: true, owner: a, reason: b, expires: soon}]",
                "rule.wrong_type 1:69"
            ),
            (
                "overlays: [{rule: any, disable: true, since: 2025-01-01, $}]",
                "rule.wrong_type 1:110"
            ),
        ])
    func mistakes(local: String, place: String) {
        let text = local.replacing("$", with: Self.signed)
        let found = Self.load(text).diagnostics
        #expect(found.map { "\($0.code.rawValue) \($0.line):\($0.column)" } == [place])
        #expect(found.allSatisfy { $0.path == "local.yml" && $0.isError })
    }
}
