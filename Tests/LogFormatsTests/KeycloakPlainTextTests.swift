import AuditModel
import LogFormats
import Testing

private let frame = "2023-03-02 10:15:30,123 WARN  [org.keycloak.events] (default task-3) "
private let user = "7d0cf1a2-11aa-4c1e-8b11-0123456789ab"
private let session = "b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10"

@Suite("Keycloak's text without quotes around every value")
struct KeycloakPlainTextTests {
    @Test("servers up to 23: values with blanks in single quotes")
    func olderServer() {
        let decoded = decode(
            frame + "type=REFRESH_TOKEN, realmId=acme, clientId=spa, userId=\(user), "
                + "ipAddress=198.51.100.23, token_id=aa7e8d7c-1f43-4a5d-9d3e-6f1b7a55c001, "
                + "grant_type=refresh_token, refresh_token_type=Refresh, scope='openid email "
                + "profile', refresh_token_id=aa7e8d7c-1f43-4a5d-9d3e-6f1b7a55c002, "
                + "updated_refresh_token_id=aa7e8d7c-1f43-4a5d-9d3e-6f1b7a55c003")
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind[0] == .refreshSucceeded)
        #expect(decoded.text(.scopes) == "openid email profile")
        #expect(decoded.text(.subject) == user && decoded.text(.client) == "spa")
        #expect(
            decoded.batch.id(.issuedRefresh, 0)
                == uuid("aa7e8d7c-1f43-4a5d-9d3e-6f1b7a55c003"))
        #expect(decoded.payload() == #"{"refresh_token_type":"Refresh"}"#)
    }

    @Test("a text of the server that has quotes and commas of its own is one value")
    func serverText() {
        let decoded = decode(
            frame + "type=REFRESH_TOKEN_ERROR, realmId=acme, clientId=spa, userId=null, "
                + "ipAddress=198.51.100.23, error=invalid_token, reason='Invalid token issuer. "
                + "Expected 'https://a', but was 'https://b'', grant_type=refresh_token")
        #expect(decoded.issues == [])
        #expect(decoded.batch.reason[0] == .issuer)
        #expect(
            decoded.text(.reasonRaw)
                == "Invalid token issuer. Expected 'https://a', but was 'https://b'")
        #expect(decoded.text(.grantType) == "refresh_token")
    }

    /// What an attacker types as user name or sends as redirect URI.
    @Test("nothing that a requester sends poses as another field", arguments: [
        "x', userId='\(user)", "x, userId=\(user), ipAddress=203.0.113.9", "' , userId=\(user)",
        "x', code_id='\(session)', reason='Session not active", "x, a=b', ipAddress='203.0.113.9",
        "x', refresh_token_sub='\(user)', scope='a b", "a b', error=x, type=LOGIN, userId='y z",
        "x\\', session_state='q r", "' '", "x', requestUri=y, cookies=[KEYCLOAK_SESSION='z",
        "x, userId=\(user), ipAddress=203.0.113.9, error=user_not_found, q='r s",
    ], ["username", "redirect_uri"])
    func forgery(text: String, field: String) {
        let decoded = decode(
            frame + "type=LOGIN_ERROR, realmId=acme, clientId=spa, userId=null, "
                + "ipAddress=198.51.100.23, error=user_not_found, auth_method=openid-connect, "
                + "auth_type=code, \(field)='\(text)', code_id=abc-def")
        #expect(decoded.batch.count == 1 && decoded.tally.failed == 0, "\(decoded.issues)")
        #expect(decoded.text(.subject) == "")
        #expect(decoded.text(.client) == "spa")
        #expect(decoded.batch.reason[0] == .notFound)
        #expect(IPAddress(bits: decoded.batch.id(.ip, 0)).text == "198.51.100.23")
        #expect(decoded.payload().contains("\"\(field)\":"))
        #expect(!decoded.payload().contains("\"userId\":"))
        #expect(!decoded.payload().contains("refresh_token_sub\":\""))
        #expect(decoded.text(.scopes) == "")
    }

    @Test("what follows a value of the requester is read if nothing can pose as it")
    func afterwards() {
        let decoded = decode(
            frame + "type=LOGIN_ERROR, realmId=acme, clientId=spa, userId=null, "
                + "ipAddress=198.51.100.23, error=user_not_found, username='john doe', "
                + "code_id=\(session)")
        #expect(decoded.batch.id(.session, 0) == uuid(session))
        #expect(decoded.payload() == #"{"username":"john doe"}"#)
    }

    @Test("a client id that the server refused cannot name a user")
    func oddClient() {
        let tail = "userId=null, ipAddress=198.51.100.23, error=client_not_found, "
            + "response_type=code"
        let start = frame + "type=LOGIN_ERROR, realmId=acme, clientId="
        let plain = decode(start + "x, userId=\(user), " + tail)
        #expect(plain.text(.subject) == "")
        #expect(plain.text(.client) == "x, userId=\(user)")
        #expect(IPAddress(bits: plain.batch.id(.ip, 0)).text == "198.51.100.23")
        // Nobody can tell which half is the server's: nobody is accused.
        let twofold = decode(start + "x, userId=\(user), ipAddress=203.0.113.9, " + tail)
        #expect(twofold.issues.map(\.code) == [.textSyntax])
        #expect(twofold.issues.map(\.isPartial) == [true])
        #expect(twofold.batch.kind[0] == .authnFailed)
        #expect(twofold.text(.subject) == "" && twofold.text(.client) == "")
        #expect(twofold.batch.id(.ip, 0).isNone)
    }

    @Test("later servers with other quotes, or none", arguments: [
        ("'", "x\\', userId=\\'y"), ("`", "x`, userId=`y"), ("|", "x|, userId=|y"),
    ])
    func otherQuotes(quote: String, name: String) {
        let escaped = quote == "'" ? name : name.replacing(quote, with: "\\" + quote)
        let pairs = [
            ("type", "LOGIN"), ("realmId", "r"), ("realmName", "acme"), ("clientId", "spa"),
            ("userId", "anna"), ("sessionId", session), ("ipAddress", "198.51.100.23"),
            ("username", escaped),
        ]
        let decoded = decode(
            frame + pairs.map { "\($0.0)=\(quote)\($0.1)\(quote)" }.joined(separator: ", "))
        #expect(decoded.issues == [])
        #expect(decoded.text(.subject) == "anna" && decoded.text(.tenant) == "acme")
        #expect(decoded.payload().contains("userId="))
    }

    @Test("a later server that uses no quotes")
    func noQuotes() {
        let decoded = decode(
            frame + "type=CODE_TO_TOKEN, realmId=r, realmName=acme, clientId=spa, userId=anna, "
                + "sessionId=\(session), ipAddress=198.51.100.23, grant_type=authorization_code, "
                + "scope=openid email profile, code_id=\(session), custom=a, b and c")
        #expect(decoded.issues == [])
        #expect(decoded.text(.scopes) == "openid email profile")
        #expect(decoded.batch.id(.session, 0) == uuid(session))
        #expect(decoded.payload() == #"{"custom":"a, b and c"}"#)
    }

    @Test("quotes that were not escaped end no value in its middle")
    func unsanitized() {
        let decoded = decode(
            frame + #"type="LOGIN_ERROR", realmId="r", userId="null", username="a "b", c", x="1""#)
        #expect(decoded.issues == [])
        #expect(decoded.payload() == #"{"username":"a \"b\", c","x":"1"}"#)
    }

    @Test("what the server adds when it traces", arguments: [
        "type=LOGIN, realmId=r, clientId=spa, userId=u, ipAddress=::1",
        #"type="LOGIN", realmId="r", clientId="spa", userId="u", ipAddress="::1""#,
    ])
    func tracing(line: String) {
        let decoded = decode(
            frame + line + ", requestUri=https://id.acme.test/realms/r?a=b, cookies=[A=b, C=d 'e']")
        #expect(decoded.issues == [])
        #expect(decoded.text(.subject) == "u")
        #expect(decoded.payload().contains(#""cookies":"[A=b, C=d 'e']""#))
    }
}
