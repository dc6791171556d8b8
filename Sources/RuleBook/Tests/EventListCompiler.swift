internal import AuditModel
internal import MarkedText

/// The lists `events:` and `background:` of a test to events.
struct EventListCompiler {
    /// A background goes on by itself.
    let isBackground: Bool
    private var clock = StoryClock()
    private var count = 0

    static let mostEvents = 100_000
    static let mostDays = 90
    private static let plain = ["time", "where", "payload", "record", "dialect"]
    private static let rhythm = ["per_hour", "days", "hours"]

    init(isBackground: Bool) {
        self.isBackground = isBackground
    }

    mutating func events(_ node: YAMLNode, _ report: inout RuleText) -> [RawEvent] {
        guard let items = node.items else {
            report.error(
                .wrongType, node.place,
                "\(isBackground ? "background" : "events") must be a list, not \(node.typeName)")
            return []
        }
        return items.compactMap { item in
            guard item.entries != nil else {
                report.error(
                    .wrongType, item.place, "an event must be a mapping, not \(item.typeName)")
                return nil
            }
            let errors = report.errorCount
            let event = event(item, &report)
            check(event, &report)
            return report.errorCount == errors ? event : nil
        }
    }

    private mutating func event(_ node: YAMLNode, _ report: inout RuleText) -> RawEvent {
        var event = RawEvent(place: node.place)
        let own = Self.plain + (isBackground ? Self.rhythm : ["repeat"])
        for entry in node.entries ?? [] {
            guard let name = report.string(entry.key, "a field name"),
                !own.contains(name) || name == "dialect" && node["record"] == nil
            else { continue }
            event.members.append(
                RawEvent.Member(
                    name: name, values: report.strings(entry.value, "'\(name)'"),
                    keyPlace: entry.key.place, place: entry.value.place))
        }
        if let place = node["where"] { event.whereText = whereText(place, &report) }
        if let payload = node["payload"] { event.payload = JSONNodeText.object(payload, &report) }
        if let record = node["record"] { event.record = self.record(record, node, &report) }
        event.plan = isBackground ? rhythm(node, &report) : repetition(node, &report)
        event.start = time(node, &report)
        if case .times(let plan) = event.plan, plan.times > 1 {
            clock.goOn(to: (clock.last ?? 0) + plan.offset(plan.times - 1) / 1000)
        }
        return event
    }

    private func whereText(_ node: YAMLNode, _ report: inout RuleText) -> String? {
        guard let text = report.string(node, "where") else { return nil }
        let sample = text.replacing("{n}", with: "1")
        return StoryParser.place(sample, node.place, .wrongType, &report).map { _ in text }
    }

    // MARK: - Time

    private mutating func time(_ node: YAMLNode, _ report: inout RuleText) -> Int64 {
        guard let value = node["time"] ?? node["repeat"]?["from"] else {
            if isBackground { return TestTimeline.time(0) }
            report.error(
                .missingKey, node.place, "the event has no time",
                remedy: "such as time: 10:00, time: d2 10:00, or time: +5m after the one above")
            return 0
        }
        guard let text = report.string(value, "time") else { return 0 }
        if let time = RuleTime.read(text) { return time }
        if isBackground { clock = StoryClock() }
        let words = text.split(separator: " ")
        let (reading, taken) = clock.read(words)
        if case .second(let second) = reading, taken == words.count {
            return TestTimeline.time(second)
        }
        if reading == .backwards {
            report.error(.wrongType, value.place, "the event lies before the one above it")
        } else {
            report.error(
                .wrongType, value.place, "time must be a moment, not \(value.typeName)",
                remedy: "10:00, 10:00:30, d2 10:00, +5m after the one above, or "
                    + "2026-03-02T10:00:00Z; with quotes where YAML wants them")
        }
        return 0
    }

    private mutating func repetition(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> RawEvent.Plan {
        guard let node = node["repeat"] else { return .times(.once) }
        var plan = StoryRepeat.once
        var span: Int?
        for (key, _, value) in report.entries(node, "repeat", keys: ["times", "over", "from"]) {
            if key == "times" {
                plan.times =
                    report.whole(value, "repeat's times", 1...StoryRepeat.mostTimes) ?? 1
            } else if key == "over" {
                span = report.duration(value, "repeat's over").map { Int($0 / 1_000_000_000) }
            }
        }
        plan.span = span ?? plan.times
        return .times(plan)
    }

    private func rhythm(_ node: YAMLNode, _ report: inout RuleText) -> RawEvent.Plan {
        for key in ["per_hour", "days"] where node[key] == nil {
            report.error(
                .missingKey, node.place, "the background has no \(key)",
                remedy: "such as per_hour: 6, days: 10")
        }
        let perHour = node["per_hour"].flatMap { report.whole($0, "per_hour", 1...3_600) } ?? 1
        let days = node["days"].flatMap { report.whole($0, "days", 1...Self.mostDays) } ?? 1
        var hours = 0..<24
        if let value = node["hours"], let text = report.string(value, "hours") {
            let ends = text.split(separator: "-").compactMap { Int($0) }
            if ends.count == 2, ends[0] < ends[1], ends[0] >= 0, ends[1] <= 24 {
                hours = ends[0]..<ends[1]
            } else {
                report.error(
                    .wrongType, value.place, "hours must be two hours of a day",
                    remedy: "such as hours: 8-18")
            }
        }
        return .rhythm(perHour: perHour, days: days, hours: hours)
    }

    // MARK: - Records

    private func record(
        _ value: YAMLNode, _ node: YAMLNode, _ report: inout RuleText
    ) -> RawEvent.Record? {
        guard let dialect = node["dialect"].flatMap({ report.string($0, "dialect") }) else {
            report.error(
                .missingKey, node.place, "a record needs its dialect",
                remedy: "such as dialect: keycloak")
            return nil
        }
        if value.entries != nil {
            return RawEvent.Record(
                dialect: dialect, text: JSONNodeText.object(value, &report), isJSON: true,
                members: Self.members(value), place: value.place)
        }
        return report.string(value, "a record").map {
            RawEvent.Record(dialect: dialect, text: $0, isJSON: false, place: value.place)
        }
    }

    private static func members(_ node: YAMLNode) -> [String: String] {
        var members: [String: String] = [:]
        for entry in node.entries ?? [] {
            for inner in entry.value.entries ?? [] {
                if let name = inner.key.text, let text = inner.value.text { members[name] = text }
            }
        }
        for entry in node.entries ?? [] {
            if let name = entry.key.text, let text = entry.value.text { members[name] = text }
        }
        return members
    }

    /// Whether the event can be read, and whether a server could have written it.
    private mutating func check(_ event: RawEvent, _ report: inout RuleText) {
        switch event.plan {
        case .times(let plan): count += plan.times
        case .rhythm(let perHour, let days, let hours): count += perHour * days * hours.count
        }
        if count > Self.mostEvents {
            report.error(
                .tooMany, event.place, "a test has at most \(Self.mostEvents) events")
        }
        guard let record = event.record else {
            _ = RawEventReader.event(event, number: 1, at: event.start, &report)
            VendorLint.check(event, &report)
            return
        }
        for member in event.members {
            report.error(
                .unknownKey, member.keyPlace, "'\(member.name)' stands beside a record",
                remedy: "write it into the record as its server does")
        }
        VendorLint.check(record, &report)
    }
}
