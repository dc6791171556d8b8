internal import AuditModel
internal import WireFormat

/// The combined format: `address - user [time] "request" status bytes "referrer" "user agent"`, and
/// whatever a `log_format` of one's own appends: `name="value"`, `name=value`, or values alone.
///
/// A line becomes the JSON object with nginx's names for its parts. What stands in quotes can pose
/// as nothing else. Of appended values in quotes without a name, those that look like a challenge,
/// like credentials or like addresses are taken for it; others are kept as `extra_1`, `extra_2`, …
struct CombinedLine {
    /// The most bytes before the time.
    private static let longestHead = 1024
    /// The most values after the user agent; the rest is left out.
    private static let mostExtras = 32

    private let address: Range<Int>
    private let user: Range<Int>
    private let time: Range<Int>
    private var cursor: ByteCursor

    /// Finds the time in its brackets, and what stands before it; nil where there is none. Only
    /// the user's name, which is the client's own text, may have blanks in it.
    private init?(_ line: UnsafeRawBufferPointer) {
        guard let bracket = Self.bracket(line) else { return nil }
        let head = UnsafeRawBufferPointer(rebasing: line[..<(bracket - 1)])
        let start = Self.addressStart(head)
        guard let addressEnd = Self.blank(head, from: start),
            let identityEnd = Self.blank(head, from: addressEnd + 1)
        else { return nil }
        address = start..<addressEnd
        user = identityEnd + 1..<max(identityEnd + 1, head.count)
        time = bracket + 1..<bracket + 27
        cursor = ByteCursor(line)
        cursor.at = bracket + 28
    }

    /// Whether a line is one, and its own server's: what other logs quote is none of theirs.
    static func matches(_ line: UnsafeRawBufferPointer) -> Bool {
        guard var parts = CombinedLine(line),
            HolderAddress.parse(parts.cursor.slice(parts.address)) != nil
        else { return false }
        return parts.cursor.takeQuoted() != nil && parts.cursor.takeStatus() != nil
    }

    /// See ``JSONDialect/rewrite(_:into:)``.
    static func write(
        _ line: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting {
        guard var parts = CombinedLine(line) else { return .none }
        return parts.write(into: &text) ? .object : .broken
    }

    private mutating func write(into text: inout ByteBuffer) -> Bool {
        guard let request = cursor.takeQuoted(), let status = cursor.takeStatus() else {
            return false
        }
        text.appendMember("remote_addr", cursor.slice(address))
        if !AbsentText.matches(cursor.slice(user)) {
            text.appendMember("remote_user", cursor.slice(user))
        }
        text.appendMember("time_local", cursor.slice(time))
        text.appendMember("request", cursor.slice(request))
        text.appendMember("status", cursor.slice(status))
        if let bytes = cursor.takeWord() {
            text.appendMember("body_bytes_sent", cursor.slice(bytes))
        }
        if let referrer = cursor.takeQuoted() {
            text.appendMember("http_referer", cursor.slice(referrer))
        }
        if let agent = cursor.takeQuoted() {
            text.appendMember("http_user_agent", cursor.slice(agent))
        }
        appendExtras(&text)
        text.append(0x7D)
        return true
    }

    private mutating func appendExtras(_ text: inout ByteBuffer) {
        var unnamed = 0
        for _ in 0..<Self.mostExtras {
            let name = cursor.takeName().map { cursor.slice($0) }
            if name != nil, cursor.isAtBlank { continue }
            let quoted = cursor.takeQuoted()
            guard let range = quoted ?? cursor.takeWord() else {
                if name == nil { return }
                continue
            }
            let value = cursor.slice(range)
            if value.isEmpty || AbsentText.matches(value) { continue }
            let known = name == nil && quoted != nil ? Self.kind(of: value) : nil
            let key = name ?? known.map {
                UnsafeRawBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount)
            }
            if let key, !text.hasKey(key) {
                text.appendMember(key, value)
            } else {
                unnamed += 1
                var key = "extra_\(unnamed)"
                key.withUTF8 { text.appendMember(UnsafeRawBufferPointer($0), value) }
            }
        }
    }

    /// What a value without a name is, by its looks.
    private static func kind(of value: UnsafeRawBufferPointer) -> StaticString? {
        let hasScheme =
            ByteSearch.startsFolded(value, "bearer") || ByteSearch.startsFolded(value, "dpop")
        if hasScheme {
            let isCredentials =
                SecretMark.first(in: value, from: 0) != nil
                || (value.contains(0x20) && !value.contains(0x3D))
            return isCredentials ? "http_authorization" : "sent_http_www_authenticate"
        }
        let first = UnsafeRawBufferPointer(
            rebasing: value[..<(value.firstIndex { $0 == 0x2C || $0 == 0x20 } ?? value.count)])
        return HolderAddress.parse(first) == nil ? nil : "http_x_forwarded_for"
    }
}

// MARK: - What stands before the time

extension CombinedLine {
    /// Where the address begins: at once, behind syslog's frame, or behind a virtual host's name.
    private static func addressStart(_ head: UnsafeRawBufferPointer) -> Int {
        if head.first == 0x3C {
            var at = 1
            while at + 1 < head.count, head[at] != 0x3A || head[at + 1] != 0x20 { at += 1 }
            return at + 1 < head.count ? at + 2 : 0
        }
        guard let end = blank(head, from: 0) else { return 0 }
        let first = UnsafeRawBufferPointer(rebasing: head[..<end])
        let isHost = first.contains(0x2E) && HolderAddress.parse(first) == nil
        guard isHost, let second = blank(head, from: end + 1),
            HolderAddress.parse(UnsafeRawBufferPointer(rebasing: head[(end + 1)..<second])) != nil
        else { return 0 }
        return end + 1
    }

    /// Where the bracket before a Common Log time opens: `[02/Mar/2026:10:15:30 +0000] "`. No
    /// client can write the quote behind it.
    private static func bracket(_ line: UnsafeRawBufferPointer) -> Int? {
        let end = min(line.count - 30, longestHead)
        var at = 5
        while at <= end {
            let isTime =
                line[at] == 0x5B && line[at + 3] == 0x2F && line[at + 12] == 0x3A
                && line[at + 27] == 0x5D && line[at + 28] == 0x20 && line[at + 29] == 0x22
            if isTime, line[at - 1] == 0x20 { return at }
            at += 1
        }
        return nil
    }

    private static func blank(_ text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        start < text.count ? text[start...].firstIndex(of: 0x20) : nil
    }
}
