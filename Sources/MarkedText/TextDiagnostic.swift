internal import AuditModel

/// How much a diagnostic matters. `error`: what it is about cannot be used. `warning`: it is used,
/// or kept without effect. `notice`: to know.
public enum DiagnosticSeverity: String, Sendable {
    case error, warning, notice
}

/// Stable names for programs, one enumeration for each kind of file.
public protocol DiagnosticCode: RawRepresentable<String>, Sendable, Equatable {}

/// What can be wrong with any YAML file, whatever it is about.
public protocol YAMLCode: DiagnosticCode {
    static var tooLarge: Self { get }
    static var tooDeep: Self { get }
    static var tooManyAliases: Self { get }
    static var tooMany: Self { get }
    static var syntax: Self { get }
    static var duplicateKey: Self { get }
    static var unknownKey: Self { get }
    static var wrongType: Self { get }
}

/// One thing to say about a text file, at its place in the text.
public struct TextDiagnostic<CodeName: DiagnosticCode>: Sendable, Equatable {
    /// The codes of this kind of file.
    public typealias Code = CodeName
    /// How much it matters.
    public typealias Severity = DiagnosticSeverity

    public var severity: DiagnosticSeverity
    /// For programs; the message is for people.
    public var code: CodeName
    public var path: String
    /// From 1; 0 when the diagnostic is about the file as a whole.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    /// Scalars to underline, at least 1.
    public var length: Int
    public var message: String
    /// What to do about it; nil when the message says so already.
    public var remedy: String?
    /// The line of the file, without its line break.
    public var sourceLine: String?

    public init(
        severity: DiagnosticSeverity = .error, code: CodeName, path: String,
        place: Place = .whole, message: String, remedy: String? = nil, sourceLine: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.path = path
        line = place.line
        column = place.column
        length = max(1, place.length)
        self.message = message
        self.remedy = remedy
        self.sourceLine = sourceLine
    }

    public var isError: Bool { severity == .error }

    /// The diagnostic as people read it: `path:line:column: error: message [code]`, the source
    /// line, a caret under the place, and the remedy. Safe to print on a terminal.
    public var text: String {
        var lines = ["\(head)\(message) [\(code.rawValue)]"]
        if line > 0, let sourceLine {
            lines += SourceExcerpt.lines(sourceLine, column: column, length: length)
        }
        if let remedy { lines.append("    help: " + remedy) }
        return lines.map(SourceExcerpt.printable).joined(separator: "\n")
    }

    private var head: String {
        let place = line > 0 ? "\(path):\(line):\(column)" : path
        return "\(place): \(severity.rawValue): "
    }

    /// The diagnostic without what the text says: message, excerpt and remedy may quote the line
    /// that they are about. For lines that hold a secret.
    ///
    /// - Parameter reason: why they are left out.
    public func withheld(because reason: String) -> TextDiagnostic {
        var result = self
        result.message = "not shown, because \(reason)"
        result.sourceLine = nil
        result.remedy = nil
        return result
    }
}
