public import AuditModel

/// How text for people looks: with terminal colours or plain; log texts escaped either way.
public struct TextStyle: Sendable {
    public var isColoured: Bool

    public init(isColoured: Bool) { self.isColoured = isColoured }

    public func bold(_ text: String) -> String { sequence("1", text) }

    public func dim(_ text: String) -> String { sequence("2", text) }

    /// A text that says all is well.
    public func good(_ text: String) -> String { sequence("32", text) }

    /// A text in the colour of a severity.
    public func severity(_ severity: Severity, _ text: String) -> String {
        switch severity {
        case .critical: sequence("1;97;41", text)
        case .high: sequence("1;31", text)
        case .medium: sequence("33", text)
        case .low: sequence("36", text)
        case .info: sequence("2", text)
        }
    }

    /// Log text made harmless for a terminal: control, format and line-breaking characters are
    /// written as `\u{…}`; text over `limit` characters is cut.
    public func escape(_ text: String, limit: Int = 400) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == limit { return result + "…" }
            count += 1
            if Self.isHarmless(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return result
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            false
        default: true
        }
    }

    private func sequence(_ code: String, _ text: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
