import Foundation
import Glibc
import Synchronization

/// A real HTTP server on a free port of the loopback interface.
final class TinyServer: Sendable {
    struct Request: Sendable {
        var line: String
        /// Names in lower case.
        var headers: [String: String]
        var body: [UInt8]
    }

    enum Response: Sendable {
        case status(Int, [String: String] = [:], body: String = "")
        /// Bytes as they are, then the end.
        case raw(String)
        /// Nothing, for so many seconds.
        case hang(Double)
        /// The connection is reset.
        case reset
    }

    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[Request]>([])
    private let accepted = Mutex(0)
    private let respond: @Sendable (Request) -> Response

    struct NotStarted: Error {}

    init(_ respond: @escaping @Sendable (Request) -> Response) throws {
        self.respond = respond
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw NotStarted() }
        port = UInt16(bigEndian: place.sin_port)
        let thread = Thread { [self] in serve() }
        thread.start()
    }

    /// Requests that came, in order.
    var requests: [Request] { seen.withLock { $0 } }
    /// Connections that were made.
    var connections: Int { accepted.withLock { $0 } }

    var url: String { "http://127.0.0.1:\(port)/hook?key=hidden" }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            accepted.withLock { $0 += 1 }
            let thread = Thread { [self] in
                while answer(connection) {}
                close(connection)
            }
            thread.start()
        }
        close(listener)
    }

    /// Answers one request; false when the connection is to be closed.
    private func answer(_ connection: Int32) -> Bool {
        guard let request = read(connection) else { return false }
        seen.withLock { $0.append(request) }
        switch respond(request) {
        case .status(let status, let headers, let body):
            var text = "HTTP/1.1 \(status) Whatever\r\ncontent-length: \(body.utf8.count)\r\n"
            for (name, value) in headers { text += "\(name): \(value)\r\n" }
            return write(connection, text + "\r\n" + body)
        case .raw(let text):
            _ = write(connection, text)
            return false
        case .hang(let seconds):
            Thread.sleep(forTimeInterval: seconds)
            return false
        case .reset:
            var lingering = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                connection, SOL_SOCKET, SO_LINGER, &lingering,
                socklen_t(MemoryLayout<linger>.size))
            return false
        }
    }

    private func write(_ connection: Int32, _ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent <= 0 { return false }
            bytes.removeFirst(sent)
        }
        return true
    }

    private func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let request = Self.parse(bytes) { return request }
            let count = recv(connection, &buffer, buffer.count, 0)
            if count <= 0 { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func parse(_ bytes: [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        guard let head = bytes.indices.first(where: { bytes[$0...].starts(with: end) })
        else { return nil }
        let lines = String(decoding: bytes[..<head], as: UTF8.self)
            .components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let body = bytes[(head + 4)...]
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard body.count >= length else { return nil }
        return Request(line: lines[0], headers: headers, body: Array(body.prefix(length)))
    }
}
