internal import AuditModel
internal import Detection
internal import MarkedText

/// Drafts of all files to rules: what replaces what, and what refers to what.
struct RuleLinker {
    private var files: [RuleText]
    private let sets: [Int]
    private var drafts: [RuleDraft] = []
    private var filters: [FilterDraft] = []
    /// Indexes of drafts by rule id.
    private var byID: [String: Int] = [:]

    static let mostRules = 10_000
    static let mostFilters = 200

    /// - Parameter sets: by file, see ``RuleSource/set``.
    init(files: [RuleText], sets: [Int]) {
        self.files = files
        self.sets = sets
    }

    /// Takes in a draft; a later set wins over an earlier one.
    mutating func add(_ draft: RuleDraft) {
        guard let index = byID[draft.rule.id] else {
            if drafts.count < Self.mostRules {
                byID[draft.rule.id] = drafts.count
                drafts.append(draft)
            } else {
                files[draft.file].error(
                    .tooMany, draft.place, "more than \(Self.mostRules) rules")
            }
            return
        }
        let known = drafts[index]
        let place = "\(files[known.file].path):\(known.place.line)"
        if sets[known.file] == sets[draft.file] {
            files[draft.file].error(
                .duplicateID, draft.place, "rule id \(draft.rule.id) stands at \(place) already",
                remedy: "give one of the two another id, or remove it")
            return
        }
        if known.meaning != draft.meaning {
            files[draft.file].notice(
                .replaced, draft.place, "\(draft.rule.name) replaces the one of \(place)")
        }
        drafts[index] = draft
    }

    /// Takes in a filter; a later set wins over an earlier one.
    mutating func add(_ filter: FilterDraft) {
        let known = filters.firstIndex { $0.id == filter.id && sets[$0.file] != sets[filter.file] }
        if let known {
            filters[known] = filter
        } else if filters.count < Self.mostFilters {
            filters.append(filter)
        } else {
            files[filter.file].error(
                .tooMany, filter.place, "more than \(Self.mostFilters) filters")
        }
    }

    /// Resolves every reference between rules.
    mutating func link() -> LoadedRules {
        checkNames()
        CorrelationLinker.link(&drafts, &files, sets)
        FilterLinker.apply(filters, to: &drafts, &files)
        let names = Dictionary(
            drafts.map { ($0.rule.name, $0) }, uniquingKeysWith: { first, _ in first })
        var rules: [LoadedRule] = []
        for var draft in drafts {
            let errors = errorCount(draft)
            resolve(&draft, names)
            guard errorCount(draft) == errors, !draft.isRefused else { continue }
            draft.rule.hash = RuleHash.hash(of: draft.rule)
            rules.append(
                LoadedRule(
                    rule: draft.rule, path: files[draft.file].path, line: draft.place.line,
                    isFromPack: sets[draft.file] == 0, blindness: draft.blindness,
                    filters: draft.filters, tests: draft.tests))
        }
        rules.sort { ($0.rule.name, $0.rule.id) < ($1.rule.name, $1.rule.id) }
        let diagnostics = files.flatMap { file in
            file.diagnostics.enumerated().sorted { left, right in
                let (a, b) = (left.element, right.element)
                return (a.line, a.column, left.offset) < (b.line, b.column, right.offset)
            }.map(\.element)
        }
        return LoadedRules(rules: rules, diagnostics: diagnostics)
    }

    private func errorCount(_ draft: RuleDraft) -> Int { files[draft.file].errorCount }

    /// Names are how rules refer to each other, so that only one may have one.
    private mutating func checkNames() {
        var known: [String: RuleDraft] = [:]
        for draft in drafts where draft.hasOwnName {
            if let other = known[draft.rule.name] {
                files[draft.file].error(
                    .duplicateName, draft.place,
                    "the name \(draft.rule.name) is that of rule \(other.rule.id) already",
                    remedy: "see \(files[other.file].path):\(other.place.line)")
            } else {
                known[draft.rule.name] = draft
            }
        }
    }

    private mutating func resolve(_ draft: inout RuleDraft, _ names: [String: RuleDraft]) {
        for target in draft.unless where names[target.name] == nil {
            unknownRule(target, names, draft.file)
        }
        for target in draft.unless where target.name == draft.rule.name {
            files[draft.file].error(
                .unknownRule, target.place, "the rule waits for itself",
                remedy: "name another rule")
        }
        for test in draft.tests {
            for name in test.expectation.ruleNames where names[name] == nil {
                let place = Place(line: test.line, column: test.column, length: 1)
                unknownRule(RuleDraft.Reference(name: name, place: place), names, draft.file)
            }
        }
        if let target = draft.pointsFrom { takePoints(target, into: &draft, names) }
        guard draft.blindness.isEmpty else { return }
        for points in draft.points {
            if let index = selection(points.selection, draft) {
                draft.rule.points.append(
                    Rule.Points(selection: index, hundredths: points.hundredths))
            }
        }
        draft.rule.points.sort { $0.selection < $1.selection }
        for raise in draft.raise {
            let selections = raise.selections.compactMap { selection($0, draft) }
            guard let severity = Severity(name: raise.severity.name) else { continue }
            draft.rule.raise.append(
                Rule.Raise(severity: severity, selections: selections, score: raise.score))
        }
    }

    private mutating func unknownRule(
        _ target: RuleDraft.Reference, _ names: [String: RuleDraft], _ file: Int
    ) {
        guard files[file].errorCount < RuleText.mostDiagnostics else {
            return files[file].error(.unknownRule, target.place, "unknown rule")
        }
        let nearest = Suggestion.phrase(for: target.name, among: names.keys)
        files[file].error(
            .unknownRule, target.place, "no rule is named '\(target.name.prefix(60))'\(nearest)",
            remedy: "rules: \(names.keys.sorted().prefix(24).joined(separator: ", "))")
    }

    /// Copies the points of another rule, with the selections they belong to.
    private mutating func takePoints(
        _ target: RuleDraft.Reference, into draft: inout RuleDraft, _ names: [String: RuleDraft]
    ) {
        guard let source = names[target.name] else {
            unknownRule(target, names, draft.file)
            return
        }
        guard !source.points.isEmpty, source.pointsFrom == nil else {
            files[draft.file].error(
                .unknownRule, target.place, "\(target.name) has no points of its own",
                remedy: "name the rule in whose file the points stand")
            return
        }
        draft.points = source.points
        for points in source.points {
            let name = points.selection.name
            if draft.rule.selections.contains(where: { $0.name == name }) { continue }
            draft.rule.selections += source.rule.selections.filter { $0.name == name }
        }
    }

    private mutating func selection(
        _ reference: RuleDraft.Reference, _ draft: RuleDraft
    ) -> Int? {
        let names = draft.rule.selections.map(\.name)
        if let index = names.firstIndex(of: reference.name) { return index }
        let nearest = Suggestion.phrase(for: reference.name, among: names)
        files[draft.file].error(
            .unknownSelection, reference.place,
            "no selection is named '\(reference.name.prefix(60))'\(nearest)",
            remedy: "selections: \(names.prefix(24).joined(separator: ", "))")
        return nil
    }
}

extension RuleTest.Expectation {
    /// Every rule the expectation names.
    var ruleNames: [String] { alerts.compactMap(\.rule) + silent }
}
