import AuditModel
import LogFormats
import Testing

@Suite("Okta events")
struct OktaMappingTests {
    private let oldHash = "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c="
    private let newHash = "A1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c="

    private func grant(
        _ type: String = "app.oauth2.as.token.grant.refresh_token",
        result: String = #""result":"SUCCESS""#, debug: String = #","grantType":"refresh_token""#
    ) -> String {
        """
        {"actor":{"id":"00u1","type":"User","alternateId":"anna@acme.example",\
        "displayName":"Anna","detailEntry":null},\
        "client":{"userAgent":{"rawUserAgent":"Firefox","os":"Linux",\
        "browser":"FIREFOX"},"zone":"null","device":"Computer","id":"spa",\
        "ipAddress":"198.51.100.23","geographicalContext":{"city":"Berlin","state":"Berlin",\
        "country":"Germany","postalCode":"10115","geolocation":{"lat":52.5321,"lon":-13.4}}},\
        "device":null,"authenticationContext":{"authenticationProvider":null,\
        "authenticationStep":0,\
        "externalSessionId":"trs1"},"displayMessage":"m","eventType":"\(type)",\
        "outcome":{\(result)},"published":"2026-03-02T10:15:30.123Z",\
        "securityContext":{"asNumber":64512,"asOrg":"net","isProxy":false},"severity":"INFO",\
        "debugContext":{"debugData":{"authorizationServer":"default"\(debug),\
        "grantedScopes":"openid, offline_access","dtHash":"d1","risk":"{level=LOW}"}},\
        "legacyEventType":"x","transaction":{"type":"WEB","id":"tx1","detail":{}},"uuid":"u-1",\
        "version":"0","request":{"ipChain":[]},"target":[{"id":"spa","type":"AppInstance"},\
        {"id":"00u1","type":"User"},{"id":"rt1","type":"refresh_token","detailEntry":{"expires":\
        "2026-03-03T10:15:30.000Z","hash":"\(newHash)","subject":"00u1"}}]}
        """
    }

