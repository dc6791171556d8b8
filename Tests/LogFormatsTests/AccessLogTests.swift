import AuditModel
import LogFormats
import Testing
import WireFormat

@Suite("Access logs")
struct AccessLogTests {
    private func decodeLine(_ line: String, _ format: any LogFormat = NginxFormat()) -> Decoded {
        decode([Array(line.utf8)], format)
    }

    private func nginx(_ members: String, status: Int = 200) -> Decoded {
        decodeLine(
            #"{"time":"1772446530.123","remote_addr":"198.51.100.23","status":\#(status),"#
                + "\(members)}")
    }

    private func combined(_ tail: String, address: String = "198.51.100.23") -> Decoded {
        decodeLine("\(address) - - [02/Mar/2026:10:15:30 +0000] \(tail)")
    }

    @Test("a challenge's words give the reason", arguments: [
        ("The token expired at '03/02/2026 10:15:30'", Reason.expired),
        ("An error occurred while attempting to decode the Jwt: Jwt expired at 1", .expired),
        ("Signature has expired", .expired), (#""exp" claim timestamp check failed"#, .expired),
        ("The access token is invalid or has expired", .unspecified),
        ("The token is not valid before '03/02/2026'", .notYetValid),
        ("Jwt used before 2026-03-02T10:15:30Z", .notYetValid), ("jwt not active", .notYetValid),
        ("The signature is invalid", .signature), ("The signature key was not found", .signature),
        ("Another algorithm expected, or no matching key(s) found", .signature),
        ("The audience 'other' is invalid", .audience), ("The aud claim is not valid", .audience),
        ("This token has been revoked", .revoked), ("token is on the denylist", .revoked),
        ("The issuer 'https://x' is invalid", .issuer), ("The iss claim is not valid", .issuer),
        ("Malformed token", .malformed), ("Not enough segments", .malformed),
        ("DPoP proof mismatch", .dpop), ("Provided token isn't active", .unspecified),
        ("hm", .unknown), ("", .unspecified),
    ])
    func reasons(words: String, reason: Reason) {
        let text = words.replacing("\"", with: "'")
        let description = text.isEmpty ? "" : #", error_description=\"\#(text)\""#
        let decoded = nginx(
            #""www_authenticate":"Bearer realm=\"a, error=b\", error=\"invalid_token\""#
                + description + "\"", status: 401)
        #expect(decoded.batch.kind == [.tokenValidationFailed])
        #expect(decoded.batch.outcome == [.failure])
        #expect(decoded.batch.reason == [reason], "\(words)")
        #expect(decoded.text(.reasonRaw) == (text.isEmpty ? "invalid_token" : text))
    }

    @Test("Envoy's details give the reason", arguments: [
        ("Jwt_is_expired", Reason.expired), ("Jwt_not_yet_valid", .notYetValid),
        ("Jwt_verification_fails", .signature), ("Jwt_issuer_is_not_configured", .issuer),
        ("Jwks_doesn't_have_key_to_match_kid_or_alg_from_Jwt", .signature),
        ("Audiences_in_Jwt_are_not_allowed", .audience),
        ("Jwt_signature_is_an_invalid_Base64url_encoded", .malformed),
        ("Jwt_payload_is_an_invalid_JSON", .malformed),
        ("Jwks_remote_fetch_is_failed", .unspecified), ("Something_new", .unknown),
    ])
    func details(detail: String, reason: Reason) {
        let decoded = decodeLine(
            """
            {"start_time":"2026-03-02T10:15:30.123Z","response_code":401,"response_flags":"-",\
            "response_code_details":"jwt_authn_access_denied{\(detail)}"}
            """, EnvoyFormat())
        #expect(decoded.batch.kind == [.tokenValidationFailed])
        #expect(decoded.batch.reason == [reason])
        #expect(decoded.text(.reasonRaw) == "jwt_authn_access_denied{\(detail)}")
    }

    @Test("a status says what became of a token, and without one nothing", arguments: [
        (200, EventKind.tokenUsed, Outcome.success, Reason.none),
        (101, .tokenUsed, .success, .none),
        (204, .tokenUsed, .success, .none), (304, .tokenUsed, .success, .none),
        (401, .tokenValidationFailed, .failure, .unspecified),
        (403, .tokenUsed, .failure, .policy), (400, .tokenUsed, .unknown, .none),
        (404, .tokenUsed, .unknown, .none), (429, .tokenUsed, .unknown, .none),
        (500, .tokenUsed, .unknown, .none), (499, .tokenUsed, .unknown, .none),
    ])
    func statuses(status: Int, kind: EventKind, outcome: Outcome, reason: Reason) {
        let decoded = nginx(#""jti":"j1""#, status: status)
        #expect(decoded.batch.kind == [kind])
        #expect(decoded.batch.outcome == [outcome])
        #expect(decoded.batch.reason == [reason])
        #expect(decoded.batch.ipRole == [.holder])
        for nothing in [#""jti":"""#, #""jti":"-","sub":null"#, #""sub":"unknown","sid":"null""#] {
            let ordinary = nginx(nothing, status: status)
            #expect(ordinary.tally == tally(ignored: 1), "\(nothing)")
        }
    }

    private func tally(events: Int = 0, ignored: Int = 0, failed: Int = 0) -> DecodeTally {
        var tally = DecodeTally()
        (tally.events, tally.ignored, tally.failed) = (events, ignored, failed)
        return tally
    }

    @Test("any one sign of a token makes an event", arguments: [
        #""sub":"anna""#, #""client_id":"spa""#, #""azp":"spa""#, #""jwt_claim_sub":"anna""#,
        #""jwt":{"sub":"anna"}"#, #""claims":{"jti":"j"}"#, #""sid":"s""#,
        #""http_authorization":"Bearer ***""#, #""http_authorization":"DPoP [hidden]""#,
        #""token_sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08""#,
    ])
    func signs(member: String) {
        #expect(nginx(member).batch.kind == [.tokenUsed])
    }

    @Test("one hash meets in every spelling, and is what Okta and GitHub write", arguments: [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
        "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
        "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg=",
        "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
        "sha256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
        "SHA256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ])
    func hashes(spelling: String) {
        let decoded = nginx(#""token_sha256":"\#(spelling)""#)
        let hash = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
        #expect(decoded.batch.text(.presented, row: 0) == hash)
        let okta = decodeOkta(
            #"{"eventType":"app.oauth2.as.token.detect_reuse","published":"2026-03-02T10:15:30Z","#
                + #""outcome":{"result":"FAILURE"},"debugContext":{"debugData":"#
                + #"{"oldRefreshTokenHash":"\#(hash)"}}}"#)
        #expect(okta.batch.id(.presented, 0) == decoded.batch.id(.presented, 0))
    }

    @Test("what is no hash names no token", arguments: [
        "abc", "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgh=",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0g",
        "n4bQgYhMfWWaL*qgxVrQFaO/TxsrC4Is0V1sFbDwCgg",
    ])
    func notHashes(text: String) {
        let decoded = nginx(#""sub":"a","token_sha256":"\#(text)""#)
        #expect(decoded.batch.id(.presented, 0).isNone)
        #expect(decoded.payload().contains(text))
    }

    @Test("a list of forwarders is believed only behind an own proxy", arguments: [
        ("198.51.100.23", "9.9.9.9", "198.51.100.23"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.77, 10.2.0.3", "198.51.100.77"),
        ("10.0.0.1", "10.9.0.1, 10.2.0.3", "10.2.0.3"),
        ("10.0.0.1", "9.9.9.9, unknown", "10.0.0.1"), ("10.0.0.1", "", "10.0.0.1"),
        ("-", "198.51.100.77", "198.51.100.77"), ("unix:", "198.51.100.77", "198.51.100.77"),
        ("10.0.0.1:5123", "[2001:db8::7]:99", "2001:db8::7"),
        ("255.255.255.255", "-", ""),
    ])
    func forwarded(peer: String, list: String, address: String) {
        let decoded = decodeLine(
            #"{"time":"1772446530.123","remote_addr":"\#(peer)","status":200,"sub":"a","#
                + #""http_x_forwarded_for":"\#(list)"}"#)
        #expect(decoded.batch[0].ip.text == address)
        #expect(decoded.batch.ipRole == [address.isEmpty ? .unknown : .holder])
    }

    @Test("times of every writer", arguments: [
        ("1772446530.123", "2026-03-02T10:15:30.123Z"), ("1772446530", "2026-03-02T10:15:30Z"),
        ("1772446530123", "2026-03-02T10:15:30.123Z"),
        ("02/Mar/2026:11:15:30 +0100", "2026-03-02T10:15:30Z"),
        ("2026/03/02 10:15:30", "2026-03-02T10:15:30Z"),
        ("2026-03-02 10:15:30 GMT", "2026-03-02T10:15:30Z"),
        ("2026-03-02T11:15:30.5+0100", "2026-03-02T10:15:30.500Z"),
        ("2026-03-02T11:15:30.123456+01:00", "2026-03-02T10:15:30.123456Z"),
    ])
    func times(text: String, time: String) {
        let decoded = decodeLine(
            #"{"time":"\#(text)","remote_addr":"192.0.2.1","status":200,"sub":"a"}"#)
        #expect(decoded.lines.first?.contains(#""time":"\#(time)""#) == true)
    }

    @Test("times that do not exist are issues", arguments: [
        "30/Feb/2026:10:15:30 +0000", "02/Foo/2026:10:15:30 +0000", "2026/13/02 10:15:30",
        "99999999999999.5", "1772446530.", ".123456789012", "2026-03-02 10:15:30 CET",
        "02/Mar/2026:10:15:30 +9900",
    ])
    func noTimes(text: String) {
        let decoded = decodeLine(
            #"{"time":"\#(text)","remote_addr":"192.0.2.1","status":200,"sub":"a"}"#)
        #expect(decoded.tally == tally(failed: 1))
    }

    @Test("no client can pose as another in a combined line")
    func hostile() {
        let forged = [
            #""GET / HTTP/1.1" 200 5 "-" "sub=\x22mallory\x22 jti=\x22j\x22""#,
            #""GET /\x22 200 5 sub=\x22mallory\x22 HTTP/1.1" 200 5 "-" "-""#,
            #""GET / HTTP/1.1" 200 5 "sub=\"mallory\"" "UA""#,
        ]
        for tail in forged { #expect(combined(tail).tally == tally(ignored: 1), "\(tail)") }
        let user = decodeLine(
            #"198.51.100.23 - x 9.9.9.9 - [02/Mar/2026:10:15:30 +0000] y "#
                + #"[02/Mar/2026:10:15:31 +0000] "GET / HTTP/1.1" 200 5 "-" "-" sub="anna""#)
        #expect(user.batch[0].ip.text == "198.51.100.23")
        #expect(user.lines[0].contains("10:15:31Z"))
        #expect(user.text(.subject) == "anna")
    }

    @Test("addresses of servers behind are not taken for the client's, and names count once")
    func extras() {
        let ingress = combined(
            #""GET /v1 HTTP/1.1" 200 5 "-" "UA" 431 0.003 [default-api-80] [] 10.4.0.9:8080 "#
                + #"5 0.002 200 5f1c0c9e sub="anna" sub="bob" status="500""#, address: "10.0.0.1")
        #expect(ingress.issues == [])
        #expect(ingress.batch[0].ip.text == "10.0.0.1")
        #expect(ingress.text(.subject) == "anna")
        #expect(ingress.batch.outcome == [.success])
        #expect(ingress.payload().contains(#""extra_5":"10.4.0.9:8080""#))
    }

    @Test("bytes that nginx escapes come back, in text and in JSON without escape=json")
    func escapes() {
        let agent = combined(
            #""GET / HTTP/1.1" 200 5 "-" "a \x22b\x22 \xC3\xA9" sub="anna""#)
        #expect(agent.text(.userAgent) == #"a "b" é"#)
        let json = nginx(#""sub":"anna","http_user_agent":"a \x22b\x22 \xC3\xA9 \\x41""#)
        #expect(json.text(.userAgent) == #"a "b" é \x41"#)
        #expect(json.issues == [])
    }

    @Test("a frame around JSON is taken off", arguments: [
        "<190>Mar  2 10:15:44 web1 nginx: ", "proxy-1  | ",
        "2026-03-02T10:15:44.123456789Z stdout F ",
    ])
    func frames(frame: String) {
        let line =
            frame + #"{"time":"1772446530.123","remote_addr":"192.0.2.1","status":200,"jti":"j"}"#
        let decoded = decodeLine(line)
        #expect(decoded.batch.kind == [.tokenUsed])
        #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == "nginx")
    }
}
