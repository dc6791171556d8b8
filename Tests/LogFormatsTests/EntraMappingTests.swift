import AuditModel
import LogFormats
import Testing

@Suite("Entra sign-ins")
struct EntraMappingTests {
    private let tenant = "5b1d7c3e-0000-4a5b-8c6d-1f2e3d4c5b6a"
    private let id = "58f8ce73-9fc8-4f02-8ea8-1908964f842e"
    /// The same id as claims have it: its bytes in the order of .NET.
    private let claim = "c874WMifAk-OqBkIlk-ELg"
    /// Base64 of the id's text.
    private let longClaim = "NThmOGNlNzMtOWZjOC00ZjAyLThlYTgtMTkwODk2NGY4NDJl"

    private func record(
        _ category: String = "NonInteractiveUserSignInLogs", code: String = "0",
        _ more: String = ""
    ) -> String {
        """
        {"time":"2026-03-02T10:17:02.5000000Z",\
        "resourceId":"/tenants/\(tenant)/providers/Microsoft.aadiam",\
        "operationName":"Sign-in activity","operationVersion":"1.0","category":"\(category)",\
        "tenantId":"\(tenant)","resultType":"\(code)","resultSignature":"None","durationMs":0,\
        "callerIpAddress":"198.51.100.23","correlationId":"c0000000-0000-4000-8000-000000000001",\
        "identity":"Anna","Level":4,"location":"DE","properties":{"id":"\(id)",\
        "createdDateTime":"2026-03-02T11:15:30.1234567+01:00",\
        "userPrincipalName":"anna@acme.example",\
        "userId":"a0000000-0000-4000-8000-000000000002",\
        "appId":"b0000000-0000-4000-8000-000000000003",\
        "ipAddress":"198.51.100.23","status":{"errorCode":\(code)},\
        "userAgent":"Firefox","deviceDetail":{"deviceId":"d0000000-0000-4000-8000-000000000004",\
        "isCompliant":false},"location":{"city":"Berlin","state":"Berlin","countryOrRegion":"DE",\
        "geoCoordinates":{"latitude":52.5173800000003,"longitude":-13.4}},\
        "correlationId":"c0000000-0000-4000-8000-000000000001","isInteractive":false,\
        "authenticationProcessingDetails":[{"key":"Legacy TLS","value":"False"},\
        {"key":"Oauth Scope Info","value":"[\\"Mail.Read\\",\\"openid\\"]"}],\
        "riskLevelDuringSignIn":"none","resourceId":"00000003-0000-0000-c000-000000000000",\
        "autonomousSystemNumber":64512,"uniqueTokenIdentifier":"\(claim)",\
        "sessionId":"e0000000-0000-4000-8000-000000000005"\(more)}}
        """
    }

