import AuditModel
import Detection
import MarkedText
import RuleBook
import Testing

extension RuleFixture {
    static let story = """
        title: Tokens replayed
        id: 11111111-2222-4333-8444-555555555555
        name: TST-01
        level: low
        logsource: {product: oauth}
        detection:
            replay: {fact: refresh.replayed}
            condition: replay
        grantrail:
            key: [issuer, lineage]
            tests:
                - name: one
                  story: |
                      10:00 anna berlin/telekom refresh g5>g6
                      11:31 ??? saopaulo/claro refresh g5 refused
                  expect: {level: low, branch: victim_first}
        """

    /// The rule with another story, and perhaps another expectation.
    static func story(
        _ lines: String, expect: String = "none", rotation: String? = nil,
        detection: String = "{fact: refresh.replayed}"
    ) -> String {
        let indented = lines.split(separator: "\n").map { "              " + $0 }
            .joined(separator: "\n")
        return """
            title: Tokens replayed
            id: 11111111-2222-4333-8444-555555555555
            name: TST-01
            level: low
            logsource: {product: oauth}
            detection:
                replay: \(detection)
                condition: replay
            grantrail:
                key: [issuer, lineage]
                tests:
                    - name: one
                      expect: \(expect)
                      rotation: \(rotation ?? "on")
                      story: |
            \(indented)
            """
    }

    static func failures(_ text: String) -> [String] {
        let loaded = load(text)
        if !loaded.diagnostics.isEmpty { return loaded.diagnostics.map(\.text) }
        return RuleTests.run(loaded).flatMap(\.failures)
    }
}

