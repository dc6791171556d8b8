internal import AuditModel
internal import WireFormat

/// Takes logrus' text apart: with quotes around values (`time="…"`), as early releases write it, or
/// without any (`time=… msg=An error occurred error=map[…]`).
///
/// Without quotes a value may pose as others. What stands before everything that clients send
/// counts where it comes first, what stands behind it where it comes last, and what may be either
/// only if it is there once.
struct HydraTranslator: ~Copyable {
    private static let longestPrefix = 256

    private var leaves = HydraLeaves()
    private var scratch = ByteBuffer(capacity: 4096)

    /// See ``JSONMapping/rewrite(_:into:)``.
    mutating func rewrite(
        _ record: UnsafeRawBufferPointer, into json: inout ByteBuffer
    ) -> Rewriting {
        let line = record.trimmed()
        guard let start = Self.start(line) else { return .none }
        let text = UnsafeRawBufferPointer(rebasing: line[start...])
        leaves.removeAll()
        scratch.truncate(to: 0)
        // Unescaping only shortens: slices of the buffer stay in place for the whole line.
        scratch.reserve(text.count)
        if text.count > 5, text[5] == 0x22 { readQuoted(text) } else { readPlain(text) }
        guard leaves[.message] != nil else { return .fault(.textSyntax, "a line without msg") }
        leaves.write(into: &json)
        return .object
    }

    /// Where `time=` stands, at the start or behind what a shipper put there.
    private static func start(_ line: UnsafeRawBufferPointer) -> Int? {
        let end = min(line.count - 5, longestPrefix)
        var at = 0
        while at < end {
            if line[at] == 0x74, at == 0 || line[at - 1] <= 0x20 || line[at - 1] == 0x7C,
                ByteSearch.equals(
                    UnsafeRawBufferPointer(rebasing: line[at..<(at + 5)]), "time=")
            {
                return at
            }
            at += 1
        }
        return nil
    }

    /// Whether a line is certainly Hydra's.
    static func speaks(_ record: UnsafeRawBufferPointer) -> Bool {
        let line = record.trimmed()
        guard start(line) != nil, ByteSearch.contains(line, " msg=") else { return false }
        return ByteSearch.containsFolded(line, "service_name=ory hydra")
            || ByteSearch.containsFolded(line, "service_name=\"ory hydra")
            || ByteSearch.contains(line, "measure#hydra/")
    }
}

// MARK: - Without quotes

extension HydraTranslator {
    private mutating func readPlain(_ text: UnsafeRawBufferPointer) {
        let request = TextSearch.only(text, " http_request=")
        let requestStart = request ?? text.count
        let message = TextSearch.first(text, " msg=", from: 0) ?? text.count
        leaves[.time] = TextSearch.word(text, 5)
        if let level = TextSearch.first(text, " level=", from: 0), level < message {
            leaves[.level] = TextSearch.word(text, level + 7)
        }
        let audience = TextSearch.first(text, " audience=", from: message) ?? requestStart
        let error = TextSearch.first(text, " error=", from: message)
        let messageEnd = min(audience, error ?? text.count, requestStart)
        leaves[.message] = TextSearch.part(text, message + 5, messageEnd)
        if audience < text.count { leaves[.audience] = TextSearch.word(text, audience + 10) }
        let service = TextSearch.last(text, " service_name=", before: text.count)
        let firstRequest = TextSearch.first(text, " http_request=", from: 0)
        if let error, error < firstRequest ?? text.count {
            readError(TextSearch.part(text, error + 7, firstRequest ?? service ?? text.count))
        }
        let response = TextSearch.last(text, " http_response=", before: text.count)
        let tail = min(response ?? text.count, service ?? text.count)
        if let request { readRequest(TextSearch.part(text, request + 14, tail)) }
        if let response {
            readResponse(TextSearch.part(text, response + 15, service ?? text.count))
        }
        if let trace = TextSearch.last(text, "trace_id:", before: service ?? text.count),
            trace > (response ?? request ?? 0)
        {
            leaves[.trace] = TextSearch.word(text, trace + 9)
        }
        guard let service else { return }
        let version = TextSearch.first(text, " service_version=", from: service)
        leaves[.service] = TextSearch.part(text, service + 14, version ?? text.count)
        if let version { leaves[.version] = TextSearch.word(text, version + 17) }
    }

    /// What Go prints of a map: `map[key:value key:value]`, keys in order.
    private mutating func readError(_ text: UnsafeRawBufferPointer) {
        guard text.starts(with: "map[".utf8) else {
            leaves[.errorName] = text
            return
        }
        guard let name = TextSearch.first(text, "message:", from: 0) else { return }
        if let debug = TextSearch.first(text, "debug:", from: 0), debug < name {
            leaves[.debug] = TextSearch.part(text, debug + 6, name)
        }
        let reason = TextSearch.first(text, " reason:", from: name)
        let end =
            TextSearch.first(text, " stack_trace:", from: name)
            ?? TextSearch.last(text, " status:", before: text.count)
            ?? TextSearch.last(text, " status_code:", before: text.count) ?? text.count
        let nameEnd = min(reason ?? end, end)
        leaves[.errorName] = TextSearch.part(text, name + 8, nameEnd).withoutBracket()
        if let reason, reason < end {
            leaves[.reason] = TextSearch.part(text, reason + 8, end).withoutBracket()
        }
        if let code = TextSearch.last(text, " status_code:", before: text.count) {
            leaves[.errorStatus] = TextSearch.word(text, code + 13)
        }
    }

