import MarkedText
import RuleBook

/// Rule texts for tests: a sound rule, and ways to spoil it.
enum RuleFixture {
    static let sound = """
        title: Tokens refused
        id: 11111111-2222-4333-8444-555555555555
        name: TST-01
        status: test
        level: low
        logsource: {product: oauth, service: ledger}
        detection:
            refused: {fact: refresh.refused}
            condition: refused
        grantrail:
            key: [issuer, client]
            message: "{subject} at {client}"
        """

    /// The sound rule with one text replaced.
    static func replacing(_ old: String, _ new: String) -> String {
        sound.replacing(old, with: new)
    }

    /// The sound rule with another detection, four spaces deep.
    static func detection(_ lines: String) -> String {
        let indented = lines.split(separator: "\n", omittingEmptySubsequences: false)
            .map { "    " + $0 }.joined(separator: "\n")
        return """
            title: Tokens refused
            id: 11111111-2222-4333-8444-555555555555
            name: TST-01
            logsource: {product: oauth}
            detection:
            \(indented)
            """
    }

    static func load(_ text: String) -> LoadedRules {
        RuleBook.load(text: text, path: "rule.yml")
    }

    /// `code line:column` of every diagnostic.
    static func places(_ text: String) -> [String] {
        load(text).diagnostics.map { "\($0.code.rawValue) \($0.line):\($0.column)" }
    }
}

extension RuleFixture {
    /// The files of the pack, as a set of their own.
    static var packSources: [RuleSource] {
        RuleBook.pack().rules.map(\.path).compactMap { path in
            (try? SourceTree.text(path)).map { RuleSource(path: path, text: $0, set: 0) }
        }
    }
}
