/// How far event time has certainly come over all partitions of all sources of a live run.
///
/// The slowest partition decides. One that was read to its end and stays silent is idle and holds
/// nobody back; when all are, everything seen counts as come. A source that cannot be read holds
/// the others for a while, because what it brings later would else be late; so does one that gave
/// all its partitions away, which may come back.
///
/// Every `now` is a steady clock of the caller's, nanoseconds.
struct PartitionBoard {
    /// A source that is not ready, or a partition that says nothing, holds the others back no
    /// longer than this, nanoseconds.
    static let mostHold: Int64 = 600_000_000_000
    /// When too much waits, a partition that was read to its end holds nobody back longer.
    static let mostHoldPressed: Int64 = 5_000_000_000

    private struct Source {
        let lateness: Int64
        let idleAfter: Int64
        /// Whether its first partitions are known.
        var isOpen = false
        var isReady = false
        var isFinished = false
        var unreadySince: Int64
        var partitionCount = 0
        /// Since when it is ready and has no partition; nil while it has one.
        var emptySince: Int64?
    }

    private struct Partition {
        var tracker: WatermarkTracker
        /// Whether everything there was has been read; since when nothing came.
        var caughtUpSince: Int64?
        var heardAt: Int64
        var wasCaughtUp = false
        var isIdle = false
    }

    struct Name: Hashable {
        let source: Int
        let partition: String
    }

    private var sources: [Source]
    private var partitions: [Name: Partition] = [:]
    /// Partitions that are not idle: few of many files are written to at a time.
    private var active: Set<Name> = []
    /// The greatest trusted time of all partitions there ever were.
    private(set) var greatest: Int64?

    /// - Parameters:
    ///   - sources: the lateness and the idle time of each source, nanoseconds.
    ///   - now: the steady clock.
    init(_ sources: [(lateness: Int64, idleAfter: Int64)], now: Int64) {
        self.sources = sources.map {
            Source(lateness: $0.lateness, idleAfter: $0.idleAfter, unreadySince: now)
        }
    }

    // MARK: - What sources say

    mutating func open(_ name: Name, now: Int64) {
        if partitions[name] == nil {
            partitions[name] = Partition(
                tracker: WatermarkTracker(lateness: sources[name.source].lateness), heardAt: now)
            sources[name.source].partitionCount += 1
            sources[name.source].emptySince = nil
        }
        partitions[name]?.caughtUpSince = nil
        partitions[name]?.heardAt = now
        wake(name)
    }

    mutating func close(_ name: Name, now: Int64) {
        settle(name)
        active.remove(name)
        guard partitions.removeValue(forKey: name) != nil else { return }
        sources[name.source].partitionCount -= 1
        if sources[name.source].partitionCount == 0 { sources[name.source].emptySince = now }
    }

    private mutating func wake(_ name: Name) {
        partitions[name]?.isIdle = false
        active.insert(name)
    }

    /// However few events there were, no more come for now.
    private mutating func settle(_ name: Name) {
        partitions[name]?.tracker.settle()
        greatest = Self.later(greatest, partitions[name]?.tracker.greatest)
    }

    mutating func caughtUp(_ name: Name, now: Int64) {
        guard partitions[name]?.caughtUpSince == nil else { return }
        partitions[name]?.caughtUpSince = now
        partitions[name]?.heardAt = now
        partitions[name]?.wasCaughtUp = true
    }

    /// Events of a partition came.
    mutating func observe(_ times: some Sequence<Int64>, _ name: Name, now: Int64) {
        guard var partition = partitions[name] else {
            open(name, now: now)
            return observe(times, name, now: now)
        }
        partition.heardAt = now
        if partition.caughtUpSince != nil { partition.caughtUpSince = now }
        for time in times { partition.tracker.observe(time) }
        greatest = Self.later(greatest, partition.tracker.greatest)
        partitions[name] = partition
        wake(name)
    }

    /// Whether a partition was read to its end once: what it brings now is news.
    func isLive(_ name: Name) -> Bool { partitions[name]?.wasCaughtUp ?? false }

