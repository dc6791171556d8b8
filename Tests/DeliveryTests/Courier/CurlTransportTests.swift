import Foundation
import Testing

@testable import Delivery

@Suite("Messages over libcurl")
struct CurlTransportTests {
    static let secret = "a raw secret of 24 bytes"

    private func request(
        _ url: String, timeout: Int64 = 5_000_000_000, allowPrivate: Bool = true,
        body: [UInt8] = Array(#"{"a":1}"#.utf8)
    ) throws -> HookRequest {
        let settings = try HookSettings(
            pace: HookPace(name: "soc", timeout: timeout), url: url,
            secrets: [WebhookSecret(Array(Self.secret.utf8))], allowPrivate: allowPrivate,
            allowHTTP: true)
        let rendered = RenderedBody(
            headers: [("content-type", "application/json"), ("x-empty", "")], bytes: body)
        return try #require(
            HookRequest(
                settings, messageID: "ab.1", rendered: rendered,
                time: CourierEnvironment.system.wall(), version: "9.9"))
    }

    private func transport() -> CurlTransport {
        CurlTransport(wall: CourierEnvironment.system.wall)
    }

    private func answer(_ response: TinyServer.Response) throws -> HookAnswer? {
        let server = try TinyServer { _ in response }
        defer { server.stop() }
        return transport().send(try request(server.url), AbandonFlag())
    }

    @Test("A message arrives with its headers, byte for byte, and its signature verifies")
    func arrives() throws {
        let server = try TinyServer { _ in .status(204) }
        defer { server.stop() }
        var body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        body[0] = 0
        let answer = transport().send(try request(server.url, body: body), AbandonFlag())
        #expect(answer == HookAnswer(status: 204))
        let got = try #require(server.requests.first)
        #expect(got.line == "POST /hook?key=hidden HTTP/1.1")
        #expect(got.body == body)
        #expect(got.headers["content-type"] == "application/json")
        #expect(got.headers["user-agent"] == "grantrail/9.9")
        #expect(got.headers["x-empty"] == "" && got.headers["expect"] == nil)
        try WebhookSignature.verify(
            id: try #require(got.headers["webhook-id"]),
            timestamp: try #require(got.headers["webhook-timestamp"]),
            signatures: try #require(got.headers["webhook-signature"]), body: got.body,
            secrets: [WebhookSecret(Array(Self.secret.utf8))],
            now: CourierEnvironment.system.wall() / 1_000_000_000)
    }

    @Test("An empty body is sent as one")
    func empty() throws {
        let server = try TinyServer { _ in .status(200) }
        defer { server.stop() }
        let answer = transport().send(try request(server.url, body: []), AbandonFlag())
        #expect(answer?.status == 200 && server.requests.first?.headers["content-length"] == "0")
    }

    @Test("Redirects are answers and are not followed", arguments: [301, 302, 303, 307, 308])
    func redirects(_ status: Int) throws {
        let other = try TinyServer { _ in .status(200) }
        defer { other.stop() }
        #expect(try answer(.status(status, ["location": other.url])) == HookAnswer(status: status))
        #expect(other.connections == 0)
    }

    @Test("Statuses come as they are", arguments: [200, 202, 299, 400, 401, 404, 410, 500, 503])
    func statuses(_ status: Int) throws {
        #expect(try answer(.status(status, body: "words")) == HookAnswer(status: status))
    }

    @Test("Retry-After comes as seconds or as a date")
    func retryAfter() throws {
        let seconds = try answer(.status(429, ["Retry-After": "7"]))
        #expect(seconds == HookAnswer(status: 429, retryAfter: 7_000_000_000))
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let date = formatter.string(from: Date(timeIntervalSinceNow: 120))
        let dated = try #require(try answer(.status(503, ["RETRY-AFTER": date]))?.retryAfter)
        #expect((100...121).contains(dated / 1_000_000_000))
    }

