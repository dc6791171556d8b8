/// What stands between a key and its value.
struct Separator {
    /// The quote that opened the value.
    enum Quote {
        case none
        /// A quote character behind a number of backslashes: 0, 1, 3, 7 for 0 to 3 layers of JSON.
        case plain(UInt8, backslashes: Int)
        /// `%22`, `&quot;`, `&#39;`.
        case encoded(UInt8)
    }

    /// Where the value starts.
    var valueStart: Int
    var quote = Quote.none
    /// `=`, `:` or, behind an XML tag, `>`.
    var symbol: UInt8
    /// The symbol was percent-encoded; then an encoded `&` ends the value too.
    var isEncoded: Bool
    /// Blanks stand before the value.
    var isSpaced: Bool
}

extension LenientBytes {
    private static let mostBlanks = 8

    /// Reads a separator: an optional quote that ends the key, blanks, `=`, `=>` or `:`, blanks,
    /// an optional bracket and an optional quote that opens the value; or the `>` of a tag.
    func separator(at start: Int) -> Separator? {
        guard ByteClass.isDelimiter(raw(start)) else { return nil }
        var index = start
        let (first, afterFirst) = step(index)
        if first == 0x22 || first == 0x27 { index = afterFirst }
        index = skipBlanks(index)
        var (symbol, afterSymbol) = step(index)
        if symbol == 0x2C, let colon = pairedValue(afterSymbol) {
            index = colon
            (symbol, afterSymbol) = step(index)
        }
        guard symbol == 0x3D || symbol == 0x3A || (symbol == 0x3E && index == start) else {
            return nil
        }
        let isEncoded = raw(index) == 0x25
        index = afterSymbol
        if symbol == 0x3E {
            return Separator(
                valueStart: index, symbol: symbol, isEncoded: isEncoded, isSpaced: false)
        }
        if symbol == 0x3D, step(index).byte == 0x3E { index = step(index).next }
        let value = skipBlanks(index)
        var separator = Separator(
            valueStart: value, symbol: symbol, isEncoded: isEncoded, isSpaced: value > index)
        if raw(separator.valueStart) == 0x5B { separator.valueStart += 1 }
        openQuote(&separator)
        return separator
    }

    /// The colon in `"name":"access_token","value":"…"`, as archives of HTTP traffic write
    /// parameters and headers; `start` is behind the comma.
    private func pairedValue(_ start: Int) -> Int? {
        var index = skipBlanks(start)
        let (quote, afterQuote) = step(index)
        guard quote == 0x22 else { return nil }
        index = afterQuote
        for letter in "value".utf8 {
            if raw(index) != letter { return nil }
            index += 1
        }
        let (closing, afterClosing) = step(index)
        guard closing == 0x22 else { return nil }
        index = skipBlanks(afterClosing)
        return step(index).byte == 0x3A ? index : nil
    }

    func skipBlanks(_ start: Int) -> Int {
        var index = start
        for _ in 0..<Self.mostBlanks {
            let (byte, next) = step(index)
            if byte != 0x20 && byte != 0x09 || next == index { break }
            index = next
        }
        return index
    }

    private func openQuote(_ separator: inout Separator) {
        let start = separator.valueStart
        let (byte, next) = step(start)
        guard byte == 0x22 || byte == 0x27 else { return }
        separator.valueStart = next
        if raw(start) == 0x25 || raw(start) == 0x26 {
            separator.quote = .encoded(byte)
        } else if raw(next - 1) == byte {
            separator.quote = .plain(byte, backslashes: next - 1 - start)
        }
    }
}
