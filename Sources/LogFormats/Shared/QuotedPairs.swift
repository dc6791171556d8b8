/// Reads `key="value", key="value"…`, quotes inside a value written as `\"`.
///
/// The writer escapes quotes but not backslashes, so that a value that ends in a backslash looks as
/// if its closing quote were escaped; told not to sanitize, it does not escape quotes either. A
/// line is therefore read up to three times: first taking every `\"` as part of the value; if that
/// does not come out even, taking a `\"` that a `, key="` or the end of the line follows as
/// backslash and closing quote; and last, taking only such quotes as closing ones. Values are never
/// split at a comma, so none can pose as another field.
struct QuotedPairs {
    enum Reading: CaseIterable {
        case escapedQuotes, trailingBackslashes, bareQuotes
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
    private let quote: UInt8
    private let reading: Reading
    private(set) var at = 0

    /// - Parameters:
    ///   - text: 8 more bytes must be readable behind it.
    ///   - quote: what stands around values.
    init(_ text: UnsafeRawBufferPointer, quote: UInt8, _ reading: Reading) {
        self.text = text
        self.quote = quote
        self.reading = reading
    }

    mutating func next() -> Step {
        if at >= text.count { return .end }
        let start = at
        while at < text.count, Self.isKeyByte(text[at]) { at += 1 }
        guard at > start, at + 1 < text.count, text[at] == 0x3D else { return .fault }
        let key = UnsafeRawBufferPointer(rebasing: text[start..<at])
        at += 1
        guard text[at] == quote else { return unquoted(key) }
        at += 1
        return quoted(key)
    }

    private mutating func quoted(_ key: UnsafeRawBufferPointer) -> Step {
        let start = at
        var hasEscapes = false
        while true {
            at = ByteSearch.byte(quote, in: text, from: at)
            if at >= text.count { return .fault }
            let isEscaped = at > start && text[at - 1] == 0x5C
            let isInside =
                switch reading {
                case .escapedQuotes: isEscaped
                case .trailingBackslashes: isEscaped && !endsValue(at + 1)
                case .bareQuotes: !endsValue(at + 1)
                }
            if isInside {
                // As if the quote before were lost: `a="b, c="d"`.
                if reading == .bareQuotes, at > start, text[at - 1] == 0x3D { return .fault }
                hasEscapes = hasEscapes || isEscaped
                at += 1
                continue
            }
            let value = UnsafeRawBufferPointer(rebasing: text[start..<at])
            at += 1
            return passSeparator()
                ? .pair(Pair(key: key, value: value, hasEscapes: hasEscapes)) : .fault
        }
    }

    /// The fields that the server appends without quotes at its most verbose level.
    private mutating func unquoted(_ key: UnsafeRawBufferPointer) -> Step {
        let start = at
        guard let end = Self.endOfTail(key, in: text, from: at) else { return .fault }
        at = end
        let value = UnsafeRawBufferPointer(rebasing: text[start..<at])
        return passSeparator() ? .pair(Pair(key: key, value: value, hasEscapes: false)) : .fault
    }

    /// Where the value of one of the fields ends that a server appends without quotes when it
    /// traces; nil for another key.
    static func endOfTail(
        _ key: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from start: Int
    ) -> Int? {
        if ByteSearch.equals(key, "cookies") || ByteSearch.equals(key, "stackTrace") {
            return text.count
        }
        guard ByteSearch.equals(key, "requestUri") else { return nil }
        var end = start
        while end < text.count, !startsSeparator(text, end) { end += 1 }
        return end
    }

    private static func startsSeparator(_ text: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        text[index] == 0x2C && index + 1 < text.count && text[index + 1] == 0x20
    }

    /// Passes `, ` and stands at a key, or stands at the end.
    private mutating func passSeparator() -> Bool {
        while at < text.count, text[at] == 0x0D { at += 1 }
        if at == text.count { return true }
        guard Self.startsSeparator(text, at), at + 2 < text.count else { return false }
        at += 2
        return true
    }

    /// Whether the end of the text or a `, key="` stands at `start`.
    private func endsValue(_ start: Int) -> Bool {
        guard let value = Self.startOfNext(text, start) else { return false }
        return value == text.count || text[value] == quote
    }

    /// Where the value of the next pair starts if a `, key=` stands at `start`, the length of the
    /// text if its end does; else nil.
    static func startOfNext(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        if start == text.count || (start + 1 == text.count && text[start] == 0x0D) {
            return text.count
        }
        guard startsSeparator(text, start) else { return nil }
        var index = start + 2
        let key = index
        while index < text.count, isKeyByte(text[index]) { index += 1 }
        guard index > key, index + 1 < text.count, text[index] == 0x3D else { return nil }
        return index + 1
    }

    static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E, 0x3A: true
        default: false
        }
    }
}
