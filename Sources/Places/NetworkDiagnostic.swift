/// One thing wrong with a file of own networks, at its place in the text.
public struct NetworkDiagnostic: Equatable, Sendable {
    /// Stable names for programs; the message is for people.
    public enum Code: String, Sendable, CaseIterable {
        case tooLarge = "networks.too_large"
        case encoding = "networks.encoding"
        case quote = "networks.quote"
        case columns = "networks.columns"
        case prefix = "networks.prefix"
        case hostBits = "networks.host_bits"
        case duplicate = "networks.duplicate"
        case networkClass = "networks.class"
        case country = "networks.country"
        case place = "networks.place"
    }

    public let code: Code
    public let path: String
    /// From 1; 0 when it is about the file as a whole.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int
    /// Scalars to underline.
    public let length: Int
    public let message: String
    /// The line of the file, without its line break.
    public let sourceLine: String

    private static let widestLine = 200

    /// `path:line:column: error: message [code]`, the line, and a caret under the place.
    public var text: String {
        if line == 0 { return "\(path): error: \(message) [\(code.rawValue)]" }
        let scalars = Array(sourceLine.unicodeScalars.prefix(Self.widestLine))
        var lines = ["\(path):\(line):\(column): error: \(message) [\(code.rawValue)]"]
        lines.append("    " + String(String.UnicodeScalarView(scalars)))
        if column <= scalars.count + 1 {
            let indent = scalars.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
            let room = max(1, scalars.count - (column - 1))
            let tail = String(repeating: "~", count: max(0, min(length, room) - 1))
            lines.append("    " + indent + "^" + tail)
        }
        return lines.map(Self.printable).joined(separator: "\n")
    }

    /// Without control characters and direction marks, which could rewrite a terminal.
    private static func printable(_ text: String) -> String {
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
