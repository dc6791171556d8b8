/// The slowest and plainest strict JSON reader: what ``JSONDocument`` is held against.
indirect enum PlainJSON: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string([UInt8])
    case array([PlainJSON])
    case object([Member])

    struct Member: Equatable {
        var key: [UInt8]
        var value: PlainJSON
    }

    /// Nil for anything that is not exactly one document.
    static func read(_ bytes: [UInt8], depth: Int = 64) -> PlainJSON? {
        // Ill-formed UTF-8 anywhere outside a string is a syntax error, inside it is refused.
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = PlainReader(bytes: bytes)
        reader.blanks()
        guard let value = reader.value(depth: depth) else { return nil }
        reader.blanks()
        return reader.at == bytes.count ? value : nil
    }
}

private struct PlainReader {
    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func blanks() {
        while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
    }

    mutating func take(_ text: String) -> Bool {
        guard bytes[at...].starts(with: text.utf8) else { return false }
        at += text.utf8.count
        return true
    }

    mutating func value(depth: Int) -> PlainJSON? {
        switch byte {
        case UInt8(ascii: "{"): return depth > 0 ? object(depth: depth - 1) : nil
        case UInt8(ascii: "["): return depth > 0 ? array(depth: depth - 1) : nil
        case UInt8(ascii: "\""): return string().map { .string($0) }
        default: break
        }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        if take("null") { return .null }
        return number()
    }

    mutating func array(depth: Int) -> PlainJSON? {
        at += 1
        var elements: [PlainJSON] = []
        blanks()
        if take("]") { return .array([]) }
        while true {
            blanks()
            guard let element = value(depth: depth) else { return nil }
            elements.append(element)
            blanks()
            if take("]") { return .array(elements) }
            guard take(",") else { return nil }
        }
    }

    mutating func object(depth: Int) -> PlainJSON? {
        at += 1
        var members: [PlainJSON.Member] = []
        var seen: Set<[UInt8]> = []
        blanks()
        if take("}") { return .object([]) }
        while true {
            blanks()
            guard byte == UInt8(ascii: "\""), let key = string(), seen.insert(key).inserted else {
                return nil
            }
            blanks()
            guard take(":") else { return nil }
            blanks()
            guard let value = value(depth: depth) else { return nil }
            members.append(PlainJSON.Member(key: key, value: value))
            blanks()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    mutating func string() -> [UInt8]? {
        at += 1
        var text: [UInt8] = []
        while let next = byte {
            at += 1
            switch next {
            case UInt8(ascii: "\""): return text
            case 0..<0x20: return nil
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += Array(String(Character(scalar)).utf8)
            default: text.append(next)
            }
        }
        return nil
    }

    mutating func escape() -> Unicode.Scalar? {
        guard let next = byte else { return nil }
        at += 1
        let simple: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
        ]
        if let plain = simple[next] { return Unicode.Scalar(plain) }
        guard next == UInt8(ascii: "u"), let high = unit() else { return nil }
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, take("\\u"), let low = unit(), (0xDC00...0xDFFF).contains(low) else {
            return nil
        }
        return Unicode.Scalar(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)
    }

    mutating func unit() -> UInt32? {
        guard at + 4 <= bytes.count else { return nil }
        let digits = bytes[at..<(at + 4)]
        let isHex = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }
        at += 4
        return isHex ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    }

    mutating func number() -> PlainJSON? {
        let rest = String(decoding: bytes[at...], as: UTF8.self)
        let grammar = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/
        guard let match = try? grammar.prefixMatch(in: rest) else { return nil }
        at += match.output.0.utf8.count
        return .number(String(match.output.0))
    }
}
