/// Finds the end of one JSON value without parsing it: brackets, braces and quotes only.
///
/// A line feed inside a text is illegal JSON; it ends the text here, so that one missing quote
/// costs one element of a pretty-printed array and not all that follow.
struct ElementScan {
    private var depth = 0
    private var isInText = false
    private var isEscaped = false
    private var isScalar = false

    /// Looks at the bytes that follow those of earlier calls.
    ///
    /// - Returns: how many of them belong to the value, if it ends among them; a comma or bracket
    ///   that ends a bare number or word is not part of it.
    mutating func end(in bytes: UnsafeRawBufferPointer) -> Int? {
        for (index, byte) in bytes.enumerated() {
            if isInText {
                readText(byte)
                if !isInText && depth == 0 { return index + 1 }
                continue
            }
            switch byte {
            case Byte.quote: isInText = true
            case Byte.openBrace, Byte.openBracket: depth += 1
            case Byte.closeBrace, Byte.closeBracket:
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case Byte.comma: if depth == 0 { return index }
            default:
                if depth == 0 {
                    if isScalar && Byte.isWhiteSpace(byte) { return index }
                    isScalar = true
                }
            }
        }
        return nil
    }

    private mutating func readText(_ byte: UInt8) {
        if byte == Byte.lineFeed {
            isInText = false
            isEscaped = false
        } else if isEscaped {
            isEscaped = false
        } else if byte == Byte.backslash {
            isEscaped = true
        } else if byte == Byte.quote {
            isInText = false
        }
    }
}
