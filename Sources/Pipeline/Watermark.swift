/// How far the event time of one partition has certainly come.
///
/// The watermark is the greatest event time seen, less the allowed lateness. It starts from the
/// median of the first 16 events, so that one odd first line does not set it. A time more than an
/// hour ahead is suspect: it counts only after 16 more events beyond the same bound, so that one
/// line from the future does not make everything after it late; nor do many such lines over months,
/// since each is forgotten when hundreds of others followed. Suspicion delays the watermark; it
/// never holds back an event.
struct WatermarkTracker: Sendable {
    static let startCount = 16
    static let suspectCount = 17
    /// So many events without a suspect among them clear the earlier ones.
    static let forgetCount = 256
    static let jump: Int64 = 3_600_000_000_000

    let lateness: Int64
    /// The greatest time that is trusted; nil before the start.
    private(set) var greatest: Int64?
    private var first: [Int64] = []
    private var suspects: [Int64] = []
    /// Events that are not suspect since the last that was.
    private var trusted = 0
    private var isClosed = false

    init(lateness: Int64) {
        self.lateness = lateness
    }

    /// No event before this time can still come in order. `.min` before the start, `.max` once
    /// closed.
    var watermark: Int64 {
        if isClosed { return .max }
        guard let greatest else { return .min }
        let (mark, overflow) = greatest.subtractingReportingOverflow(lateness)
        return overflow ? .min : mark
    }

    /// Events that are suspected of a wrong clock now.
    var suspectedCount: Int { suspects.count }

    mutating func close() { isClosed = true }

    /// Starts from however few events there were: no more come for now.
    mutating func settle() {
        if greatest == nil, !first.isEmpty { start() }
    }

    mutating func observe(_ time: Int64) {
        guard let greatest else {
            first.append(time)
            if first.count == Self.startCount { start() }
            return
        }
        let (ahead, overflow) = time.subtractingReportingOverflow(greatest)
        if !overflow, ahead <= Self.jump {
            if ahead > 0 { self.greatest = time }
            trust()
            return
        }
        if overflow, time < greatest { return }
        suspects.append(time)
        trusted = 0
        if suspects.count == Self.suspectCount {
            self.greatest = Self.median(suspects)
            suspects = []
        }
    }

    private mutating func trust() {
        if suspects.isEmpty { return }
        trusted += 1
        if trusted >= Self.forgetCount { suspects = [] }
    }

    private mutating func start() {
        let median = Self.median(first)
        greatest = median
        let seen = first
        first = []
        for time in seen { observe(time) }
    }

    private static func median(_ times: [Int64]) -> Int64 {
        times.sorted()[(times.count - 1) / 2]
    }
}
