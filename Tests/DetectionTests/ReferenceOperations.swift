import AuditModel
import GrantLedger

@testable import Detection

/// What an operation says at one event, found by looking at every earlier event of its rule again.
struct ReferenceOperations {
    /// An event that counted for the rule, with the inputs that it met in one group.
    struct Entry {
        let index: Int
        let event: ReferenceEvent
        let transition: Transition?
        let key: [String]
        let inputs: Set<Int>
    }

    /// What the operation found, by name.
    typealias Figures = [String: String]

    let rule: Rule
    let operation: Operation
    /// Oldest first; the last one is the event that is asked about.
    let entries: [Entry]

    private var now: Entry { entries[entries.count - 1] }

    /// nil when it does not fire.
    func figures() -> Figures? {
        switch operation.kind {
        case .count:
            return bounded("count", window { _ in true }.count)
        case .distinct(let fields):
            guard tuple(fields, now) != nil else { return nil }
            let values = window { tuple(fields, $0) != nil }.map { tuple(fields, $0) }
            return bounded("distinct", Set(values).count)
        case .sum(let field): return aggregate(field, "sum") { $0.reduce(0, +) }
        case .average(let field):
            return aggregate(field, "average") { $0.reduce(0, +) / $0.count }
        case .percentile(let field, let percent):
            return aggregate(field, "percentile") { numbers in
                numbers.sorted().first { candidate in
                    numbers.count { $0 <= candidate } * 100 >= percent * numbers.count
                } ?? 0
            }
        case .ratio(let ratio): return self.ratio(ratio)
        case .temporal(let isOrdered): return temporal(isOrdered)
        case .newValue(let news): return newValue(news)
        case .spike, .geoVelocity, .absence: return nil
        }
    }

    private func bounded(_ name: String, _ figure: Int) -> Figures? {
        let holds = operation.bounds.allSatisfy {
            ReferenceMatching.compare(figure, $0.comparison, $0.limit)
        }
        let most = (operation.bounds.map(\.limit).max() ?? 0) + 1
        let text = figure >= most && most > 1 ? "at least \(most)" : String(min(figure, most))
        return holds ? [name: text] : nil
    }

    private func aggregate(
        _ field: RuleField, _ name: String, _ fold: ([Int]) -> Int
    ) -> Figures? {
        func number(_ entry: Entry) -> Int? {
            entry.event.value(field, entry.transition).number
        }
        guard number(now) != nil else { return nil }
        let figure = fold(window { number($0) != nil }.compactMap(number))
        let holds = operation.bounds.allSatisfy {
            ReferenceMatching.compare(figure, $0.comparison, $0.limit)
        }
        return holds ? [name: ReferenceValue.decimal(figure)] : nil
    }

    private func ratio(_ ratio: Operation.Ratio) -> Figures? {
        let inWindow = window { _ in true }
        let part = inWindow.count { $0.inputs.contains(0) }
        let whole = inWindow.count { $0.inputs.contains(1) }
        guard whole > 0, whole >= ratio.minimum, part * 100 >= ratio.atLeast * whole
        else { return nil }
        return [
            "ratio": ReferenceValue.decimal(part * 100 / whole), "count": "\(part) of \(whole)",
        ]
    }

    private func temporal(_ isOrdered: Bool) -> Figures? {
        let inWindow = window { _ in true }
        let found: Bool
        if isOrdered {
            // The event itself must be the last of the steps.
            let steps = rule.inputs.indices.flatMap { index in
                Array(repeating: index, count: rule.inputs[index].least)
            }
            guard let last = steps.last, now.inputs.contains(last) else { return nil }
            found = canFollow(steps.dropLast(), inWindow.dropLast())
        } else {
            found = rule.inputs.indices.allSatisfy { index in
                inWindow.count { $0.inputs.contains(index) } >= rule.inputs[index].least
            }
        }
        let total = rule.inputs.reduce(0) { $0 + $1.least }
        return found ? ["count": String(total)] : nil
    }

    /// Whether steps can be taken one after another by different events.
    private func canFollow(_ steps: ArraySlice<Int>, _ events: ArraySlice<Entry>) -> Bool {
        var rest = steps
        for event in events {
            guard let step = rest.first else { return true }
            if event.inputs.contains(step) { rest = rest.dropFirst() }
        }
        return rest.isEmpty
    }

    private func newValue(_ news: Operation.NewValue) -> Figures? {
        guard let value = tuple(news.fields, now) else { return nil }
        let having = entries.filter { tuple(news.fields, $0) != nil }
        let span = operation.window.span
        let own = having.filter { $0.key == now.key }
        // A key that was silent for the whole span starts anew.
        var known = own.count - 1
        while known > 0, own[known].event.time - own[known - 1].event.time < span { known -= 1 }
        guard now.event.time - own[known].event.time >= news.learn else { return nil }
        let earlier = having.dropLast().filter {
            $0.event.time > now.event.time - span && tuple(news.fields, $0) == value
        }
        if earlier.contains(where: { $0.key == now.key }) { return nil }
        if news.peers > 0 {
            let peers = earlier.filter { $0.event.issuer == now.event.issuer }.map(\.key)
            if Set(peers).count >= news.peers { return nil }
        }
        let texts = news.fields.map {
            now.event.value($0, now.transition).texts.joined(separator: ", ")
        }
        return ["value": texts.joined(separator: ", ")]
    }

    private func tuple(_ fields: [RuleField], _ entry: Entry) -> [[String]]? {
        let values = fields.map { entry.event.value($0, entry.transition) }
        return values.contains(.none) ? nil : values.map(\.texts)
    }

    /// The entries of the same group in the window of the last one, itself included.
    private func window(_ counts: (Entry) -> Bool) -> [Entry] {
        let own = entries.filter { $0.key == now.key && counts($0) }
        let (time, span) = (now.event.time, operation.window.span)
        switch operation.window.shape {
        case .sliding: return own.filter { $0.event.time > time - span }
        case .tumbling:
            func stretch(_ time: Int64) -> Int64 {
                var stretch = time / span
                if stretch * span > time { stretch -= 1 }
                return stretch
            }
            return own.filter { stretch($0.event.time) == stretch(time) }
        case .session:
            var first = own.count - 1
            while first > 0, own[first].event.time - own[first - 1].event.time <= span {
                first -= 1
            }
            return Array(own[max(0, first)...])
        case .sinceGrant: return own.filter { isSince(now.transition?.grantStart, $0) }
        case .sinceRotation: return own.filter { isSince(now.transition?.rotationStart, $0) }
        }
    }

    private func isSince(_ start: Int64?, _ entry: Entry) -> Bool {
        guard entry.event.time > now.event.time - operation.window.span else { return false }
        guard let start, start > .min else { return true }
        return entry.event.time >= start
    }
}
