/// Reads `key="value"  key=value…` of a writer that escapes nothing: blanks or commas between
/// pairs, values with or without quotes.
///
/// A quoted value ends at the first quote that another pair or the end of the text follows, so that
/// a value may have quotes and pairs in it as long as they are not written like these.
struct TextPairs {
    private let text: UnsafeRawBufferPointer
    private var at = 0
    /// Something stood where a key belongs.
    private(set) var hasFault = false

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// The next pair; nil at the end, and where something else stands.
    mutating func next() -> (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
        skipSeparators()
        if at >= text.count { return nil }
        guard let end = Self.keyEnd(text, at) else {
            hasFault = true
            return nil
        }
        let key = UnsafeRawBufferPointer(rebasing: text[at..<end])
        at = end + 1
        let isQuoted = at < text.count && text[at] == 0x22
        if isQuoted { at += 1 }
        let start = at
        while at < text.count, isQuoted ? !endsQuoted(at) : !startsNext(at) { at += 1 }
        if isQuoted, at >= text.count { hasFault = true }
        let value = UnsafeRawBufferPointer(rebasing: text[start..<at])
        if isQuoted { at += 1 }
        return (key, isQuoted ? value : value.trimmed())
    }

    private mutating func skipSeparators() {
        while at < text.count, Self.isSeparator(text[at]) { at += 1 }
    }

    private func endsQuoted(_ index: Int) -> Bool {
        text[index] == 0x22 && (index + 1 == text.count || startsNext(index + 1))
    }

    /// Whether at least one separator and then a pair, or only separators to the end, stand here.
    private func startsNext(_ index: Int) -> Bool {
        guard Self.isSeparator(text[index]) else { return false }
        var next = index
        while next < text.count, Self.isSeparator(text[next]) { next += 1 }
        return next == text.count || Self.keyEnd(text, next) != nil
    }

    /// Whether a text begins with a pair.
    static func startsPair(_ text: UnsafeRawBufferPointer) -> Bool {
        keyEnd(text, 0) != nil
    }

    /// The place of the `=` behind the key that starts at `start`; nil if there is none.
    private static func keyEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var end = start
        while end < text.count, end - start < 64, isKeyByte(text[end]) { end += 1 }
        return end > start && end < text.count && text[end] == 0x3D ? end : nil
    }

    static func isKeyByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || byte | 0x20 &- 0x61 < 26 || byte == 0x5F || byte == 0x2E
            || byte == 0x2D
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x2C || byte == 0x09
    }
}

/// A date with a time of day inside a line: `yyyy-MM-dd`, `T` or a blank, `HH:mm:ss`, and what of a
/// fraction and a zone is written at it.
struct LogDate {
    var text: UnsafeRawBufferPointer
    /// Behind the date.
    var end: Int

    /// The first one that starts in `line[start..<limit]`.
    init?(_ line: UnsafeRawBufferPointer, from start: Int, within limit: Int) {
        var at = start
        let last = min(line.count - 19, limit)
        while at <= last {
            if line[at] &- 0x30 < 10, Self.isDate(line, at) {
                end = Self.end(line, at + 19)
                text = UnsafeRawBufferPointer(rebasing: line[at..<end])
                return
            }
            at += 1
        }
        return nil
    }

    private static func isDate(_ line: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        let form: StaticString = "0000-00-00 00:00:00"
        for index in 0..<19 {
            let byte = line[start + index]
            let wanted = form.utf8Start[index]
            let isRight =
                wanted == 0x30
                ? byte &- 0x30 < 10 : byte == wanted || wanted == 0x20 && byte | 0x20 == 0x74
            if !isRight { return false }
        }
        return true
    }

    private static func end(_ line: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var end = start
        func skipDigits() {
            while end < line.count, line[end] &- 0x30 < 10 { end += 1 }
        }
        if end + 1 < line.count, line[end] == 0x2C || line[end] == 0x2E,
            line[end + 1] &- 0x30 < 10
        {
            end += 1
            skipDigits()
        }
        if end < line.count, line[end] | 0x20 == 0x7A { return end + 1 }
        if end + 5 < line.count, line[end] == 0x2B || line[end] == 0x2D, line[end + 3] == 0x3A {
            end += 6
        }
        return end
    }
}
