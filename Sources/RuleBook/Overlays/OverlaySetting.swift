internal import Detection
internal import MarkedText

/// Changes one number of a rule's operator: `count.gte`, `ratio.min`, `spike.floor`.
enum OverlaySetting {
    static func apply(
        _ setting: Overlay.Setting, to rule: inout Rule, _ report: inout RuleText
    ) {
        guard var operation = rule.operation else {
            report.error(
                .modifierMisuse, setting.place, "\(rule.name) has no operator to set",
                remedy: "use disable, level or fire_at")
            return
        }
        let names = names(of: operation)
        let parts = setting.path.split(separator: ".").map(String.init)
        guard names.contains(setting.path), let key = parts.last else {
            report.unknown(
                .unknownKey, "setting of \(rule.name)", setting.path, setting.place,
                allowed: names)
            return
        }
        if key == "within" {
            if let span = report.duration(setting.value, setting.path) {
                operation.window.span = span
            }
        } else if let index = operation.bounds.firstIndex(where: { bound in
            bound.comparison.rawValue == key
        }) {
            if let number = report.whole(setting.value, setting.path, 0...1_000_000) {
                operation.bounds[index].limit = number
            }
        } else {
            operation.kind = changed(operation.kind, key, setting, &report)
        }
        rule.operation = operation
    }

    private static func names(of operation: Operation) -> [String] {
        let bounds = operation.bounds.map(\.comparison.rawValue)
        let (name, keys): (String, [String]) =
            switch operation.kind {
            case .count: ("count", bounds + ["within"])
            case .distinct: ("distinct", bounds + ["within"])
            case .ratio: ("ratio", ["gte", "min", "within"])
            case .temporal(let isOrdered): (isOrdered ? "sequence" : "together", ["within"])
            case .spike: ("spike", ["floor", "times", "tail", "learn", "learn_events"])
            case .newValue: ("new_value", ["learn", "peers", "within"])
            case .geoVelocity:
                ("geo_velocity", ["speed_kmh", "distance_km", "known_days", "peers", "within"])
            case .absence(let absence):
                ("absence", absence.tail > 0 ? ["tail", "within"] : ["within"])
            case .sum, .average, .percentile: ("", [])
            }
        return keys.map { "\(name).\($0)" }
    }

    private static func changed(
        _ kind: Operation.Kind, _ key: String, _ setting: Overlay.Setting,
        _ report: inout RuleText
    ) -> Operation.Kind {
        let (value, path) = (setting.value, setting.path)
        switch kind {
        case .ratio(var ratio):
            if key == "min" {
                ratio.minimum = report.whole(value, path) ?? ratio.minimum
            } else if let share = report.hundredths(value, path), (1...100).contains(share) {
                ratio.atLeast = share
            } else {
                report.error(.wrongType, value.place, "\(path) must lie between 0.01 and 1")
            }
            return .ratio(ratio)
        case .spike(var spike):
            switch key {
            case "floor": spike.floorCount = report.whole(value, path) ?? spike.floorCount
            case "times": spike.floorRatio = report.hundredths(value, path) ?? spike.floorRatio
            case "tail": spike.tail = report.tail(value, path) ?? spike.tail
            case "learn": spike.learn = report.learning(value, path) ?? spike.learn
            default: spike.learnEvents = report.whole(value, path) ?? spike.learnEvents
            }
            return .spike(spike)
        case .newValue(var new):
            if key == "learn" {
                new.learn = report.learning(value, path) ?? new.learn
            } else {
                new.peers = report.whole(value, path, 0...1_000) ?? new.peers
            }
            return .newValue(new)
        case .geoVelocity(var velocity):
            let number = report.whole(value, path, 0...100_000)
            switch key {
            case "speed_kmh": velocity.speedKmh = max(1, number ?? velocity.speedKmh)
            case "distance_km": velocity.distanceKm = number ?? velocity.distanceKm
            case "known_days": velocity.knownDays = number ?? velocity.knownDays
            default: velocity.peers = number ?? velocity.peers
            }
            return .geoVelocity(velocity)
        case .absence(var absence):
            absence.tail = report.tail(value, path) ?? absence.tail
            return .absence(absence)
        default: return kind
        }
    }
}
