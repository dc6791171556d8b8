import Console
import Foundation
import TestSupport
import Testing

/// Servers at real sockets.
@Suite("Pages are served", .serialized)
struct ConsoleServerTests {
    static func server(
        port: Int = 0, _ change: (inout ConsoleLimits) -> Void = { _ in }
    ) throws -> ConsoleServer {
        var limits = ConsoleLimits()
        change(&limits)
        let server = ConsoleServer(
            host: "127.0.0.1", port: port,
            routes: [
                "/a": { request in .text("accepts \(request.accept ?? "all")\n") },
                "/well": { _ in .text("no\n", status: 503) },
                "/large": { _ in
                    ConsoleAnswer(
                        contentType: "text/plain", body: [UInt8](repeating: 0x61, count: 8 << 20))
                },
            ], limits: limits)
        try server.start()
        return server
    }

    @Test("A page is answered with its length and type, and the connection ends")
    func pages() throws {
        let server = try Self.server()
        defer { server.stop() }
        let port = try #require(server.port)
        let page = try #require(WebProbe.ask("/a?x", port: port, headers: ["Accept: text/*"]))
        #expect(page.status == 200 && page.body == "accepts text/*\n")
        #expect(page.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(page.headers["content-length"] == String(page.body.utf8.count))
        #expect(page.headers["connection"] == "close")
        #expect(page.headers["cache-control"] == "no-store")
        let well = try #require(WebProbe.ask("/well", port: port))
        #expect(well.status == 503 && well.body == "no\n")
        let large = try #require(WebProbe.ask("/large", port: port))
        #expect(large.body.utf8.count == 8 << 20)
    }

    @Test("HEAD gets the headers of GET and nothing else")
    func head() throws {
        let server = try Self.server()
        defer { server.stop() }
        let port = try #require(server.port)
        let page = try #require(WebProbe.ask("/large", port: port, method: "HEAD"))
        #expect(page.status == 200 && page.body.isEmpty)
        #expect(page.headers["content-length"] == String(8 << 20))
    }

    @Test("Other pages are 404, other methods 405, also with a body on its way")
    func unknown() throws {
        let server = try Self.server()
        defer { server.stop() }
        let port = try #require(server.port)
        for path in ["/", "/a/", "/A", "/%61", "//a", "/../etc/passwd"] {
            #expect(WebProbe.ask(path, port: port)?.status == 404, "\(path)")
        }
        for _ in 0..<20 {
            let probe = try #require(WebProbe(port: port))
            let head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
            probe.send(head.utf8)
            probe.send([UInt8](repeating: 0x62, count: 100_000))
            let reply = try #require(WebReply(probe.hear()))
            #expect(reply.status == 405 && reply.headers["allow"] == "GET, HEAD")
        }
    }

    @Test("A request that does not end is refused at its bound, and takes no memory")
    func oversized() throws {
        let server = try Self.server()
        defer { server.stop() }
        let port = try #require(server.port)
        let probe = try #require(WebProbe(port: port))
        let line = "GET /a HTTP/1.1\r\nHost: x\r\nCookie: " + String(repeating: "c", count: 9000)
        probe.send(line.utf8)
        #expect(WebReply(probe.hear())?.status == 431)
        let endless = try #require(WebProbe(port: port))
        var sent = 0
        let piece = [UInt8](repeating: 0x61, count: 64 << 10)
        while sent < 64 << 20, endless.send(piece) { sent += piece.count }
        #expect(sent < 64 << 20, "a request of any length was taken")
    }

    @Test("A client that says nothing is let go, and keeps nobody waiting")
    func slow() throws {
        let server = try Self.server { $0.readMilliseconds = 1500 }
        defer { server.stop() }
        let port = try #require(server.port)
        let slow = try #require(WebProbe(port: port))
        slow.send("GET /a HT".utf8)
        let start = Date()
        #expect(WebProbe.ask("/a", port: port)?.status == 200)
        #expect(Date().timeIntervalSince(start) < 1)
        #expect(WebReply(slow.hear())?.status == 408)
    }

    @Test("A request that drips in is understood while it is in time, and no longer")
    func drips() throws {
        let server = try Self.server { $0.readMilliseconds = 600 }
        defer { server.stop() }
        let port = try #require(server.port)
        let inTime = try #require(WebProbe(port: port))
        for byte in "GET /a HTTP/1.1\r\nHost: x\r\n\r\n".utf8 {
            inTime.send([byte])
            usleep(2000)
        }
        #expect(WebReply(inTime.hear())?.status == 200)
        let tooLate = try #require(WebProbe(port: port))
        for _ in 0..<40 {
            guard tooLate.send("a".utf8) else { break }
            usleep(30_000)
        }
        #expect([408, nil].contains(WebReply(tooLate.hear())?.status))
    }

    @Test("A client that does not take its answer is let go")
    func stuck() throws {
        let server = try Self.server {
            $0.connections = 1
            $0.writeMilliseconds = 300
        }
        defer { server.stop() }
        let port = try #require(server.port)
        let stuck = try #require(WebProbe(port: port))
        stuck.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        usleep(100_000)
        #expect(WebProbe.ask("/a", port: port)?.status == 503, "there is room for one only")
        var status: Int?
        for _ in 0..<50 where status != 200 {
            usleep(100_000)
            status = WebProbe.ask("/a", port: port)?.status
        }
        #expect(status == 200)
        #expect(stuck.hear().count < 8 << 20)
    }

    @Test("Many clients at once are all answered")
    func many() async throws {
        let server = try Self.server { $0.connections = 64 }
        defer { server.stop() }
        let port = try #require(server.port)
        let answered = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<50).count { _ in WebProbe.ask("/a", port: port)?.status == 200 }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(answered == 200)
    }

    @Test("A port that is taken, or an address of elsewhere, is said with the setting's name")
    func refusals() throws {
        let server = try Self.server()
        defer { server.stop() }
        let port = try #require(server.port)
        func failure(_ host: String, _ port: Int) -> ConsoleError? {
            let other = ConsoleServer(host: host, port: port, routes: [:])
            do throws(ConsoleError) {
                try other.start()
                other.stop()
                return nil
            } catch {
                return error
            }
        }
        let taken = try #require(failure("127.0.0.1", port))
        #expect(taken.code == .portTaken && taken.exitStatus == 78)
        #expect(taken.message.contains("127.0.0.1:\(port)"))
        #expect(taken.message.contains("http.listen"))
        #expect(failure("192.0.2.1", 0)?.code == .address)
        #expect(failure("no such host", 0)?.code == .address)
    }

    @Test("Stopped, it lets its port go")
    func stops() throws {
        let server = try Self.server()
        let port = try #require(server.port)
        #expect(WebProbe.ask("/a", port: port)?.status == 200)
        server.stop()
        server.stop()
        #expect(WebProbe(port: port) == nil)
        let next = try Self.server(port: port)
        #expect(WebProbe.ask("/a", port: port)?.status == 200)
        next.stop()
    }
}