    @Test("a refresh names the token it issued by Okta's hash")
    func refresh() throws {
        let decoded = decodeOkta(grant())
        #expect(decoded.issues == [])
        let batch = decoded.batch
        try #require(batch.count == 1)
        #expect(batch.kind[0] == .refreshSucceeded)
        #expect(batch.text(.issuedRefresh, row: 0) == newHash)
        #expect(batch.id(.presented, 0).isNone)
        #expect(batch.text(.session, row: 0) == "trs1")
        #expect(batch.text(.request, row: 0) == "tx1")
        #expect(decoded.text(.issuer) == "default")
        #expect(decoded.text(.client) == "spa")
        #expect(decoded.text(.subject) == "00u1")
        #expect(decoded.text(.scopes) == "openid offline_access")
        #expect(decoded.text(.userAgent) == "Firefox")
        #expect(decoded.text(.device) == "d1")
        #expect(decoded.text(.city) == "Berlin")
        #expect(decoded.text(.place) == "52.53,-13.40,100")
        #expect(batch.asn[0] == 64_512)
        #expect(decoded.payload() == """
            {"actor":{"alternateId":"anna@acme.example","displayName":"Anna","id":"00u1",\
            "type":"User"},\
            "authenticationContext":{"authenticationStep":0},\
            "client":{"device":"Computer","geographicalContext":{"country":"Germany",\
            "geolocation":{"lat":52.5321,"lon":-13.4},"postalCode":"10115","state":"Berlin"},\
            "userAgent":{"browser":"FIREFOX","os":"Linux"},\
            "zone":"null"},"debugContext":{"debugData":{"risk":"{level=LOW}"}},\
            "displayMessage":"m","legacyEventType":"x","outcome":{"result":"SUCCESS"},\
            "securityContext":{"asOrg":"net","isProxy":false},"severity":"INFO",\
            "target":[{"id":"spa","type":"AppInstance"},{"id":"00u1","type":"User"},\
            {"detailEntry":{"expires":"2026-03-03T10:15:30.000Z","hash":"\(newHash)",\
            "subject":"00u1"},"id":"rt1","type":"refresh_token"}],\
            "transaction":{"type":"WEB"},"version":"0"}
            """)
    }

    @Test("reuse names the token presented, under either spelling", arguments: [
        "oldRefreshTokenHash", "old_refresh_token_hash",
    ])
    func reuse(key: String) {
        let decoded = decodeOkta(
            grant(
                "app.oauth2.as.token.detect_reuse",
                result: #""result":"FAILURE","reason":"refresh token reuse""#,
                debug: #","\#(key)":"\#(oldHash)","currentRefreshTokenHash":"\#(newHash)""#))
        #expect(decoded.batch.kind == [.refreshReuseDetected])
        #expect(decoded.batch.text(.presented, row: 0) == oldHash)
        #expect(decoded.batch.id(.issuedRefresh, 0).isNone)
        #expect(decoded.text(.reasonRaw) == "refresh token reuse")
    }

    @Test("one event is read alike in every envelope, on one line or on many")
    func envelopes() {
        let one = grant()
        let flat = decodeOkta(one)
        let wrapped = [
            "[\(one)]", #"{"events":[\#(one)]}"#,
            """
            {"eventType":"com.okta.event_hook","eventTypeVersion":"1.0","cloudEventsVersion":"0.1",\
            "source":"https://acme.okta.example/api/v1/eventHooks/w","eventId":"e",\
            "data":{"events":[\(one)]},"eventTime":"2026-03-02T10:15:31Z"}
            """,
            """
            {"version":"0","id":"e1","detail-type":"SystemLog","source":"aws.partner/okta.com/x",\
            "time":"2026-03-02T10:15:31Z","detail":\(one)}
            """,
            one.replacing(",\"", with: ",\n    \"").replacing("{\"", with: "{\r\n\t\""),
        ]
        for record in wrapped {
            let decoded = decodeOkta(record)
            #expect(decoded.issues == [], "\(record)")
            #expect(decoded.batch.count == 1)
            #expect(decoded.batch.id(.event, 0) == flat.batch.id(.event, 0))
            #expect(decoded.payload() == flat.payload())
            #expect(FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == "okta")
        }
    }

    @Test("exports that fold the names of outer members are read")
    func folded() {
        let record = grant().replacing("\"eventType\"", with: "\"eventtype\"")
            .replacing("\"debugContext\"", with: "\"debugcontext\"")
            .replacing("\"authenticationContext\"", with: "\"authenticationcontext\"")
            .replacing("2026-03-02T10:15:30.123Z", with: "2026-03-02 10:15:30.123")
        let decoded = decodeOkta(record)
        #expect(decoded.batch.kind == [.refreshSucceeded])
        #expect(decoded.batch.text(.session, row: 0) == "trs1")
        #expect(decoded.batch.flags[0].contains(.timeZoneAssumed))
        #expect(FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == "okta")
    }

    @Test("who did it is found where the event has it")
    func parties() {
        let base = #""eventType":"app.oauth2.token.grant.access_token","uuid":"u","#
            + #""published":"2026-03-02T10:15:30Z","outcome":{"result":"SUCCESS"}"#
        let machine = decodeOkta(
            #"{\#(base),"actor":{"id":"svc","type":"PublicClientApp"},"#
                + #""debugContext":{"debugData":{"grantType":"client_credentials"}}}"#)
        #expect(machine.text(.client) == "svc")
        #expect(machine.text(.subject) == "")
        #expect(machine.batch.ipRole == [.caller])
        let target = decodeOkta(
            #"{\#(base),"actor":{"id":"spa","type":"PublicClientApp"},"authenticationContext":"#
                + #"{"externalSessionId":"unknown"},"target":[{"id":"00u9","type":"User"},"#
                + #"{"id":"at","type":"access_token","detailEntry":{"hash":"h","subject":"s"}}]}"#)
        #expect(target.text(.subject) == "00u9")
        #expect(target.batch.id(.session, 0).isNone)
        #expect(target.batch.text(.issuedAccess, row: 0) == "h")
        let entry = decodeOkta(
            #"{\#(base),"target":[{"id":"a1","type":"AppInstance"},{"type":"access_token","#
                + #""detailEntry":{"subject":"anna","externalSessionId":"trs9"}}]}"#)
        #expect(entry.text(.client) == "a1")
        #expect(entry.text(.subject) == "anna")
        #expect(entry.batch.text(.session, row: 0) == "trs9")
        let nobody = decodeOkta(#"{\#(base),"actor":{"id":"unknown","type":"User"}}"#)
        #expect(nobody.text(.subject) == "")
    }

    @Test("outcomes and reasons", arguments: [
        ("SUCCESS", "", Outcome.success, Reason.none), ("ALLOW", "", .success, .none),
        ("FAILURE", "INVALID_CREDENTIALS", .failure, .unspecified),
        ("FAILURE", "LOCKED_OUT", .failure, .userDisabled),
        ("FAILURE", "redirect_uri_mismatch", .failure, .redirectURI),
        ("FAILURE", "PKCE_verification_failed", .failure, .pkce),
        ("FAILURE", "expired_refresh_token", .failure, .expired),
        ("FAILURE", "something new", .failure, .unknown),
        ("DENY", "Sign-on policy evaluation resulted in DENY", .failure, .policy),
        ("CHALLENGE", "", .interrupted, .none), ("SKIPPED", "", .unknown, .none),
        ("UNKNOWN", "", .unknown, .none),
    ])
    func outcomes(result: String, words: String, outcome: Outcome, reason: Reason) {
        let decoded = decodeOkta(
            """
            {"eventType":"user.authentication.sso","uuid":"u","published":"2026-03-02T10:15:30Z",\
            "outcome":{"result":"\(result)","reason":"\(words)"}}
            """)
        #expect(decoded.batch.outcome == [outcome])
        #expect(decoded.batch.reason == [reason])
        #expect(decoded.text(.reasonRaw) == (outcome == .failure ? words : ""))
    }

    @Test("what was tried is said again in the words of rules for all servers")
    func synonyms() {
        let tried = { (type: String, reason: String, more: String) in
            decodeOkta(
                """
                {"eventType":"\(type)","uuid":"u","published":"2026-03-02T10:15:30Z",\
                "outcome":{"result":"FAILURE","reason":"\(reason)"},\(more)}
                """).payload()
        }
        #expect(
            tried("user.session.start", "INVALID_CREDENTIALS", #""actor":{"alternateId":"bob"}"#)
                == #"{"actor":{"alternateId":"bob"},"outcome":{"result":"FAILURE"},"#
                + #""username":"bob"}"#)
        let debug = #""debugContext":{"debugData":{"redirectUri":"https://evil.example"}}"#
        #expect(
            tried("app.oauth2.as.authorize", "redirect_uri_mismatch", debug)
                == "{\(debug),\"outcome\":{\"result\":\"FAILURE\"},"
                + "\"redirect_uri\":\"https://evil.example\"}")
    }

    @Test("places that are none are left in the payload", arguments: [
        ("\"x\"", "1"), ("91", "1"), ("1", "999999999999"), ("1e5", "2"), ("1.2.3", "4"),
    ])
    func places(latitude: String, longitude: String) {
        let decoded = decodeOkta(
            """
            {"eventType":"user.session.start","uuid":"u","published":"2026-03-02T10:15:30Z",\
            "client":{"geographicalContext":{"geolocation":{"lat":\(latitude),"lon":\(longitude)}}}}
            """)
        if latitude == "1.2.3" {
            #expect(decoded.issues.map(\.code) == [.jsonSyntax])
        } else {
            #expect(decoded.text(.place) == "")
            #expect(decoded.payload().contains(#""geolocation""#))
        }
    }

    @Test("the fewest members give an event or a named issue")
    func minimal() {
        let least = decodeOkta(
            #"{"eventType":"user.session.start","published":"2026-03-02T10:15:30Z"}"#)
        #expect(least.batch.count == 1)
        #expect(least.batch.flags[0].contains(.positionalID))
        #expect(least.payload() == "")
        for (record, code) in [
            (#"{"eventType":"user.session.start"}"#, IssueCode.fieldMissing),
            (#"{"published":"2026-03-02T10:15:30Z"}"#, .fieldMissing),
            (#"{"eventType":"x","published":"now"}"#, .timeInvalid),
            (#"{"eventType":"x","published":"1960-03-02T10:15:30Z"}"#, .timeRange),
            (#"{"eventType":"x","published":{}}"#, .fieldMissing),
        ] {
            #expect(decodeOkta(record).issues.map(\.code) == [code], "\(record)")
        }
    }
}
