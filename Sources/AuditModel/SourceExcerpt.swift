/// A line of somebody's file with one place in it marked, for diagnostics.
public enum SourceExcerpt {
    private static let widestLine = 200

    /// The line, and under it a caret and tildes; the line alone if the place is far to the right.
    ///
    /// - Parameters:
    ///   - column: from 1, in Unicode scalars.
    ///   - length: scalars to underline.
    public static func lines(_ line: String, column: Int, length: Int) -> [String] {
        let scalars = Array(line.unicodeScalars.prefix(widestLine))
        let shown = "    " + String(String.UnicodeScalarView(scalars))
        guard (1...widestLine).contains(column) else { return [shown] }
        let indent = (0..<column - 1).map { index in
            index < scalars.count && scalars[index] == "\t" ? "\t" : " "
        }
        let room = max(1, scalars.count - (column - 1))
        let tail = String(repeating: "~", count: max(0, min(length, room) - 1))
        return [shown, "    " + indent.joined() + "^" + tail]
    }

    /// The text without control characters and direction marks, which could rewrite a terminal.
    public static func printable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09: result.append(scalar)
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
