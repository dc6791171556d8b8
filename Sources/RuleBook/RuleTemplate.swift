internal import Detection
internal import Foundation

/// Scaffolds of new rules: text that `rules check` and `rules test` accept as it is.
public enum RuleTemplate {
    /// Why no scaffold could be made.
    public struct Refusal: Error, Equatable {
        public var message: String
    }

    /// A rule with a fresh id, tests, and comments that say what to change.
    ///
    /// - Parameter name: letters, digits, `-` and `_`, at most 60; how other rules refer to it.
    public static func text(name: String) throws(Refusal) -> String {
        try check(name)
        return """
            title: \(name), what it finds in a few words
            id: \(freshID)
            name: \(name)
            # A rule that is experimental, deprecated or unsupported runs only with --experimental.
            status: test
            description: |
                What the rule finds, and why that is worth waking somebody for.

                Triage:
                1. Where to look first.
                2. How to tell a false alarm.
            author: Your name
            references:
                - https://www.rfc-editor.org/rfc/rfc9700
            tags:
                # ATT&CK techniques: attack.t and their number.
                - attack.t1528
            logsource:
                product: oauth
                # `service: ledger` if the rule asks for facts of the ledger, as this one does.
                service: ledger
            detection:
                # `grantrail rules fields` lists what a selection may ask for.
                replay:
                    fact: refresh.replayed
                ours:
                    client|startswith: batch-
                condition: replay and not ours
            falsepositives:
                - What honest clients do that looks the same
            level: low
            grantrail:
                # Hits with equal values of these are one alert.
                key: [issuer, lineage]
                needs:
                    all: [ip]
                    any: [refresh_id, generation]
                verdict: replayed
                message: "Refresh token of {subject} at {client} was presented again from {ip}"
                actions:
                    - title: Ask {subject} whether that was them
                      reversible: true
                tests:
                    - name: a stranger presents a spent token
                      story: |
                          10:00 anna berlin/telekom refresh g5>g6
                          11:31 ???  oslo/telenor   refresh g5 refused
                      expect: {level: low, count: 1}
                    - name: our own batch job does
                      story: |
                          10:00 anna berlin/telekom refresh g5>g6 client=batch-7
                          11:31 anna berlin/telekom refresh g5 refused client=batch-7
                      expect: none

            """
    }

    /// A copy of a loaded rule under another name and a fresh id.
    ///
    /// What stands before the rule in its file, such as comments, is copied with it; other
    /// documents of the file are not.
    public static func text(name: String, from loaded: LoadedRule) throws(Refusal) -> String {
        try check(name)
        let packed = RulePack.sources.first { loaded.isFromPack && $0.path == loaded.path }?.text
        guard let text = packed ?? (try? String(contentsOfFile: loaded.path, encoding: .utf8))
        else { throw Refusal(message: "cannot read \(loaded.path), where the rule stands") }
        let documents = text.components(separatedBy: "\n---\n")
        let own = documents.first { $0.contains(loaded.rule.id) } ?? text
        var hasName = false
        var lines = own.components(separatedBy: "\n").map { line in
            if line.hasPrefix("id:") { return "id: \(freshID)" }
            if line.hasPrefix("title:") { return "title: \(loaded.rule.title) (\(name))" }
            if line.hasPrefix("name:") {
                hasName = true
                return "name: \(name)"
            }
            return line
        }
        if !hasName, let id = lines.firstIndex(where: { $0.hasPrefix("id:") }) {
            lines.insert("name: \(name)", at: id + 1)
        }
        let origin = "# Began as a copy of \(loaded.rule.name) (\(loaded.rule.id)).\n"
        let body = lines.joined(separator: "\n")
        return origin + (body.hasSuffix("\n") ? body : body + "\n")
    }

    private static var freshID: String { UUID().uuidString.lowercased() }

    private static func check(_ name: String) throws(Refusal) {
        let isPlain = name.utf8.allSatisfy { byte in
            byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5A
                || byte >= 0x61 && byte <= 0x7A || byte == 0x2D || byte == 0x5F
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 60, !name.hasPrefix("-") else {
            throw Refusal(
                message: "'\(name)' is no name for a rule; use letters, digits, - and _, such as "
                    + "OWN-01")
        }
    }
}
