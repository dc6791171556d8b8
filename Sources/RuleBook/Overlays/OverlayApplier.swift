internal import AuditModel
internal import Detection
internal import GrantLedger
internal import MarkedText

/// Changes loaded rules as overlays say. Where several overlays are about one event, the first
/// decides.
struct OverlayApplier {
    private var reports: [Int: RuleText] = [:]
    private let sources: [RuleSource]

    static let mostOverlays = 100

    /// Applies overlays in the order of their files.
    static func apply(
        _ overlays: [Overlay], from sources: [RuleSource], to loaded: inout LoadedRules
    ) {
        if overlays.isEmpty { return }
        var applier = OverlayApplier(sources: sources)
        applier.checkNames(overlays, loaded)
        for index in loaded.rules.indices {
            let rule = loaded.rules[index].rule
            let fitting = overlays.filter { overlay in
                overlay.rules.isEmpty
                    || overlay.rules.contains { $0.name == rule.name || $0.name == rule.id }
            }
            if !fitting.isEmpty { applier.apply(fitting, to: &loaded.rules[index]) }
        }
        for report in applier.reports.sorted(by: { $0.key < $1.key }) {
            loaded.diagnostics += report.value.diagnostics
        }
    }

    private init(sources: [RuleSource]) {
        self.sources = sources
    }

    private mutating func report(
        _ overlay: Overlay, _ body: (inout RuleText) -> Void
    ) {
        let source = sources[overlay.file]
        var report = reports[overlay.file] ?? RuleText(path: source.path, text: source.text)
        body(&report)
        reports[overlay.file] = report
    }

    private mutating func checkNames(_ overlays: [Overlay], _ loaded: LoadedRules) {
        let names = loaded.rules.map(\.rule.name)
        let known = Set(names + loaded.rules.map(\.rule.id))
        for overlay in overlays {
            for reference in overlay.rules where !known.contains(reference.name) {
                report(overlay) {
                    $0.unknown(
                        .unknownRule, "rule", reference.name, reference.place, allowed: names)
                }
            }
        }
    }

    // MARK: - One rule

    private mutating func apply(_ overlays: [Overlay], to loaded: inout LoadedRule) {
        var base = loaded.rule
        var versions: [Rule] = []
        if overlays.count > Self.mostOverlays, let last = overlays.last {
            report(last) {
                $0.error(
                    .tooMany, last.place,
                    "more than \(Self.mostOverlays) overlays on \(loaded.rule.name)")
            }
            return
        }
        for overlay in overlays {
            let scope = base.add(Self.selection(of: overlay, base))
            if let version = version(overlay, base, scope) { versions.append(version) }
            base.restrict(to: .not(.selection(scope)))
            loaded.overlays.append(description(of: overlay, loaded.rule))
        }
        loaded.versions = ([base] + versions).map { rule in
            var rule = rule
            rule.hash = RuleHash.hash(of: rule)
            return rule
        }
    }

    /// The rule for the overlay's events; nil where nothing is left of it there.
    private mutating func version(_ overlay: Overlay, _ base: Rule, _ scope: Int) -> Rule? {
        var rule = base
        rule.restrict(to: .selection(scope))
        for change in overlay.changes {
            switch change {
            case .disable: return nil
            case .level(let level):
                rule.level = level
                rule.raise = []
            case .fireAt(let band):
                if rule.hasScore {
                    rule.fireAt = band
                } else if !overlay.rules.isEmpty {
                    report(overlay) {
                        $0.error(
                            .missingKey, overlay.place, "\(base.name) has no points for fire_at")
                    }
                }
            case .set(let settings):
                for setting in settings {
                    report(overlay) { OverlaySetting.apply(setting, to: &rule, &$0) }
                }
            case .allow(let name):
                guard rule.condition.needsFact(rule) else { return nil }
                rule.level = .info
                rule.raise = []
                rule.message =
                    (rule.message ?? rule.title)
                    + Self.plain(" [allowed: \(name), \(overlay.owner), until "
                        + OverlayDate.text(before: overlay.expires) + "]")
            }
        }
        return rule
    }

    /// Text without the braces of placeholders.
    private static func plain(_ text: String) -> String {
        text.filter { $0 != "{" && $0 != "}" }
    }

    /// The events of an overlay: those of its scope, in its time.
    private static func selection(of overlay: Overlay, _ rule: Rule) -> Rule.Selection {
        let hundredths: Int64 = 10_000_000
        var time = [
            Predicate(
                field: .event(.time), matchers: [.number(.less, Int(overlay.expires / hundredths))])
        ]
        if let since = overlay.since {
            time.append(
                Predicate(
                    field: .event(.time),
                    matchers: [.number(.greaterOrEqual, Int(since / hundredths))]))
        }
        let alternatives = (overlay.scope ?? [[]]).map { $0 + time }
        return Rule.Selection(
            name: "_overlay \(rule.selections.count)", alternatives: alternatives)
    }

    private func description(of overlay: Overlay, _ rule: Rule) -> RuleOverlay {
        let effects = overlay.changes.map { change in
            switch change {
            case .disable: "disabled"
            case .level(let level): "level: \(level.name)"
            case .fireAt(let band): "fire_at: \(DecimalText.text(band.from))"
            case .set(let settings):
                settings.map { "\($0.path): \($0.value.text ?? "")" }.joined(separator: ", ")
            case .allow(let name):
                rule.condition.needsFact(rule)
                    ? "lowered to info by '\(name)'" : "hidden by '\(name)'"
            }
        }
        let isDisabled = overlay.scope == nil && overlay.changes.contains {
            if case .disable = $0 { true } else { false }
        }
        return RuleOverlay(
            effect: effects.joined(separator: ", ")
                + (overlay.scopeText.isEmpty ? "" : " where \(overlay.scopeText)"),
            owner: overlay.owner, reason: overlay.reason, expires: overlay.expires,
            path: sources[overlay.file].path, line: overlay.place.line, isDisabled: isDisabled)
    }
}

extension Rule {
    /// Whether hits of the rule have a score.
    fileprivate var hasScore: Bool {
        if case .geoVelocity = operation?.kind { return true }
        return !points.isEmpty
    }

    /// Adds a selection.
    ///
    /// - Returns: its index.
    fileprivate mutating func add(_ selection: Selection) -> Int {
        selections.append(selection)
        return selections.count - 1
    }

    /// Lets the rule see only what also meets a condition.
    fileprivate mutating func restrict(to extra: Condition) {
        condition = .all([condition, extra])
        for index in inputs.indices {
            inputs[index].condition = .all([inputs[index].condition, extra])
        }
    }
}

extension Rule.Condition {
    /// Whether the condition asks for a fact of the ledger: such a rule reports what has happened
    /// to a grant, which no list makes undone.
    fileprivate func needsFact(_ rule: Rule) -> Bool {
        switch self {
        case .selection(let index):
            rule.selections[index].alternatives.contains { predicates in
                predicates.contains { $0.field == .ledger(.fact) && !$0.isNegated }
            }
        case .not, .fired: false
        case .all(let parts), .any(let parts): parts.contains { $0.needsFact(rule) }
        }
    }
}
