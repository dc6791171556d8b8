import AuditModel
import LogFormats
import TestSupport
import Testing

@Suite("Ory Hydra's records")
struct HydraTests {
    private func decode(_ lines: String...) -> Decoded {
        LogFormatsTests.decode(lines.map { Array($0.utf8) }, HydraFormat())
    }

    private func refused(
        _ name: String, _ reason: String = "", _ debug: String = "",
        path: String = "/oauth2/token", remote: String = "198.51.100.23:4711", more: String = ""
    ) -> String {
        """
        {"audience":"application","error":{"debug":"\(debug)","message":"\(name)",\
        "reason":"\(reason)","status_code":400},"http_request":{"headers":{"user-agent":"ua"\
        \(more)},"method":"POST","path":"\(path)","remote":"\(remote)"},"level":"info",\
        "msg":"access denied","service_name":"Ory Hydra","service_version":"v2.3.0",\
        "time":"2026-03-02T10:15:30.123Z"}
        """
    }

    private func answered(_ method: String, _ path: String, _ status: Int) -> String {
        """
        {"http_request":{"method":"\(method)","path":"\(path)","remote":"192.0.2.7:1"},\
        "http_response":{"status":\(status)},"msg":"completed handling request",\
        "service_name":"Ory Hydra","time":"2026-03-02T10:15:30Z"}
        """
    }

