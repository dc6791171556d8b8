import AuditModel
import TestSupport
import Testing

@testable import TokenScan

/// Lines of all sorts of programs, with random ids and without any secret.
enum BenignLines {
    static func make(_ random: inout SeededGenerator) -> [String] {
        let hexadecimal = Alphabet.hexadecimal
        let (sha, md5) = (random.text(64, hexadecimal), random.text(32, hexadecimal))
        let (uuid, span) = (random.uuid(), random.text(16, hexadecimal))
        let (number, long) = (random.text(12, "0123456789"), random.text(20, "0123456789"))
        let base = random.opaque(43)
        let host = "node-\(random.text(5, hexadecimal))"
        return web(uuid, sha, md5, span, number, base) + identity(uuid, sha, base, number, long)
            + system(uuid, sha, md5, number, host, base)
    }

    private static func web(
        _ uuid: String, _ sha: String, _ md5: String, _ span: String, _ number: String,
        _ base: String
    ) -> [String] {
        [
            "GET /a/\(uuid)?page=2&q=token+ring HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0 (X11)\"",
            "GET /v1.M/x?v1.2 HTTP/1.1", "POST /oauth2/token HTTP/1.1 200 1//1 0.012",
            "etag: \"\(sha)\"", "If-None-Match: W/\"\(md5)\"", "ETag=\"\(base)\"",
            "traceparent: 00-\(md5)-\(span)-01", "X-Request-Id: \(uuid)", "request_id=\(md5)",
            "b3: \(md5)-\(span)-1", "x-amzn-trace-id: Root=1-67891233-\(span)12345678",
            "{\"trace_id\":\"\(md5)\",\"span_id\":\"\(span)\",\"code\":200,\"error_code\":\"7\"}",
            "state=\(base)&session_state=\(uuid)", "nonce=\(base)", "code_challenge=\(base)",
            "location: https://app.example/cb?error=access_denied&state=\(base)",
            "Set-Cookie: theme=dark; lang=en; Path=/; Max-Age=3600",
            "content-security-policy: script-src 'sha256-\(base)='",
            "integrity=\"sha384-\(base)\(base.prefix(21))\"", "csp-nonce: \(base)",
            "GET /search?code=SUMMER2026SALECODE44 HTTP/1.1", "zip_code=12345-6789",
            "?country_code=DEUTSCHLAND-UND-SO&x", "error_code=ERR_SSL_PROTOCOL_ERROR_12345",
            "WWW-Authenticate: Bearer realm=\"r\", error=\"invalid_token\"", "Age: \(number)",
            "WWW-Authenticate: Basic realm=\"Restricted area 51 for staff\"",
            "Authorization: [FILTERED]", "authorization: ***", "cookie: [REDACTED]",
        ]
    }

    private static func identity(
        _ uuid: String, _ sha: String, _ base: String, _ number: String, _ long: String
    ) -> [String] {
        [
            "jti=\(uuid)", "token_id=\(uuid)", "\"token_id\":\"onrtac:\(uuid)\"",
            "refresh_token_id=\(uuid)", "updated_refresh_token_id=\(uuid)", "key_hash=\(base)",
            "token_sha256=\(sha)", "\"access_token_hash\":\"\(base)\"", "at_hash=\(base)",
            "refresh_token_hash=\(sha)", "kid=\(base)", "jkt=\(base)", "x5t#S256=\(base)",
            "client_id=\(base)", "sid=\(uuid)", "code_id=\(uuid)", "session_id=\(uuid)",
            "token_type=Bearer", "token_endpoint_auth_method=client_secret_basic",
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type=urn:ietf:params:oauth:token-type:access_token",
            "access_token_lifespan=300", "refresh_token_expires_in=\(number)",
            "expires_in=\(long)", "token count=\(long)", "tokens used: \(long)",
            "the token 1234 was refused; password reset for anna; code review of op code",
            "password_policy=length(8)andspecialChars(1)", "password: incorrect for user anna",
            "password=null", "client_secret=null", "\"secret\":false", "\"password\":\"\"",
            "client_secret=********", "access_token=<hidden>", "refresh_token=REDACTED-BY-POLICY",
            "access_token=«at:fp=00112233445566778899aabbccddeeff,len=843»", "id_token=true",
            "secretName=tls-certificate-of-the-shop", "secret/db-credentials mounted",
        ]
    }

    private static func system(
        _ uuid: String, _ sha: String, _ md5: String, _ number: String, _ host: String,
        _ base: String
    ) -> [String] {
        [
            "2026-01-02T10:11:12.123Z INFO [\(host)] started in \(number) ms",
            "Jan  2 10:11:12 \(host) sshd[\(number)]: Accepted publickey for anna",
            "SHA256:\(base)", "sha256:\(sha)", "commit \(sha.prefix(40))", "image@sha256:\(sha)",
            "digest: sha512-\(base)\(base)==", "MD5 (a.iso) = \(md5)", "uuid=\(uuid)",
            "pod shop-7d9c5b\(sha.prefix(4))-x2x9v on \(host)", "ino=\(number) dev=8:1",
            "at java.base/java.util.concurrent.ThreadPoolExecutor$Worker.run(Unknown Source)",
            "   at Token.Parser.ParseAsync(String text) in /src/Token.cs:line 71",
            "SELECT * FROM token WHERE id = '\(uuid)' AND code = 'open'",
            "{\"kind\":\"Secret\",\"name\":\"token-\(sha.prefix(5))\",\"uid\":\"\(uuid)\"}",
            "goroutine \(number) [running]: main.(*tokenSource).Token(0xc000\(sha.prefix(6)))",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAA\(base)",
            "-----BEGIN CERTIFICATE-----", "MIID\(base)\(base)\(base)", "eyJ", "ey", "e",
            "\(base)\(base)\(base)", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\(base) anna@\(host)",
            "npm http fetch GET 200 https://registry.example/ghost 35ms", "highlight gloss glow",
            "xox", "fdGreat ZXl leU X3Runner V5Start 90bit", "/dev/sdb_p1 y_axis k_local",
        ]
    }
}

@Suite struct BenignShapeTests {
    @Test(arguments: [71, 72, 73] as [UInt64])
    func benignLinesStay(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var scanner = try #require(makeScanner())
        var count = 0
        for round in 0..<150 {
            let lines = BenignLines.make(&random)
            let escaped = lines.map { $0.replacing("\"", with: "\\\"") }
            let shapes = lines + escaped.map { "{\"message\":\"\($0)\"}" }
            var scanned = batch(shapes)
            for sighting in scanner.scan(&scanned) {
                let line = shapes[sighting.record]
                Issue.record("seed \(seed) round \(round): \(sighting.kind) in: \(line)")
            }
            count += shapes.count
        }
        #expect(count > 25_000)
    }
}