    @Test("The forms of Retry-After")
    func retryAfterForms() {
        let now: Int64 = 784_111_700 * 1_000_000_000
        func wait(_ text: String) -> Int64? {
            RetryAfter.wait(text, now: now).map { $0 / 1_000_000_000 }
        }
        #expect(wait("0") == 0 && wait(" 120 \r\n") == 120)
        #expect(wait("Sun, 06 Nov 1994 08:49:37 GMT") == 77)
        #expect(wait("Sunday, 06-Nov-94 08:49:37 GMT") == 77)
        #expect(wait("Sun Nov  6 08:49:37 1994") == 77)
        #expect(wait("Sat, 05 Nov 1994 08:49:37 GMT") == 0)
        #expect(wait("99999999999999999999999") == Int64.max / 1_000_000_000)
        for text in ["", "-5", "1.5", "soon", "12x", String(repeating: "1", count: 65)] {
            #expect(wait(text) == nil, "\(text)")
        }
    }

    @Test("A receiver that hangs is left after the time")
    func hang() throws {
        let server = try TinyServer { _ in .hang(4) }
        defer { server.stop() }
        let start = Date()
        let answer = transport().send(
            try request(server.url, timeout: 1_000_000_000), AbandonFlag())
        #expect(answer == HookAnswer(reason: "no answer within 1000 ms"))
        #expect(Date().timeIntervalSince(start) < 3)
    }

    @Test("A connection that is reset, refused or speaks something else is an error with a reason")
    func broken() throws {
        for response in [.reset, .raw(""), .raw("220 smtp\r\n"), .raw("HTTP/1.1 2")]
            as [TinyServer.Response]
        {
            let answer = try #require(try self.answer(response))
            #expect(answer.status == nil && !answer.reason.isEmpty, "\(response)")
            #expect(!answer.reason.contains("hidden"))
        }
        let server = try TinyServer { _ in .status(200) }
        let url = server.url
        server.stop()
        Thread.sleep(forTimeInterval: 0.2)
        let answer = transport().send(try request(url), AbandonFlag())
        #expect(answer == HookAnswer(reason: "cannot connect: Connection refused"))
    }

    @Test("The status counts, even if the rest of the answer is endless or never comes")
    func endless() throws {
        let body = String(repeating: "x", count: 1 << 20)
        #expect(try answer(.status(200, body: body)) == HookAnswer(status: 200))
        let cut = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Ok\r\ncontent-length: 9\r\n\r\nab"
        #expect(try answer(.raw(cut)) == HookAnswer(status: 201))
        let headers = "HTTP/1.1 200 Ok\r\n" + String(repeating: "x-a: b\r\n", count: 20_000)
        #expect(try answer(.raw(headers + "\r\n"))?.status == nil)
    }

    @Test(
        "Private addresses are refused before anything is sent, by address or by name",
        arguments: [
            "127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]",
        ])
    func refused(_ host: String) throws {
        let server = try TinyServer { _ in .status(200) }
        defer { server.stop() }
        let answer = transport().send(
            try request("http://\(host):\(server.port)/", allowPrivate: false), AbandonFlag())
        #expect(answer?.status == nil)
        #expect(answer?.reason.contains("is a loopback address, which needs allow_private") == true)
        #expect(server.connections == 0)
    }

    @Test("A connection that was allowed is not lent to a hook that may not have it")
    func notLent() throws {
        let server = try TinyServer { _ in .status(200) }
        defer { server.stop() }
        let transport = transport()
        for _ in 0..<3 {
            #expect(transport.send(try request(server.url), AbandonFlag())?.status == 200)
        }
        #expect(server.connections == 1, "connections are kept")
        let other = transport.send(try request(server.url, allowPrivate: false), AbandonFlag())
        #expect(other?.status == nil && server.requests.count == 3)
    }

    @Test("Plain HTTP behind https is a failure of TLS, nothing is sent in clear")
    func tls() throws {
        let server = try TinyServer { _ in .status(200) }
        defer { server.stop() }
        let url = "https://127.0.0.1:\(server.port)/"
        let answer = transport().send(
            try request(url, timeout: 2_000_000_000), AbandonFlag())
        #expect(answer?.status == nil && server.requests.isEmpty)
    }

    @Test("What runs can be broken off")
    func abandoned() throws {
        let server = try TinyServer { _ in .hang(6) }
        defer { server.stop() }
        let flag = AbandonFlag()
        let thread = Thread {
            Thread.sleep(forTimeInterval: 0.3)
            flag.raise()
        }
        thread.start()
        let start = Date()
        #expect(transport().send(try request(server.url), flag) == nil)
        #expect(Date().timeIntervalSince(start) < 4)
    }
}
