import AuditModel
import GrantLedger

@testable import Detection

/// The rule language by its letter: for every event every rule, for every operation every earlier
/// event. Slow, and with nothing of the engine in it but the ledger's facts.
struct ReferenceRun {
    /// What two interpreters must agree on of an alert.
    struct Outcome: Hashable, Comparable, CustomStringConvertible {
        var rule: String
        var id: ID128
        var count: Int
        var time: Int64
        var lastSeen: Int64
        var severity: Severity
        var score: Int?
        var message: String

        init(_ alert: Alert) {
            rule = alert.rule.id
            id = alert.id
            count = alert.count
            time = alert.time
            lastSeen = alert.lastSeen
            severity = alert.severity
            score = alert.score
            message = alert.message
        }

        var description: String {
            "\(rule) \(id.hex.suffix(6)) x\(count) \(time)-\(lastSeen) \(severity) "
                + "\(score.map(String.init) ?? "-") '\(message)'"
        }

        static func < (left: Self, right: Self) -> Bool {
            (left.time, left.id) < (right.time, right.id)
        }
    }

    private struct Seen {
        var event: ReferenceEvent
        var transition: Transition?
        var family: FamilyFacts?
    }

    private struct Kept {
        var key: [String]
        var alert: Alert
    }

    private let rules: [Rule]
    private var history: [Int: [ReferenceOperations.Entry]] = [:]
    /// Waits of absence, by rule: the first trigger of each group.
    private var waits: [Int: [(key: [String], deadline: Int64, trigger: Seen)]] = [:]
    private var alerts: [Int: [Kept]] = [:]
    private var ledger = Ledger()

    init(_ rules: [Rule]) { self.rules = rules }

    static func outcomes(_ rules: [Rule], _ events: [ReferenceEvent]) -> [Outcome] {
        var run = ReferenceRun(rules)
        for (index, event) in events.enumerated() { run.take(event, index) }
        return run.alerts.values.joined().map { Outcome($0.alert) }.sorted()
    }

    private mutating func take(_ event: ReferenceEvent, _ index: Int) {
        for place in rules.indices { expire(place, event.time) }
        var batch = EventBatch(capacity: 1)
        // Codes of a ledger must mean the same for all events.
        batch.pool = pool
        event.append(to: &batch)
        pool = batch.pool
        var transition = Transition()
        var seen = Seen(event: event)
        if ledger.apply(batch, row: 0, pool: pool, into: &transition) {
            seen.transition = transition
            seen.family = ledger.family(transition.family)
        }
        var fired: Set<String> = []
        for place in rules.indices {
            let rule = rules[place]
            if rule.unless.contains(where: fired.contains) { continue }
            let matching = ReferenceMatching(
                event: event, transition: seen.transition, fired: fired)
            guard matching.holds(rule.condition, rule) else { continue }
            var figures: ReferenceOperations.Figures = [:]
            var fields = rule.key
            if let operation = rule.operation {
                guard
                    let found = operate(place, operation, matching, seen, index)
                else { continue }
                (figures, fields) = found
            }
            if report(place, figures, fields, seen, matching) {
                fired.formUnion([rule.id, rule.name])
            }
        }
    }

    private var pool = StringPool()

    private mutating func operate(
        _ place: Int, _ operation: Operation, _ matching: ReferenceMatching, _ seen: Seen,
        _ index: Int
    ) -> (ReferenceOperations.Figures, [Rule.KeyField])? {
        let rule = rules[place]
        var result: (ReferenceOperations.Figures, [Rule.KeyField])?
        for group in groups(rule, matching, seen) {
            let entry = ReferenceOperations.Entry(
                index: index, event: seen.event, transition: seen.transition, key: group.key,
                inputs: group.inputs)
            if case .absence = operation.kind {
                wait(place, operation, group, seen)
                continue
            }
            history[place, default: []].append(entry)
            let figures = ReferenceOperations(
                rule: rule, operation: operation, entries: history[place] ?? []).figures()
            if let figures, result == nil { result = (figures, group.fields) }
        }
        return result
    }

    private func groups(
        _ rule: Rule, _ matching: ReferenceMatching, _ seen: Seen
    ) -> [(key: [String], inputs: Set<Int>, fields: [Rule.KeyField])] {
        if rule.inputs.isEmpty {
            guard let key = key(rule.key, seen) else { return [] }
            return [(key, [0], rule.key)]
        }
        var groups: [(key: [String], inputs: Set<Int>, fields: [Rule.KeyField])] = []
        for (index, input) in rule.inputs.enumerated() {
            let fields = input.key ?? rule.key
            guard matching.holds(input.condition, rule), let key = key(fields, seen)
            else { continue }
            if let known = groups.firstIndex(where: { $0.key == key }) {
                groups[known].inputs.insert(index)
            } else {
                groups.append((key, [index], fields))
            }
        }
        return groups
    }