    /// Headers come first in the map, and all else behind them.
    private mutating func readRequest(_ text: UnsafeRawBufferPointer) {
        var end = text.count
        for (key, leaf) in Self.requestKeys {
            guard let start = TextSearch.last(text, key, before: end) else { continue }
            leaves[leaf] = TextSearch.part(text, start + key.utf8CodeUnitCount, end)
                .withoutBracket()
            end = start
        }
        let headers = UnsafeRawBufferPointer(rebasing: text[..<end])
        for (key, leaf) in Self.headerKeys {
            guard let start = TextSearch.only(headers, key), start > 0,
                headers[start - 1] == 0x20 || headers[start - 1] == 0x5B
            else { continue }
            let from = start + key.utf8CodeUnitCount
            let next = TextSearch.first(headers, " x-", from: from) ?? end
            let via = TextSearch.first(headers, " via:", from: from) ?? end
            leaves[leaf] = TextSearch.part(headers, from, min(next, via)).withoutBracket()
        }
    }

    private static let requestKeys: [(StaticString, HydraLeaf)] = [
        (" scheme:", .scheme), (" remote:", .remote), (" query:", .query), (" path:", .path),
        (" method:", .method), (" host:", .host),
    ]

    private static let headerKeys: [(StaticString, HydraLeaf)] = [
        ("user-agent:", .userAgent), ("x-forwarded-for:", .forwarded),
        ("x-real-ip:", .realAddress),
    ]

    private mutating func readResponse(_ text: UnsafeRawBufferPointer) {
        guard let status = TextSearch.last(text, " status:", before: text.count) else { return }
        leaves[.status] = TextSearch.word(text, status + 8)
    }
}

// MARK: - With quotes

extension HydraTranslator {
    private mutating func readQuoted(_ text: UnsafeRawBufferPointer) {
        var at = 0
        while at < text.count {
            let start = at
            while at < text.count, text[at] != 0x3D, text[at] > 0x20 { at += 1 }
            guard at < text.count, text[at] == 0x3D else {
                at += 1
                continue
            }
            let key = UnsafeRawBufferPointer(rebasing: text[start..<at])
            at += 1
            take(key, value(text, &at))
        }
    }

    /// A value as Go quotes it (`%q`), or up to the next blank.
    private mutating func value(
        _ text: UnsafeRawBufferPointer, _ at: inout Int
    ) -> UnsafeRawBufferPointer {
        guard at < text.count, text[at] == 0x22 else {
            let start = at
            while at < text.count, text[at] > 0x20 { at += 1 }
            return UnsafeRawBufferPointer(rebasing: text[start..<at])
        }
        at += 1
        let start = scratch.count
        while at < text.count, text[at] != 0x22 {
            if text[at] == 0x5C, at + 1 < text.count {
                at += 1
                let escaped: UInt8 =
                    switch text[at] {
                    case 0x6E, 0x72, 0x74: 0x20
                    default: text[at]
                    }
                scratch.append(escaped)
            } else {
                scratch.append(text[at])
            }
            at += 1
        }
        at += 1
        return UnsafeRawBufferPointer(rebasing: scratch.bytes[start...])
    }

    private mutating func take(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) {
        if ByteSearch.equals(key, "error") {
            readError(value)
        } else if ByteSearch.equals(key, "http_request") {
            readRequest(value)
        } else if ByteSearch.equals(key, "http_response") {
            readResponse(value)
        } else if ByteSearch.equals(key, "otel") {
            if let trace = TextSearch.last(value, "trace_id:", before: value.count) {
                leaves[.trace] = TextSearch.word(value, trace + 9)
            }
        } else if let leaf = HydraLeaf.flat(key) {
            leaves[leaf] = value
        }
    }
}

/// Finds words in a text.
enum TextSearch {
    private static func matches(
        _ text: UnsafeRawBufferPointer, _ at: Int, _ words: StaticString
    ) -> Bool {
        for index in 0..<words.utf8CodeUnitCount
        where text[at + index] != words.utf8Start[index] {
            return false
        }
        return true
    }

    static func first(
        _ text: UnsafeRawBufferPointer, _ words: StaticString, from start: Int
    ) -> Int? {
        let last = text.count - words.utf8CodeUnitCount
        var at = start
        while at <= last {
            if matches(text, at, words) { return at }
            at += 1
        }
        return nil
    }

    /// The last place where words start and end before `end`.
    static func last(
        _ text: UnsafeRawBufferPointer, _ words: StaticString, before end: Int
    ) -> Int? {
        var at = min(end, text.count) - words.utf8CodeUnitCount
        while at >= 0 {
            if matches(text, at, words) { return at }
            at -= 1
        }
        return nil
    }

    /// The place of words that are there once.
    static func only(_ text: UnsafeRawBufferPointer, _ words: StaticString) -> Int? {
        guard let found = first(text, words, from: 0),
            first(text, words, from: found + 1) == nil
        else { return nil }
        return found
    }

    /// The text between two places; nothing where they cross.
    static func part(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) -> UnsafeRawBufferPointer {
        let from = min(start, text.count)
        return UnsafeRawBufferPointer(rebasing: text[from..<max(from, min(end, text.count))])
            .trimmed()
    }

    /// The text up to the next blank or closing bracket.
    static func word(_ text: UnsafeRawBufferPointer, _ start: Int) -> UnsafeRawBufferPointer {
        var end = min(start, text.count)
        while end < text.count, text[end] > 0x20, text[end] != 0x5D { end += 1 }
        return part(text, start, end)
    }
}

extension UnsafeRawBufferPointer {
    /// Without a closing bracket at the end.
    fileprivate func withoutBracket() -> UnsafeRawBufferPointer {
        last == 0x5D ? UnsafeRawBufferPointer(rebasing: dropLast()) : self
    }
}
