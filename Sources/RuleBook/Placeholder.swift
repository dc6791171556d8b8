/// What `{…}` may name in a rule's message and in its actions. Each is a member of the
/// alert or a fact about it; one that an alert does not have is written as `unknown`.
public enum Placeholder {
    public static let names = [
        "issuer", "tenant", "client", "subject", "session", "grant", "family", "lineage", "token",
        "attacker.ip", "victim.ip", "branch", "severity", "generation", "generation_gap",
        "replay_gap", "score",
    ]

    /// The `{…}` of a template, each with its offset in Unicode scalars; an opening brace without
    /// its closing one ends the search.
    static func uses(in template: String) -> [(name: String, offset: Int)] {
        var uses: [(name: String, offset: Int)] = []
        var open: (offset: Int, name: String)?
        for (offset, scalar) in template.unicodeScalars.enumerated() {
            if scalar == "{" {
                open = (offset, "")
            } else if scalar == "}", let name = open {
                uses.append((name.name, name.offset))
                open = nil
            } else if open != nil {
                open?.name.unicodeScalars.append(scalar)
            }
        }
        return uses
    }
}
