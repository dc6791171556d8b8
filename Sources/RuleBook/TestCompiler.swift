internal import AuditModel

/// One entry of `tests:` to a ``RuleTest``. Stories are checked here, not first when they run.
enum TestCompiler {
    static let keys = ["name", "story", "events", "rotation", "expect"]
    static let alertKeys = ["rule", "level", "branch", "verdict", "count", "none"]
    static let mostLines = 2_000

    static func test(_ node: YAMLNode, _ report: inout RuleText) -> RuleTest? {
        var test = RuleTest(
            name: "", line: node.place.line, column: node.place.column,
            script: .events([]), expectation: RuleTest.Expectation())
        let errors = report.errorCount
        for (key, _, value) in report.entries(node, "a test", keys: keys) {
            switch key {
            case "name": test.name = report.string(value, key) ?? ""
            case "story": test.script = .story(story(value, &report))
            case "events": test.script = .events(events(value, &report))
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
        if (node["story"] == nil) == (node["events"] == nil) {
            report.error(.missingKey, node.place, "a test has either a story or events")
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

    private static func events(_ node: YAMLNode, _ report: inout RuleText) -> [RawEvent] {
        guard let items = node.items else {
            report.error(.wrongType, node.place, "events must be a list, not \(node.typeName)")
            return []
        }
        return items.compactMap { item in
            guard let entries = item.entries else {
                report.error(
                    .wrongType, item.place, "an event must be a mapping, not \(item.typeName)")
                return nil
            }
            let members = entries.compactMap { entry -> RawEvent.Member? in
                guard let name = report.string(entry.key, "a field name") else { return nil }
                return RawEvent.Member(
                    name: name, values: report.strings(entry.value, "'\(name)'"),
                    keyPlace: entry.key.place, place: entry.value.place)
            }
            let event = RawEvent(place: item.place, members: members)
            _ = RawEventReader.event(event, &report)
            return event
        }
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
            default:
                alert.count = report.hundredths(value, key).map { $0 / 100 }
            }
        }
        return alert
    }

    private static func level(_ node: YAMLNode, _ report: inout RuleText) -> Severity? {
        let allowed = DocumentCompiler.levels + ["info"]
        return word(node, "level", allowed, &report).flatMap {
            Severity(name: $0 == "informational" ? "info" : $0)
        }
    }
}
