extension TextPattern {
    /// Whether the whole text matches. ASCII letters are folded unless the pattern is cased;
    /// time is linear in the text for every pattern with at most one run, quadratic at worst.
    func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        var piece = 0
        var position = 0
        var retryPiece = -1
        var retryPosition = 0
        while true {
            if piece == pieces.count {
                if position == text.count { return true }
            } else {
                switch pieces[piece] {
                case .anyRun:
                    retryPiece = piece + 1
                    retryPosition = position
                    piece += 1
                    continue
                case .anyByte:
                    if position < text.count {
                        piece += 1
                        position += 1
                        continue
                    }
                case .literal(let literal):
                    if equals(literal, text, at: position) {
                        piece += 1
                        position += literal.count
                        continue
                    }
                }
            }
            guard retryPiece >= 0, retryPosition < text.count else { return false }
            retryPosition += 1
            position = retryPosition
            piece = retryPiece
        }
    }

    /// Whether the whole text matches.
    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches(UnsafeRawBufferPointer($0)) }
    }

    private func equals(
        _ literal: [UInt8], _ text: UnsafeRawBufferPointer, at position: Int
    ) -> Bool {
        guard literal.count <= text.count - position else { return false }
        for (offset, byte) in literal.enumerated() {
            let other = text[position + offset]
            if byte == other { continue }
            guard !isCased, byte.asciiLowercased == other.asciiLowercased else { return false }
        }
        return true
    }

    /// The pattern as text, for explanations.
    var text: String {
        pieces.map { piece in
            switch piece {
            case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
            case .anyRun: "*"
            case .anyByte: "?"
            }
        }.joined()
    }
}
