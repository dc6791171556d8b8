internal import AuditModel
internal import MarkedText

/// One entry of `tests:` to a ``RuleTest``. Stories are checked here, not first when they run.
enum TestCompiler {
    static let keys = ["name", "story", "events", "background", "rotation", "expect"]
    static let alertKeys = [
        "rule", "level", "branch", "verdict", "count", "first", "keys", "message", "none",
    ]
    static let mostLines = 2_000

    static func test(_ node: YAMLNode, _ report: inout RuleText) -> RuleTest? {
        var test = RuleTest(
            name: "", line: node.place.line, column: node.place.column,
            script: RuleTest.Script(), expectation: RuleTest.Expectation())
        let errors = report.errorCount
        for (key, _, value) in report.entries(node, "a test", keys: keys) {
            switch key {
            case "name": test.name = report.string(value, key) ?? ""
            case "story": test.script.story = story(value, &report)
            case "events", "background":
                var list = EventListCompiler(isBackground: key == "background")
                test.script.events += list.events(value, &report)
            case "rotation": test.rotation = word(value, key, ["on", "off"], &report)
            default: test.expectation = expectation(value, &report)
            }
        }
        require(node, &report)
        return report.errorCount == errors ? test : nil
    }

    private static func require(_ node: YAMLNode, _ report: inout RuleText) {
        guard node.entries != nil else { return }
        if node["name"] == nil {
            report.error(.missingKey, node.place, "the test has no name")
        }
        if ["story", "events", "background"].allSatisfy({ node[$0] == nil }) {
            report.error(.missingKey, node.place, "a test has a story or events")
        }
        if node["expect"] == nil {
            report.error(
                .missingKey, node.place, "the test has no expect",
                remedy: "add expect: {level: high}, or expect: none")
        }
    }

    private static func word(
        _ node: YAMLNode, _ what: String, _ allowed: [String], _ report: inout RuleText
    ) -> String? {
        guard let text = report.string(node, what) else { return nil }
        if allowed.contains(text) { return text }
        report.unknown(.unknownValue, "value of \(what)", text, node.place, allowed: allowed)
        return nil
    }

    // MARK: - Scripts

    private static func story(_ node: YAMLNode, _ report: inout RuleText) -> StoryText {
        guard let text = report.string(node, "story"), let scalar = node.scalar
        else { return StoryText(lines: []) }
        var lines: [StoryText.Line] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let words = line.drop { $0 == " " }
            if words.isEmpty || words.hasPrefix("#") { continue }
            var place = node.place
            if scalar.isBlock {
                place.line += index + 1
                let source = report.line(place.line) ?? ""
                place.column = source.prefix { $0 == " " }.count + 1
                place.length = words.unicodeScalars.count
            }
            lines.append(StoryText.Line(text: String(words), place: place))
        }
        let story = StoryText(lines: Array(lines.prefix(mostLines)))
        if lines.isEmpty || lines.count > mostLines {
            report.error(.story, node.place, "a story has 1 to \(mostLines) lines")
        } else {
            _ = StoryParser.acts(story, &report)
        }
        return story
    }

    // MARK: - Expectations

    private static func expectation(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> RuleTest.Expectation {
        var expectation = RuleTest.Expectation()
        if node.text == "none" { return expectation }
        for item in node.items ?? [node] {
            let entries = report.entries(item, "an expected alert", keys: alertKeys)
            if item.entries == nil { continue }
            if let none = item["none"] {
                expectation.silent += report.strings(none, "none")
                if entries.count > 1 {
                    report.error(.wrongType, item.place, "none stands alone, as {none: [REF-01]}")
                }
                continue
            }
            expectation.alerts.append(alert(entries, &report))
        }
        return expectation
    }

    private static func alert(
        _ entries: [(key: String, place: Place, value: YAMLNode)], _ report: inout RuleText
    ) -> ExpectedAlert {
        var alert = ExpectedAlert()
        for (key, _, value) in entries {
            switch key {
            case "rule": alert.rule = report.string(value, key)
            case "level": alert.level = level(value, &report)
            case "branch":
                alert.branch = word(
                    value, key, ["attacker_first", "victim_first", "undetermined"], &report)
            case "verdict": alert.verdict = report.string(value, key)
            case "count": alert.count = count(value, &report)
            case "first": alert.first = first(value, &report)
            case "keys": alert.keys = keys(value, &report)
            default: alert.message = report.string(value, key)
            }
        }
        return alert
    }

    /// `3`, or bounds such as `{gte: 3, lt: 10}`.
    private static func count(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> ClosedRange<Int>? {
        let range = 0...1_000_000
        guard node.entries != nil else {
            return report.whole(node, "count", range).map { $0...$0 }
        }
        var (low, high) = (range.lowerBound, range.upperBound)
        let keys = ["gte", "gt", "lte", "lt", "eq"]
        for (key, _, value) in report.entries(node, "count", keys: keys) {
            guard let number = report.whole(value, "count's \(key)", range) else { continue }
            switch key {
            case "gte": low = max(low, number)
            case "gt": low = max(low, number + 1)
            case "lte": high = min(high, number)
            case "lt": high = min(high, number - 1)
            default: (low, high) = (max(low, number), min(high, number))
            }
        }
        if low <= high { return low...high }
        report.error(.wrongType, node.place, "no number meets these bounds")
        return nil
    }

    /// A minute or a second, or `{after: , before: }`, both inclusive.
    private static func first(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> ClosedRange<Int64>? {
        guard node.entries != nil else { return moment(node, &report) }
        var (low, high) = (Int64.min, Int64.max)
        for (key, _, value) in report.entries(node, "first", keys: ["after", "before"]) {
            guard let moment = moment(value, &report) else { continue }
            if key == "after" { low = moment.lowerBound } else { high = moment.upperBound }
        }
        if low <= high { return low...high }
        report.error(.wrongType, node.place, "first's after lies behind its before")
        return nil
    }

    private static func moment(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> ClosedRange<Int64>? {
        guard let text = report.string(node, "first") else { return nil }
        let second: Int64 = 1_000_000_000
        if let time = RuleTime.read(text) { return time...(time + second - 1) }
        var clock = StoryClock()
        let words = text.split(separator: " ")
        let (reading, taken) = clock.read(words)
        guard case .second(let number) = reading, taken == words.count else {
            report.error(
                .wrongType, node.place, "first must be a moment, not \(node.typeName)",
                remedy: "13:05, 13:05:30, d11 13:05, or {after: 13:00, before: 13:30}")
            return nil
        }
        let length = words.last?.utf8.count == 5 ? 60 * second : second
        let time = TestTimeline.time(number)
        return time...(time + length - 1)
    }

    private static func keys(_ node: YAMLNode, _ report: inout RuleText) -> [String: String] {
        var keys: [String: String] = [:]
        for (key, _, value) in report.entries(node, "keys", keys: Alert.memberNames) {
            keys[key] = report.string(value, key)
        }
        return keys
    }

    private static func level(_ node: YAMLNode, _ report: inout RuleText) -> Severity? {
        let allowed = DocumentCompiler.levels + ["info"]
        return word(node, "level", allowed, &report).flatMap {
            Severity(name: $0 == "informational" ? "info" : $0)
        }
    }
}
