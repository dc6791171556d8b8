import AuditModel
import TestSupport
import Testing

@testable import TokenScan

/// Records as a Keycloak server writes them, with random ids and without any secret.
enum HarmlessRecords {
    static func json(_ random: inout SeededGenerator) -> String {
        let types = ["LOGIN", "REFRESH_TOKEN", "CODE_TO_TOKEN", "LOGIN_ERROR", "LOGOUT"]
        let details = [
            #""token_id":"onrtac:\#(random.uuid())""#, #""grant_type":"authorization_code""#,
            #""grant_type":"refresh_token""#, #""refresh_token_type":"Refresh""#,
            #""scope":"openid email profile""#, #""refresh_token_id":"\#(random.uuid())""#,
            #""updated_refresh_token_id":"\#(random.uuid())""#, #""code_id":"\#(random.uuid())""#,
            #""code_id":"\#(random.opaque(24))""#, #""client_auth_method":"client-secret""#,
            #""access_token_expiration_time":"1790000000""#, #""response_mode":"query""#,
            #""response_type":"code""#, #""auth_method":"openid-connect""#,
            #""redirect_uri":"https://app.example/cb?x=1""#, #""username":"anna""#,
            #""credential_type":"password""#, #""authentication_error_detail":"invalid_code""#,
            #""refresh_token_sub":"\#(random.uuid())""#, #""consent":"no_consent_required""#,
            #""token_sha256":"\#(random.text(64, Alphabet.hexadecimal))""#,
            #""key_hash":"\#(random.opaque(43))""#, #""password":"**********""#,
            #""client_secret":"[REDACTED_BY_POLICY]""#, #""code":"invalid_authorization_code""#,
            #""access_token":"HIDDEN_DUE_TO_SECURITY_REASONS""#, #""token":"\#(random.uuid())""#,
            #""client_data":"\#(base64URL(#"{"ru":"https://app.example","rt":"code"}"#))""#,
            #""reason":"Maximum allowed refresh token reuse exceeded""#,
            #""code":1234567890123456"#,
            #""refresh_token":null"#, #""id_token":true"#, #""code":"2026-01-02T10:11:12.123Z""#,
        ].shuffled(using: &random)
        let type = types.randomElement(using: &random) ?? ""
        let head = #"{"id":"\#(random.uuid())","time":1790000000123,"type":"\#(type)","#
        let body =
            #""realmId":"\#(random.uuid())","clientId":"app","userId":"\#(random.uuid())","#
            + #""sessionId":"\#(random.uuid())","ipAddress":"192.0.2.7","details":{"#
        return head + body + details.prefix(12).joined(separator: ",") + "}}"
    }

    static func text(_ random: inout SeededGenerator) -> String {
        #"2026-01-02 10:11:12,123 DEBUG [org.keycloak.events] (executor-thread-1) "#
            + #"type="CODE_TO_TOKEN", realmId="\#(random.uuid())", clientId="app", "#
            + #"userId="\#(random.uuid())", code_id="\#(random.opaque(24))", "#
            + #"token_id="\#(random.uuid())", grant_type="authorization_code", "#
            + #"refresh_token_id="\#(random.uuid())", client_auth_method="client-secret", "#
            + #"reason="Bearer authentication-required", password: incorrect for user"#
    }

    static let others = [
        "", "e", "ey", "eyJ", "code", "code=", "token: ", "Bearer", "Basic authentication failed",
        #"client_data=eyJydSI6Imh0dHBzOi8vYXBwIiwicnQiOiJjb2RlIn0&x=1"#,
        "WWW-Authenticate: Bearer realm=\"r\", error=\"invalid_token\"",
        "GET /shop?code=SUMMER2026SALECODE44 HTTP/1.1",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0 has two segments",
        "access_token=«at:fp=00112233445566778899aabbccddeeff,len=843»",
        "see the refresh token en masse, password reset, code review, op code order",
        "Set-Cookie: KEYCLOAK_SESSION=acme/0d2c8e2a-1111-4222-8333-123456789abc; Path=/",
    ]
}

@Suite struct HarmlessRecordTests {
    @Test(arguments: [11, 12] as [UInt64])
    func harmlessRecordsStayAsTheyAre(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var scanner = try #require(makeScanner())
        for round in 0..<200 {
            let records =
                HarmlessRecords.others + [
                    HarmlessRecords.json(&random), HarmlessRecords.text(&random),
                    HarmlessRecords.json(&random).replacing("\"", with: "\\\""),
                ]
            let before = batch(records)
            var after = before
            #expect(scanner.scan(&after).isEmpty, "seed \(seed) round \(round)")
            #expect(after.bytes == before.bytes, "\(texts(after))")
            #expect(after.records == before.records)
            #expect(after.originalDigests.isEmpty)
        }
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func theFastFilterFindsWhatLookingEverywhereFinds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "eyJhbGciOiJub25lIn0", ".", "%2E", "=", ":", "%3D", "\\\"", "\"", " ", ">", "'",
            "\\u003d",
            "refresh_token", "accessToken", "code", "client_secret", "password", "Bearer", "DPoP",
            "Basic", "cookie", "id_token_hint", "code_verifier", "assertion", "-", "_", "&", "?",
            "dXNlcjpwYXNzd29yZA==", "aB3dE5gH7jK9mN1p", "«", "state", ";", "\\", "%", "en", "de",
        ]
        for round in 0..<600 {
            var record = ""
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                record += pieces.randomElement(using: &random) ?? ""
            }
            if round % 4 == 0 { record = HarmlessRecords.json(&random) + record }
            var bytes = Array(record.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            let (fast, slow) = bothWays(bytes, padding: round % 2 == 0 ? 64 : 0)
            #expect(fast == slow, "seed \(seed) round \(round): \(record)")
        }
    }

    private func bothWays(_ record: [UInt8], padding: Int) -> ([SecretSpan], [SecretSpan]) {
        var fast = CandidateCheck()
        var slow = CandidateCheck()
        let padded = record + [UInt8](repeating: 0x22, count: padding)
        padded.withUnsafeBytes { all in
            let bytes = UnsafeRawBufferPointer(rebasing: all[..<record.count])
            guard let bytes = LenientBytes(bytes) else { return }
            CandidateFilter().forEach(bytes.base, count: bytes.count, readable: all.count) {
                fast.look(bytes, at: $0)
            }
            for place in 0..<bytes.count { slow.look(bytes, at: place) }
        }
        return (fast.spans, slow.spans)
    }
}
