internal import MarkedText

/// Sigma 1's rule collections: documents of one file that share parts, by `action: global`,
/// `repeat` and `reset`.
struct RuleCollections {
    private var global: YAMLNode?
    private var previous: YAMLNode?

    /// Documents of one file that take parts over: each is read as if it had them all.
    static let mostMerges = 100
    private var merges = 0

    static let actions = ["global", "repeat", "reset"]

    /// The document as a rule; nil for one that only shapes others.
    mutating func rule(_ document: YAMLNode, _ report: inout RuleText) -> YAMLNode? {
        guard let action = document["action"] else {
            // A correlation or a filter is about rules, not one of them.
            if document["correlation"] != nil || document["filter"] != nil { return document }
            guard let global else {
                previous = document
                return document
            }
            guard mayMerge(document, &report) else { return nil }
            previous = merge(global, document)
            return previous
        }
        guard let name = report.string(action, "action") else { return nil }
        let rest = document.without("action")
        switch name {
        case "global":
            global = rest
            previous = rest
            return nil
        case "reset":
            global = nil
            return nil
        case "repeat":
            guard let last = previous else {
                report.error(.missingKey, action.place, "there is no rule to repeat")
                return nil
            }
            guard mayMerge(document, &report) else { return nil }
            previous = merge(last, rest)
            return previous
        default:
            report.unknown(.unknownValue, "action", name, action.place, allowed: Self.actions)
            return nil
        }
    }

    private mutating func mayMerge(_ document: YAMLNode, _ report: inout RuleText) -> Bool {
        merges += 1
        if merges == Self.mostMerges + 1 {
            report.error(
                .tooMany, document.place,
                "more than \(Self.mostMerges) documents take parts of others over",
                remedy: "make several files of it")
        }
        return merges <= Self.mostMerges
    }

    /// Mappings member by member; of everything else the later one.
    private func merge(_ base: YAMLNode, _ over: YAMLNode) -> YAMLNode {
        guard var entries = base.entries, let changes = over.entries else { return over }
        for change in changes {
            if let index = entries.firstIndex(where: { $0.key.text == change.key.text }) {
                entries[index].value = merge(entries[index].value, change.value)
                entries[index].key = change.key
            } else {
                entries.append(change)
            }
        }
        return YAMLNode(content: .mapping(entries), place: over.place)
    }
}

extension YAMLNode {
    /// A mapping without one of its keys.
    fileprivate func without(_ key: String) -> YAMLNode {
        guard let entries else { return self }
        return YAMLNode(
            content: .mapping(entries.filter { $0.key.text != key }), place: place)
    }
}
