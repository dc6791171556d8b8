internal import Detection
internal import MarkedText

/// Adds filters to the rules they name.
enum FilterLinker {
    static func apply(
        _ filters: [FilterDraft], to drafts: inout [RuleDraft], _ files: inout [RuleText]
    ) {
        let index = RuleIndex(drafts)
        for filter in filters {
            var count = 0
            for place in places(filter, index, drafts, &files) {
                apply(filter, to: &drafts[place])
                count += 1
            }
            if count == 0 {
                files[filter.file].warning(
                    .filter, filter.place, "the filter applies to no rule; it hides nothing")
            }
        }
    }

    private static func places(
        _ filter: FilterDraft, _ index: RuleIndex, _ drafts: [RuleDraft],
        _ files: inout [RuleText]
    ) -> [Int] {
        guard let rules = filter.rules else {
            return drafts.indices.filter { fits(filter, drafts[$0]) }
        }
        return rules.compactMap { reference in
            guard let place = index.draft(reference.name) else {
                files[filter.file].warning(
                    .unknownRule, reference.place,
                    "no rule has the name or id '\(reference.name.prefix(60))'"
                        + Suggestion.phrase(for: reference.name, among: index.names))
                return nil
            }
            if fits(filter, drafts[place]) { return place }
            let isCorrelation = drafts[place].correlation != nil
            files[filter.file].warning(
                .filter, reference.place,
                isCorrelation
                    ? "a filter is about events, and this is a correlation; it stays as it is"
                    : "the rule has another log source; it stays as it is",
                remedy: isCorrelation
                    ? "name the rules that it stands on" : "give the filter the rule's logsource")
            return nil
        }
    }

    private static func fits(_ filter: FilterDraft, _ draft: RuleDraft) -> Bool {
        guard draft.correlation == nil, let map = draft.map else { return false }
        return filter.map.isCanonical || map.vendor?.dialect == filter.map.vendor?.dialect
    }

    private static func apply(_ filter: FilterDraft, to draft: inout RuleDraft) {
        let first = draft.rule.selections.count
        draft.rule.selections += filter.selections.map { selection in
            Rule.Selection(
                name: "_filter \(filter.name): \(selection.name)",
                alternatives: selection.alternatives)
        }
        draft.rule.narrow(by: filter.condition.shifted(by: first))
        draft.filters.append(filter.name)
    }
}

extension Rule {
    /// Adds to what every event of the rule and of its inputs must meet.
    mutating func narrow(by condition: Condition) {
        self.condition = .all([condition, self.condition])
        for index in inputs.indices {
            inputs[index].condition = .all([condition, inputs[index].condition])
        }
    }
}

extension Rule.Condition {
    /// With selections that stand further down.
    fileprivate func shifted(by offset: Int) -> Rule.Condition {
        switch self {
        case .selection(let index): .selection(index + offset)
        case .fired: self
        case .not(let part): .not(part.shifted(by: offset))
        case .all(let parts): .all(parts.map { $0.shifted(by: offset) })
        case .any(let parts): .any(parts.map { $0.shifted(by: offset) })
        }
    }
}
