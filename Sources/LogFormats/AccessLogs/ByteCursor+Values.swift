internal import AuditModel
internal import WireFormat

// The values of access lines, blanks between them.
extension ByteCursor {
    /// The inside of quotes that open here, escapes as written; nil, with nothing passed but
    /// blanks, if none open or they do not close.
    mutating func takeQuoted() -> Range<Int>? {
        skipBlanks()
        guard at < bytes.count, bytes[at] == 0x22 else { return nil }
        let start = at + 1
        var end = start
        while end < bytes.count, bytes[end] != 0x22 { end += bytes[end] == 0x5C ? 2 : 1 }
        guard end < bytes.count else { return nil }
        at = end + 1
        return start..<end
    }

    /// A word without quotes.
    mutating func takeWord() -> Range<Int>? {
        skipBlanks()
        guard at < bytes.count, bytes[at] != 0x22 else { return nil }
        let start = at
        while at < bytes.count, bytes[at] > 0x20 { at += 1 }
        return at > start ? start..<at : nil
    }

    /// A word of three digits; nil, with nothing passed but blanks, for any other.
    mutating func takeStatus() -> Range<Int>? {
        let before = at
        guard let word = takeWord(), word.count == 3,
            bytes[word].allSatisfy({ $0 &- 0x30 < 10 })
        else {
            at = before
            return nil
        }
        return word
    }

    /// The name before a `=` that stands here; the `=` is passed.
    mutating func takeName() -> Range<Int>? {
        skipBlanks()
        var end = at
        while end < bytes.count, Self.isName(bytes[end]) { end += 1 }
        guard end > at, end < bytes.count, bytes[end] == 0x3D else { return nil }
        defer { at = end + 1 }
        return at..<end
    }

    private static func isName(_ byte: UInt8) -> Bool {
        byte == 0x5F || byte == 0x2D || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
    }

    /// Whether a value ends here.
    var isAtBlank: Bool { at >= bytes.count || bytes[at] <= 0x20 }

    /// Some of the bytes.
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }
}

extension ByteBuffer {
    /// Begins an object's next member: `{"key":` or `,"key":`.
    mutating func appendKey(_ key: UnsafeRawBufferPointer) {
        append(count == 0 ? 0x7B : 0x2C)
        appendJSON(key)
        append(0x3A)
    }

    /// Whether an object being built has a member of this name. Quotes in its values are escaped,
    /// so that none of them looks like one.
    func hasKey(_ key: UnsafeRawBufferPointer) -> Bool {
        let text = bytes
        var at = 0
        while at + key.count + 3 <= text.count {
            if text[at] == 0x22, text[at + key.count + 1] == 0x22, text[at + key.count + 2] == 0x3A,
                RawBytes.equal(
                    UnsafeRawBufferPointer(rebasing: text[(at + 1)..<(at + 1 + key.count)]), key)
            {
                return true
            }
            at += 1
        }
        return false
    }

    /// Appends a member whose value is a text as a line writes it, its escapes undone.
    mutating func appendMember(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        appendKey(key)
        guard value.contains(0x5C) else { return appendJSON(value) }
        NginxEscapes.undo(value).withUnsafeBytes { appendJSON($0) }
    }

    /// Appends a member whose value is a text as a line writes it, its escapes undone.
    mutating func appendMember(_ key: StaticString, _ value: UnsafeRawBufferPointer) {
        appendMember(
            UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount), value)
    }

    /// Appends a member whose value is a name of ours.
    mutating func appendMember(_ key: StaticString, _ value: StaticString) {
        appendMember(
            key, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }
}
