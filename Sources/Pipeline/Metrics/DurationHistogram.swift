/// How long something took, in buckets.
public struct DurationHistogram: Sendable, Equatable {
    /// Upper bounds of the buckets, inclusive, in nanoseconds, and as they are written in seconds.
    static let bounds: [(nanoseconds: Int64, text: String)] = [
        (500_000, "0.0005"), (1_000_000, "0.001"), (2_500_000, "0.0025"), (5_000_000, "0.005"),
        (10_000_000, "0.01"), (25_000_000, "0.025"), (50_000_000, "0.05"),
        (100_000_000, "0.1"), (250_000_000, "0.25"), (500_000_000, "0.5"),
        (1_000_000_000, "1.0"), (2_500_000_000, "2.5"), (10_000_000_000, "10.0"),
    ]

    /// Observations by bucket; those beyond the last bound come last.
    public private(set) var buckets = [Int](repeating: 0, count: bounds.count + 1)
    /// The sum of all that was observed, nanoseconds.
    public private(set) var sum: Int64 = 0

    public init() {}

    public var count: Int { buckets.reduce(0, +) }

    /// Adds one observation; a negative one, of a clock that went back, counts as zero.
    public mutating func observe(nanoseconds: Int64) {
        let length = max(0, nanoseconds)
        let bucket = Self.bounds.firstIndex { length <= $0.nanoseconds } ?? Self.bounds.count
        buckets[bucket] += 1
        let (grown, isBeyond) = sum.addingReportingOverflow(length)
        sum = isBeyond ? .max : grown
    }
}
