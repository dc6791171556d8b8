/// One metric: how it is called, what it means, and where its numbers come from.
struct MetricDefinition: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
        /// A gauge that is always 1; its labels are what it says.
        case info
    }

    enum Number: Sendable {
        case whole(Int64)
        case real(Double)
    }

    struct Sample: Sendable {
        /// One for each label of the metric.
        var labels: [String]
        var number: Number

        init(_ labels: [String], _ number: Int) {
            self.labels = labels
            self.number = .whole(Int64(number))
        }

        init(_ labels: [String], seconds: Double) {
            self.labels = labels
            number = .real(seconds)
        }

        /// 1 or 0.
        init(_ labels: [String], _ truth: Bool) { self.init(labels, truth ? 1 : 0) }
    }

    enum Source: Sendable {
        /// In the order in which they are shown.
        case samples(@Sendable (MetricsSnapshot) -> [Sample])
        case histogram(@Sendable (MetricsSnapshot) -> DurationHistogram)
    }

    /// As Prometheus shows it, with `_total` of counters and `_info`.
    let name: String
    let kind: Kind
    let labels: [String]
    /// One sentence without quotes and backslashes.
    let help: String
    /// Samples beyond it are left off.
    let mostSeries: Int
    let source: Source

    init(
        _ kind: Kind, _ name: String, _ labels: [String], _ help: String,
        mostSeries: Int = 1000, _ samples: @escaping @Sendable (MetricsSnapshot) -> [Sample]
    ) {
        self.kind = kind
        self.name = name
        self.labels = labels
        self.help = help
        self.mostSeries = mostSeries
        source = .samples(samples)
    }

    init(
        _ kind: Kind, _ name: String, _ help: String,
        _ samples: @escaping @Sendable (MetricsSnapshot) -> [Sample]
    ) {
        self.init(kind, name, [], help, samples)
    }

    init(
        histogram name: String, _ help: String,
        _ histogram: @escaping @Sendable (MetricsSnapshot) -> DurationHistogram
    ) {
        kind = .histogram
        self.name = name
        labels = []
        self.help = help
        mostSeries = 1
        source = .histogram(histogram)
    }

    /// The name of its family in OpenMetrics, which leaves endings to the samples.
    var family: String {
        switch kind {
        case .counter where name.hasSuffix("_total"): String(name.dropLast("_total".count))
        case .info where name.hasSuffix("_info"): String(name.dropLast("_info".count))
        default: name
        }
    }
}
