import MarkedText
import RuleBook
import Testing

extension RuleFixture {
    /// A rule with these selections, block and one test, each indented as it must be.
    static func tested(_ detection: String, _ block: String, _ test: String) -> String {
        func indented(_ text: String, _ width: Int) -> String {
            text.split(separator: "\n").map { String(repeating: " ", count: width) + $0 }
                .joined(separator: "\n")
        }
        return """
            title: Something
            id: 11111111-2222-4333-8444-555555555555
            name: TST-01
            level: medium
            logsource: {product: oauth}
            detection:
            \(indented(detection, 4))
            grantrail:
            \(indented(block, 4))
                tests:
                    - name: one
            \(indented(test, 10))
            """
    }
}

@Suite("The language of tests")
struct TestLanguageTests {
    private static let failed = "failed: {kind: token.validation_failed}\ncondition: failed"

    private func failures(_ detection: String, _ block: String, _ test: String) -> [String] {
        RuleFixture.failures(RuleFixture.tested(detection, block, test))
    }

    @Test("Ten days of rhythm, then four hundred failures in half an hour, are three lines")
    func rhythmAndBurst() {
        let start = ContinuousClock.now
        let background = """
            background:
                - {kind: token.validation_failed, client: app, per_hour: 20, days: 10}
            """
        let burst = """
            story: |
                d11 13:00 - berlin/hosting:ovh fail signature x400 over 30m
            expect:
                {count: {gte: 300}, first: {after: "d11 13:00", before: "d11 13:30"}}
            """
        let block = "key: [issuer, client]\ncount: {gte: 100, within: 30m}"
        #expect(failures(Self.failed, block, background + "\n" + burst) == [])
        let quiet = background + "\nexpect: none"
        #expect(failures(Self.failed, block, quiet) == [])
        #expect(failures(Self.failed, block, background + "\nexpect: {level: low}").count == 1)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("A story's places have the point, city, class and system that a look-up would give")
    func geography() {
        func found(_ selection: String, _ place: String) -> Bool {
            let test = """
                story: |
                    d1 08:00 anna berlin/telekom refresh x40 over 5d
                    +30m     anna \(place) refresh
                expect: {count: 1, keys: {subject: anna, session: anna-session, client: app}}
                """
            let block = "key: [issuer, session]"
            return failures("here: {\(selection)}\ncondition: here", block, test).isEmpty
        }
        #expect(found(#"place: "-23.55,-46.63,20""#, "saopaulo/claro"))
        #expect(found(#"city: "São Paulo""#, "saopaulo/claro"))
        #expect(found("network: hosting", "newyork/hosting:ovh"))
        #expect(found("network: vpn", "berlin/vpn"))
        #expect(found(#"place|endswith: ",300""#, "berlin/mobile:o2"))
        #expect(found("asn|exists: false", "?/home"))
        #expect(found("asn|exists: false", "berlin/private"))
        #expect(!found("network: hosting", "newyork/verizon"))
    }

    @Test("A line without tokens rotates the newest, also for a stranger who holds it")
    func newestTokens() {
        let test = """
            story: |
                10:00 anna berlin/telekom refresh x3 over 3h
                +1h   ???  lagos/mtn      refresh
                +1m   anna berlin/telekom refresh g3 refused reuse
            expect: {branch: attacker_first}
            """
        let detection = "replay: {fact: refresh.replayed}\ncondition: replay"
        #expect(failures(detection, "key: [issuer, lineage]", test) == [])
    }

    @Test(
        "Each verb says what a server would say",
        arguments: [
            ("anna rome/tim login refused policy", "kind: authn.failed, reason: policy"),
            ("anna rome/tim authorize c1", "kind: code.issued, code: c1"),
            ("anna rome/tim code c1 >g0", "kind: code.redeemed, code: c1"),
            ("??? rome/tim code c1 refused reuse", "kind: code.replayed, asserted: true"),
            ("- rome/tim fail signature", "kind: token.validation_failed, presented: unknown-1"),
            ("anna rome/tim introspect g2 refused", "kind: token.introspect_failed"),
            ("- rome/tim client refused", "kind: client.auth_failed, reason: client_auth"),
            ("anna rome/tim grant password client=old", "kind: token.issued, client: old"),
            ("anna rome/tim device redeem >g0", "kind: device_code.redeemed"),
            ("anna rome/tim revoke", "kind: token.revoked"),
            ("anna rome/tim leak at live", "kind: token.leaked, leaked|startswith: 'at '"),
            ("anna rome/tim leak g0 rt dead", "leaked|endswith: ' expired'"),
            ("anna rome/tim event mfa.rejected refused", "kind: mfa.rejected, outcome: failure"),
            ("anna rome/tim use user_agent=curl scopes=a,b", "user_agent: curl, scopes: b"),
            ("anna rome/tim login tls=t13d", "kind: authn.succeeded, tls: t13d"),
        ])
    func verbs(line: String, selection: String) {
        let test = "story: |\n    10:00 \(line)\nexpect: {count: 1, first: \"10:00\"}"
        let detection = "found: {\(selection)}\ncondition: found"
        #expect(failures(detection, "key: [issuer]", test) == [])
    }

    @Test("Repetitions are numbered, in stories and in lists")
    func numbers() {
        let block = "key: [issuer]\ndistinct: {of: [subject, ip], gte: 20, within: 1h}"
        let detection = "any: {kind: authn.failed}\ncondition: any"
        let story = """
            story: |
                10:00 user{n} rome/net{n} login refused x20 over 10m
            expect: {first: "10:09:30"}
            """
        #expect(failures(detection, block, story) == [])
        let list = """
            events:
                - {time: "d2 10:00", kind: authn.failed, subject: "user{n}", where: "rome/net{n}",
                   repeat: {times: 20, over: 10m}}
                - {time: +1h, kind: authn.failed, subject: late}
            expect: {first: "d2 10:09:30", message: Some}
            """
        #expect(failures(detection, block, list) == [])
    }

    @Test("Records in their server's own form go through the real dialect")
    func records() {
        let test = """
            events:
                - dialect: keycloak
                  time: "10:00"
                  repeat: {times: 3, over: 3s}
                  record:
                      type: REFRESH_TOKEN_ERROR
                      realmId: main
                      clientId: app
                      ipAddress: 192.0.2.7
                      error: invalid_token
                      details: {refresh_token_id: "token-{n}", reason: Token is not active}
                - dialect: keycloak
                  record: type="LOGIN", realmId="main", clientId="app", userId="u1", code_id="s1"
                  time: +5s
            expect:
                - {keys: {issuer: main, token: token-1}, first: "10:00:00", count: 1}
                - {keys: {token: token-2}, first: "10:00:01"}
                - {keys: {token: token-3}}
                - {keys: {subject: u1, session: s1}, first: "10:00:07"}
            """
        let detection = """
            refresh: {kind: refresh.rejected, reason: expired}
            login: {kind: session.started}
            condition: refresh or login
            """
        #expect(failures(detection, "key: [issuer, presented, session]", test) == [])
    }

    @Test("An event that no server could have written is an error, at its place")
    func impossibleEvents() {
        let cases = [
            ("{time: \"10:00\", dialect: keycloak, kind: login}", "rule.wrong_type"),
            ("{time: \"10:00\", dialect: keycloak, kind: authn.failed}", "rule.impossible_event"),
            ("{time: \"10:00\", dialect: keycloak, vendor_type: LOGIM}", "rule.impossible_event"),
            (
                "{time: \"10:00\", dialect: keycloak, vendor_type: LOGIN, kind: token.used}",
                "rule.impossible_event"
            ),
            (
                "{time: \"10:00\", dialect: keycloak, vendor_type: LOGIN, generation: 4}",
                "rule.impossible_event"
            ),
            (
                "{time: \"10:00\", dialect: keycloak, record: {type: LOGIM, realmId: m}}",
                "rule.impossible_event"
            ),
            (
                "{time: \"10:00\", dialect: keycloak, record: {type: REFRESH_TOKEN, realmId: m}}",
                "rule.impossible_event"
            ),
            ("{time: \"10:00\", dialect: keycloak, record: hello}", "rule.impossible_event"),
            ("{time: \"10:00\", dialect: keyclock, record: {type: LOGIN}}", "rule.unknown_value"),
        ]
        for (event, code) in cases {
            let text = RuleFixture.tested(
                Self.failed, "key: [issuer]", "events:\n    - \(event)\nexpect: none")
            let found = RuleFixture.load(text).diagnostics
            #expect(found.contains { $0.code.rawValue == code && $0.line == 14 }, "\(event)")
        }
    }

    @Test(
        "Mistakes of lists and expectations are found at their places",
        arguments: [
            ("events: [{kind: other}]\nexpect: none", "rule.missing_key 13:20"),
            ("events: [{time: soon}]\nexpect: none", "rule.wrong_type 13:27"),
            ("events: [{time: '2262-01-01T00:00:00Z'}]\nexpect: none", "rule.wrong_type 13:27"),
            ("story: 10:00 a rome/t login x9 over 9999d\nexpect: none", "rule.story 13:47"),
            ("story: 10:00 a{n} rome/t use g9999 x9\nexpect: none", "rule.story 13:18"),
            ("background: [{kind: other, days: 10}]\nexpect: none", "rule.missing_key 13:24"),
            ("background: [{per_hour: 1, days: 999}]\nexpect: none", "rule.wrong_type 13:44"),
            ("events: [{time: '10:00', where: berln/x}]\nexpect: none", "rule.wrong_type 13:43"),
            (
                "events: [{time: '10:00', repeat: {tims: 4}}]\nexpect: none",
                "rule.unknown_key 13:45"
            ),
            ("story: 10:00 a rome/t login\nexpect: {first: noon}", "rule.wrong_type 14:27"),
            ("story: 10:00 a rome/t login\nexpect: {keys: {sub: a}}", "rule.unknown_key 14:27"),
            (
                "story: 10:00 a rome/t login\nexpect: {count: {gte: 3, lt: 3}}",
                "rule.wrong_type 14:27"
            ),
        ])
    func mistakes(test: String, place: String) {
        let text = RuleFixture.tested(Self.failed, "key: [issuer]", test)
        #expect(RuleFixture.places(text) == [place])
    }
}
