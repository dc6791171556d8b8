import AuditModel
import LogFormats
import Testing
import WireFormat

private let first = "11111111-2222-4333-8444-555555555555"
private let second = "66666666-7777-4888-8999-aaaaaaaaaaaa"
private let third = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff"

@Suite("Keycloak events")
struct KeycloakMappingTests {
    @Test("a refresh presents one token and issues two")
    func refresh() {
        let decoded = decode(Facts(type: "REFRESH_TOKEN", details: [
            ("refresh_token_id", first), ("updated_refresh_token_id", second), ("token_id", third),
            ("refresh_token_type", "Offline"), ("grant_type", "refresh_token"),
            ("scope", "openid email"), ("client_auth_method", "client-secret"),
        ]).json)
        #expect(decoded.batch.text(.presented, row: 0) == first)
        #expect(decoded.batch.text(.issuedRefresh, row: 0) == second)
        #expect(decoded.batch.text(.issuedAccess, row: 0) == third)
        #expect(decoded.batch.flags[0] == [.offline])
        #expect(decoded.text(.scopes) == "openid email")
        #expect(decoded.text(.grantType) == "refresh_token")
        #expect(decoded.text(.issuer) == "a1d0cf6e-0e3c-4a86-9d3e-6f1b7a55c001")
        #expect(decoded.text(.tenant) == "acme")
        #expect(decoded.payload()
            == #"{"client_auth_method":"client-secret","refresh_token_type":"Offline"}"#)
        #expect(decoded.batch.time[0] == 1_772_446_530_123_000_000)
    }

    @Test("a code redemption issues both tokens; code_id is the session")
    func codeRedemption() {
        var facts = Facts(type: "CODE_TO_TOKEN", details: [
            ("token_id", "onrtac:" + first), ("refresh_token_id", second),
            ("code_id", "UsunRJ_Z33"),
        ])
        facts.header.removeAll { $0.0 == "sessionId" }
        let decoded = decode(facts.json)
        #expect(decoded.batch.text(.session, row: 0) == "UsunRJ_Z33")
        #expect(decoded.batch.text(.issuedRefresh, row: 0) == second)
        #expect(decoded.batch.text(.issuedAccess, row: 0) == "onrtac:" + first)
        #expect(decoded.batch.id(.code, 0).isNone)
        #expect(decoded.payload() == "")
    }

    @Test("another code_id beside a session id is not lost")
    func otherCodeID() {
        let decoded = decode(Facts(type: "LOGIN", details: [
            ("code_id", first), ("response_type", "code"),
        ]).json)
        #expect(decoded.batch.text(.session, row: 0) == "b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10")
        #expect(decoded.batch.effects[0] == .codeIssued)
        #expect(decoded.payload() == #"{"code_id":"\#(first)","response_type":"code"}"#)
    }

    @Test("refused refreshes are told apart by the reason text", arguments: [
        ("Maximum allowed refresh token reuse exceeded", EventKind.refreshReuseDetected,
            Reason.reused),
        ("Stale token", .refreshRejected, .policy),
        ("Token is not active", .refreshRejected, .expired),
        ("Session not active", .refreshRejected, .sessionInactive),
        ("Session doesn't have required client", .refreshRejected, .sessionClientMissing),
        ("Invalid token issuer. Expected 'https://id.acme.test'", .refreshRejected, .issuer),
        ("Something of next year", .refreshRejected, .unknown),
    ])
    func refused(text: String, kind: EventKind, reason: Reason) {
        var facts = Facts(type: "REFRESH_TOKEN_ERROR", details: [
            ("reason", text), ("refresh_token_id", first), ("refresh_token_sub", second),
        ])
        facts.header = facts.header.map { $0.0 == "userId" ? ("userId", "null") : $0 }
        facts.header.append(("error", "invalid_token"))
        for line in [facts.json, facts.text] {
            let decoded = decode(line)
            #expect(decoded.batch.kind[0] == kind)
            #expect(decoded.batch.reason[0] == reason)
            #expect(decoded.batch.flags[0].contains(.asserted) == (reason == .reused))
            #expect(decoded.text(.reasonRaw) == text)
            #expect(decoded.text(.subject) == second)
            #expect(decoded.batch.text(.presented, row: 0) == first)
            #expect(decoded.payload() == #"{"error":"invalid_token"}"#)
        }
    }

    @Test("the error decides what some failures are", arguments: [
        ("LOGIN_ERROR", "consent_denied", "consent.denied", "denied", Reason.policy),
        ("LOGIN_ERROR", "invalid_redirect_uri", "authorization.failed", "failure", .redirectURI),
        ("LOGIN_ERROR", "client_not_found", "authorization.failed", "failure", .clientAuth),
        ("LOGIN_ERROR", "invalid_user_credentials", "authn.failed", "failure", .unspecified),
        ("CLIENT_LOGIN_ERROR", "invalid_client_credentials", "client.auth_failed", "failure",
            .clientAuth),
        ("CLIENT_LOGIN_ERROR", "invalid_scope", "token.issue_failed", "failure", .scope),
        ("OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR", "access_denied", "device_code.denied", "denied",
            .policy),
        ("OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR", "slow_down", "device_code.rejected", "interrupted",
            .rateLimited),
        ("CODE_TO_TOKEN_ERROR", "invalid_code", "code.rejected", "failure", .unspecified),
        ("CODE_TO_TOKEN_ERROR", "pkce_verification_failed", "code.rejected", "failure", .pkce),
    ])
    func errors(type: String, error: String, kind: String, outcome: String, reason: Reason) {
        var facts = Facts(type: type)
        facts.header.append(("error", error))
        let decoded = decode(facts.json)
        #expect(decoded.batch.kind[0].name == kind)
        #expect(decoded.batch.outcome[0].name == outcome)
        #expect(decoded.batch.reason[0] == reason)
        #expect(decoded.text(.reasonRaw) == error)
    }

