extension Operation {
    /// `count >= 10 in 5 min`, for people.
    public var text: String {
        let clock = WindowClock(window: window)
        let whole = bounds.text { String($0) }
        let decimal = bounds.text(FieldValue.decimal)
        switch kind {
        case .count: return "count \(whole) in \(clock.text)"
        case .distinct(let fields):
            return "different \(Self.names(fields)) \(whole) in \(clock.text)"
        case .sum(let field): return "sum of \(field.name) \(decimal) in \(clock.text)"
        case .average(let field): return "average of \(field.name) \(decimal) in \(clock.text)"
        case .percentile(let field, let percent):
            return "percentile \(percent) of \(field.name) \(decimal) in \(clock.text)"
        case .temporal(let isOrdered):
            return (isOrdered ? "one after another within " : "all within ") + clock.text
        case .ratio(let ratio):
            return "ratio >= \(FieldValue.decimal(ratio.atLeast)) of at least \(ratio.minimum) in "
                + clock.text
        case .spike(let spike):
            let windows = spike.windows.map(DurationText.text).joined(separator: ", ")
            return "more than the key's own rhythm explains in \(windows): at least "
                + "\(spike.floorCount) and \(FieldValue.decimal(spike.floorRatio)) times the "
                + "expectation"
        case .newValue(let value):
            return "a value of \(Self.names(value.fields)) that the key never had in \(clock.text)"
        case .geoVelocity(let geo):
            return "over \(geo.speedKmh) km/h across at least \(geo.distanceKm) km within "
                + clock.text
        case .absence: return "nothing followed within \(clock.text)"
        }
    }

    private static func names(_ fields: [RuleField]) -> String {
        fields.map(\.name).joined(separator: "+")
    }
}
