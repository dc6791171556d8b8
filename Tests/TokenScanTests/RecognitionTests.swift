import AuditModel
import TestSupport
import Testing

@testable import TokenScan

/// What is recognised by itself, or behind a name that leaves no doubt.
@Suite struct RecognitionTests {
    /// Scans one record; what is left of it, and the kinds found.
    private func scan(_ record: String) throws -> (text: String, kinds: [TokenKind]) {
        var scanner = try #require(makeScanner())
        var scanned = batch([record])
        let kinds = scanner.scan(&scanned).map(\.kind)
        return (withoutPlaceholders(texts(scanned)[0]), kinds)
    }

    private static let body = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC3dE5fG7hJ9"

    /// 30 characters and their checksum, computed with another program: Python's `zlib.crc32` of
    /// the characters, in base 62.
    private static let checked = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0" + "3LmEn5"

    static let vendors: [(String, TokenKind)] = [
        ("ghp_" + checked, .accessToken), ("ghr_" + checked, .refreshToken),
        ("github_pat_" + body, .accessToken), ("glpat-" + body.prefix(20), .accessToken),
        ("gloas-" + body, .clientSecret), ("xoxb-12345678901-" + body, .accessToken),
        ("ya29." + body, .accessToken), ("1//0" + body, .refreshToken),
        ("EAAC" + body + body, .accessToken), ("sk_live_" + body, .clientSecret),
        ("rk_live_" + body, .clientSecret), ("v1.M" + body, .refreshToken),
        ("ory_at_" + body + "." + body, .accessToken), ("ory_rt_" + body, .refreshToken),
        ("ory_ac_" + body, .authorizationCode),
    ]

    @Test(arguments: vendors.map(\.0), [("", ""), ("key ", "."), ("u=", "&x"), ("\"", "\"")])
    func vendorsTokensAreFoundAnywhere(token: String, around: (String, String)) throws {
        let kind = try #require(Self.vendors.first { $0.0 == token }?.1)
        let (text, kinds) = try scan(around.0 + token + around.1)
        #expect(text == around.0 + "¤" + around.1)
        #expect(kinds == [kind])
    }

    @Test(arguments: [
        "ghp_" + checked.dropLast() + "x", "ghp_" + String(repeating: "x", count: 36),
        "xghp_" + checked, "glpat-short", "ya29.short", "1//0", "https://example.org/1//0/" + body,
        "v1.Mango", "sk_live_", "sk_live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ory_at_ory_rt_",
        "READ EAAC", "EAAC" + String(repeating: "0123456789ABCDEF", count: 5),
        "xoxb-", "github_pat_", "request_path=/a/b_path/y_axis/k_label",
    ])
    func whatOnlyLooksLikeAVendorsTokenStays(record: String) throws {
        #expect(try scan(record).kinds.isEmpty)
    }

