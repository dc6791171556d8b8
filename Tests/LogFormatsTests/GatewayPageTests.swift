import AuditModel
import Foundation
import LogFormats
import Testing

/// The formats that docs/connect/gateways.md recommends, filled in as the servers would.
@Suite("Log formats as documented")
struct GatewayPageTests {
    private func page() throws -> String {
        try String(
            contentsOf: GoldenTests.corpora.deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "docs/connect/gateways.md"), encoding: .utf8)
    }

    /// The text in single quotes of a `log_format`, its variables replaced.
    private func line(_ format: String, _ values: [String: String]) throws -> String {
        let page = try page()
        let start = try #require(page.range(of: "log_format \(format) "))
        let end = try #require(page[start.upperBound...].range(of: ";\n"))
        let definition = page[start.upperBound..<end.lowerBound]
        var text = definition.matches(of: /'([^']*)'/).map { String($0.1) }.joined()
        // Longer names first: one may begin with another.
        for name in values.keys.sorted(by: { $0.count > $1.count }) {
            text = text.replacing("$" + name, with: values[name] ?? "")
        }
        #expect(!text.contains("$"), "\(text)")
        return text
    }

    private func values(challenge: String, status: String) -> [String: String] {
        [
            "msec": "1772446530.123", "remote_addr": "198.51.100.23", "http_x_forwarded_for": "",
            "request_id": "5f1c", "request_method": "GET", "host": "api", "uri": "/v1",
            "status": status, "sent_http_www_authenticate": challenge, "http_user_agent": "UA",
            "token_iss": "https://sso", "token_sub": "anna", "token_client": "spa",
            "token_sid": "s-1", "token_jti": "j-1", "token_sha256": "",
            "remote_user": "-", "time_local": "02/Mar/2026:10:15:30 +0000",
            "request": "GET /v1 HTTP/1.1", "body_bytes_sent": "5", "http_referer": "-",
        ]
    }

    @Test("nginx's own format tells the use of a token")
    func nginxUse() throws {
        let line = try line("grantrail", values(challenge: "", status: "200"))
        let decoded = decode([Array(line.utf8)], NginxFormat())
        #expect(decoded.batch.kind == [.tokenUsed])
        #expect(decoded.text(.issuer) == "https://sso")
        #expect(decoded.text(.subject) == "anna")
        #expect(decoded.text(.client) == "spa")
        #expect(decoded.batch.text(.session, row: 0) == "s-1")
        #expect(decoded.batch.text(.presented, row: 0) == "j-1")
        #expect(decoded.lines[0].contains(#""time":"2026-03-02T10:15:30.123Z""#))
        #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == "nginx")
    }

    @Test("both formats of nginx tell why a token was refused")
    func nginxRefusal() throws {
        let challenge = #"Bearer error=Qinvalid_tokenQ, error_description=QThe token expiredQ"#
        for (format, quote) in [("grantrail", "\\\""), ("combined_grantrail", "\\x22")] {
            let words = challenge.replacing("Q", with: quote)
            let line = try line(format, values(challenge: words, status: "401"))
            let decoded = decode([Array(line.utf8)], NginxFormat())
            #expect(decoded.batch.kind == [.tokenValidationFailed], "\(line)")
            #expect(decoded.batch.reason == [.expired])
            #expect(decoded.batch.text(.presented, row: 0) == "j-1")
            #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == "nginx")
        }
    }

    @Test("Envoy's format tells the use of a token")
    func envoy() throws {
        let page = try page()
        let start = try #require(page.range(of: "json_format:\n"))
        let block = page[start.upperBound...].prefix { $0 != "`" }
        let values = [
            "start_time": "2026-03-02T10:15:30.123Z", "downstream_remote_address": "198.51.100.23",
            "response_code": "200", "response_code_details": "via_upstream", "sub": "anna",
            "client_id": "spa", "jti": "j-1", "iss": "https://sso", "sid": "s-1",
        ]
        let names = block.matches(of: /\n? +([a-z_]+): "%/).map { String($0.1) }
        #expect(Set(values.keys).isSubset(of: names))
        let members = names.map { name in
            name == "response_code"
                ? #""response_code":200"# : #""\#(name)":"\#(values[name] ?? "-")""#
        }
        let line = "{" + members.joined(separator: ",") + "}"
        let decoded = decode([Array(line.utf8)], EnvoyFormat())
        #expect(decoded.batch.kind == [.tokenUsed])
        #expect(decoded.text(.subject) == "anna")
        #expect(decoded.text(.client) == "spa")
        #expect(decoded.batch.text(.presented, row: 0) == "j-1")
        #expect(decoded.batch[0].ip.text == "198.51.100.23")
        #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == "envoy")
    }

    @Test("the resource server's record tells why a token was refused")
    func resourceServer() throws {
        let page = try page()
        let start = try #require(page.range(of: "```json\n"))
        let end = try #require(page[start.upperBound...].range(of: "```"))
        let record = page[start.upperBound..<end.lowerBound].replacing("\n", with: " ")
        let decoded = decode([Array(record.utf8)], ResourceServerFormat())
        #expect(decoded.batch.kind == [.tokenValidationFailed])
        #expect(decoded.batch.reason == [.expired])
        #expect(decoded.batch.text(.presented, row: 0) == "b9a1")
        #expect(
            FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == "resource-server")
    }
}
