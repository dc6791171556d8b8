internal import Detection
internal import MarkedText

/// The operators that know what is normal for a key. Every member has a default.
extension OperatorCompiler {
    private static let hour: Int64 = 3_600_000_000_000
    private static let day: Int64 = 24 * hour
    private static let mostWindows = 4

    // MARK: - Spike

    mutating func spike(_ report: inout RuleText) {
        let members = members(
            [
                "within", "learn", "learn_events", "floor", "times", "tail", "against", "absolute",
            ], required: [], &report)
        let windows = members["within"].map { spans($0, &report) }
            ?? [Self.hour / 12, Self.hour / 2, 2 * Self.hour]
        let attempts = members["against"].flatMap { operand($0, &report) }
        let times = members["times"].map { multiple($0, &report) } ?? 200
        let spike = Operation.Spike(
            windows: windows,
            learn: members["learn"].flatMap { report.learning($0, "spike's learn") }
                ?? 72 * Self.hour,
            learnEvents: members["learn_events"].flatMap {
                report.whole($0, "spike's learn_events", 0...1_000_000)
            } ?? 50,
            floorCount: members["floor"].flatMap { report.whole($0, "spike's floor") } ?? 8,
            floorRatio: times,
            tail: members["tail"].flatMap { report.tail($0, "spike's tail") } ?? 900,
            absolute: members["absolute"].flatMap { absolute($0, &report) })
        guard let longest = windows.last else { return }
        if let attempts {
            inputs = [
                Rule.Input(name: "condition", condition: condition),
                Rule.Input(name: selections[attempts], condition: .selection(attempts)),
            ]
        }
        operation = Operation(.spike(spike), window: Operation.Window(span: longest))
    }

    private func spans(_ node: YAMLNode, _ report: inout RuleText) -> [Int64] {
        let items = node.items ?? [node]
        if items.isEmpty || items.count > Self.mostWindows {
            report.error(
                .wrongType, node.place, "spike's within has 1 to \(Self.mostWindows) durations")
            return []
        }
        let spans = items.compactMap { report.duration($0, "spike's within") }
        if spans.count == items.count, zip(spans, spans.dropFirst()).contains(where: { $0 >= $1 }) {
            report.error(
                .wrongType, node.place, "spike's within must go from short to long",
                remedy: "such as [5m, 30m, 2h]")
        }
        return spans
    }

    private func multiple(_ node: YAMLNode, _ report: inout RuleText) -> Int {
        guard let number = report.hundredths(node, "spike's times") else { return 200 }
        if (100...100_000).contains(number) { return number }
        report.error(
            .wrongType, node.place, "spike's times must lie between 1 and 1000",
            remedy: "2 asks for twice the expectation")
        return 200
    }

    private mutating func absolute(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> Operation.Spike.Absolute? {
        var selection: Int?
        var window = Self.hour / 12
        var count: Int?
        var (fields, distinct): ([RuleField], Int) = ([], 0)
        let keys = ["of", "count", "distinct", "within"]
        for (key, _, value) in report.entries(node, "absolute", keys: keys) {
            switch key {
            case "of": selection = operand(value, &report)
            case "count": count = report.whole(value, "absolute's count")
            case "within": window = report.duration(value, "absolute's within") ?? window
            default: (fields, distinct) = values(value, &report)
            }
        }
        if node.entries != nil, node["count"] == nil {
            report.error(
                .missingKey, node.place, "absolute has no count",
                remedy: "such as {of: attack, count: 10, within: 5m}")
        }
        return count.map {
            Operation.Spike.Absolute(
                selection: selection, window: window, count: $0, fields: fields,
                distinct: distinct)
        }
    }

    private func values(_ node: YAMLNode, _ report: inout RuleText) -> ([RuleField], Int) {
        var (fields, least): ([RuleField], Int) = ([], 0)
        for (key, _, value) in report.entries(node, "distinct", keys: ["of", "gte"]) {
            if key == "of" {
                fields = report.fields(value, "distinct")
            } else {
                least = report.whole(value, "distinct's gte") ?? 0
            }
        }
        for key in ["of", "gte"] where node.entries != nil && node[key] == nil {
            report.error(
                .missingKey, node.place, "distinct has no \(key)",
                remedy: "such as {of: presented, gte: 3}")
        }
        return (fields, least)
    }

    // MARK: - New values

    mutating func newValue(_ report: inout RuleText) {
        let members = members(
            ["of", "learn", "within", "peers"], required: ["of"], &report)
        let fields = fieldList(members, &report)
        let learn = members["learn"].flatMap {
            report.duration($0, "new_value's learn", allowsNone: true)
        }
        let span = members["within"].flatMap { report.duration($0, "new_value's within") }
        let peers = members["peers"].flatMap { report.whole($0, "new_value's peers", 0...1_000) }
        let value = Operation.NewValue(
            fields: fields, learn: learn ?? 72 * Self.hour, peers: peers ?? 0)
        operation = Operation(
            .newValue(value), window: Operation.Window(span: span ?? 90 * Self.day))
    }

    // MARK: - Velocity

    private static let foreign: [Operation.GeoVelocity.Foreign] = [
        .init(.country, hundredths: 3000), .init(.asn, hundredths: 2000),
        .init(.hosting, hundredths: 2000), .init(.userAgent, hundredths: 2000),
        .init(.tls, hundredths: 2000),
    ]

    mutating func geoVelocity(_ report: inout RuleText) {
        let members = members(
            ["speed_kmh", "distance_km", "within", "known_days", "peers", "foreign"],
            required: [], &report)
        func number(
            _ key: String, _ range: ClosedRange<Int>, _ fallback: Int, _ report: inout RuleText
        ) -> Int {
            members[key].flatMap { report.whole($0, "geo_velocity's \(key)", range) } ?? fallback
        }
        let velocity = Operation.GeoVelocity(
            speedKmh: number("speed_kmh", 50...100_000, 1000, &report),
            distanceKm: number("distance_km", 1...20_000, 300, &report),
            foreign: members["foreign"].map { contexts($0, &report) } ?? Self.foreign,
            knownDays: number("known_days", 0...90, 2, &report),
            peers: number("peers", 0...1_000, 5, &report))
        let span = members["within"].flatMap { report.duration($0, "geo_velocity's within") }
        operation = Operation(
            .geoVelocity(velocity), window: Operation.Window(span: span ?? Self.day))
    }

    private func contexts(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [Operation.GeoVelocity.Foreign] {
        let keys = Operation.GeoVelocity.Context.allCases.map(\.rawValue)
        return report.entries(node, "foreign", keys: keys).compactMap { key, _, value in
            guard let context = Operation.GeoVelocity.Context(rawValue: key),
                let number = report.whole(value, "the points of '\(key)'", 0...1_000)
            else { return nil }
            return .init(context, hundredths: number * 100)
        }
    }
}
