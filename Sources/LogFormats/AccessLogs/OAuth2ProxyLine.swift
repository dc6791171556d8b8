internal import WireFormat

/// One line of oauth2-proxy in its default templates, of versions with and without request ids:
/// - `client - request id - user [time] [AuthSuccess] message`
/// - `client - request id - user [time] host GET upstream "/uri" HTTP/1.1 "agent" 200 12 0.003`
/// - `[time] [file.go:12] message`
///
/// It becomes the JSON object with the templates' names for its parts.
struct OAuth2ProxyLine {
    private static let longestHead = 1024

    private let line: UnsafeRawBufferPointer
    /// Where the bracket before the time opens.
    private let bracket: Int
    private var cursor: ByteCursor

    /// Finds the time in its brackets; nil where there is none.
    init?(_ line: UnsafeRawBufferPointer) {
        guard let bracket = Self.bracket(line) else { return nil }
        self.line = line
        self.bracket = bracket
        cursor = ByteCursor(line)
        cursor.at = bracket + 21
    }

    private var isStandard: Bool {
        bracket == 0 || Self.dash(line, 0..<bracket - 1) == nil
    }

    /// Whether it is an authentication or a request line.
    var isTelling: Bool {
        if isStandard { return false }
        if authStatus != nil { return true }
        var text = ByteBuffer(capacity: 1024)
        return write(into: &text)
    }

    /// Writes the object; false for a line of another grammar.
    func write(into text: inout ByteBuffer) -> Bool {
        var cursor = self.cursor
        if isStandard {
            cursor.skipBlanks()
            guard cursor.take(0x5B), cursor.skip(to: 0x5D, within: 256) else { return false }
            text.appendMember("status", "standard")
            return finish(cursor.at + 1, &text)
        }
        guard writeHead(&text) else { return false }
        if let status = authStatus {
            text.appendMember("status", cursor.slice(status))
            return finish(status.upperBound + 1, &text)
        }
        return writeRequest(&cursor, &text)
    }

    /// The time, and the message from `start` on.
    private func finish(_ start: Int, _ text: inout ByteBuffer) -> Bool {
        text.appendMember("timestamp", cursor.slice(bracket + 1..<bracket + 20))
        let begin = line[min(start, line.count)...].firstIndex { $0 != 0x20 } ?? line.count
        text.appendMember("message", cursor.slice(begin..<line.count))
        text.append(0x7D)
        return true
    }

    /// Client, request id and user, ` - ` between them. The client's own address may follow that of
    /// the proxy in front, in parentheses.
    private func writeHead(_ text: inout ByteBuffer) -> Bool {
        let head = bracket - 1
        guard let firstEnd = Self.dash(line, 0..<head) else { return false }
        let secondEnd = Self.dash(line, firstEnd + 3..<head)
        writeClient(firstEnd, &text)
        if let secondEnd {
            text.appendMember("request_id", cursor.slice(firstEnd + 3..<secondEnd))
        }
        let user = (secondEnd ?? firstEnd) + 3
        text.appendMember("username", cursor.slice(min(user, head)..<head))
        return true
    }

    private func writeClient(_ end: Int, _ text: inout ByteBuffer) {
        var end = end
        if end > 0, line[end - 1] == 0x29, let open = line[..<end].lastIndex(of: 0x28) {
            text.appendMember("forwarded", cursor.slice(open + 1..<end - 1))
            end = open
            while end > 0, line[end - 1] == 0x20 { end -= 1 }
        }
        // A shipper's frame ends with a blank.
        let start = line[..<end].lastIndex(of: 0x20).map { $0 + 1 } ?? 0
        text.appendMember("client", cursor.slice(start..<end))
    }

    private func writeRequest(_ cursor: inout ByteCursor, _ text: inout ByteBuffer) -> Bool {
        text.appendMember("timestamp", cursor.slice(bracket + 1..<bracket + 20))
        guard let host = cursor.takeWord(), let method = cursor.takeWord(),
            let upstream = cursor.takeWord(), let address = cursor.takeQuoted(),
            cursor.takeWord() != nil, let agent = cursor.takeQuoted(),
            let status = cursor.takeStatus()
        else { return false }
        text.appendMember("host", cursor.slice(host))
        text.appendMember("request_method", cursor.slice(method))
        text.appendMember("upstream", cursor.slice(upstream))
        text.appendMember("request_uri", cursor.slice(address))
        text.appendMember("user_agent", cursor.slice(agent))
        text.appendMember("status_code", cursor.slice(status))
        text.append(0x7D)
        return true
    }

    /// `AuthSuccess`, `AuthFailure` or `AuthError` behind the time.
    private var authStatus: Range<Int>? {
        var cursor = self.cursor
        cursor.skipBlanks()
        guard cursor.take(0x5B) else { return nil }
        let start = cursor.at
        guard cursor.skip(to: 0x5D, within: 16) else { return nil }
        let names: [StaticString] = ["AuthSuccess", "AuthFailure", "AuthError"]
        let status = start..<cursor.at
        return names.contains { ByteSearch.equals(cursor.slice(status), $0) } ? status : nil
    }

    /// Where `[2026/03/02 10:15:30]` begins.
    private static func bracket(_ line: UnsafeRawBufferPointer) -> Int? {
        let end = min(line.count - 21, longestHead)
        var at = 0
        while at <= end {
            let isTime =
                line[at] == 0x5B && line[at + 5] == 0x2F && line[at + 8] == 0x2F
                && line[at + 14] == 0x3A && line[at + 20] == 0x5D
            if isTime, at == 0 || line[at - 1] == 0x20 { return at }
            at += 1
        }
        return nil
    }

    /// Where the next ` - ` begins.
    private static func dash(_ line: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        var at = range.lowerBound
        while at + 3 <= range.upperBound {
            if line[at] == 0x20, line[at + 1] == 0x2D, line[at + 2] == 0x20 { return at }
            at += 1
        }
        return nil
    }
}