    @Test("a revocation of one token is told from the revocation of a grant")
    func revocation() {
        let token = decode(Facts(type: "REVOKE_GRANT", details: [("token_id", first)]).json)
        #expect(token.batch.kind[0] == .tokenRevoked)
        #expect(token.batch.effects[0] == [])
        #expect(token.batch.text(.presented, row: 0) == first)
        let grant = decode(Facts(type: "REVOKE_GRANT", details: [("revoked_client", "tv")]).json)
        #expect(grant.batch.kind[0] == .consentRevoked)
        #expect(grant.batch.effects[0] == .grantRevoked)
        #expect(grant.text(.client) == "tv")
        #expect(grant.payload() == #"{"clientId":"spa"}"#)
    }

    @Test("a secret's mark becomes the id, and its text stays")
    func marks() {
        let mark = "«rt:fp=0123456789abcdef0123456789abcdef,len=843»"
        let decoded = decode(Facts(type: "REFRESH_TOKEN", details: [
            ("refresh_token", mark), ("code", "«code:fp=ffffffffffffffff0000000000000001,len=40»"),
        ]).json)
        #expect(decoded.batch.id(.presented, 0).hex == "0123456789abcdef0123456789abcdef")
        #expect(decoded.batch.text(.presented, row: 0) == mark)
        #expect(decoded.batch.id(.code, 0).hex == "ffffffffffffffff0000000000000001")
        #expect(decoded.payload() == "")
    }

    @Test("an address that is none stays in the payload")
    func address() {
        var facts = Facts(type: "LOGIN")
        facts.header = facts.header.map { $0.0 == "ipAddress" ? ("ipAddress", "unknown") : $0 }
        let decoded = decode(facts.json)
        #expect(decoded.batch.id(.ip, 0).isNone)
        #expect(decoded.payload() == #"{"ipAddress":"unknown"}"#)
    }

    @Test("ids depend on the record, not on where or how it was read")
    func identity() {
        let line = Facts(type: "LOGIN").json
        let event = decode(line).batch.id(.event, 0)
        #expect(decode("", "{}", line).batch.id(.event, 0) == event)
        #expect(decode("[\(line)]").batch.id(.event, 0) == event)
        var hash = IdentityHash("event/1")
        hash.add("keycloak")
        hash.add("a1d0cf6e-0e3c-4a86-9d3e-6f1b7a55c001")
        hash.add("0f4b5a3e-3c8a-4c55-9a0e-1f2e3d4c5b6a")
        #expect(hash.id() == event)
    }

    @Test("lines without an id are told apart by their place")
    func positionalIdentity() {
        let line = Facts(type: "LOGIN").text
        let decoded = decode(line, line)
        #expect(decoded.batch.id(.event, 0) != decoded.batch.id(.event, 1))
        #expect(decoded.batch.flags[0] == [.positionalID, .timeZoneAssumed])
        let element = Facts(type: "LOGIN").json.replacing(/"id":"[^"]*",/, with: "")
        let elements = decode("[\(element),\(element)]")
        #expect(elements.batch.count == 2)
        #expect(elements.batch.id(.event, 0) != elements.batch.id(.event, 1))
    }

    @Test("JSON and text of the same facts give equal columns")
    func twins() {
        let types = ["LOGIN", "CODE_TO_TOKEN", "REFRESH_TOKEN", "REFRESH_TOKEN_ERROR", "LOGOUT"]
        for type in types {
            let facts = Facts(type: type, details: [
                ("token_id", first), ("refresh_token_id", "not-a-uuid"), ("scope", "openid a, b"),
                ("updated_refresh_token_id", second), ("username", "anna"), ("code_id", third),
            ])
            let json = decode(facts.json)
            let text = decode(facts.text)
            #expect(json.text(.dialect) == text.text(.dialect))
            #expect(json.payload() == text.payload())
            let ignored = /"id":"[^"]*",|"time_zone_assumed":true,|"positional_id":true,/
            #expect(json.issues == [] && text.issues == [])
            let lines = [json, text].map { $0.lines.map { $0.replacing(ignored, with: "") } }
            #expect(lines[0] == lines[1])
        }
    }

    @Test("times without zone take the configured one, tenants without name too")
    func settings() {
        var facts = Facts(type: "LOGIN")
        facts.header.removeAll { $0.0 == "realmName" }
        let zone = ZoneTable(spans: [ZoneTable.Span(start: 0, offset: 3600)])
        let decoded = decode(
            facts.text, settings: DecodeSettings(timeZone: zone, tenant: "globex"))
        #expect(decoded.batch.time[0] == 1_772_442_930_123_000_000)
        #expect(decoded.text(.tenant) == "globex")
    }

    @Test("a dialect is found by the content of the first telling record")
    func detection() {
        let noise = Array("2026-03-02 10:15:29,000 INFO  [io.quarkus] (main) started".utf8)
        #expect(FormatRegistry.detect(records([noise])) == nil)
        for line in [Facts(type: "LOGIN").json, Facts(type: "LOGIN").text] {
            let found = FormatRegistry.detect(records([noise, Array(line.utf8)]))
            #expect(found?.format.name == "keycloak")
            #expect(found?.record == 1)
        }
        #expect(FormatRegistry.named("keycloak")?.name == "keycloak")
        #expect(FormatRegistry.named("nope") == nil)
    }
}
