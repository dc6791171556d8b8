internal import AuditModel
internal import Detection
internal import GrantLedger

/// The hash over what a rule means: everything that decides an alert or appears in one, in a fixed
/// order, each list after its length. Comments, layout, author, dates, description, false positives
/// and tests are not in it.
enum RuleHash {
    /// 32 hexadecimal digits.
    static func hash(of rule: Rule) -> String {
        var writer = Writer()
        writer.texts([rule.id, rule.name, rule.title, rule.status.rawValue, rule.level.name])
        writer.texts(rule.references)
        writer.texts(rule.attack)
        writer.number(rule.selections.count)
        for selection in rule.selections { writer.selection(selection) }
        writer.condition(rule.condition)
        writer.texts(rule.key.map(\.name))
        writer.optional(rule.suppress.map(Int.init))
        writer.number(rule.inputs.count)
        for input in rule.inputs { writer.input(input) }
        // Values of fixed layout only, so that the description is the meaning.
        writer.optional(rule.operation.map { String(describing: $0) })
        writer.number(rule.isSilent ? 1 : 0)
        writer.texts(rule.needs.all)
        writer.texts(rule.needs.any)
        writer.texts(rule.needs.better)
        writer.number(rule.points.count)
        for points in rule.points {
            writer.number(points.selection)
            writer.number(points.hundredths)
        }
        writer.optional(rule.fireAt?.from)
        writer.optional(rule.fireAt?.below)
        writer.number(rule.raise.count)
        for raise in rule.raise {
            writer.text(raise.severity.name)
            writer.number(raise.selections.count)
            for selection in raise.selections { writer.number(selection) }
            writer.optional(raise.score)
        }
        writer.texts(rule.unless)
        writer.optional(rule.verdict)
        writer.optional(rule.message)
        writer.number(rule.actions.count)
        for action in rule.actions { writer.action(action) }
        return writer.hash.id().hex
    }

    private struct Writer {
        var hash = IdentityHash("rule/1")

        mutating func text(_ text: String) { hash.add(text) }

        mutating func number(_ number: Int) { hash.add(Int64(number)) }

        mutating func texts(_ texts: [String]) {
            number(texts.count)
            for text in texts { self.text(text) }
        }

        mutating func optional(_ value: Int?) {
            number(value == nil ? 0 : 1)
            if let value { number(value) }
        }

        mutating func optional(_ value: String?) { texts(value.map { [$0] } ?? []) }

        mutating func action(_ action: Rule.ActionTemplate) {
            text(action.title)
            optional(action.command)
            number(action.reversible ? 1 : 0)
            if let standard = action.standard { text(standard.rawValue) }
        }

        mutating func selection(_ selection: Rule.Selection) {
            text(selection.name)
            number(selection.alternatives.count)
            for alternative in selection.alternatives {
                number(alternative.count)
                for predicate in alternative { self.predicate(predicate) }
            }
        }

        mutating func predicate(_ predicate: Predicate) {
            field(predicate.field)
            number(predicate.requiresAll ? 1 : 0)
            number(predicate.isNegated ? 1 : 0)
            number(predicate.matchers.count)
            for matcher in predicate.matchers { self.matcher(matcher) }
        }

        mutating func field(_ field: RuleField) {
            switch field {
            case .event(let field): texts(["event", field.name])
            case .ledger(let field): texts(["ledger", field.rawValue])
            case .payload(let path): texts(["payload", path])
            case .anyText: text("any")
            case .time(let part): texts(["time", part.rawValue])
            }
        }

        mutating func input(_ input: Rule.Input) {
            text(input.name)
            condition(input.condition)
            optional(input.key.map { $0.map(\.name).joined(separator: "\n") })
            number(input.least)
        }

        mutating func matcher(_ matcher: Matcher) {
            switch matcher {
            case .text(let pattern):
                text(pattern.isCased ? "cased" : "text")
                number(pattern.pieces.count)
                for piece in pattern.pieces { self.piece(piece) }
            case .number(let comparison, let hundredths):
                text(comparison.rawValue)
                number(hundredths)
            case .truth(let truth): texts(["truth", truth ? "true" : "false"])
            case .exists(let exists): texts(["exists", exists ? "true" : "false"])
            case .regex(let pattern):
                texts(["regex", pattern.source])
                number(Int(pattern.options.rawValue))
            case .network(let prefix): texts(["network", prefix.text])
            case .sameAs(let other, let affix, let isCased):
                texts(["same", affix.rawValue, isCased ? "cased" : ""])
                field(other)
            }
        }

        mutating func piece(_ piece: TextPattern.Piece) {
            switch piece {
            case .literal(let bytes):
                text("literal")
                bytes.withUnsafeBytes { hash.add($0) }
            case .anyRun: text("run")
            case .anyByte: text("byte")
            }
        }

        mutating func condition(_ condition: Rule.Condition) {
            switch condition {
            case .selection(let index):
                text("selection")
                number(index)
            case .fired(let rule): texts(["fired", rule])
            case .not(let inner):
                text("not")
                self.condition(inner)
            case .all(let parts): list("all", parts)
            case .any(let parts): list("any", parts)
            }
        }

        mutating func list(_ name: String, _ parts: [Rule.Condition]) {
            text(name)
            number(parts.count)
            for part in parts { condition(part) }
        }
    }
}
