internal import Detection
internal import MarkedText

/// A correlation as its document says it, before the rules it names are found.
struct CorrelationDraft {
    enum Kind: String, CaseIterable {
        case eventCount = "event_count"
        case valueCount = "value_count"
        case sum = "value_sum"
        case average = "value_avg"
        case percentile = "value_percentile"
        case temporal
        case ordered = "temporal_ordered"

        var isTemporal: Bool { self == .temporal || self == .ordered }

        /// Whether the condition names the field whose values count.
        var needsField: Bool { !isTemporal && self != .eventCount }
    }

    /// A name for a field that the correlated rules call differently.
    struct Alias {
        var name: String
        var fields: [(rule: RuleDraft.Reference, field: RuleDraft.Reference)]
    }

    var kind: Kind
    var rules: [RuleDraft.Reference] = []
    var groupBy: [RuleDraft.Reference] = []
    var aliases: [Alias] = []
    /// Nanoseconds.
    var span: Int64 = 0
    var bounds: [Operation.Bound] = []
    /// Of the condition.
    var fields: [RuleDraft.Reference] = []
    /// Of a percentile.
    var percent = 50
    /// The rules it names give alerts of their own.
    var generates = false
    /// The document says how severe it is.
    var hasLevel = false
    /// Of the block.
    var place: Place

    /// Equal exactly for correlations of the same meaning.
    var meaning: String {
        var parts = [kind.rawValue, String(span), String(percent), generates ? "generate" : ""]
        parts += rules.map(\.name) + ["by"] + groupBy.map(\.name) + ["of"] + fields.map(\.name)
        parts += bounds.map { "\($0.comparison.rawValue) \($0.limit)" }
        for alias in aliases {
            parts += [alias.name] + alias.fields.flatMap { [$0.rule.name, $0.field.name] }
        }
        return parts.joined(separator: "\n")
    }
}
