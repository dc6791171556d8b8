import AuditModel
import LogFormats
import Testing

@Suite("Auth0 events")
struct Auth0MappingTests {
    /// One log event without the braces around it.
    private func event(_ type: String, _ members: String = "", details: String = "") -> String {
        """
        {"date":"2026-03-02T10:15:30.123Z","type":"\(type)","description":"",\
        "log_id":"90020260302101530123000000000000000001","tenant_name":"acme",\
        "client_id":"spa","user_id":"auth0|anna","ip":"198.51.100.23"\(members),\
        "details":{\(details)}}
        """
    }

    @Test("a refresh names its tokens by family and counter")
    func refresh() throws {
        let decoded = decodeAuth0(
            event(
                "sertft",
                #","user_agent":"Phone","scope":["openid","offline_access"],"audience":"api""#,
                details: """
                    "familyId":"fam1","tokenCounter":4,"access_token_jti":"jti1",\
                    "refresh_token":{"access":"offline","session_id":"ses1"},\
                    "actions":{"executions":["x"]}
                    """))
        #expect(decoded.issues == [])
        let batch = decoded.batch
        try #require(batch.count == 1)
        let family = batch.id(.family, 0)
        #expect(batch.text(.family, row: 0) == "fam1")
        #expect(batch.id(.presented, 0) == FamilyToken(family: family, counter: 4).id)
        #expect(batch.id(.issuedRefresh, 0) == FamilyToken(family: family, counter: 5).id)
        #expect(batch.text(.issuedAccess, row: 0) == "jti1")
        #expect(batch.text(.session, row: 0) == "ses1")
        #expect(batch.generation[0] == 4)
        #expect(batch.effects[0].names == ["token.issued"])
        #expect(decoded.text(.scopes) == "openid offline_access")
        #expect(decoded.text(.audience) == "api")
        #expect(decoded.text(.client) == "spa")
        #expect(decoded.text(.subject) == "auth0|anna")
        #expect(decoded.text(.userAgent) == "Phone")
        #expect(decoded.text(.issuer) == "acme")
        #expect(decoded.text(.tenant) == "acme")
        #expect(decoded.text(.grantType) == "refresh_token")
        #expect(
            decoded.payload()
                == #"{"description":"","details":{"actions":{"executions":["x"]},"#
                + #""refresh_token":{"access":"offline"}}}"#)
    }

