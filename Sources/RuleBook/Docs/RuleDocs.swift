internal import AuditModel
public import Detection
internal import Foundation

/// Documents that are written from the rules and the code.
public enum RuleDocs {
    /// What begins and ends a generated part of a document.
    private static func markers(_ name: String) -> (begin: String, end: String) {
        ("<!-- generated: \(name) -->", "<!-- end: \(name) -->")
    }

    /// A document with its generated parts written anew; what stands outside the markers stays.
    public static func updated(_ text: String) -> String {
        var text = text
        for (name, part) in RuleReference.parts.sorted(by: { $0.key < $1.key }) {
            let (begin, end) = markers(name)
            guard let start = text.range(of: begin + "\n"),
                let stop = text.range(of: end, range: start.upperBound..<text.endIndex)
            else { continue }
            text.replaceSubrange(start.upperBound..<stop.lowerBound, with: part + "\n")
        }
        return text
    }

    /// `Rules/README.md`: a table of the rules, then a section on each.
    public static func readme(_ rules: LoadedRules) -> String {
        let pack = rules.rules.filter(\.isFromPack)
        let head = "| rule | level | status | ATT&CK | needs | state |"
        let table = [head, "|---|---|---|---|---|---|"] + pack.map(row)
        return ([introduction, table.joined(separator: "\n"), ending] + pack.map(section))
            .joined(separator: "\n\n") + "\n"
    }

    private static let introduction = """
        # The rule pack

        <!-- Written by Scripts/generate-rule-docs from the rules. Change those, not this file. -->

        One rule a file, `<family>/<NAME>-<what>.yml`, in
        [Sigma](https://github.com/SigmaHQ/sigma-specification) 2.1 with one block of our own,
        `grantrail:`. The language is described in [docs/RULES.md](../docs/RULES.md).
        """

    private static let ending = """
        State is the most memory that a rule's own operation takes; rules without one need only the
        ledger. Rules whose status is experimental, deprecated or unsupported run only with
        `--experimental`.

        - `Scripts/generate-pack` writes these files into the binary, `Scripts/generate-rule-docs`
          writes this one; run both after every change (a test fails otherwise).
        - `grantrail rules check Rules` and `grantrail rules test Rules` check the files and run the
          stories in them; `grantrail rules test --mutate` tests the tests.
        - `sigma check -c Rules/.sigma-validators.yml -e -i Rules/` passes offline.

        Your own rules belong in a directory of yours, given with `--rules DIR`: they are added to
        the pack. A rule with an id of the pack replaces that rule, with a notice.
        """

    private static func row(_ loaded: LoadedRule) -> String {
        let rule = loaded.rule
        let path = loaded.path.hasPrefix("Rules/") ? loaded.path.dropFirst(6) : loaded.path[...]
        return "| [\(rule.name)](\(path)) \(cell(rule.title)) | \(levels(rule)) "
            + "| \(rule.status.rawValue) | \(rule.attack.joined(separator: " ")) "
            + "| \(needs(rule.needs)) | \(StateBound(rule).text) |"
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

    private static func levels(_ rule: Rule) -> String {
        let raised = rule.raise.map(\.severity).filter { $0 > rule.level }
        return ([rule.level] + Set(raised).sorted()).map(\.name).joined(separator: ", ")
    }

    private static func needs(_ needs: Rule.Needs) -> String {
        var parts: [String] = []
        if !needs.all.isEmpty { parts.append(needs.all.joined(separator: ", ")) }
        if !needs.any.isEmpty { parts.append(needs.any.joined(separator: " or ")) }
        if !needs.better.isEmpty {
            parts.append("better with \(needs.better.joined(separator: ", "))")
        }
        return parts.joined(separator: "; ")
    }

    private static func section(_ loaded: LoadedRule) -> String {
        let rule = loaded.rule
        let halves = rule.description.components(separatedBy: "Triage:")
        var parts = ["## \(rule.name): \(rule.title)", trimmed(halves[0])]
        if !rule.falsePositives.isEmpty {
            parts.append("False positives:\n" + list(rule.falsePositives))
        }
        if halves.count > 1 { parts.append("Triage:\n\n" + trimmed(halves[1])) }
        if !rule.actions.isEmpty {
            parts.append("Actions:\n" + list(rule.actions.map(action)))
        }
        return parts.joined(separator: "\n\n")
    }

    private static func action(_ action: Rule.ActionTemplate) -> String {
        action.title + (action.command.map { ": `\($0)`" } ?? "")
            + (action.standard.map { " (`\($0.rawValue)`)" } ?? "")
    }

    private static func list(_ items: [String]) -> String {
        "\n" + items.map { "- \($0)" }.joined(separator: "\n")
    }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// The most memory that a rule's state takes.
public struct StateBound: Sendable, Equatable {
    public var keys: Int
    public var bytesPerKey: Int

    public init(_ rule: Rule) {
        let bound = rule.stateBound
        keys = bound.keys
        bytesPerKey = bound.bytesPerKey
    }

    /// Bytes in all.
    public var bytes: Int {
        let (product, overflow) = keys.multipliedReportingOverflow(by: bytesPerKey)
        return overflow ? .max : product
    }

    /// `65536 keys of 1.2 kB, 79 MB at most`; `none` without state.
    public var text: String {
        if keys == 0 { return "none" }
        return "\(keys) keys of \(Self.amount(bytesPerKey)), \(Self.amount(bytes)) at most"
    }

    private static func amount(_ bytes: Int) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: "\(bytes / 1000).\(bytes / 100 % 10) kB"
        default: "\(bytes / 1_000_000) MB"
        }
    }
}
