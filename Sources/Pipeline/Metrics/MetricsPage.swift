/// What a metrics page is made from.
public struct MetricsSnapshot: Sendable {
    /// The program's version.
    public var version: String
    public var status: LiveStatus
    public var process: ProcessMetrics

    public init(version: String, status: LiveStatus, process: ProcessMetrics) {
        self.version = version
        self.status = status
        self.process = process
    }
}

/// The numbers of a live run for scrapers. The same snapshot gives the same bytes.
public struct MetricsPage: Sendable {
    /// How the page is written.
    public enum Format: Sendable, Equatable {
        /// Prometheus' text format 0.0.4.
        case prometheus
        /// OpenMetrics 1.0.
        case openMetrics

        /// The media type of the page.
        public var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }

        /// What a scraper that sends this `Accept` prefers; OpenMetrics only if it asks for it.
        public init(accept: String?) {
            var asked = 0.0
            var plain: (weight: Double, isNamed: Bool) = (0, false)
            for range in (accept ?? "").split(separator: ",") {
                let parts = range.split(separator: ";").map(MetricText.trimmed)
                guard let type = parts.first else { continue }
                let weight = Self.parameter("q", parts).flatMap { Double($0) } ?? 1
                switch type {
                case "application/openmetrics-text":
                    let version = Self.parameter("version", parts) ?? "1.0.0"
                    if version == "1.0.0" { asked = max(asked, weight) }
                case "text/plain":
                    plain = (plain.isNamed ? max(plain.weight, weight) : weight, true)
                case "text/*", "*/*":
                    if !plain.isNamed { plain.weight = max(plain.weight, weight) }
                default: break
                }
            }
            self = asked > 0 && asked >= plain.weight ? .openMetrics : .prometheus
        }

        private static func parameter(_ name: String, _ parts: [String]) -> String? {
            parts.dropFirst().lazy.compactMap { part in
                let halves = part.split(separator: "=", maxSplits: 1).map(MetricText.trimmed)
                return halves.count == 2 && halves[0] == name ? halves[1] : nil
            }.first
        }
    }

    /// The page as UTF-8.
    public static func render(_ snapshot: MetricsSnapshot, as format: Format) -> [UInt8] {
        var page = MetricsPage(format)
        for definition in MetricsTable.all { page.append(definition, snapshot) }
        if format == .openMetrics { page.text += "# EOF\n" }
        return Array(page.text.utf8)
    }

    /// All metrics as a table for docs/OPERATIONS.md, a row each.
    public static var reference: String {
        let rows = MetricsTable.all.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind.rawValue) | \(labels) | \(metric.help) |"
        }
        return (["| metric | type | labels | meaning |", "|---|---|---|---|"] + rows)
            .joined(separator: "\n")
    }

    /// Series that a page of this snapshot leaves off.
    static func omitted(_ snapshot: MetricsSnapshot) -> Int {
        MetricsTable.all.reduce(0) { count, metric in
            // The metric that tells of it must not ask itself.
            guard !metric.labels.isEmpty, case .samples(let samples) = metric.source
            else { return count }
            return count + max(0, samples(snapshot).count - metric.mostSeries)
        }
    }

    // MARK: - Writing

    private let format: Format
    private var text = ""

    private init(_ format: Format) { self.format = format }

    private mutating func append(_ metric: MetricDefinition, _ snapshot: MetricsSnapshot) {
        let name = format == .openMetrics ? metric.family : metric.name
        text += "# HELP \(name) \(metric.help)\n"
        text += "# TYPE \(name) \(type(of: metric))\n"
        switch metric.source {
        case .samples(let samples):
            for sample in samples(snapshot).prefix(metric.mostSeries) {
                append(metric.name, metric.labels, sample)
            }
        case .histogram(let histogram): append(metric.name, histogram(snapshot))
        }
    }

    private func type(of metric: MetricDefinition) -> String {
        // The older format knows no info.
        let isPlain = metric.kind == .info && format == .prometheus
        return (isPlain ? .gauge : metric.kind).rawValue
    }

    private mutating func append(
        _ name: String, _ labels: [String], _ sample: MetricDefinition.Sample
    ) {
        text += name
        if !labels.isEmpty {
            text += "{"
            for (index, label) in labels.enumerated() {
                text += "\(index == 0 ? "" : ",")\(label)=\""
                text += MetricText.escaped(
                    MetricText.bounded(
                        sample.labels.indices.contains(index) ? sample.labels[index] : ""))
                text += "\""
            }
            text += "}"
        }
        text += " \(MetricText.number(sample.number))\n"
    }

    private mutating func append(_ name: String, _ histogram: DurationHistogram) {
        var count = 0
        for (bound, number) in zip(DurationHistogram.bounds, histogram.buckets) {
            count += number
            text += "\(name)_bucket{le=\"\(bound.text)\"} \(count)\n"
        }
        text += "\(name)_bucket{le=\"+Inf\"} \(histogram.count)\n"
        let sum = MetricText.number(.real(Double(histogram.sum) / 1e9))
        text += "\(name)_sum \(sum)\n\(name)_count \(histogram.count)\n"
    }
}
