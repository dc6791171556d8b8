internal import AuditModel

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

    /// `path:line:column: error: message [code]`, the line, and a caret under the place.
    public var text: String {
        if line == 0 { return "\(path): error: \(message) [\(code.rawValue)]" }
        let head = "\(path):\(line):\(column): error: \(message) [\(code.rawValue)]"
        return ([head] + SourceExcerpt.lines(sourceLine, column: column, length: length))
            .map(SourceExcerpt.printable).joined(separator: "\n")
    }
}
