internal import Detection

/// Sigma's plain values: wildcards and backslashes.
enum SigmaValue {
    /// `*` is any run, `?` one byte; `\*`, `\?` and `\\` are the characters themselves; any other
    /// backslash is a backslash (Sigma 2.1, "Escaping").
    static func pieces(_ text: String) -> [TextPattern.Piece] {
        var pieces: [TextPattern.Piece] = []
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        func flush() {
            if !literal.isEmpty { pieces.append(.literal(literal)) }
            literal = []
        }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"):
                flush()
                if pieces.last != .anyRun { pieces.append(.anyRun) }
            case UInt8(ascii: "?"):
                flush()
                pieces.append(.anyByte)
            case UInt8(ascii: "\\"):
                if let next = rest.first, isEscapable(next) {
                    literal.append(next)
                    rest.removeFirst()
                } else {
                    literal.append(byte)
                }
            default: literal.append(byte)
            }
        }
        flush()
        return pieces.isEmpty ? [.literal([])] : pieces
    }

    private static func isEscapable(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "\\")
    }

    /// The text of a pattern without wildcards; nil for one with wildcards.
    static func literal(_ pieces: [TextPattern.Piece]) -> String? {
        var bytes: [UInt8] = []
        for piece in pieces {
            guard case .literal(let part) = piece else { return nil }
            bytes += part
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a name matches a pattern that has only `*` as a wildcard, as in `1 of ev_*`.
    static func matches(_ name: String, pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last
        else { return name == pattern }
        guard name.hasPrefix(first) else { return false }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let end = endOfFirst(part, in: rest) else { return false }
            rest = rest[end...]
        }
        return rest.count >= last.count && rest.hasSuffix(last)
    }

    private static func endOfFirst(_ part: Substring, in text: Substring) -> Substring.Index? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(part) { return text.index(start, offsetBy: part.count) }
            start = text.index(after: start)
        }
        return nil
    }
}
