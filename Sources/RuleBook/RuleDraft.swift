internal import Detection
internal import MarkedText

/// A rule as one document says it, before rules that refer to each other are joined.
struct RuleDraft {
    /// A name that must be found among the rules or selections, with its place.
    struct Reference {
        var name: String
        var place: Place
    }

    struct NamedPoints {
        var selection: Reference
        var hundredths: Int
    }

    struct NamedRaise {
        var severity: Reference
        var selections: [Reference]
        /// In hundredths; nil when only selections count.
        var score: Int?
    }

    /// See ``Rule/suppress``.
    enum Suppression {
        case never
        case within(Int64)
    }

    /// Complete but for ``Rule/points``, ``Rule/raise`` and ``Rule/hash``.
    var rule: Rule
    /// Index of the file it stands in.
    var file = 0
    /// Where its id, or else its title, stands.
    var place: Place
    var hasOwnName = false
    var points: [NamedPoints] = []
    var pointsFrom: Reference?
    var raise: [NamedRaise] = []
    var unless: [Reference] = []
    /// What the block says of it; nil where it says nothing.
    var suppress: Suppression?
    /// The key of the rule's operator.
    var operatorName: String?
    /// Selections that the operator names.
    var operands: [String] = []
    /// How its fields are read; nil for a log source that is not mapped.
    var map: SourceMap? = .canonical
    /// What a correlation document says.
    var correlation: CorrelationDraft?
    /// Names of the filters that narrow it.
    var filters: [String] = []
    /// A rule it stands on cannot be had, so it cannot either.
    var isRefused = false
    /// Why it sees nothing; empty when it sees.
    var blindness: [String] = []
    var tests: [RuleTest] = []

    /// Equal exactly for drafts of the same meaning, whatever they will be joined with.
    var meaning: String {
        var parts = [RuleHash.hash(of: rule), pointsFrom?.name ?? ""]
        for points in points { parts.append("\(points.selection.name)=\(points.hundredths)") }
        for raise in raise {
            parts.append("\(raise.severity.name):\(raise.score.map(String.init) ?? "")")
            parts += raise.selections.map(\.name)
        }
        parts.append(correlation?.meaning ?? "")
        return parts.joined(separator: "\n")
    }
}
