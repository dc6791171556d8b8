/// The text of one file while it is read, and what is to be said about it.
public struct TextReport<Code: YAMLCode>: Sendable {
    public let path: String
    private let lines: [Substring]
    public private(set) var diagnostics: [TextDiagnostic<Code>] = []

    /// Errors, those beyond ``mostDiagnostics`` included.
    public private(set) var errorCount = 0

    /// No file is worth more than this many errors, nor as many other diagnostics.
    public static var mostDiagnostics: Int { 200 }

    public init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    public var hasErrors: Bool { errorCount > 0 }

    /// A line of the file, from 1, without its line break.
    public func line(_ number: Int) -> String? {
        guard number >= 1, number <= lines.count else { return nil }
        let line = lines[number - 1]
        return String(line.hasSuffix("\r") ? line.dropLast() : line)
    }

    /// Adds an error.
    public mutating func error(
        _ code: Code, _ place: Place, _ message: String, remedy: String? = nil
    ) {
        add(.error, code, place, message, remedy)
    }

    /// Adds a warning.
    public mutating func warning(
        _ code: Code, _ place: Place, _ message: String, remedy: String? = nil
    ) {
        add(.warning, code, place, message, remedy)
    }

    /// Adds a notice.
    public mutating func notice(
        _ code: Code, _ place: Place, _ message: String, remedy: String? = nil
    ) {
        add(.notice, code, place, message, remedy)
    }

    private mutating func add(
        _ severity: DiagnosticSeverity, _ code: Code, _ place: Place,
        _ message: String, _ remedy: String?
    ) {
        if severity == .error {
            errorCount += 1
            guard errorCount <= Self.mostDiagnostics else { return }
        } else if diagnostics.count - min(errorCount, Self.mostDiagnostics)
            >= Self.mostDiagnostics
        {
            return
        }
        diagnostics.append(
            TextDiagnostic(
                severity: severity, code: code, path: path, place: place, message: message,
                remedy: remedy, sourceLine: line(place.line)))
    }
}

extension TextReport {
    /// Reports a key or value that is not one of those allowed.
    public mutating func unknown(
        _ code: Code, _ what: String, _ word: String, _ place: Place,
        allowed: [String]
    ) {
        guard errorCount < Self.mostDiagnostics else {
            return error(code, place, "unknown \(what)")
        }
        let nearest = Suggestion.phrase(for: word, among: allowed)
        let shown = allowed.prefix(24).joined(separator: ", ")
        error(
            code, place, "unknown \(what) '\(word.prefix(60))'\(nearest)",
            remedy: "one of: \(shown)\(allowed.count > 24 ? ", …" : "")")
    }

    /// The text of a scalar; reports anything else.
    public mutating func string(_ node: YAMLNode, _ what: String) -> String? {
        guard let scalar = node.scalar, !scalar.isNull else {
            error(.wrongType, node.place, "\(what) must be text, not \(node.typeName)")
            return nil
        }
        return scalar.text
    }

    /// The texts of a list, or of one scalar; reports anything else.
    public mutating func strings(_ node: YAMLNode, _ what: String) -> [String] {
        if node.scalar?.isNull == true { return [] }
        guard let items = node.items else { return string(node, what).map { [$0] } ?? [] }
        return items.compactMap { string($0, "an entry of \(what)") }
    }

    /// The entries of a mapping, after a look at their keys; reports anything else.
    public mutating func entries(
        _ node: YAMLNode, _ what: String, keys: [String]
    ) -> [(key: String, place: Place, value: YAMLNode)] {
        guard let entries = node.entries else {
            error(.wrongType, node.place, "\(what) must be a mapping, not \(node.typeName)")
            return []
        }
        return entries.compactMap { entry in
            guard let key = string(entry.key, "a key of \(what)") else { return nil }
            guard keys.contains(key) else {
                unknown(.unknownKey, "key of \(what)", key, entry.key.place, allowed: keys)
                return nil
            }
            return (key, entry.key.place, entry.value)
        }
    }

    /// `true` or `false`; reports anything else.
    public mutating func truth(_ node: YAMLNode, _ what: String) -> Bool? {
        guard let text = string(node, what) else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default:
            error(
                .wrongType, node.place, "\(what) must be true or false, not \(node.typeName)")
            return nil
        }
    }
}
