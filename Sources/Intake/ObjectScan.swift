/// Follows the grammar of one JSON object (RFC 8259) byte by byte, to know at once when what comes
/// cannot belong to it. Numbers and names are known by their letters only.
struct ObjectScan {
    enum Step: Equatable {
        case open
        /// The object ends behind so many of the bytes.
        case closed(Int)
        case broken
    }

    private enum Expected {
        case start, firstKey, key, colon, value, firstElement, more, word, text, escaped
    }

    /// The most containers that may be open at once.
    private static let maximumDepth = 64

    private var expected = Expected.start
    private var isKey = false
    /// A bit for each open container, the innermost lowest: 1 for an object.
    private var containers: UInt64 = 0
    private var depth = 0

    /// Looks at the bytes that follow those of earlier calls.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Step {
        for (index, byte) in bytes.enumerated() {
            if !accept(byte) { return .broken }
            if depth == 0, expected == .more { return .closed(index + 1) }
        }
        return .open
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        switch expected {
        case .text: return acceptText(byte)
        case .escaped:
            expected = .text
            return byte >= 0x20
        case .word:
            if Self.isWord(byte) { return true }
            expected = .more
        default: break
        }
        if Byte.isWhiteSpace(byte) { return true }
        switch expected {
        case .start: return byte == Byte.openBrace && open(isObject: true)
        case .firstKey: return byte == Byte.closeBrace ? close() : acceptKey(byte)
        case .key: return acceptKey(byte)
        case .colon:
            expected = .value
            return byte == 0x3A
        case .firstElement: return byte == Byte.closeBracket ? close() : acceptValue(byte)
        case .value: return acceptValue(byte)
        case .more: return acceptMore(byte)
        case .word, .text, .escaped: return false
        }
    }

    private mutating func acceptText(_ byte: UInt8) -> Bool {
        if byte == Byte.quote {
            expected = isKey ? .colon : .more
        } else if byte == Byte.backslash {
            expected = .escaped
        }
        return byte >= 0x20
    }

    private mutating func acceptKey(_ byte: UInt8) -> Bool {
        isKey = true
        expected = .text
        return byte == Byte.quote
    }

    private mutating func acceptValue(_ byte: UInt8) -> Bool {
        switch byte {
        case Byte.quote:
            isKey = false
            expected = .text
            return true
        case Byte.openBrace: return open(isObject: true)
        case Byte.openBracket: return open(isObject: false)
        default:
            expected = .word
            return Self.isWord(byte)
        }
    }

    private mutating func acceptMore(_ byte: UInt8) -> Bool {
        let isInObject = containers & 1 == 1
        switch byte {
        case Byte.comma:
            expected = isInObject ? .key : .value
            return true
        case Byte.closeBrace: return isInObject && close()
        case Byte.closeBracket: return !isInObject && close()
        default: return false
        }
    }

    private mutating func open(isObject: Bool) -> Bool {
        guard depth < Self.maximumDepth else { return false }
        depth += 1
        containers = containers << 1 | (isObject ? 1 : 0)
        expected = isObject ? .firstKey : .firstElement
        return true
    }

    private mutating func close() -> Bool {
        depth -= 1
        containers >>= 1
        expected = .more
        return true
    }

    /// Whether numbers and `true`, `false`, `null` have such a byte.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x61, 0x65, 0x66, 0x6C, 0x6E, 0x72, 0x73, 0x74,
            0x75:
            true
        default: false
        }
    }
}