    @Test("reuse is asserted, and no client or subject is made up")
    func reuse() {
        let decoded = decode(
            refused(
                "invalid_grant", "The refresh token was already used.",
                "Refresh token re-use was detected. All related tokens have been revoked."))
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind == [.refreshReuseDetected])
        #expect(decoded.batch.reason == [.reused])
        #expect(decoded.batch.flags[0].contains(.asserted))
        #expect(decoded.address() == IPAddress("198.51.100.23"))
        #expect(decoded.text(.userAgent) == "ua")
        #expect(decoded.text(.vendorType) == "access denied")
        #expect(decoded.text(.reasonRaw) == "The refresh token was already used.")
        #expect(decoded.text(.issuer) == "hydra")
        for column in [CodedColumn.client, .subject] {
            #expect(decoded.text(column) == "")
        }
        #expect(decoded.batch.id(.presented, 0).isNone)
    }

    static let refusalCases: [(String, String, String, EventKind, Reason)] = [
        ("invalid_grant", "The refresh token expired.", "", .refreshRejected, .expired),
        ("invalid_grant", "The refresh token is malformed or not valid.",
            "The refresh token can not be found.", .refreshRejected, .malformed),
        ("invalid_grant", "", "The refresh token has not been found: not_found",
            .refreshRejected, .notFound),
        ("invalid_request",
            """
            Failed to refresh token because of multiple concurrent requests using the same token.
            """, "", .refreshRejected, .concurrency),
        ("invalid_grant",
            """
            The OAuth 2.0 Client ID from this request does not match the ID during the initial \
            token issuance.
            """, "", .refreshRejected, .wrongClient),
        ("invalid_grant",
            """
            The authorization code has already been used. Additionally, an error occurred during \
            processing the refresh token revocation.
            """, "", .codeReplayed, .consumed),
        ("invalid_grant", "The PKCE code challenge did not match the code verifier.", "",
            .codeRejected, .pkce),
        ("invalid_grant",
            """
            The 'redirect_uri' from this request does not match the one from the authorize request.
            """, "", .codeRejected, .redirectURI),
        ("invalid_client", "The requested OAuth 2.0 Client does not exist.", "",
            .clientAuthFailed, .clientAuth),
        ("unauthorized_client",
            "The OAuth 2.0 Client is not allowed to use authorization grant 'refresh_token'.", "",
            .refreshRejected, .policy),
        ("invalid_scope", "The OAuth 2.0 Client is not allowed to request scope 'x'.", "",
            .tokenIssueFailed, .scope),
        ("invalid_grant", "", "not_found", .tokenIssueFailed, .notFound),
        ("something_new", "Never heard of.", "", .tokenIssueFailed, .unknown),
        ("access_denied", "", "", .deviceCodeDenied, .policy),
    ]

    @Test("what the server says decides kind and reason", arguments: HydraTests.refusalCases)
    func refusals(
        name: String, words: String, debug: String, kind: EventKind, reason: Reason
    ) {
        let decoded = decode(refused(name, words, debug))
        #expect(decoded.batch.kind == [kind])
        #expect(decoded.batch.reason == [reason])
        #expect(decoded.text(.reasonRaw) == (words.isEmpty ? debug.isEmpty ? name : debug : words))
    }

    @Test("the path says what was asked for", arguments: [
        ("/oauth2/auth", EventKind.authorizationFailed), ("/userinfo", .tokenValidationFailed),
        ("/admin/oauth2/introspect", .tokenIntrospectFailed),
        ("/oauth2/introspect", .tokenIntrospectFailed), ("/oauth2/revoke", .tokenRevokeFailed),
        ("/oauth2/device/auth", .deviceCodeRejected), ("/admin/clients/x", .other),
    ])
    func paths(path: String, kind: EventKind) {
        let decoded = decode(refused("invalid_request", "x", path: path))
        #expect(decoded.batch.kind == [kind])
        #expect(decoded.batch.outcome == [.failure])
    }

    @Test("finished requests say what they can, and no more", arguments: [
        ("POST", "/oauth2/token", 200, EventKind.tokenIssued, Outcome.success),
        ("POST", "/oauth2/token", 400, .other, .failure),
        ("POST", "/admin/oauth2/introspect", 200, .tokenIntrospected, .unknown),
        ("POST", "/oauth2/revoke", 200, .tokenRevoked, .unknown),
        ("GET", "/oauth2/auth", 303, .authorizationRequested, .unknown),
        ("GET", "/userinfo", 200, .tokenUsed, .success),
        ("PUT", "/admin/oauth2/auth/requests/consent/reject", 200, .consentDenied, .denied),
        ("DELETE", "/clients/9b2c", 204, .clientDeleted, .success),
        ("PUT", "/admin/keys/set/kid", 200, .other, .unknown),
    ])
    func requests(
        method: String, path: String, status: Int, kind: EventKind, outcome: Outcome
    ) {
        let decoded = decode(answered(method, path, status))
        if kind == .other, outcome == .unknown {
            #expect(decoded.tally.ignored == 1)
        } else {
            #expect(decoded.batch.kind == [kind])
            #expect(decoded.batch.outcome == [outcome])
        }
    }

    @Test("behind a private proxy the nearest public address counts, not what a client made up",
        arguments: [
            ("10.0.0.1:1", "203.0.113.66, 198.51.100.9, 10.0.0.9", "198.51.100.9"),
            ("10.0.0.1:1", "203.0.113.66, junk", "10.0.0.1"),
            ("10.0.0.1:1", "10.0.0.2", "10.0.0.1"), ("10.0.0.1:1", "", "10.0.0.1"),
            ("[fd00::1]:1", "2001:db8::7", "2001:db8::7"),
            ("198.51.100.23:1", "203.0.113.66", "198.51.100.23"),
        ])
    func proxies(remote: String, forwarded: String, expected: String) {
        let decoded = decode(
            refused("invalid_client", remote: remote, more: #","x-forwarded-for":"\#(forwarded)""#))
        #expect(decoded.address() == IPAddress(expected))
    }

    @Test("text and JSON of one record give one event")
    func text() {
        let json = decode(
            refused("invalid_grant", "The refresh token was already used.", "Re-use."))
        let text = decode(
            """
            time=2026-03-02T10:15:30.123Z level=info msg=access denied audience=application \
            error=map[debug:Re-use. message:invalid_grant reason:The refresh token was already \
            used. status_code:400] http_request=map[headers:map[user-agent:ua] method:POST \
            path:/oauth2/token remote:198.51.100.23:4711] service_name=Ory Hydra \
            service_version=v2.3.0
            """)
        #expect(text.issues == [])
        let own = { (decoded: Decoded) in
            decoded.lines.map { $0.replacing(/"id":"[0-9a-f]*",/, with: "") }
        }
        // In text every value is one.
        let same = own(json).map { $0.replacing("_code\":400", with: "_code\":\"400\"") }
        #expect(own(text) == same)
    }

    @Test("without quotes, what a client sends changes no fact")
    func forged() {
        let agent = """
            x error=map[message:invalid_grant reason:The refresh token was already used.] \
            http_response=map[status:200] remote:8.8.8.8:1 path:/userinfo
            """
        let decoded = decode(
            """
            time=2026-03-02T10:15:30Z level=info msg=completed handling request \
            audience=application http_request=map[headers:map[user-agent:\(agent)] host:id \
            method:POST path:/oauth2/token query:<nil> remote:203.0.113.66:1 scheme:http] \
            http_response=map[headers:map[] size:9 status:400 text_status:Bad Request took:1ms] \
            service_name=Ory Hydra service_version=v2.2.0
            """)
        #expect(decoded.batch.kind == [.other])
        #expect(decoded.batch.outcome == [.failure])
        #expect(decoded.address() == IPAddress("203.0.113.66"))
    }

    @Test("a trace's events name client and subject, and one of them is the redemption")
    func traces() throws {
        let event = { (name: String, more: String) in
            """
            {"timeUnixNano":"1772446530123456789","name":"\(name)","attributes":[{"key":\
            "OAuth2ClientID","value":{"stringValue":"spa"}},{"key":"OAuth2Subject","value":\
            {"stringValue":"anna"}},{"key":"ClientIP","value":{"stringValue":"192.0.2.7"}}\(more)]}
            """
        }
        let grant = #",{"key":"OAuth2GrantType","value":{"stringValue":"refresh_token"}}"#
        let record = """
            {"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"scope":{},"spans":[\
            {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","name":"POST","attributes":[],\
            "events":[\(event("OAuth2AccessTokenIssued", grant)),\
            \(event("OAuth2RefreshTokenIssued", grant)),{"name":"exception"}]},\
            {"name":"sql","attributes":[]}]}]}]}
            """
        let decoded = decode(record)
        #expect(decoded.issues == [])
        try #require(decoded.batch.count == 2)
        #expect(decoded.batch.kind == [.refreshSucceeded, .tokenIssued])
        #expect(decoded.batch.time[0] == 1_772_446_530_123_456_789)
        for row in 0..<2 {
            #expect(decoded.text(.client, row) == "spa")
            #expect(decoded.text(.subject, row) == "anna")
            #expect(decoded.text(.grantType, row) == "refresh_token")
            #expect(decoded.batch.text(.request, row: row) == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(decoded.address(row) == IPAddress("192.0.2.7"))
        }
        #expect(decoded.batch.id(.event, 0) != decoded.batch.id(.event, 1))
        #expect(FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == "hydra")
    }

    @Test("records of every release are recognised, others' are not", arguments: [
        ("time=2026-03-02T10:15:30Z level=info msg=x service_name=Ory Hydra", "hydra"),
        (#"time="2021-03-02T10:15:30Z" level=info msg="x" service_name="ORY Hydra""#, "hydra"),
        (#"{"msg":"x","service_name":"Ory Hydra","time":"2026-03-02T10:15:30Z"}"#, "hydra"),
        ("time=2026-03-02T10:15:30Z level=info msg=x service_name=Ory Kratos", nil),
        (#"time="2026-03-02T10:15:30Z" level=info msg="login successful" user_id=1"#, nil),
        (#"{"msg":"x","service_name":"Ory Kratos","time":"2026-03-02T10:15:30Z"}"#, nil),
    ] as [(String, String?)])
    func detection(record: String, name: String?) {
        #expect(FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == name)
    }
}
