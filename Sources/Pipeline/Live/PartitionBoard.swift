/// How far event time has certainly come over all partitions of all sources of a live run.
///
/// The slowest partition decides. One that was read to its end and stays silent is idle and holds
/// nobody back; when all are, everything seen counts as come. A source that cannot be read holds
/// the others for a while, because what it brings later would else be late.
struct PartitionBoard {
    /// A source that is not ready holds the others back no longer than this, nanoseconds.
    static let mostHold: Int64 = 600_000_000_000

    private struct Source {
        let lateness: Int64
        let idleAfter: Int64
        /// Whether its first partitions are known.
        var isOpen = false
        var isReady = false
        var isFinished = false
        var unreadySince: Int64
    }

    private struct Partition {
        var tracker: WatermarkTracker
        /// Whether everything there was has been read; since when, by the steady clock.
        var caughtUpSince: Int64?
        var wasCaughtUp = false
        var isIdle = false
        var isOpen = true
    }

    struct Name: Hashable {
        let source: Int
        let partition: String
    }

    private var sources: [Source]
    private var partitions: [Name: Partition] = [:]
    /// The greatest trusted time of partitions that are gone.
    private var closedGreatest: Int64?
    private var isHeld = true

    /// - Parameters:
    ///   - sources: the lateness and the idle time of each source, nanoseconds.
    ///   - now: the steady clock.
    init(_ sources: [(lateness: Int64, idleAfter: Int64)], now: Int64) {
        self.sources = sources.map {
            Source(lateness: $0.lateness, idleAfter: $0.idleAfter, unreadySince: now)
        }
    }

    // MARK: - What sources say

    mutating func open(_ name: Name) {
        var partition = partitions[name]
            ?? Partition(tracker: WatermarkTracker(lateness: sources[name.source].lateness))
        partition.isOpen = true
        partition.isIdle = false
        partition.caughtUpSince = nil
        partitions[name] = partition
    }

    mutating func close(_ name: Name) {
        guard var partition = partitions.removeValue(forKey: name) else { return }
        partition.tracker.settle()
        closedGreatest = Self.later(closedGreatest, partition.tracker.greatest)
    }

    mutating func caughtUp(_ name: Name, now: Int64) {
        guard partitions[name]?.caughtUpSince == nil else { return }
        partitions[name]?.caughtUpSince = now
        partitions[name]?.wasCaughtUp = true
    }

    /// Events of a partition came.
    mutating func observe(_ times: some Sequence<Int64>, _ name: Name, now: Int64) {
        if partitions[name] == nil { open(name) }
        partitions[name]?.isIdle = false
        if partitions[name]?.caughtUpSince != nil { partitions[name]?.caughtUpSince = now }
        for time in times { partitions[name]?.tracker.observe(time) }
    }

    /// Whether a partition was read to its end once: what it brings now is news.
    func isLive(_ name: Name) -> Bool { partitions[name]?.wasCaughtUp ?? false }

    mutating func condition(source: Int, isReady: Bool, now: Int64) {
        if isReady {
            sources[source].isOpen = true
        } else if sources[source].isReady {
            sources[source].unreadySince = now
        }
        sources[source].isReady = isReady
    }

    mutating func finish(source: Int) {
        sources[source].isFinished = true
        for name in partitions.keys where name.source == source { close(name) }
    }

    var isFinished: Bool { sources.allSatisfy(\.isFinished) }

    // MARK: - What follows

    /// Marks partitions that fell silent.
    ///
    /// - Returns: those that became idle just now.
    mutating func noteIdle(now: Int64) -> [Name] {
        var news: [Name] = []
        for (name, partition) in partitions where !partition.isIdle {
            guard let since = partition.caughtUpSince, sources[name.source].isReady,
                now - since >= sources[name.source].idleAfter
            else { continue }
            partitions[name]?.isIdle = true
            partitions[name]?.tracker.settle()
            news.append(name)
        }
        return news.sorted { ($0.source, $0.partition) < ($1.source, $1.partition) }
    }

    /// Sources that hold the others back because they cannot be read.
    func holding(now: Int64) -> [Int] {
        sources.indices.filter { index in
            let source = sources[index]
            return !source.isFinished && !(source.isReady && source.isOpen)
                && now - source.unreadySince < Self.mostHold
        }
    }

    /// No event before this time is expected any more; nil while nobody can say.
    func watermark(now: Int64) -> Int64? {
        if isFinished { return .max }
        if !holding(now: now).isEmpty { return nil }
        let active = partitions.values.filter { !$0.isIdle }
        if let least = active.map(\.tracker.watermark).min() { return least }
        let greatest = partitions.values.map(\.tracker.greatest)
            .reduce(closedGreatest, Self.later)
        return greatest.map { $0 == .max ? .max : $0 + 1 }
    }

    /// Partitions that ran ahead of the one that decides.
    func ahead() -> Set<Name> {
        let least = partitions.values.filter { !$0.isIdle }.map(\.tracker.watermark).min()
        guard let least else { return [] }
        return Set(partitions.filter { $0.value.tracker.watermark > least }.keys)
    }

    private static func later(_ left: Int64?, _ right: Int64?) -> Int64? {
        guard let left, let right else { return left ?? right }
        return max(left, right)
    }
}
