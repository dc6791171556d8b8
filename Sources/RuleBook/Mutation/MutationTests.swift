internal import Detection
internal import Foundation
internal import MarkedText
internal import WireFormat

/// Tests the tests: puts mistakes into rules, one at a time, and sees whether a test notices.
public enum MutationTests {
    /// A mistake that no test noticed.
    public struct Survivor: Sendable, Equatable {
        public var rule: String
        public var path: String
        /// Of the selection that was changed, or of the rule.
        public var line: Int
        /// What was changed, such as `drop selection allowed`.
        public var change: String
    }

    /// What came of all mutants.
    public struct Report: Sendable, Equatable {
        public var mutants = 0
        /// By rule and place.
        public var survivors: [Survivor] = []
        /// Rules without a test; nothing can be said about them.
        public var untested: [String] = []

        public var killed: Int { mutants - survivors.count }
        /// Share of mutants that a test noticed, in whole percent, rounded down; 100 of none.
        public var percent: Int { mutants == 0 ? 100 : killed * 100 / mutants }
    }

    /// Mutates rules that have tests and runs those tests, each with only the rules it is about.
    ///
    /// Rules whose tests fail as they are must be mended first: every mutant of them seems noticed.
    ///
    /// - Parameters:
    ///   - names: the rules wanted, by name or id; empty for all.
    ///   - runsPack: false leaves out rules of the pack.
    public static func run(
        _ rules: LoadedRules, only names: [String] = [], runsPack: Bool = true
    ) -> Report {
        let wanted = rules.rules.filter { loaded in
            let isNamed =
                names.isEmpty || names.contains(loaded.rule.name) || names.contains(loaded.rule.id)
            return !loaded.isBlind && isNamed && (runsPack || !loaded.isFromPack)
        }
        let results = inParallel(wanted) { rule in run(rule, among: rules) }
        return results.reduce(into: Report()) { report, other in
            report.mutants += other.mutants
            report.survivors += other.survivors
            report.untested += other.untested
        }
    }

    /// Rules are independent of each other: each is done on a thread of its own.
    private static func inParallel(
        _ rules: [LoadedRule], _ work: @Sendable (LoadedRule) -> Report
    ) -> [Report] {
        let results = Results(count: rules.count)
        DispatchQueue.concurrentPerform(iterations: rules.count) { index in
            results.set(work(rules[index]), at: index)
        }
        return results.all
    }

    private final class Results: @unchecked Sendable {
        private let lock = NSLock()
        // Guarded by `lock`.
        private var reports: [Report]

        init(count: Int) { reports = Array(repeating: Report(), count: count) }

        func set(_ report: Report, at index: Int) {
            lock.withLock { reports[index] = report }
        }

        var all: [Report] { lock.withLock { reports } }
    }

    private static func run(_ loaded: LoadedRule, among rules: LoadedRules) -> Report {
        var report = Report()
        if loaded.tests.isEmpty {
            report.untested = [loaded.rule.name]
            return report
        }
        let lines = RuleLines(loaded)
        // The test that noticed the last mutant is likely to notice the next.
        let companies = loaded.tests.map { company(of: $0, loaded, rules) }
        var order = Array(loaded.tests.indices)
        for mutant in RuleMutator.mutants(of: loaded.rule) where lines.has(mutant.selection) {
            report.mutants += 1
            var changed = loaded
            changed.rule = mutant.rule
            let noticed = order.first { index in
                changed.tests = [loaded.tests[index]]
                let set = LoadedRules(rules: [changed] + companies[index], diagnostics: [])
                return RuleTests.run(set, only: [loaded.rule.id]).contains { !$0.passed }
            }
            if let noticed {
                order.removeAll { $0 == noticed }
                order.insert(noticed, at: 0)
            } else {
                report.survivors.append(
                    Survivor(
                        rule: loaded.rule.name, path: loaded.path,
                        line: lines.line(of: mutant.selection), change: mutant.change))
            }
        }
        return report
    }

    /// The other rules that a test is about, and those they wait for.
    private static func company(
        of test: RuleTest, _ own: LoadedRule, _ rules: LoadedRules
    ) -> [LoadedRule] {
        let named = Set(test.expectation.ruleNames)
        let wanted = [own.rule] + rules.sighted.filter { named.contains($0.name) }
        let needed = Set(RuleClosure.of(wanted, among: rules.sighted).map(\.id))
        return rules.rules.filter {
            !$0.isBlind && $0.rule.id != own.rule.id && needed.contains($0.rule.id)
        }
    }
}

/// Finds the lines of a rule's selections in its file.
private struct RuleLines {
    private let own: Int
    private let lines: [Substring]

    init(_ loaded: LoadedRule) {
        own = loaded.line
        let packed = RulePack.sources.first { loaded.isFromPack && $0.path == loaded.path }?.text
        let text = packed ?? (try? String(contentsOfFile: loaded.path, encoding: .utf8)) ?? ""
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Whether a selection is the rule's own: one that came with `points_from` stands elsewhere.
    func has(_ selection: String?) -> Bool {
        selection.map { place(of: $0) != nil } ?? true || lines.count < own
    }

    func line(of selection: String?) -> Int { selection.flatMap(place) ?? own }

    private func place(of selection: String) -> Int? {
        guard own <= lines.count else { return nil }
        for index in max(0, own - 1)..<lines.count
        where lines[index].drop(while: { $0 == " " }).hasPrefix("\(selection):") {
            return index + 1
        }
        return nil
    }
}

extension MutationTests {
    /// Every survivor with its place, then one line that counts.
    public static func text(_ report: Report) -> String {
        var lines = report.survivors.map {
            "SURVIVED \($0.rule)  \($0.change)\n     \($0.path):\($0.line)"
        }
        lines += report.untested.map { "no tests: \($0)" }
        lines.append(
            "\(report.killed) of \(report.mutants) mutants noticed (\(report.percent) %)")
        return lines.joined(separator: "\n")
    }

    /// `{"mutants":…,"killed":…,"percent":…,"survivors":[{rule,path,line,change}],"untested":[…]}`.
    public static func json(_ report: Report) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("mutants", Int64(report.mutants))
        writer.member("killed", Int64(report.killed))
        writer.member("percent", Int64(report.percent))
        writer.key("survivors")
        writer.beginArray()
        for survivor in report.survivors {
            writer.beginObject()
            writer.member("rule", survivor.rule)
            writer.member("path", survivor.path)
            writer.member("line", Int64(survivor.line))
            writer.member("change", survivor.change)
            writer.endObject()
        }
        writer.endArray()
        writer.member("untested", report.untested)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
