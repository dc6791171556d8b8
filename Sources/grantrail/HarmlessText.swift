import MarkedText
import TokenScan

extension TextDiagnostic {
    /// The diagnostic without what a line with a token says: messages quote and shorten the line,
    /// and a shortened token is no longer known as one.
    var harmless: TextDiagnostic {
        let holdsToken = sourceLine.map { SecretText.redacted($0) != $0 } ?? false
        return holdsToken ? withheld(because: "the line holds a token") : self
    }

    /// ``harmless`` as people read it.
    var harmlessText: String { SecretText.redacted(harmless.text) }
}
