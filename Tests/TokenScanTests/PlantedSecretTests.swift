import AuditModel
import TestSupport
import Testing

@testable import TokenScan

/// A way to write a secret into a record: how the record reads around it, and how the secret is
/// encoded there.
private struct Placement {
    var name: String
    var before: String
    var after: String
    var encode: (String) -> String = { $0 }

    func record(_ secret: String) -> String { before + encode(secret) + after }
}

private func percentEncoded(_ text: String) -> String {
    let plain = Set(Alphabet.letters + "0123456789-_~")
    return text.map { character -> String in
        if plain.contains(character) { return String(character) }
        return character.utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined()
    }.joined()
}

private func placements(key: String) -> [Placement] {
    [
        Placement(name: "JSON", before: #"{"a":1,"\#(key)":""#, after: #"","z":"ok"}"#),
        Placement(name: "JSON, blanks", before: #"{"\#(key)" : ""#, after: #"" }"#),
        Placement(
            name: "JSON in JSON", before: #"{"m":"{\"\#(key)\":\""#, after: #"\",\"z\":1}"}"#),
        Placement(
            name: "JSON in JSON twice", before: #"{"m":"{\"n\":\"{\\\"\#(key)\\\":\\\""#,
            after: #"\\\"}\"}"}"#),
        Placement(name: "key-value", before: "type=X, \(key)=", after: ", next=1"),
        Placement(name: "quoted key-value", before: "type=\"X\", \(key)=\"", after: "\", next=1"),
        Placement(
            name: "quoted and escaped", before: #"{"m":"a=\"b\", \#(key)=\""#, after: #"\""}"#),
        Placement(
            name: "query", before: "GET /callback?state=abc&\(key)=", after: "&z=1 HTTP/1.1",
            encode: percentEncoded),
        Placement(
            name: "encoded query", before: "next=https%3A%2F%2Fapp%2Fcb%3Fstate%3D1%26\(key)%3D",
            after: "%26z%3D1", encode: percentEncoded),
        Placement(
            name: "escaped equals sign", before: #"{"u":"x?state=1\u0026\#(key)\u003d"#,
            after: #"\u0026z=1"}"#),
        Placement(name: "arrow", before: "{:\(key) => '", after: "', :z => 1}"),
        Placement(name: "option", before: "curl --\(key) ", after: " x").asAssignment(key),
        Placement(name: "colon", before: "\(key): ", after: " z"),
        Placement(name: "last", before: "x \(key)=", after: ""),
    ]
}

extension Placement {
    fileprivate func asAssignment(_ key: String) -> Placement {
        Placement(name: name, before: "curl --\(key)=", after: after)
    }
}

@Suite struct PlantedSecretTests {
    private struct Sample {
        var keys: [String]
        var kind: TokenKind
        var secret: (inout SeededGenerator) -> String
    }

    private let samples = [
        Sample(keys: ["refresh_token", "refreshToken", "REFRESH_TOKEN"], kind: .refreshToken) {
            $0.webToken()
        },
        Sample(keys: ["refresh_token"], kind: .refreshToken) { $0.opaque(43) },
        Sample(keys: ["access_token", "x-forwarded-access-token"], kind: .accessToken) {
            $0.opaque(64) + "/+~.x"
        },
        Sample(keys: ["id_token", "id_token_hint"], kind: .idToken) { $0.webToken() },
        Sample(keys: ["token", "subject_token", "actor_token"], kind: .token) { $0.opaque(20) },
        Sample(keys: ["code"], kind: .authorizationCode) {
            [$0.uuid(), $0.uuid(), $0.uuid()].joined(separator: ".")
        },
        Sample(keys: ["device_code"], kind: .deviceCode) { $0.opaque(43) },
        Sample(keys: ["code_verifier"], kind: .codeVerifier) { $0.opaque(128) },
        Sample(keys: ["client_secret", "client-secret"], kind: .clientSecret) { $0.uuid() },
        Sample(keys: ["client_secret"], kind: .clientSecret) { $0.opaque(32) },
        Sample(keys: ["password"], kind: .password) { $0.opaque(9) },
        Sample(keys: ["client_assertion", "assertion"], kind: .assertion) { $0.webToken() },
    ]

    /// No 12 bytes of a secret may be left; of shorter secrets the whole.
    private func expectGone(_ secret: String, from text: String, _ comment: String) {
        let bytes = Array(secret.utf8)
        let length = min(12, bytes.count)
        for start in 0...(bytes.count - length) {
            let piece = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
            if text.contains(piece) {
                Issue.record("\(piece) is left: \(comment): \(text)")
                return
            }
        }
    }

    @Test(arguments: [31, 32] as [UInt64])
    func secretsBehindKeysAreReplacedAndNothingElse(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var scanner = try #require(makeScanner())
        for sample in samples {
            for key in sample.keys {
                for placement in placements(key: key) {
                    let secret = sample.secret(&random)
                    let record = placement.record(secret)
                    var scanned = batch(["quiet", record, "quiet"])
                    let sightings = scanner.scan(&scanned)
                    let after = texts(scanned)
                    let comment = "seed \(seed) \(key) \(placement.name) \(record)"
                    let rest = placement.before + "¤" + placement.after
                    #expect(withoutPlaceholders(after[1]) == rest, "\(comment)")
                    #expect(after[0] == "quiet" && after[2] == "quiet")
                    expectGone(secret, from: after[1], comment)
                    #expect(sightings.map(\.kind) == [sample.kind], "\(comment)")
                    #expect(sightings.map(\.length) == [secret.utf8.count], "\(comment)")
                    #expect(sightings.map(\.offset) == [placement.before.utf8.count])
                }
            }
        }
    }

    @Test(arguments: [41, 42] as [UInt64])
    func webTokensAreFoundBehindAnyTerminator(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var scanner = try #require(makeScanner())
        let surroundings = [
            ("", ""), ("x=", "&y"), ("LOGOUT clientId=", ", userId=null"), ("[", "]"),
            ("<a>", "</a>"),
            ("%3D", "%26"), (#"\""#, #"\""#), ("é", "é"), ("next:", "\n"), ("(", ")."), ("|", "|"),
        ]
        for (before, after) in surroundings {
            for isEncoded in [false, true] {
                let token = random.webToken()
                let shown = isEncoded ? token.replacing(".", with: "%2E") : token
                var scanned = batch([before + shown + after])
                let sightings = scanner.scan(&scanned)
                #expect(withoutPlaceholders(texts(scanned)[0]) == before + "¤" + after)
                #expect(sightings.map(\.kind) == [.jwt], "seed \(seed) \(before)")
                let claims = try #require(sightings.first?.claims)
                #expect(claims.issuer == "https://as.example/realms/r")
                #expect(claims.expires == 1_790_000_000)
                #expect(claims.algorithm == "RS256")
                #expect(claims.tokenID != nil)
            }
        }
    }

    @Test func tokensOfEntraAreKnownByTheClaimThatItsLogsHave() throws {
        var random = SeededGenerator(seed: 7)
        var scanner = try #require(makeScanner())
        let id = "c874WMifAk-OqBkIlk-ELg"
        let token =
            base64URL(#"{"alg":"RS256","typ":"JWT"}"#) + "."
            + base64URL(#"{"exp":1790000000,"iss":"i","uti":"\#(id)"}"#) + "."
            + random.text(86, Alphabet.base64URL)
        var scanned = batch(["x=" + token])
        let found = try #require(scanner.scan(&scanned).first?.claims?.tokenID)
        #expect(found == Array(id.utf8).withUnsafeBytes { ID128.pack($0)?.id })
    }

    @Test func fiveSegmentsAreOneEncryptedToken() throws {
        var random = SeededGenerator(seed: 5)
        var scanner = try #require(makeScanner())
        let header = base64URL(#"{"alg":"dir","enc":"A256GCM"}"#)
        let token =
            header + ".." + random.opaque(16) + "." + random.opaque(80) + "." + random.opaque(22)
        var scanned = batch(["a \(token) b"])
        #expect(scanner.scan(&scanned).map(\.length) == [token.utf8.count])
        #expect(withoutPlaceholders(texts(scanned)[0]) == "a ¤ b")
    }

    @Test func schemesCarryCredentials() throws {
        var random = SeededGenerator(seed: 6)
        var scanner = try #require(makeScanner())
        let basic = base64("my-client:\(random.opaque(30))")
        let opaque = random.opaque(40)
        let binary = base64("my-client:\u{1}\u{2}\u{3}\(random.opaque(24))")
        let cases: [(String, TokenKind, String)] = [
            ("Authorization: Bearer \(opaque)", .bearer, "Authorization: Bearer ¤"),
            (
                "{\"authorization\":\"bearer \(opaque)\"}", .bearer,
                "{\"authorization\":\"bearer ¤\"}"
            ),
            ("authorization=DPoP%20\(opaque)&", .dpop, "authorization=DPoP%20¤&"),
            ("-H 'Authorization: Basic \(basic)==' x", .basic, "-H 'Authorization: Basic ¤' x"),
            (
                "Authorization: Basic \(binary)", .basic, "Authorization: Basic ¤"
            ),
            (
                "grant_type=authorization_code&code=\(opaque)", .authorizationCode,
                "grant_type=authorization_code&code=¤"
            ),
            ("authorization: \(opaque)", .bearer, "authorization: ¤"),
            ("Authorization: Token \(opaque)", .bearer, "Authorization: Token ¤"),
            ("Authorization: Bearer \(random.uuid()).", .bearer, "Authorization: Bearer ¤."),
            (
                "<refresh_token>\(opaque)</refresh_token>", .refreshToken,
                "<refresh_token>¤</refresh_token>"
            ),
        ]
        for (record, kind, expected) in cases {
            var scanned = batch([record])
            #expect(scanner.scan(&scanned).map(\.kind) == [kind], "\(record)")
            #expect(texts(scanned).map(withoutPlaceholders) == [expected])
        }
    }

    @Test func cookiesThatGrantSessionsAreReplaced() throws {
        var random = SeededGenerator(seed: 7)
        var scanner = try #require(makeScanner())
        let (first, second) = (random.opaque(32), random.uuid())
        var scanned = batch([
            "Cookie: theme=dark; SID=\(first); other=\(second); KEYCLOAK_SESSION=a/\(second)",
            "{\"set-cookie\":[\"SID=\(first); Path=/; HttpOnly\"]}",
            "{\"set-cookie\":\"SID=\\\"\(first)\\\"; Path=/\"}",
        ])
        #expect(scanner.scan(&scanned).count == 4)
        let after = texts(scanned).map(withoutPlaceholders)
        #expect(after[0] == "Cookie: theme=dark; SID=¤; other=¤; KEYCLOAK_SESSION=a/¤")
        #expect(after[1] == "{\"set-cookie\":[\"SID=¤; Path=/; HttpOnly\"]}")
        #expect(after[2] == "{\"set-cookie\":\"SID=\\\"¤\\\"; Path=/\"}")
    }

    @Test(arguments: [51, 52] as [UInt64])
    func recurrencesGoInAnyEncodingWithoutContext(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var scanner = try #require(makeScanner())
        for round in 0..<50 {
            let secret = random.opaque(20) + "/" + random.opaque(20) + "=="
            let escaped = secret.replacing("/", with: "\\/").replacing("=", with: "\\u003d")
            let cut = String(secret.prefix(Int.random(in: 12..<secret.count, using: &random)))
            let record =
                "user \(secret) a=\(percentEncoded(secret)) access_token=\(secret) "
                + "\(escaped)\(secret) cut \(cut)"
            var scanned = batch([record])
            let sightings = scanner.scan(&scanned)
            #expect(sightings.count == 1)
            let after = texts(scanned)[0]
            #expect(
                withoutPlaceholders(after) == "user ¤ a=¤ access_token=¤ ¤¤ cut ¤",
                "seed \(seed) round \(round): \(record)")
            expectGone(secret, from: after, "seed \(seed) round \(round)")
        }
    }

    @Test func piecesOfAWebTokenGoToo() throws {
        var random = SeededGenerator(seed: 9)
        var scanner = try #require(makeScanner())
        let token = random.webToken()
        let segments = token.split(separator: ".")
        var scanned = batch(["sig \(segments[2].suffix(20)) all \(token) body \(segments[1])!"])
        #expect(scanner.scan(&scanned).count == 1)
        let after = texts(scanned)[0]
        #expect(withoutPlaceholders(after) == "sig ¤ all ¤ body ¤!")
        expectGone(token, from: after, "pieces")
    }

    @Test func passwordsOfAnyCharactersGoWhole() throws {
        var scanner = try #require(makeScanner())
        var scanned = batch([
            #"{"password":"p \"q\" \\","z":"p \"q\" \\"}"#,
            #"{"m":"{\"password\":\"a b,c \\\"d\\\" é\",\"z\":1}"}"#,
            "password=hunter2!,x hunter2!",
        ])
        #expect(scanner.scan(&scanned).count == 2)
        let after = texts(scanned).map(withoutPlaceholders)
        #expect(after[1] == #"{"m":"{\"password\":\"¤\",\"z\":1}"}"#)
        #expect(after[2] == "password=¤,x ¤")
    }

    @Test func theIdsInsideAKeycloakCodeStay() throws {
        var random = SeededGenerator(seed: 8)
        var scanner = try #require(makeScanner())
        let (secret, session, client) = (random.uuid(), random.opaque(24), random.uuid())
        var scanned = batch([
            "code=\(secret).\(session).\(client) code_id=\(session) c=\(client) s=\(secret)"
        ])
        _ = scanner.scan(&scanned)
        #expect(
            withoutPlaceholders(texts(scanned)[0]) == "code=¤ code_id=\(session) c=\(client) s=¤")
    }

    @Test func changedRecordsKeepTheDigestOfTheirOriginal() throws {
        var scanner = try #require(makeScanner())
        let before = batch(["a", "access_token=aB3dE5gH7jK9mN1p", "b"])
        var after = before
        let sightings = scanner.scan(&after)
        #expect(after.originalDigests.keys.sorted() == [1])
        for index in 0..<3 { #expect(after.digest(of: index) == before.digest(of: index)) }
        #expect(after.records.map(\.at) == before.records.map(\.at))
        let placeholder = try #require(sightings.first).fingerprint.hex
        #expect(texts(after)[1] == "access_token=«at:fp=\(placeholder),len=16»")
        #expect(after.bytes.suffix(RecordBatch.tailPadding).allSatisfy { $0 == 0 })
        var again = after
        #expect(scanner.scan(&again).isEmpty)
        #expect(again.bytes == after.bytes)
    }
}
