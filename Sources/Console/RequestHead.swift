/// The first line and the headers of a request (RFC 9112).
struct RequestHead: Equatable {
    /// What the bytes so far are.
    enum Outcome: Equatable {
        case incomplete
        case complete(RequestHead)
        /// An HTTP status and why.
        case refused(Int, String)
    }

    private struct Refusal: Error {
        let status: Int
        let reason: String
    }

    var isHead: Bool
    var request: ConsoleRequest

    /// Reads what came of a request. What follows the headers is left alone: the connection ends
    /// with the answer.
    static func read(_ bytes: [UInt8]) -> Outcome {
        guard let lines = lines(of: bytes) else { return .incomplete }
        do throws(Refusal) {
            return .complete(try head(lines))
        } catch {
            return .refused(error.status, error.reason)
        }
    }

    /// The lines before the empty one; nil while there is none. Ends are CR LF, or LF alone.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            var line = bytes[start..<end]
            if line.last == 0x0D { line = line.dropLast() }
            start = end + 1
            if !line.isEmpty {
                lines.append(line)
            } else if !lines.isEmpty {
                return lines
            }
        }
        return nil
    }

    private static func head(_ lines: [ArraySlice<UInt8>]) throws(Refusal) -> RequestHead {
        guard let first = lines.first else { throw Refusal(status: 400, reason: "no request") }
        let parts = first.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(isTokenByte) else {
            throw Refusal(status: 400, reason: "the first line is no request")
        }
        let minor = try minorVersion(parts[2])
        let headers = try headers(lines.dropFirst())
        if headers.hosts > 1 || (minor == 1 && headers.hosts == 0) {
            throw Refusal(status: 400, reason: "a request names its host once")
        }
        let method = String(decoding: parts[0], as: UTF8.self)
        guard method == "GET" || method == "HEAD" else {
            throw Refusal(status: 405, reason: "there is only something to GET here")
        }
        var request = try target(parts[1])
        request.accept = headers.accept
        return RequestHead(isHead: method == "HEAD", request: request)
    }

    /// The digit after `HTTP/1.`; what HTTP/1.2 and later mean is what HTTP/1.1 does.
    private static func minorVersion(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> Int {
        let text = Array(bytes)
        guard text.count == 8, text.starts(with: "HTTP/".utf8), text[6] == 0x2E,
            isDigit(text[5]), isDigit(text[7])
        else { throw Refusal(status: 400, reason: "the first line is no request") }
        guard text[5] == 0x31 else {
            throw Refusal(status: 505, reason: "only HTTP/1.1 is spoken here")
        }
        return text[7] == 0x30 ? 0 : 1
    }

    private static func headers(
        _ lines: ArraySlice<ArraySlice<UInt8>>
    ) throws(Refusal) -> (hosts: Int, accept: String?) {
        var hosts = 0
        var accepts: [String] = []
        for line in lines {
            guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex,
                line[..<colon].allSatisfy(isTokenByte)
            else { throw Refusal(status: 400, reason: "a header has no name") }
            let value = Self.trimmed(line[(colon + 1)...])
            let isPlain = value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            guard isPlain else { throw Refusal(status: 400, reason: "a header is not text") }
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "host": hosts += 1
            case "accept": accepts.append(String(decoding: value, as: UTF8.self))
            default: break
            }
        }
        return (hosts, accepts.isEmpty ? nil : accepts.joined(separator: ","))
    }

    /// The target as path and query; clients of proxies write the host before it.
    private static func target(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> ConsoleRequest {
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Refusal(status: 400, reason: "the target is no path")
        }
        var text = String(decoding: bytes, as: UTF8.self)[...]
        if text.lowercased().hasPrefix("http://") {
            text = text.dropFirst("http://".count).drop { $0 != "/" && $0 != "?" }
            if !text.hasPrefix("/") { text = "/" + text }
        }
        guard text.hasPrefix("/") else {
            throw Refusal(status: 400, reason: "the target is no path")
        }
        let path = text.prefix { $0 != "?" }
        return ConsoleRequest(path: String(path), query: String(text.dropFirst(path.count + 1)))
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let start = bytes.drop(while: isBlank)
        return start.lastIndex { !isBlank($0) }.map { start[...$0] } ?? []
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// A character of a token (RFC 9110, 5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