    private mutating func wait(
        _ place: Int, _ operation: Operation,
        _ group: (key: [String], inputs: Set<Int>, fields: [Rule.KeyField]), _ seen: Seen
    ) {
        if group.inputs.contains(1) { waits[place]?.removeAll { $0.key == group.key } }
        let isWaiting = waits[place]?.contains { $0.key == group.key } ?? false
        if group.inputs.contains(0), !isWaiting {
            waits[place, default: []].append(
                (group.key, seen.event.time + operation.window.span, seen))
        }
    }

    private mutating func expire(_ place: Int, _ time: Int64) {
        guard let operation = rules[place].operation else { return }
        let due = (waits[place] ?? []).filter { $0.deadline <= time }
        waits[place]?.removeAll { $0.deadline <= time }
        for wait in due {
            let matching = ReferenceMatching(
                event: wait.trigger.event, transition: wait.trigger.transition, fired: [])
            _ = report(
                place, ["silence": "\(operation.window.span / 1_000_000_000) s"],
                rules[place].key, wait.trigger, matching)
        }
    }

    /// The values of a group; nil when the event lacks one.
    private func key(_ fields: [Rule.KeyField], _ seen: Seen) -> [String]? {
        let texts = texts(fields, seen)
        return texts.contains("") ? nil : texts
    }

    private func texts(_ fields: [Rule.KeyField], _ seen: Seen) -> [String] {
        let isOfGrant = fields.contains {
            [.family, .lineage, .field(.event(.presented))].contains($0)
        }
        return fields.map { field in
            // The issuer as the grant has it comes first where the key is that of a grant.
            if field == .issuer, isOfGrant, let family = seen.family, family.issuer != 0 {
                return pool.text(family.issuer)
            }
            return text(field, seen)
        }
    }

    private func text(_ field: Rule.KeyField, _ seen: Seen) -> String {
        let event = seen.event
        let family = seen.family.map {
            FamilyFacts.identity(
                issuer: pool.text($0.issuer), anchor: $0.anchor, client: pool.text($0.client),
                tenant: "")
        }
        func known(_ code: KeyPath<FamilyFacts, UInt32>) -> String {
            seen.family.map { pool.text($0[keyPath: code]) } ?? ""
        }
        switch field {
        case .issuer: return event.issuer ?? known(\.issuer)
        case .tenant: return ""
        case .client: return event.client ?? known(\.client)
        case .subject: return event.subject ?? known(\.subject)
        case .session: return event.sessionText ?? ""
        case .ip: return event.ip ?? ""
        case .prefix: return event.ip.flatMap { IPAddress($0)?.networkText } ?? ""
        case .family: return family?.hex ?? ""
        case .lineage:
            guard let family, let root = seen.transition?.lineageRoot else { return "" }
            if root.isNone { return family.hex }
            return FamilyFacts.lineageIdentity(family: family, root: root).hex
        case .field(let field):
            return event.value(field, seen.transition).texts.first ?? ""
        }
    }

    private mutating func report(
        _ place: Int, _ figures: ReferenceOperations.Figures, _ fields: [Rule.KeyField],
        _ seen: Seen, _ matching: ReferenceMatching
    ) -> Bool {
        let rule = rules[place]
        func matches(_ selection: Int) -> Bool { matching.holds(rule.selections[selection]) }
        let score = rule.points.filter { matches($0.selection) }
            .reduce(0) { $0 + $1.hundredths }
        if let band = rule.fireAt, score < band.from || score >= band.below ?? .max {
            return false
        }
        if rule.isSilent { return true }
        var severity = rule.level
        for raise in rule.raise {
            let byScore = !rule.points.isEmpty && raise.score.map { score >= $0 } ?? false
            if byScore || raise.selections.contains(where: matches) {
                severity = max(severity, raise.severity)
            }
        }
        let key = texts(fields, seen)
        var alert = Alert(
            id: Alert.identity(ruleID: rule.id, groupKey: key, anchor: seen.event.id),
            rule: Alert.Rule(id: rule.id, name: rule.name, title: rule.title, hash: ""),
            severity: severity, time: seen.event.time, precision: 3)
        alert.score = rule.points.isEmpty ? nil : score
        alert.message = message(rule, figures)
        merge(place, Kept(key: key, alert: alert))
        return true
    }

    private mutating func merge(_ place: Int, _ new: Kept) {
        guard let last = alerts[place]?.lastIndex(where: { $0.key == new.key }),
            var old = alerts[place]?[last].alert,
            rules[place].suppress.map({ new.alert.time - old.lastSeen < $0 }) ?? true
        else {
            alerts[place, default: []].append(new)
            return
        }
        old.count += 1
        old.lastSeen = max(old.lastSeen, new.alert.time)
        let isWorse =
            (new.alert.severity, new.alert.score ?? 0) > (old.severity, old.score ?? 0)
        if isWorse {
            old.severity = new.alert.severity
            old.score = new.alert.score
            old.message = new.alert.message
        }
        alerts[place]?[last].alert = old
    }

    private func message(_ rule: Rule, _ figures: ReferenceOperations.Figures) -> String {
        Self.figures.map { figures[$0] ?? "unknown" }.joined(separator: "|")
    }

    /// What the message of every random rule names.
    static let figures = [
        "count", "distinct", "sum", "average", "percentile", "ratio", "value", "silence",
    ]
}
