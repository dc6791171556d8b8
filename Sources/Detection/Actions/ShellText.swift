/// Other people's text in a command that a person may paste into a shell.
public enum ShellText {
    /// The text as one word of a POSIX shell, whatever it holds; NUL, which no argument can hold,
    /// is left out.
    public static func quoted(_ text: String) -> String {
        // By bytes: a quote with an accent on it is one character, and a quote all the same.
        let bytes = text.utf8.filter { $0 != 0 }
        let isOption = bytes.first == UInt8(ascii: "-")
        if !bytes.isEmpty, !isOption, bytes.allSatisfy(isPlain) {
            return String(decoding: bytes, as: UTF8.self)
        }
        var word: [UInt8] = [0x27]
        for byte in bytes {
            if byte == 0x27 { word += #"'\'"#.utf8 }
            word.append(byte)
        }
        return String(decoding: word + [0x27], as: UTF8.self)
    }

    /// The text as one segment of a URL's path, percent-encoded, which needs no quotes; nil for
    /// nothing and for what would lead to another path.
    public static func pathSegment(_ text: String) -> String? {
        if ["", ".", ".."].contains(text) || !isShowable(text) { return nil }
        var segment = ""
        for byte in text.utf8 {
            if isPlain(byte) || byte == 0x7E {
                segment.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                segment += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return segment
    }

    /// The text as the value of a query that a tool sends as it is; nil for what would end it.
    static func queryValue(_ text: String) -> String? {
        let isWhole = text.utf8.allSatisfy { isPlain($0) || [0x2F, 0x3A, 0x40, 0x7E].contains($0) }
        return isWhole && !text.isEmpty ? quoted(text) : nil
    }

    /// Longer values are in no command.
    private static let longest = 400

    /// Whether the text can stand in a command that looks the same wherever it is shown: printable
    /// ASCII, not too long.
    static func isShowable(_ text: String) -> Bool {
        text.utf8.count <= longest && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Whether no shell and no URL gives a byte another meaning: letters, digits, `-`, `.`, `_`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
            || byte == 0x2D || byte == 0x2E || byte == 0x5F
    }
}
