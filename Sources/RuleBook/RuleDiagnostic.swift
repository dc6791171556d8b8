internal import AuditModel

/// One thing to say about a rule file, at its place in the text.
public struct RuleDiagnostic: Sendable, Equatable {
    /// `error`: the rule cannot be used. `warning`: it is used, or kept blind. `notice`: to know.
    public enum Severity: String, Sendable {
        case error, warning, notice
    }

    /// Stable names for programs; the message is for people.
    public enum Code: String, Sendable, CaseIterable {
        case unreadable = "rule.unreadable"
        case tooLarge = "rule.too_large"
        case tooDeep = "rule.too_deep"
        case tooManyAliases = "rule.too_many_aliases"
        case tooMany = "rule.too_many"
        case syntax = "rule.syntax"
        case duplicateKey = "rule.duplicate_key"
        case unknownKey = "rule.unknown_key"
        case missingKey = "rule.missing_key"
        case wrongType = "rule.wrong_type"
        case unknownValue = "rule.unknown_value"
        case unknownField = "rule.unknown_field"
        case unknownModifier = "rule.unknown_modifier"
        case modifierMisuse = "rule.modifier_misuse"
        case expression = "rule.expression"
        case undefined = "rule.undefined"
        case obsolete = "rule.obsolete"
        case correlation = "rule.correlation"
        case filter = "rule.filter"
        case notPortable = "rule.not_portable"
        case condition = "rule.condition"
        case unknownSelection = "rule.unknown_selection"
        case unusedSelection = "rule.unused_selection"
        case unknownRule = "rule.unknown_rule"
        case unknownPlaceholder = "rule.unknown_placeholder"
        case duplicateID = "rule.duplicate_id"
        case duplicateName = "rule.duplicate_name"
        case replaced = "rule.replaced"
        case otherLogSource = "rule.other_logsource"
        case story = "rule.story"
        case impossibleEvent = "rule.impossible_event"
    }

    public var severity: Severity
    public var code: Code
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

    public var isError: Bool { severity == .error }
}

extension RuleDiagnostic {
    /// The diagnostic as people read it: `path:line:column: error: message [code]`, the source
    /// line, a caret under the place, and the remedy. Safe to print on a terminal.
    public var text: String {
        var head = path
        if line > 0 { head += ":\(line):\(column)" }
        var lines = ["\(head): \(severity.rawValue): \(message) [\(code.rawValue)]"]
        if let sourceLine {
            lines += SourceExcerpt.lines(sourceLine, column: column, length: length)
        }
        if let remedy { lines.append("    help: " + remedy) }
        return lines.map(SourceExcerpt.printable).joined(separator: "\n")
    }
}
