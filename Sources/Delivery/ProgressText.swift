/// How far long work has come, as one line: `[#####·····]  50%  12 MB  6 MB/s  2 s left`.
public struct ProgressText: Sendable, Equatable {
    /// What is counted.
    public enum Unit: Sendable { case bytes, events }

    public var done: Int64
    /// Nil when nobody knows how much there is; then there is no bar.
    public var total: Int64?
    /// Since the work began.
    public var seconds: Double
    public var unit: Unit

    public init(done: Int64, total: Int64?, seconds: Double, unit: Unit) {
        self.done = done
        self.total = total
        self.seconds = seconds
        self.unit = unit
    }

    private static let widest = 30

    /// The line, at most one column shorter than the terminal so that it never wraps; the bar takes
    /// what is left over, and goes first.
    public func line(columns: Int) -> String {
        let rate = Double(done) / max(seconds, 0.001)
        var text = "\(amount(Double(done)))  \(amount(rate))/s"
        guard let total, total > 0 else { return String(text.prefix(max(0, columns - 1))) }
        let share = min(1, max(0, Double(done) / Double(total)))
        let percent = "\(Int(share * 100))%"
        text = String(repeating: " ", count: 4 - percent.count) + percent + "  " + text
        if rate > 0, done < total {
            text += "  \(Self.duration(Double(total - done) / rate)) left"
        }
        let width = min(Self.widest, columns - text.count - 4)
        guard width >= 5 else { return String(text.prefix(max(0, columns - 1))) }
        let filled = Int(share * Double(width))
        let bar =
            String(repeating: "#", count: filled)
            + String(repeating: "·", count: width - filled)
        return "[\(bar)] \(text)"
    }

    private func amount(_ count: Double) -> String {
        switch unit {
        case .bytes:
            count < 10_000_000
                ? "\(Self.whole(count / 1000)) kB" : "\(Self.whole(count / 1_000_000)) MB"
        case .events:
            count < 10_000
                ? "\(Self.whole(count)) events" : "\(Self.whole(count / 1000)) k events"
        }
    }

    /// `45 s`, `3 min 20 s`, `2 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        let seconds = whole(seconds.rounded(.up))
        if seconds < 100 { return "\(seconds) s" }
        if seconds < 6000 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }

    private static func whole(_ number: Double) -> Int64 {
        number.isFinite ? Int64(min(max(0, number), 9e15)) : 0
    }
}