    @Test("a refresh fills the columns, the rest stays where the server has it")
    func refresh() throws {
        let decoded = decodeEntra(record("NonInteractiveUserSignInLogs", code: "0", """
            ,"incomingTokenType":"refreshToken","authenticationProtocol":"none"
            """))
        #expect(decoded.issues == [])
        let batch = decoded.batch
        try #require(batch.count == 1)
        #expect(batch.kind == [.refreshSucceeded])
        #expect(batch.outcome == [.success])
        #expect(batch.effects == [.tokenIssued])
        #expect(batch.ipRole == [.holder])
        // When it happened, not when it was written: 7 digits, with an offset.
        #expect(batch.time == [1_772_446_530_123_456_700])
        #expect(batch.precision == [9])
        #expect(batch.text(.issuedAccess, row: 0) == claim)
        #expect(batch.id(.presented, 0).isNone && batch.id(.issuedRefresh, 0).isNone)
        #expect(batch.text(.session, row: 0) == "e0000000-0000-4000-8000-000000000005")
        #expect(batch.text(.request, row: 0) == "c0000000-0000-4000-8000-000000000001")
        #expect(decoded.text(.issuer) == tenant && decoded.text(.tenant) == tenant)
        #expect(decoded.text(.client) == "b0000000-0000-4000-8000-000000000003")
        #expect(decoded.text(.subject) == "a0000000-0000-4000-8000-000000000002")
        #expect(decoded.text(.grantType) == "refresh_token")
        #expect(decoded.text(.scopes) == "Mail.Read openid")
        #expect(decoded.text(.audience) == "00000003-0000-0000-c000-000000000000")
        #expect(decoded.text(.userAgent) == "Firefox")
        #expect(decoded.text(.device) == "d0000000-0000-4000-8000-000000000004")
        #expect(decoded.text(.city) == "Berlin")
        #expect(decoded.text(.place) == "52.51,-13.40,100")
        #expect(batch.country == [0x4445])
        #expect(batch.asn == [64_512])
        #expect(decoded.text(.vendorType) == "NonInteractiveUserSignInLogs")
        #expect(decoded.payload() == """
            {"Level":4,"category":"NonInteractiveUserSignInLogs","durationMs":0,\
            "identity":"Anna","location":"DE","operationName":"Sign-in activity",\
            "operationVersion":"1.0","properties":{"authenticationProcessingDetails":\
            [{"key":"Legacy TLS","value":"False"},{"key":"Oauth Scope Info",\
            "value":"[\\"Mail.Read\\",\\"openid\\"]"}],"authenticationProtocol":"none",\
            "deviceDetail":{"isCompliant":false},"incomingTokenType":"refreshToken",\
            "isInteractive":false,"location":{"geoCoordinates":{"latitude":52.5173800000003,\
            "longitude":-13.4},"state":"Berlin"},"riskLevelDuringSignIn":"none",\
            "status":{"errorCode":0},"userPrincipalName":"anna@acme.example"},\
            "resourceId":"/tenants/\(tenant)/providers/Microsoft.aadiam",\
            "resultSignature":"None","resultType":"0","time":"2026-03-02T10:17:02.5000000Z"}
            """)
    }

    @Test("what a sign-in was follows from its log, its protocol and the token that came in",
        arguments: [
            ("SignInLogs", "", "session.started", "authn.failed", "holder", ""),
            ("ADFSSignInLogs", "", "session.started", "authn.failed", "holder", ""),
            (
                "NonInteractiveUserSignInLogs", "", "token.issued", "token.issue_failed",
                "unknown", ""
            ),
            (
                "NonInteractiveUserSignInLogs", #","incomingTokenType":"primaryRefreshToken""#,
                "refresh.succeeded", "refresh.rejected", "holder", "refresh_token"
            ),
            (
                "SignInLogs", #","incomingTokenType":"refreshToken, saml20""#,
                "refresh.succeeded", "refresh.rejected", "holder", "refresh_token"
            ),
            (
                "SignInLogs", #","authenticationProtocol":"deviceCode""#,
                "device_code.redeemed", "device_code.rejected", "holder",
                "urn:ietf:params:oauth:grant-type:device_code"
            ),
            (
                "NonInteractiveUserSignInLogs", #","authenticationProtocol":"ropc""#,
                "token.issued", "authn.failed", "holder", "password"
            ),
            (
                "ServicePrincipalSignInLogs", "", "token.issued", "token.issue_failed", "caller",
                "client_credentials"
            ),
            (
                "ManagedIdentitySignInLogs", "", "token.issued", "token.issue_failed", "caller",
                "client_credentials"
            ),
            (
                "MicrosoftServicePrincipalSignInLogs", "", "token.issued", "token.issue_failed",
                "caller", "client_credentials"
            ),
        ])
    func requests(
        category: String, more: String, granted: String, refused: String, role: String,
        grantType: String
    ) {
        let success = decodeEntra(record(category, code: "0", more))
        #expect(success.batch.kind.first?.name == granted)
        #expect(success.batch.ipRole.first?.name == role)
        #expect(success.text(.grantType) == grantType)
        // Blocked by Conditional Access.
        let failure = decodeEntra(record(category, code: "53003", more))
        #expect(failure.batch.kind.first?.name == refused)
        #expect(failure.batch.outcome == [.failure])
        #expect(failure.batch.reason == [.policy])
        #expect(failure.batch.id(.issuedAccess, 0).isNone)
    }

    @Test("all spellings of a token's id are one id, others stay what they are")
    func tokenIDs() {
        for text in [claim, longClaim, id, id.uppercased()] {
            let decoded = decodeEntra(record().replacing(claim, with: text))
            #expect(decoded.batch.text(.issuedAccess, row: 0) == claim, "\(text)")
            #expect(
                decoded.batch.id(.issuedAccess, 0)
                    == Array(claim.utf8).withUnsafeBytes { ID128.pack($0)?.id })
        }
        let call = decodeEntra(Self.call(#""signInActivityId":"\#(claim)","#))
        #expect(call.batch.text(.presented, row: 0) == claim)
        for text in [
            "short", String(repeating: "*", count: 48), String(repeating: "A", count: 48),
            String(repeating: "g", count: 36),
        ] {
            let decoded = decodeEntra(record().replacing(claim, with: text))
            #expect(decoded.batch.text(.issuedAccess, row: 0) == text)
        }
    }

    @Test("the result is read as text, as number and as a word", arguments: [
        (#""resultType":"0""#, Outcome.success), (#""resultType":0"#, .success),
        (#""resultType":"Success""#, .success), (#""resultType":"50126""#, .failure),
        (#""resultType":50126"#, .failure), (#""resultType":"AADSTS50126""#, .failure),
        (#""resultType":"50076""#, .interrupted), (#""resultType":null"#, .unknown),
    ])
    func results(result: String, outcome: Outcome) {
        let text = record("SignInLogs").replacing(#""resultType":"0""#, with: result)
            .replacing(#""status":{"errorCode":0},"#, with: "")
        let decoded = decodeEntra(text)
        #expect(decoded.batch.outcome == [outcome])
        let kinds: [Outcome: EventKind] = [
            .success: .sessionStarted, .failure: .authnFailed, .interrupted: .authnChallenged,
            .unknown: .other,
        ]
        #expect(decoded.batch.kind.first == kinds[outcome])
    }

    static func call(_ more: String) -> String {
        """
        {"time":"2026-03-02T10:15:30.1234567Z","category":"MicrosoftGraphActivityLogs",\
        "callerIpAddress":"198.51.100.23","correlationId":"op1","location":"West Europe",\
        "resourceId":"/TENANTS/5B1D7C3E-0000-4A5B-8C6D-1F2E3D4C5B6A/PROVIDERS/MICROSOFT.AADIAM",\
        "properties":{"requestId":"r1","operationId":"op1","appId":"app",\(more)\
        "requestMethod":"GET","requestUri":"https://graph.microsoft.com/v1.0/me",\
        "timeGenerated":"2026-03-02T10:15:30.1234567Z","ipAddress":"198.51.100.23",\
        "c_Sid":"s1","location":"West Europe"}}
        """
    }

    @Test("a call of Microsoft Graph uses a token", arguments: [
        (200, EventKind.tokenUsed, Outcome.success, Reason.none),
        (404, .tokenUsed, .success, .none), (500, .tokenUsed, .success, .none),
        (401, .tokenValidationFailed, .failure, .unspecified),
        (403, .tokenUsed, .failure, .scope),
    ])
    func calls(status: Int, kind: EventKind, outcome: Outcome, reason: Reason) {
        let decoded = decodeEntra(Self.call("""
            "responseStatusCode":\(status),"userId":"u1","scopes":"Mail.Read openid",
            """))
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind == [kind])
        #expect(decoded.batch.outcome == [outcome])
        #expect(decoded.batch.reason == [reason])
        #expect(decoded.batch.ipRole == [.unknown])
        #expect(decoded.text(.scopes) == "Mail.Read openid")
        #expect(decoded.batch.text(.session, row: 0) == "s1")
        #expect(decoded.batch.text(.request, row: 0) == "op1")
        #expect(decoded.text(.issuer) == tenant)
        let application = decodeEntra(Self.call("""
            "responseStatusCode":\(status),"userId":null,"roles":"User.Read.All",
            """))
        #expect(application.text(.scopes) == "User.Read.All")
        #expect(application.batch.ipRole == [.caller])
        // One batch of calls has one operation and several requests.
        let other = decodeEntra(Self.call("").replacing("\"r1\"", with: "\"r2\""))
        #expect(other.batch.id(.event, 0) != application.batch.id(.event, 0))
        #expect(other.batch.outcome == [.unknown])
    }

    @Test("names that stand for nothing are joined on by nobody")
    func unknownNames() {
        let zeros = "00000000-0000-0000-0000-000000000000"
        let decoded = decodeEntra(
            record("SignInLogs", code: "50034")
                .replacing("a0000000-0000-4000-8000-000000000002", with: zeros)
                .replacing("b0000000-0000-4000-8000-000000000003", with: zeros)
                .replacing("c0000000-0000-4000-8000-000000000001", with: zeros)
                .replacing("d0000000-0000-4000-8000-000000000004", with: "{PII Removed}")
                .replacing("e0000000-0000-4000-8000-000000000005", with: ""))
        #expect(decoded.text(.subject) == "" && decoded.text(.client) == "")
        #expect(decoded.text(.device) == "")
        #expect(decoded.batch.id(.session, 0).isNone && decoded.batch.id(.request, 0).isNone)
        let nowhere = decodeEntra(
            record("ManagedIdentitySignInLogs")
                .replacing("52.5173800000003", with: "0.0").replacing("-13.4", with: "0.0")
                .replacing("198.51.100.23", with: ""))
        #expect(nowhere.text(.place) == "")
        #expect(nowhere.batch.id(.ip, 0).isNone)
    }

    @Test("what was tried, and how risky it was, is said again in the words of all rules")
    func synonyms() {
        let refused = decodeEntra(
            record("SignInLogs", code: "50011", #","redirectUrl":"https://evil.example""#)
                .replacing(#"SignIn":"none""#, with: #"SignIn":"high""#))
        #expect(refused.batch.kind == [.authorizationFailed])
        #expect(refused.batch.reason == [.redirectURI])
        #expect(refused.payload().contains(#","redirect_uri":"https://evil.example","#))
        #expect(refused.payload().contains(#","risk_level":"high","#))
        let failed = decodeEntra(record("SignInLogs", code: "50126"))
        #expect(failed.payload().contains(#""username":"anna@acme.example"}"#))
        #expect(!failed.payload().contains("risk_level"))
    }

    @Test("one sign-in is one event by whatever way it comes, and goes on under its id")
    func identity() {
        let first = decodeEntra(record("SignInLogs", code: "50074")).batch.id(.event, 0)
        let second = decodeEntra(record("SignInLogs", code: "0")).batch.id(.event, 0)
        #expect(first != second)
        let elsewhere = record("SignInLogs", code: "0").replacing(tenant, with: "other")
            .replacing("10:17:02.5", with: "10:19:02.5")
        #expect(decodeEntra(elsewhere).batch.id(.event, 0) == second)
    }
}
