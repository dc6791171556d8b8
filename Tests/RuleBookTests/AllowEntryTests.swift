import AuditModel
import Detection
import MarkedText
import RuleBook
import TestSupport
import Testing

@Suite("Entries of allow-lists that a program writes")
struct AllowEntryTests {
    private static let day: Int64 = 86_400_000_000_000
    /// 2 March 2026, ten o'clock.
    private static let start: Int64 = 1_772_445_600_000_000_000

    private static let rules = """
        title: Failures
        id: 11111111-2222-4333-8444-555555555555
        name: TST-01
        level: high
        logsource: {product: oauth}
        detection:
            failed: {kind: token.validation_failed}
            condition: failed
        grantrail: {key: [client, subject, ip], suppress: 1s}
        """

    private static func entry(_ client: String, _ subject: String? = nil) -> AllowEntry {
        AllowEntry(
            name: "benign-1", rule: "TST-01", client: client, subject: subject,
            network: "192.0.2.0/24", owner: "anna", reason: "a test", since: start,
            last: start + 30 * day)
    }

    private static func load(_ local: String) -> LoadedRules {
        RuleBook.load(sources: [
            RuleSource(path: "rules.yml", text: rules), RuleSource(path: "local.yml", text: local),
        ])
    }

    /// How many alerts a failure of this client and subject gives under an entry.
    private static func alerts(
        _ loaded: LoadedRules, _ client: String, _ subject: String, ip: String = "192.0.2.7",
        time: Int64 = start
    ) -> Int {
        var batch = EventBatch(capacity: 1)
        var row = EventRow()
        row.id = ID128(high: 1, low: 1)
        row.time = time
        row.kind = .tokenValidationFailed
        row.client = batch.pool.code(of: client)
        row.subject = batch.pool.code(of: subject)
        row.ip = IPAddress(ip) ?? .none
        batch.append(row)
        var run = DetectionRun(rules: loaded.active, shards: 1)
        run.take(batch, row: 0, pool: batch.pool)
        return run.alerts().count
    }

    @Test("Whatever client and subject are called, their entry hides them and nobody else")
    func hostileNames() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "\"", "'", "\\", "\n", "\r", "\u{85}", "\u{2028}", "\t", "*", "?", "{", "}", "[", "]",
            "#", ": ", "- ", "%a%", "&x", "!t", "|", ">", "null", "~", "1e3", "é", "\u{1F600}",
            "\u{7F}", "---", "...", "@", "`", "a", ",", "\u{202E}",
        ]
        for _ in 0..<150 {
            let client = "c" + (0..<random.below(6)).map { _ in random.pick(pieces) }.joined()
            let subject = "s" + (0..<random.below(6)).map { _ in random.pick(pieces) }.joined()
            let document = Self.entry(client, subject).document(comments: ["for a test"])
            let loaded = Self.load(document)
            #expect(loaded.diagnostics.map(\.text) == [], "seed \(seed): \(document)")
            #expect(Self.alerts(loaded, client, subject) == 0, "seed \(seed): \(document)")
            #expect(Self.alerts(loaded, client + "x", subject) == 1, "seed \(seed)")
            #expect(Self.alerts(loaded, "x" + client, subject) == 1, "seed \(seed)")
            #expect(Self.alerts(loaded, client, subject + "x") == 1, "seed \(seed)")
        }
    }

    @Test("An entry holds for its network and its days, in event time")
    func bounds() {
        let loaded = Self.load(Self.entry("web").document(comments: []))
        #expect(Self.alerts(loaded, "web", "anna") == 0)
        #expect(Self.alerts(loaded, "web", "anna", ip: "192.0.3.7") == 1)
        #expect(Self.alerts(loaded, "web", "anna", time: Self.start - Self.day) == 1)
        #expect(Self.alerts(loaded, "web", "anna", time: Self.start + 30 * Self.day) == 0)
        #expect(Self.alerts(loaded, "web", "anna", time: Self.start + 31 * Self.day) == 1)
    }

    @Test("Behind a text it is a document of its own; a text without a last line end gets one")
    func appended() {
        let entry = Self.entry("web")
        let first = entry.document(comments: ["first"])
        for text in [first, String(first.dropLast()), "# a remark", ""] {
            let whole = text + entry.addition(to: text, comments: ["second"])
            #expect(whole.hasPrefix(text))
            let overlays = Self.load(whole).rules.first?.overlays.count
            #expect(overlays == (text.hasPrefix("---") ? 2 : 1), "\(whole)")
        }
    }

    @Test("A file with errors or of another kind, and an entry that lasts too long, are refused")
    func refused() {
        func why(_ entry: AllowEntry, _ file: String, _ text: String) -> String? {
            switch RuleBook.trying(entry, paths: [], file: file, text: text) {
            case .success: nil
            case .failure(let refusal): refusal.message
            }
        }
        var entry = Self.entry("web")
        entry.rule = "REF-02"
        #expect(why(entry, "local.yml", "") == nil)
        #expect(why(entry, "local.yml", "allow: [")?.contains("has errors already") == true)
        #expect(why(entry, "placeholders.yml", "") != nil)
        entry.last = Self.start + 200 * Self.day
        #expect(why(entry, "local.yml", "")?.contains("at most 180 days") == true)
        entry = Self.entry("web")
        entry.rule = "NO-01"
        #expect(why(entry, "local.yml", "")?.contains("NO-01") == true)
    }
}

@Suite("Standard actions in rules")
struct ActionLanguageTests {
    private static func places(_ action: String) -> [String] {
        RuleFixture.places(
            RuleFixture.sound + "\n    actions:\n        - \(action)")
    }

    @Test("An action is a standard one, or has a title of its own")
    func language() {
        #expect(Self.places("do: end_session") == [])
        #expect(Self.places("{title: Ask, reversible: true}") == [])
        #expect(Self.places("do: end_sesion") == ["rule.unknown_value 14:15"])
        #expect(Self.places("command: ls").first?.hasPrefix("rule.missing_key") == true)
        #expect(Self.places("{do: end_session, title: x}") == ["rule.unknown_key 14:29"])
    }

    @Test("Another standard action is another rule hash")
    func hash() throws {
        let hashes = ["end_session", "log_out_subject"].map { name in
            RuleFixture.load(RuleFixture.sound + "\n    actions: [{do: \(name)}]")
                .rules.first?.rule.hash
        }
        #expect(hashes[0] != nil && hashes[0] != hashes[1])
    }
}
