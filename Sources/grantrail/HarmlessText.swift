import Places
import RuleBook
import TokenScan

extension RuleDiagnostic {
    /// The diagnostic as people read it, without what a line with a token says.
    var harmlessText: String {
        guard let sourceLine, SecretText.isFound(in: sourceLine) else {
            return SecretText.redacted(text)
        }
        return SecretText.redacted(path) + ":\(line):\(column): \(severity.rawValue): "
            + withheld(code.rawValue)
    }
}

extension NetworkDiagnostic {
    /// The diagnostic as people read it, without what a line with a token says.
    var harmlessText: String {
        guard SecretText.isFound(in: sourceLine) else { return SecretText.redacted(text) }
        return SecretText.redacted(path) + ":\(line):\(column): error: " + withheld(code.rawValue)
    }
}

/// Messages quote and shorten what the line says; a shortened token is no longer known as one.
private func withheld(_ code: String) -> String {
    "not shown, because the line holds a token [\(code)]"
}

extension SecretText {
    fileprivate static func isFound(in text: String) -> Bool { redacted(text) != text }
}