    @Test("a reused token says how far behind it is, and only where the words say reuse")
    func reuse() throws {
        let details = #""familyId":"fam1","tokenCounter":3,"latestCounter":5"#
        let reused = decodeAuth0(
            event("ferrt", details: details).replacing(
                #""description":"""#, with: #""description":"Reused refresh token detected""#))
        let family = reused.batch.id(.family, 0)
        #expect(reused.batch.kind[0] == .refreshReuseDetected)
        #expect(reused.batch.flags[0].contains(.asserted))
        #expect(reused.batch.reason[0] == .reused)
        #expect(reused.text(.reasonRaw) == "Reused refresh token detected")
        let presented = FamilyToken(reused.batch.id(.presented, 0), of: family)
        #expect(presented?.counter == 3)
        #expect(presented?.behind == 2)
        #expect(reused.batch.id(.issuedRefresh, 0).isNone)
        let other = decodeAuth0(
            event("ferrt", details: details).replacing(
                #""description":"""#, with: #""description":"The refresh token has expired""#))
        #expect(other.batch.kind[0] == .refreshRejected)
        #expect(!other.batch.flags[0].contains(.asserted))
        #expect(other.batch.reason[0] == .expired)
    }

    @Test("counters that are none give no token", arguments: [
        "-1", "1.5", "1e3", "\"x\"", "99999999999", "null", "true",
    ])
    func badCounters(counter: String) {
        let decoded = decodeAuth0(
            event("ferrt", details: #""familyId":"f","tokenCounter":\#(counter)"#))
        #expect(decoded.batch.count == 1)
        #expect(decoded.batch.id(.presented, 0).isNone)
        #expect(decoded.batch.generation[0] == -1)
    }

    @Test("one event is read alike in every envelope")
    func envelopes() {
        let one = event("s", details: #""session_id":"ses1""#)
        let flat = decodeAuth0(one)
        #expect(flat.issues == [] && flat.batch.count == 1)
        let id = flat.batch.id(.event, 0)
        let wrapped = [
            #"{"log_id":"90020260302101530123000000000000000001","data":\#(one)}"#,
            #"[{"log_id":"x","data":\#(one)}]"#, "[\(one)]",
            #"{"logs":[\#(one)]}"#,
            """
            {"version":"0","id":"e1","detail-type":"Auth0 log","source":"aws.partner/auth0.com/x",\
            "account":"1","time":"2026-03-02T10:15:31Z","region":"eu-central-1","resources":[],\
            "detail":{"log_id":"x","data":\(one)}}
            """,
        ]
        for record in wrapped {
            let decoded = decodeAuth0(record)
            #expect(decoded.issues == [], "\(record)")
            #expect(decoded.batch.count == 1)
            #expect(decoded.batch.id(.event, 0) == id)
            let isArray = record.contains("[{") && !record.contains("resources")
            #expect((decoded.batch.at[0] > 0) == isArray, "\(record)")
            #expect(decoded.payload() == flat.payload())
            #expect(FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == "auth0")
        }
        let both = decodeAuth0("[\(one),\(one.replacing("000001\"", with: "000002\""))]")
        #expect(both.tally.events == 2)
        #expect(both.batch.id(.event, 0) != both.batch.id(.event, 1))
    }

    @Test("an event without a date has the time of its log id, and no event has none")
    func time() {
        let dated = decodeAuth0(
            #"{"type":"s","log_id":"90020260302101530123000000000000000001","tenant_name":"a"}"#)
        #expect(dated.issues == [])
        #expect(dated.batch.time == [1_772_446_530_123_000_000])
        for record in [
            #"{"type":"s","log_id":"1"}"#, #"{"type":"s","date":"yesterday","log_id":"1"}"#,
            #"{"type":"s","log_id":"90020261302101530123000000000000000001"}"#,
        ] {
            let decoded = decodeAuth0(record)
            #expect(decoded.batch.count == 0)
            #expect(decoded.tally.failed == 1)
            #expect(decoded.issues.allSatisfy { $0.detail == "time" })
        }
    }

    @Test("the issuer is the tenant's name, or its own host name's first label")
    func issuer() {
        let named = #"{"type":"s","date":"2026-03-02T10:15:30Z","log_id":"1","hostname":"\#("")"#
        #expect(decodeAuth0(named + #"acme.eu.auth0.com"}"#).text(.issuer) == "acme")
        #expect(decodeAuth0(named + #"login.acme.example"}"#).text(.issuer) == "")
        let configured = decodeAuth0(
            named + #"login.acme.example"}"#, settings: DecodeSettings(tenant: "t1"))
        #expect(configured.text(.tenant) == "t1")
        #expect(configured.payload() == #"{"hostname":"login.acme.example"}"#)
    }

    @Test("reasons come from the words of the failure", arguments: [
        ("fertft", #""failure_reason":"Unknown or invalid refresh token.""#, Reason.notFound),
        ("fertft", #""failure_reason":"Refresh token has expired""#, .expired),
        ("fertft", #""failure_reason":"User is blocked""#, .userDisabled),
        ("fertft", #""failure_reason":"something new""#, .unknown),
        ("fertft", "", .unspecified),
        ("feacft", #""error":{"message":"Failed to verify code verifier"}"#, .pkce),
        ("feacft", #""error":{"message":"Invalid authorization code"}"#, .unspecified),
        ("fp", #""error":{"message":"Wrong email or password."}"#, .unspecified),
        ("fu", "", .unspecified), ("feccft", "", .unspecified),
        ("fepft", #""error":{"oauthError":"too_many_attempts, too many"}"#, .rateLimited),
    ])
    func reasons(type: String, details: String, reason: Reason) {
        let decoded = decodeAuth0(event(type, details: details))
        #expect(decoded.batch.outcome.first == .failure)
        let known: Reason? = ["fu": .notFound, "feccft": .clientAuth][type]
        #expect(decoded.batch.reason.first == known ?? reason)
    }

    @Test("what a request asked wrongly is no failed login, and polling is no failure")
    func kinds() {
        let failed = { (type: String, words: String) in
            self.event(type).replacing(
                #""description":"""#, with: #""description":"\#(words)""#)
        }
        let redirect = decodeAuth0(failed("f", "Callback URL mismatch. https://evil.example"))
        #expect(redirect.batch.kind == [.authorizationFailed])
        #expect(redirect.batch.reason == [.redirectURI])
        #expect(
            redirect.payload()
                == #"{"description":"Callback URL mismatch. https://evil.example","#
                + #""redirect_uri":"https://evil.example"}"#)
        let guessed = decodeAuth0(
            event("fu", #","user_name":"nobody@acme.example","zone":"z""#))
        #expect(
            guessed.payload()
                == #"{"description":"","user_name":"nobody@acme.example","#
                + #""username":"nobody@acme.example","zone":"z"}"#)
        #expect(decodeAuth0(failed("f", "Unknown client: x")).batch.kind == [.authorizationFailed])
        #expect(decodeAuth0(failed("f", "Access denied")).batch.kind == [.authnFailed])
        let polling = decodeAuth0(failed("fede", "authorization_pending"))
        #expect(polling.batch.outcome == [.interrupted])
        #expect(decodeAuth0(failed("fede", "expired token")).batch.outcome == [.failure])
    }

    @Test("the largest event keeps what no column holds, in canonical order")
    func maximal() throws {
        let decoded = decodeAuth0(
            event(
                "s",
                """
                ,"client_name":"Shop","client_ip":"203.0.113.7","user_name":"anna@acme.example",\
                "user_agent":"Firefox","connection":"db","connection_id":"con_1",\
                "strategy":"auth0",\
                "strategy_type":"database","organization_id":"org_1","organization_name":"o",\
                "environment_name":"prod-eu-1","hostname":"acme.eu.auth0.com","is_mobile":false,\
                "identity_user_id":"1","scope":"openid  profile,email","audience":["a","b"],\
                "mtls_thumbprint_sha256":"x5t","security_context":{"ja3":"j3","ja4":"j4"},\
                "references":{"correlation_id":"cor1","trace_id":"tr1"},\
                "auth0_client":{"name":"js","version":"1","env":{}},"$event_schema":{"version":"1"}
                """,
                details: """
                    "session_id":"ses1","prompts":[{"name":"login","completedAt":1772446530000,\
                    "elapsedTime":null,"stats":{"loginsCount":5}}],"initiatedAt":1772446529000.5
                    """))
        #expect(decoded.issues == [])
        #expect(decoded.text(.scopes) == "openid profile email")
        #expect(decoded.text(.audience) == "a b")
        #expect(decoded.text(.tls) == "j4")
        #expect(decoded.batch.text(.proofKey, row: 0) == "x5t")
        #expect(decoded.batch.text(.request, row: 0) == "cor1")
        #expect(decoded.payload() == """
            {"$event_schema":{"version":"1"},"auth0_client":{"name":"js","version":"1"},\
            "client_ip":"203.0.113.7","client_name":"Shop","connection":"db",\
            "connection_id":"con_1","description":"",\
            "details":{"initiatedAt":1772446529000.5,"prompts":[{"completedAt":1772446530000,\
            "name":"login","stats":{"loginsCount":5}}]},"environment_name":"prod-eu-1",\
            "hostname":"acme.eu.auth0.com","identity_user_id":"1","is_mobile":false,\
            "organization_id":"org_1","organization_name":"o","references":{"trace_id":"tr1"},\
            "security_context":{"ja3":"j3"},"strategy":"auth0","strategy_type":"database",\
            "user_name":"anna@acme.example"}
            """)
    }

    @Test("details that are no object, null ids and foreign types of values are survived")
    func tolerance() {
        for record in [
            #"{"date":"2026-03-02T10:15:30Z","type":"s","log_id":"1","details":"text"}"#,
            #"{"date":"2026-03-02T10:15:30Z","type":"s","log_id":null,"client_id":null}"#,
            #"{"date":1772446530123,"type":"s","log_id":1,"ip":[],"scope":{"a":1},"user_id":{}}"#,
            #"{"date":1772446530,"type":"s","_id":"7","ip":"unknown","user_id":""}"#,
        ] {
            let decoded = decodeAuth0(record)
            #expect(decoded.batch.count == 1, "\(record)")
            #expect(decoded.batch.kind.first == .sessionStarted)
            #expect(decoded.text(.subject) == "")
        }
    }

    @Test("records that hold no event are issues, blank ones and empty lists are none")
    func nothing() {
        for (record, code) in [
            (#"{"a":1}"#, IssueCode.fieldMissing), (#"{"data":{"x":1}}"#, .fieldMissing),
            (#"["x"]"#, .fieldInvalid), (#"{"type":"s""#, .recordTruncated),
            ("[[[[[[[[{}]]]]]]]]", .jsonDepth),
        ] {
            let decoded = decodeAuth0(record)
            #expect(decoded.issues.map(\.code) == [code], "\(record)")
            #expect(decoded.tally.failed == 1)
        }
        for record in ["", "  ", "[]", #"{"data":[]}"#, "Auth0 stream started"] {
            #expect(decodeAuth0(record).tally.ignored == 1, "\(record)")
        }
    }
}
