import Foundation

/// A client of a server on this machine, for tests: says what it is told and hears everything.
public final class WebProbe {
    private let descriptor: Int32

    /// Connects to a port of 127.0.0.1; nil when nobody listens.
    public init?(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var time = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        if Self.withLoopback(port, { connect(descriptor, $0, $1) }) != 0 {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// Sends bytes; false when the server takes no more.
    @discardableResult
    public func send(_ text: some Sequence<UInt8>) -> Bool {
        let bytes = Array(text)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// Everything until the server ends the connection, or says nothing for ten seconds.
    public func hear() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count <= 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    /// Asks for a page.
    public static func ask(
        _ path: String, port: Int, method: String = "GET", headers: [String] = []
    ) -> WebReply? {
        guard let probe = WebProbe(port: port) else { return nil }
        let lines = ["\(method) \(path) HTTP/1.1", "Host: localhost:\(port)"] + headers
        probe.send((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        return WebReply(probe.hear())
    }

    /// A port at which nobody listens just now.
    public static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        _ = withLoopback(0) { bind(descriptor, $0, $1) }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func withLoopback(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// An answer, taken apart.
public struct WebReply: Sendable {
    public let status: Int
    /// By name in lower case.
    public let headers: [String: String]
    public let body: String

    /// Nil when it is no answer of HTTP/1.1.
    public init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 3, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            return nil
        }
        self.status = status
        headers = Dictionary(
            lines.dropFirst().compactMap { line in
                line.range(of: ": ").map { colon in
                    (line[..<colon.lowerBound].lowercased(), String(line[colon.upperBound...]))
                }
            }, uniquingKeysWith: { "\($0), \($1)" })
        body = String(text[end.upperBound...])
    }
}
