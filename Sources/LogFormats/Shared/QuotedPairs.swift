/// Reads `key="value", key="value"…`, quotes inside a value written as `\"`.
///
/// The writer escapes quotes but not backslashes, so that a value that ends in a backslash looks as
/// if its closing quote were escaped. A line is therefore read twice if need be: first taking every
/// `\"` as part of the value, then, if that does not come out even, taking a `\"` that a
/// `, key="` or the end of the line follows as backslash and closing quote. Values are never split
/// at a comma, so none can pose as another field.
struct QuotedPairs {
    enum Reading: CaseIterable {
        case escapedQuotes, trailingBackslashes
    }

    /// One pair; the value as written, between its quotes.
    struct Pair {
        var key: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
        var hasEscapes: Bool
    }

    enum Step {
        case pair(Pair)
        case end
        case fault
    }

    private let text: UnsafeRawBufferPointer
    private let reading: Reading
    private(set) var at = 0

    /// - Parameter text: 8 more bytes must be readable behind it.
    init(_ text: UnsafeRawBufferPointer, _ reading: Reading) {
        self.text = text
        self.reading = reading
    }

    mutating func next() -> Step {
        if at >= text.count { return .end }
        let start = at
        while at < text.count, Self.isKeyByte(text[at]) { at += 1 }
        guard at > start, at + 1 < text.count, text[at] == 0x3D else { return .fault }
        let key = UnsafeRawBufferPointer(rebasing: text[start..<at])
        at += 1
        guard text[at] == 0x22 else { return unquoted(key) }
        at += 1
        return quoted(key)
    }

    private mutating func quoted(_ key: UnsafeRawBufferPointer) -> Step {
        let start = at
        var hasEscapes = false
        while true {
            at = ByteSearch.quote(text, from: at)
            if at >= text.count { return .fault }
            let isEscaped = at > start && text[at - 1] == 0x5C
            if isEscaped, reading == .escapedQuotes || !endsValue(at + 1) {
                hasEscapes = true
                at += 1
                continue
            }
            let value = UnsafeRawBufferPointer(rebasing: text[start..<at])
            at += 1
            return passSeparator() ? .pair(Pair(key: key, value: value, hasEscapes: hasEscapes))
                : .fault
        }
    }

    /// The two fields that the server appends without quotes at its most verbose level.
    private mutating func unquoted(_ key: UnsafeRawBufferPointer) -> Step {
        let start = at
        if ByteSearch.equals(key, "cookies") {
            at = text.count
        } else if ByteSearch.equals(key, "requestUri") {
            while at < text.count, !(text[at] == 0x2C && isBlank(at + 1)) { at += 1 }
        } else {
            return .fault
        }
        let value = UnsafeRawBufferPointer(rebasing: text[start..<at])
        return passSeparator() ? .pair(Pair(key: key, value: value, hasEscapes: false)) : .fault
    }

    private func isBlank(_ index: Int) -> Bool { index < text.count && text[index] == 0x20 }

    /// Passes `, ` and stands at a key, or stands at the end.
    private mutating func passSeparator() -> Bool {
        while at < text.count, text[at] == 0x0D { at += 1 }
        if at == text.count { return true }
        guard text[at] == 0x2C, at + 2 < text.count, text[at + 1] == 0x20 else { return false }
        at += 2
        return true
    }

    /// Whether the end of the text or a `, key="` stands at `start`.
    private func endsValue(_ start: Int) -> Bool {
        if start == text.count { return true }
        guard start + 1 < text.count, text[start] == 0x2C, text[start + 1] == 0x20 else {
            return false
        }
        var index = start + 2
        while index < text.count, Self.isKeyByte(text[index]) { index += 1 }
        return index > start + 2 && index + 1 < text.count && text[index] == 0x3D
            && text[index + 1] == 0x22
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E, 0x3A: true
        default: false
        }
    }
}