@Suite("Stories")
struct StoryTests {
    @Test("A wrong expectation fails, and says what came instead")
    func failing() {
        #expect(RuleFixture.failures(RuleFixture.story) == [])
        let wrong = RuleFixture.story.replacing("{level: low, b", with: "{level: high, b")
        #expect(
            RuleFixture.failures(wrong) == [
                "expected TST-01 (high, victim_first), which did not come",
                "TST-01 (low, victim_first, count 1) came unexpected: Tokens replayed",
            ])
        let none = RuleFixture.story.replacing("{level: low, branch: victim_first}", with: "none")
        #expect(RuleFixture.failures(none).count == 1)
        let silent = RuleFixture.story.replacing("refresh g5 refused", with: "refresh g6>g7")
        #expect(RuleFixture.failures(silent).count == 1)
    }

    @Test("Results are given as text and as JUnit")
    func reports() {
        let wrong = RuleFixture.story.replacing("{level: low, b", with: "{level: high, b")
            .replacing("- name: one", with: "- name: a<b & \"c\"")
        let results = RuleTests.run(RuleFixture.load(wrong))
        #expect(results.map(\.line) == [12])
        let text = RuleTests.text(results)
        #expect(text.hasPrefix("FAIL TST-01  a<b & \"c\"\n     rule.yml:12\n     expected"))
        #expect(text.hasSuffix("0 passed, 1 failed"))
        let junit = RuleTests.junit(results)
        #expect(junit.contains(#"<testsuites name="grantrail rules" tests="1" failures="1">"#))
        #expect(junit.contains(#"name="a&lt;b &amp; &quot;c&quot;" file="rule.yml" line="12""#))
        #expect(RuleTests.run(RuleFixture.load(wrong), only: ["TST-02"]).isEmpty)
    }

    @Test(
        "A line that cannot be read is found at its place",
        arguments: [
            ("10:00", "16:15"), ("25:00 anna berlin/t login", "16:15"),
            ("+5s anna berlin/t login", "16:15"),
            ("10:00 anna berln/t login", "16:26"), ("10:00 anna berlin login", "16:26"),
            ("10:00 anna berlin/t logn", "16:35"), ("10:00 anna berlin/t refresh g5", "16:43"),
            ("10:00 anna berlin/t refresh x5>g6", "16:43"),
            ("10:00 anna berlin/t code g0", "16:40"),
            ("10:00 anna berlin/t login twice", "16:41"),
            ("10:00 ??? berlin/t refresh g5>g6", "16:21"),
            ("day x 10:00 anna berlin/t login", "16:15"),
            ("10:00 anna berlin/t refresh g5>g6\n09:00 anna berlin/t login", "17:15"),
            ("10:00 anna berlin/t refresh g5>g6\n+1s anna berlin/t refresh g8>g9", "17:15"),
            ("10:00 anna berlin/t refresh g5>g6\n+1s anna berlin/t refresh g5>g6", "17:15"),
            ("10:00 a rome/t login\n+1s b rome/t login\n+1s ??? rome/t use g1", "18:19"),
        ])
    func mistakes(lines: String, place: String) {
        let found = RuleFixture.places(RuleFixture.story(lines))
        #expect(found == ["rule.story \(place)"])
    }

    @Test("A story's family counts as born before it opens, unless it begins in mid-life")
    func birth() {
        let lines = "10:00 anna berlin/t refresh g5>g6\n11:00 ??? lagos/m refresh g5 refused"
        let branch = "{branch: victim_first}"
        #expect(RuleFixture.failures(RuleFixture.story(lines, expect: branch)) == [])
        let unknown = "{branch: undetermined}"
        let midlife = RuleFixture.story("midlife\n" + lines, expect: unknown)
        #expect(RuleFixture.failures(midlife) == [])
    }

    @Test("A token older than the first line's was rotated away before the story")
    func olderTokens() {
        let lines = "10:00 anna berlin/t refresh g5>g6\n11:00 ??? lagos/m refresh g3 refused"
        let gap = "{fact: refresh.replayed, generation_gap: 3, replay_gap_s|gt: 3600}"
        #expect(
            RuleFixture.failures(RuleFixture.story(lines, expect: "{count: 1}", detection: gap))
                == [])
    }

    @Test(
        "Each word of the server is told in its way",
        arguments: [
            ("refused", "{refused: true, asserted: false, reason: unspecified}"),
            ("refused reuse", "{asserted: true, policy_allows: false, reason: reused}"),
            ("refused stale", "{policy_allows: false, reason: policy}"),
            ("refused expired", "{reason: expired}"), ("refused gone", "{reason: not_found}"),
        ])
    func refusals(words: String, detection: String) {
        let lines = "10:00 anna berlin/t refresh g5>g6\n11:00 anna berlin/t refresh g5 \(words)"
        let text = RuleFixture.story(lines, expect: "{count: 1}", detection: detection)
        #expect(RuleFixture.failures(text) == [])
    }

    @Test("Places share a network, a system or a country exactly as they are named")
    func places() {
        let cases = [
            ("berlin/telekom", "{fact: refresh.replayed, same_network: true}"),
            ("berlin/telekom#2", "{presenter.new: prefix}"),
            ("munich/vodafone", "{presenter.new|all: [prefix, asn]}"),
            ("oslo/telekom", "{presenter.new|all: [prefix, country]}"),
            ("oslo/telenor", "{presenter.new|all: [prefix, asn, country]}"),
            ("?/hosting", "{presenter.new: prefix, country|exists: false, asn|exists: false}"),
        ]
        for (place, detection) in cases {
            let lines =
                "10:00 anna berlin/telekom refresh g5>g6\n"
                + "11:00 ??? \(place) refresh g5 refused"
            let text = RuleFixture.story(lines, expect: "{count: 1}", detection: detection)
            #expect(RuleFixture.failures(text) == [], "\(place)")
        }
        let near = "10:00 anna berlin/t refresh g5>g6\n11:00 ??? berlin/t#2 refresh g5 refused"
        let newSystem = "{presenter.new: asn}"
        #expect(RuleFixture.failures(RuleFixture.story(near, detection: newSystem)) == [])
    }

    @Test("The rotation policy of a test is one the ledger learned from others")
    func rotation() {
        let lines = "10:00 anna berlin/t refresh g5>g6\n11:00 anna berlin/t refresh g5>g6b"
        for policy in ["on", "off"] {
            let detection = "{fact: refresh.replayed, rotation: \(policy)}"
            let text = RuleFixture.story(
                lines, expect: "{count: 1}", rotation: policy, detection: detection)
            #expect(RuleFixture.failures(text) == [], "\(policy)")
        }
    }

    @Test("Relative times cross midnight, days follow days")
    func days() {
        let lines = """
            23:59 anna berlin/t refresh g5>g6
            +90s anna berlin/t refresh g6>g7
            00:10 anna berlin/t refresh g7>g8
            day 3 09:00 anna berlin/t refresh g5 refused
            """
        let detection = "{replay_gap_s: 118860}"
        #expect(
            RuleFixture.failures(
                RuleFixture.story(lines, expect: "{count: 1}", detection: detection)) == [])
    }

    @Test("Tests can be written as events")
    func rawEvents() {
        let text = RuleFixture.story.replacing(
            """
                      story: |
                          10:00 anna berlin/telekom refresh g5>g6
                          11:31 ??? saopaulo/claro refresh g5 refused
                      expect: {level: low, branch: victim_first}
            """,
            with: """
                      events:
                          - {time: 2026-03-02T09:00:00Z, kind: code.redeemed, session: s, issued: a}
                          - time: 2026-03-02T10:00:00Z
                            kind: refresh.succeeded
                            session: s
                            presented: a
                            issued: b
                            ip: 192.0.2.1
                          - time: 2026-03-02T11:00:00Z
                            kind: refresh.rejected
                            session: s
                            outcome: failure
                            presented: a
                            ip: 198.51.100.1
                      expect: {level: low}
            """)
        #expect(RuleFixture.failures(text) == [])
        let wrong = text.replacing("kind: refresh.rejected", with: "kind: refresh.refused")
        #expect(RuleFixture.places(wrong) == ["rule.wrong_type 22:23"])
        let unknown = text.replacing("kind: refresh.rejected", with: "knid: refresh.rejected")
        #expect(RuleFixture.places(unknown) == ["rule.unknown_field 22:17"])
    }
}