    @Test(arguments: [
        ("refresh_token", "abcdefghijklmnopqrstuvwxyz"), ("access_token", "84920184729103847561"),
        ("refresh_token", "0d2c8e2a-1111-4222-8333-123456789abc"),
        ("device_code", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ("x-api-key", "84920184729103847561"),
        ("API_KEY", "0d2c8e2a-1111-4222-8333-123456789abc"),
    ])
    func aSecretsOwnNameLeavesNoDoubt(key: String, secret: String) throws {
        for (before, after) in [
            ("{\"", "\":\""), ("a ", "="), ("<", ">"), ("&quot;", "&quot;:&quot;"),
        ] {
            let start = before + key + after
            #expect(try scan(start + secret).text == start + "¤")
        }
    }

    @Test(arguments: [
        "token_id=0d2c8e2a-1111-4222-8333-123456789abc", "jti=0d2c8e2a-1111-4222-8333-123456789abc",
        "refresh_token_id=0d2c8e2a-1111-4222-8333-123456789abc", "token=84920184729103847561",
        "access_token=authentication_required_here", "refresh_token=1234567890123456789",
        "refresh_token: invalid", "access_token=2026-01-02T10:11:12.123Z",
        "refresh_token={\"type\":\"opaque\",\"state\":\"none\"}",
    ])
    func idsAndWordsStay(record: String) throws {
        #expect(try scan(record).kinds.isEmpty)
    }

    @Test func shortSecretsCountBehindSecretsAndPasswordsOnly() throws {
        #expect(try scan("client_secret=s3cr3t-9").kinds == [.clientSecret])
        #expect(try scan("password=hunter2!").kinds == [.password])
        #expect(try scan("access_token=s3cr3t-9").kinds.isEmpty)
        #expect(try scan("client_secret=short").kinds.isEmpty)
    }

    @Test(arguments: [
        (#"{"refresh_token":{"value":"X"}}"#, TokenKind.refreshToken),
        (#"{"access_token": {"type":"Bearer", "token" : "X", "exp":1}}"#, .accessToken),
        (#"{"m":"{\"refresh_token\":{\"expires\":1,\"value\":\"X\"}}"}"#, .refreshToken),
        (#"{"name":"access_token","value":"X"}"#, .accessToken),
        (#"{"name": "refresh_token", "value": "X"}"#, .refreshToken),
    ])
    func nestedValuesAreFound(shape: String, kind: TokenKind) throws {
        let (text, kinds) = try scan(shape.replacing("X", with: "aB3dE5gH7jK9mN1pQ2rS"))
        #expect(text == shape.replacing("X", with: "¤"))
        #expect(kinds == [kind])
    }

    @Test(arguments: [
        "&quot;refresh_token&quot;:&quot;X&quot;", "&#34;refresh_token&#34;:&#34;X&#34;",
        "a&amp;refresh_token=X&amp;b", "refresh_token&#61;X&#38;b", "&lt;refresh_token&gt;X&lt;/",
        "refresh_token&#x3D;X&lt;br&gt;", "refresh%255Ftoken%253DX%2526b",
        "%2526refresh_token%253DX%2526b",
    ])
    func referencesAndTwoRoundsOfPercentSignsAreSeenThrough(shape: String) throws {
        // Of a name that is itself encoded only the last part is read.
        let expected = shape.contains("%255F") ? TokenKind.token : .refreshToken
        let (text, kinds) = try scan(shape.replacing("X", with: "aB3dE5gH7jK9mN1pQ2rS"))
        #expect(kinds == [expected])
        #expect(text == shape.replacing("X", with: "¤"))
    }

    @Test(arguments: [61, 62] as [UInt64])
    func base64OfATokenIsTheToken(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var scanner = try #require(makeScanner())
        for round in 0..<60 {
            let token = random.webToken()
            let padding = random.text(round % 7, Alphabet.letters)
            let object = "{\"p\":\"\(padding)\",\"access_token\":\"\(token)\"}"
            let inner = round / 2 % 2 == 0 ? padding + token : object
            let encoded = round % 2 == 0 ? base64(inner) : base64URL(inner)
            let record = "body: \"\(encoded)\" end"
            var scanned = batch([record, "access_token=\(token)"])
            let sightings = scanner.scan(&scanned)
            let comment = "seed \(seed) round \(round): \(record)"
            #expect(sightings.count == 2, "\(comment)")
            #expect(sightings.first?.anyFingerprint == sightings.last?.anyFingerprint, "\(comment)")
            #expect(sightings.first?.claims != nil, "\(comment)")
            // A whole group in front of the token may be left, nothing of the token itself.
            let text = withoutPlaceholders(texts(scanned)[0])
            #expect(text.hasPrefix("body: \"") && text.hasSuffix("¤\" end"), "\(comment)")
            #expect(text.count <= "body: \"¤\" end".count + 3, "\(comment)")
        }
    }

    @Test func base64WithoutATokenStays() throws {
        for text in [
            "{\"name\":\"anna\",\"age\":7,\"tokens\":[1,2,3],\"about\":\"no token in here\"}",
            "access_token= is not set, says the server that wrote this line",
        ] {
            #expect(try scan("payload=\(base64(text))").kinds.isEmpty)
        }
    }

    @Test func namesOfFilesLoseTheirTokens() {
        var random = SeededGenerator(seed: 3)
        let token = random.webToken()
        #expect(SecretText.redacted("logs/\(token).log") == "logs/«jwt».log")
        #expect(SecretText.redacted("a?access_token=\(Self.body)&b") == "a?access_token=«at»&b")
        #expect(SecretText.redacted("logs/2026-01-02.log.gz") == "logs/2026-01-02.log.gz")
    }
}
