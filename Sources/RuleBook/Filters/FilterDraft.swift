internal import Detection
internal import MarkedText

/// A filter as its document says it: events that rules shall not fire for.
struct FilterDraft {
    var name: String
    /// Its id, or its title where it has none.
    var id: String
    var file = 0
    var place: Place
    /// Nil for every rule of the same source.
    var rules: [RuleDraft.Reference]?
    var map: SourceMap
    var selections: [Rule.Selection]
    /// What must hold of an event for the rules to see it.
    var condition: Rule.Condition
}