    mutating func condition(source: Int, isReady: Bool, now: Int64) {
        if isReady, !sources[source].isReady {
            sources[source].isOpen = true
            // A log that has not begun may begin with what the others are past.
            if sources[source].partitionCount == 0, sources[source].emptySince == nil {
                sources[source].emptySince = now
            }
            // What gathered meanwhile is on its way: nobody is idle before it had time to come.
            for name in Array(partitions.keys) where name.source == source {
                partitions[name]?.heardAt = now
                if partitions[name]?.caughtUpSince != nil {
                    partitions[name]?.caughtUpSince = now
                }
                wake(name)
            }
        } else if !isReady, sources[source].isReady {
            sources[source].unreadySince = now
        }
        sources[source].isReady = isReady
    }

    mutating func finish(source: Int, now: Int64) {
        sources[source].isFinished = true
        for name in Array(partitions.keys) where name.source == source { close(name, now: now) }
    }

    var isFinished: Bool { sources.allSatisfy(\.isFinished) }

    // MARK: - What follows

    /// Marks partitions that fell silent.
    ///
    /// - Parameter isPressed: whether so much waits that a source which is asked now and then, such
    ///   as a log that is polled, cannot be waited for.
    /// - Returns: those that became idle just now.
    mutating func noteIdle(now: Int64, isPressed: Bool = false) -> [Name] {
        let most = isPressed ? Self.mostHoldPressed : .max
        var news: [Name] = []
        for name in active where sources[name.source].isReady {
            guard let partition = partitions[name] else { continue }
            let isSilent: Bool
            if let since = partition.caughtUpSince {
                isSilent = now - since >= min(most, sources[name.source].idleAfter)
            } else {
                isSilent = now - partition.heardAt >= Self.mostHold
            }
            if isSilent { news.append(name) }
        }
        for name in news {
            partitions[name]?.isIdle = true
            settle(name)
            active.remove(name)
        }
        return news.sorted { ($0.source, $0.partition) < ($1.source, $1.partition) }
    }

    /// Sources that hold the others back because they cannot be read.
    func holding(now: Int64) -> [Int] {
        sources.indices.filter { index in
            let source = sources[index]
            if source.isFinished { return false }
            if !(source.isReady && source.isOpen) { return !isGivenUp(source, now) }
            return source.emptySince.map { now - $0 < source.idleAfter } ?? false
        }
    }

    private func isGivenUp(_ source: Source, _ now: Int64) -> Bool {
        !source.isFinished && !source.isReady && now - source.unreadySince >= Self.mostHold
    }

    /// No event before this time is expected any more; nil while nobody can say.
    ///
    /// - Parameter isPressed: whether so much waits that sources that cannot be read, and those
    ///   without partitions, hold nobody back any more.
    func watermark(now: Int64, isPressed: Bool = false) -> Int64? {
        if isFinished { return .max }
        if !isPressed, !holding(now: now).isEmpty { return nil }
        var least: Int64?
        // Of sources that were given up; they decide only where nobody else does.
        var leastLost: Int64?
        for name in active {
            guard let mark = partitions[name]?.tracker.watermark else { continue }
            let source = sources[name.source]
            if isGivenUp(source, now) || (isPressed && !source.isReady) {
                leastLost = min(leastLost ?? .max, mark)
            } else {
                least = min(least ?? .max, mark)
            }
        }
        if let least { return least }
        let isOthersIdle = partitions.contains { name, partition in
            partition.isIdle && sources[name.source].isReady
        }
        if let leastLost, !isOthersIdle { return leastLost }
        return greatest.map { $0 == .max ? .max : $0 + 1 }
    }

    /// Partitions that ran ahead of the one that decides.
    func ahead() -> Set<Name> {
        let marks = active.compactMap { name in
            partitions[name].map { (name: name, mark: $0.tracker.watermark) }
        }
        guard let least = marks.map(\.mark).min() else { return [] }
        return Set(marks.filter { $0.mark > least }.map(\.name))
    }

    private static func later(_ left: Int64?, _ right: Int64?) -> Int64? {
        guard let left, let right else { return left ?? right }
        return max(left, right)
    }
}
