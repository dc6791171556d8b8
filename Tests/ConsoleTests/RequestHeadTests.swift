import TestSupport
import Testing

@testable import Console

@Suite("Requests are read")
struct RequestHeadTests {
    static func read(_ text: String) -> RequestHead.Outcome { RequestHead.read(Array(text.utf8)) }

    static func request(_ text: String) -> ConsoleRequest? {
        guard case .complete(let head) = read(text) else { return nil }
        return head.request
    }

    static func status(_ text: String) -> Int? {
        guard case .refused(let status, _) = read(text) else { return nil }
        return status
    }

    @Test("Path, query and what is accepted are taken from a request")
    func parts() {
        let text = "GET /readyz?verbose&a=b HTTP/1.1\r\nhOst: x\r\n"
            + "Accept: \t a \r\naccept:b\r\n\r\n"
        let request = Self.request(text)
        #expect(request == ConsoleRequest(path: "/readyz", query: "verbose&a=b", accept: "a,b"))
        #expect(request?.asks(for: "verbose") == true)
        #expect(request?.asks(for: "a") == true)
        #expect(request?.asks(for: "verb") == false)
        #expect(Self.request("GET / HTTP/1.0\n\n") == ConsoleRequest(path: "/"))
        let absolute = "GET http://proxy:80/metrics?x HTTP/1.1\r\nHost: proxy\r\n\r\n"
        #expect(Self.request(absolute) == ConsoleRequest(path: "/metrics", query: "x"))
        let bare = "GET http://proxy HTTP/1.1\r\nHost: proxy\r\n\r\n"
        #expect(Self.request(bare) == ConsoleRequest(path: "/"))
    }

    @Test(
        "What is no request is refused, and why",
        arguments: [
            ("GET\r\n\r\n", 400), ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            ("GET / http/1.1\r\nHost: x\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
            ("GET metrics HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
            ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ])
    func refusals(text: String, status: Int) { #expect(Self.status(text) == status) }

    @Test("Every beginning of a request is incomplete, and what follows it changes nothing")
    func pieces() {
        let text = "HEAD /a?b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n"
        for count in 0..<text.utf8.count {
            #expect(RequestHead.read(Array(text.utf8.prefix(count))) == .incomplete)
        }
        let whole = Self.read(text)
        #expect(whole != .incomplete)
        #expect(Self.read("\r\n" + text + "GET /other HTTP/1.1\r\n\r\n") == whole)
    }

    @Test("Bytes at random give a request, a refusal or nothing, and never trap")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let words = [
            "GET", " ", "/", "\r\n", "\n", "HTTP/1.1", "Host: x", ":", "\0", "http://", "?",
        ]
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                if Bool.random(using: &random) {
                    bytes += (words.randomElement(using: &random) ?? "").utf8
                } else {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                }
            }
            if case .complete(let head) = RequestHead.read(bytes) {
                #expect(head.request.path.hasPrefix("/"), "seed \(seed)")
            }
        }
    }

    @Test("Dates are those of RFC 9110")
    func dates() {
        #expect(AnswerText.date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(AnswerText.date(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(AnswerText.date(1_709_164_800) == "Thu, 29 Feb 2024 00:00:00 GMT")
        #expect(AnswerText.date(4_107_542_399) == "Sun, 28 Feb 2100 23:59:59 GMT")
    }
}
