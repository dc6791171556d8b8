public import AuditModel
internal import Detection
internal import MarkedText
internal import WireFormat

/// Runs the tests that stand beside rules, each through a ledger and an engine of its own.
public enum RuleTests {
    /// How one test went.
    public struct Result: Sendable, Equatable {
        public var rule: String
        public var test: String
        public var path: String
        public var line: Int
        /// What differs from the expectation, a sentence each; empty when the test passed.
        public var failures: [String]
        /// The alerts of the rules the test is about.
        public var alerts: [Alert]

        public var passed: Bool { failures.isEmpty }
    }

    /// Runs the tests of all rules, in order of rule and place. Blind rules' tests are left out.
    ///
    /// - Parameter names: the rules whose tests are wanted, by name or id; empty for all. Every
    ///   rule takes part in every test all the same.
    /// - Parameter runsPack: false runs only the tests of rules from files.
    public static func run(
        _ rules: LoadedRules, only names: [String] = [], runsPack: Bool = true
    ) -> [Result] {
        let active = TestRules(rules.sighted)
        var results: [Result] = []
        for rule in rules.rules where !rule.isBlind {
            guard runsPack || !rule.isFromPack else { continue }
            guard names.isEmpty || names.contains(rule.rule.name) || names.contains(rule.rule.id)
            else { continue }
            for test in rule.tests { results.append(run(test, of: rule, active)) }
        }
        return results
    }

    private static func run(_ test: RuleTest, of rule: LoadedRule, _ active: TestRules) -> Result {
        var result = Result(
            rule: rule.rule.name, test: test.name, path: rule.path, line: test.line,
            failures: [], alerts: [])
        guard let batch = batch(test) else {
            result.failures = ["the story or its events cannot be read"]
            return result
        }
        let about = Set([rule.rule.name] + test.expectation.ruleNames)
        var run = DetectionRun(rules: active.deciding(about))
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        result.alerts = run.alerts().filter { alert in
            about.contains(alert.rule.name)
                && alert.keys.subject?.hasPrefix(StoryPrelude.subjectPrefix) != true
        }
        result.failures = failures(test.expectation, own: rule.rule.name, result.alerts)
        return result
    }

    /// The events of a test in total order; nil for a test that cannot be read.
    static func batch(_ test: RuleTest) -> EventBatch? {
        var report = RuleText(path: "", text: "")
        var timeline = TestTimeline()
        var story = StoryEvents()
        if let text = test.script.story {
            guard let acts = StoryParser.acts(text, &report) else { return nil }
            story.add(
                acts, isMidlife: text.isMidlife, rotation: test.rotation, to: &timeline)
        }
        var records = VendorRecords()
        for raw in test.script.events {
            for (index, time) in raw.times.enumerated() {
                if let record = raw.record {
                    records.add(record, number: index + 1, at: time)
                    continue
                }
                guard var event = RawEventReader.event(
                    raw, number: index + 1, at: time, &report)
                else { return nil }
                story.place(raw, number: index + 1, in: &event)
                timeline.add(event)
            }
        }
        let decoded = records.decode()
        guard decoded.issues.isEmpty else { return nil }
        for batch in decoded.batches { timeline.add(batch) }
        return timeline.batch()
    }

    // MARK: - Comparison

    /// Pairs each expected alert with one that fits; what is left on either side is a failure.
    private static func failures(
        _ expectation: RuleTest.Expectation, own: String, _ alerts: [Alert]
    ) -> [String] {
        var rest = alerts
        var missing: [ExpectedAlert] = []
        for expected in expectation.alerts {
            if let index = rest.firstIndex(where: { expected.fits($0, own: own) }) {
                rest.remove(at: index)
            } else {
                missing.append(expected)
            }
        }
        return missing.map { "expected \($0.text(own: own)), which did not come" }
            + rest.map { "\(text($0)) came unexpected: \($0.message)" }
    }

    private static func text(_ alert: Alert) -> String {
        var text = "\(alert.rule.name) (\(alert.severity.name)"
        if let branch = alert.branch { text += ", \(branch.rawValue)" }
        if let score = alert.score { text += ", score \(DecimalText.text(score))" }
        return text + ", count \(alert.count))"
    }
}

extension ExpectedAlert {
    fileprivate func fits(_ alert: Alert, own: String) -> Bool {
        alert.rule.name == rule ?? own
            && level.map { $0 == alert.severity } ?? true
            && branch.map { $0 == alert.branch?.rawValue } ?? true
            && verdict.map { $0 == alert.verdict } ?? true
            && count.map { $0.contains(alert.count) } ?? true
            && first.map { $0.contains(alert.firstSeen) } ?? true
            && message.map { alert.message.contains($0) } ?? true
            && keys.allSatisfy { name, text in alert.member(name) == text }
    }

    fileprivate func text(own: String) -> String {
        let parts = [
            level.map(\.name), branch, verdict.map { "verdict \($0)" },
            count.map {
                "count \($0.lowerBound)"
                    + ($0.count == 1 ? "" : $0.upperBound == 1_000_000 ? "…" : "…\($0.upperBound)")
            },
            first.map { "first \(Self.text($0))" }, message.map { "message '\($0)'" },
        ].compactMap { $0 } + keys.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return (rule ?? own) + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }

    private static func text(_ range: ClosedRange<Int64>) -> String {
        let low = range.lowerBound == .min ? "" : TimeText.string(range.lowerBound, precision: 0)
        let high = range.upperBound == .max ? "" : TimeText.string(range.upperBound, precision: 0)
        return "\(low)…\(high)"
    }
}

extension DecimalText {
    /// Hundredths as a decimal, shortest exact.
    static func text(_ hundredths: Int) -> String {
        let sign = hundredths < 0 ? "-" : ""
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return "\(sign)\(whole)" }
        if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
        return "\(sign)\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
    }
}
