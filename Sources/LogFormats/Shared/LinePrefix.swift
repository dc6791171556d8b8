internal import WireFormat

/// What carriers of a server's log put before each of its lines: Docker Compose its service, a
/// container runtime the time and the stream (CRI, `docker logs -t`), syslog host and program
/// (RFC 5424, RFC 3164 and rsyslog's file formats), `kubectl logs --prefix` the pod.
///
/// Each is read by its own grammar from the start of the line, so that no text further on poses as
/// the start of another line.
struct LinePrefix {
    /// The most prefixes of one line.
    private static let maximumLayers = 4

    /// Where the server's own line begins.
    private(set) var end = 0
    /// The last time with a zone that a carrier gives.
    private(set) var time: TimeText.Parsed?
    /// The runtime has cut the line here; the next piece follows (CRI tag `P`).
    private(set) var isPartial = false

    private var cursor: ByteCursor

    /// - Parameter line: may have no prefix, ``end`` is 0 then.
    init(_ line: UnsafeRawBufferPointer) {
        cursor = ByteCursor(line)
        for _ in 0..<Self.maximumLayers {
            skipStyle()
            guard passLayer() else { break }
            end = cursor.at
        }
        cursor.at = end
        skipStyle()
        // A style, or a byte order mark, alone is none of the server's either.
        end = cursor.at
    }

    /// Whether a line begins with the name of a pod, not as a JSON array does.
    static func isPod(_ line: UnsafeRawBufferPointer) -> Bool { ByteSearch.starts(line, "[pod/") }

    private mutating func passLayer() -> Bool {
        let start = cursor.at
        guard start < cursor.bytes.count else { return false }
        let isPassed =
            switch cursor.bytes[start] {
            case 0x3C: passPriority()
            case 0x30...0x39: passTimestamp() || passService(from: start)
            case 0x5B: passPod()
            default: passTraditional() || passService(from: start)
            }
        if !isPassed { cursor.at = start }
        return isPassed
    }

    /// Passes colours (ECMA-48 SGR) and a byte order mark.
    private mutating func skipStyle() {
        let bytes = cursor.bytes
        while cursor.at < bytes.count {
            if cursor.take("\u{FEFF}") { continue }
            var end = cursor.at
            guard bytes[end] == 0x1B, end + 1 < bytes.count, bytes[end + 1] == 0x5B else { return }
            end += 2
            while end < bytes.count, bytes[end] != 0x6D, end - cursor.at < 32 { end += 1 }
            guard end < bytes.count, bytes[end] == 0x6D else { return }
            cursor.at = end + 1
        }
    }

    /// `<14>`, and what RFC 5424 or RFC 3164 has after it.
    private mutating func passPriority() -> Bool {
        cursor.at += 1
        guard cursor.skip(to: 0x3E, within: 4) else { return false }
        cursor.at += 1
        guard cursor.take("1 ") else { return passTraditional() || passTimestamp() }
        guard let time = takeTime() else { return false }
        // Host, program, process and message id.
        for _ in 0..<4 {
            guard cursor.skip(toBlankWithin: 256) else { return false }
            cursor.at += 1
        }
        guard passStructuredData() else { return false }
        keep(time)
        return true
    }

    /// `-`, or elements in brackets whose values are in quotes.
    private mutating func passStructuredData() -> Bool {
        if cursor.take("- ") { return true }
        var isInText = false
        let bytes = cursor.bytes
        guard cursor.at < bytes.count, bytes[cursor.at] == 0x5B else { return false }
        while cursor.at + 1 < bytes.count {
            let byte = bytes[cursor.at]
            if isInText, byte == 0x5C {
                cursor.at += 1
            } else if byte == 0x22 {
                isInText.toggle()
            } else if !isInText, byte == 0x5D, bytes[cursor.at + 1] == 0x20 {
                cursor.at += 2
                return true
            }
            cursor.at += 1
        }
        return false
    }

    /// A time in one word: of a container runtime, or of a syslog daemon that names host and
    /// program behind it.
    private mutating func passTimestamp() -> Bool {
        guard let time = takeTime() else { return false }
        if cursor.take("stdout ") || cursor.take("stderr ") {
            guard let isPartial = takeTag() else { return false }
            self.isPartial = isPartial
            keep(time)
            return true
        }
        guard cursor.at < cursor.bytes.count else { return false }
        // The server's own line begins with its time, its colour or its JSON.
        switch cursor.bytes[cursor.at] {
        case 0x30...0x39, 0x7B, 0x1B: break
        default: guard passProgram() else { return false }
        }
        keep(time)
        return true
    }

    /// A CRI tag: `F` for a full line or its last piece, `P` for another piece.
    private mutating func takeTag() -> Bool? {
        if cursor.take("F ") { return false }
        return cursor.take("P ") ? true : nil
    }

    /// `Mar  2 10:15:30 host program[pid]: `, whose time has no year and does not count.
    private mutating func passTraditional() -> Bool {
        let bytes = cursor.bytes
        let start = cursor.at
        guard start + 16 < bytes.count, bytes[start + 3] == 0x20, bytes[start + 6] == 0x20,
            bytes[start + 9] == 0x3A, bytes[start + 12] == 0x3A, bytes[start + 15] == 0x20,
            bytes[start..<(start + 3)].allSatisfy({ ($0 | 0x20) &- 0x61 < 26 })
        else { return false }
        cursor.at += 16
        if passProgram() { return true }
        cursor.at = start
        return false
    }

    /// `host program[pid]: `.
    private mutating func passProgram() -> Bool {
        guard cursor.skip(toBlankWithin: 256) else { return false }
        cursor.at += 1
        let start = cursor.at
        guard cursor.skip(toBlankWithin: 128), cursor.at > start,
            cursor.bytes[cursor.at - 1] == 0x3A
        else { return false }
        cursor.at += 1
        return true
    }

    /// `keycloak-1  | `.
    private mutating func passService(from start: Int) -> Bool {
        cursor.at = start
        while cursor.at < cursor.bytes.count, cursor.at - start < 128,
            QuotedPairs.isKeyByte(cursor.bytes[cursor.at])
        {
            cursor.at += 1
        }
        guard cursor.at > start else { return false }
        cursor.skipBlanks()
        guard cursor.take(0x7C) else { return false }
        skipStyle()
        _ = cursor.take(0x20)
        return true
    }

    /// `[pod/keycloak-0/keycloak] `.
    private mutating func passPod() -> Bool {
        guard cursor.take("[pod/"), cursor.skip(to: 0x5D, within: 256) else { return false }
        cursor.at += 1
        return cursor.take(0x20)
    }

    /// Passes a date and time in one word and the blank behind it.
    private mutating func takeTime() -> TimeText.Parsed? {
        let start = cursor.at
        guard cursor.skip(toBlankWithin: 40) else { return nil }
        let word = UnsafeRawBufferPointer(rebasing: cursor.bytes[start..<cursor.at])
        cursor.at += 1
        return TimeText.parse(word)
    }

    private mutating func keep(_ parsed: TimeText.Parsed) {
        if !parsed.isLocal { time = parsed }
    }
}
