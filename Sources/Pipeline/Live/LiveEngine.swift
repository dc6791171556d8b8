internal import AuditModel
internal import Detection
internal import GrantLedger

/// Rules over events as they arrive: holds each until the watermark has passed it, folds them in
/// total order, and looks ahead at what still waits.
///
/// No clock and no I/O. Everything before ``frontier`` was folded; what arrives before it is late.
final class LiveEngine {
    /// The fold; replaced when the rules change.
    var run: DetectionRun
    private var roles: ClientStage
    private var reorderer = Reorderer()
    private var grants = PendingGrants()
    /// Position and greatest time of batches of which events wait, in order of position.
    private var waiting: [(first: Int64, last: Int64)] = []
    /// Everything before this time was folded.
    private(set) var frontier: Int64
    /// Whether everything that ever came was folded, also what lies behind ``frontier``.
    private var isFinished = false
    /// Events below this position were taken in.
    private(set) var read: Int64
    /// Rows that came too late, since they were last asked for.
    private(set) var late: [(batch: EventBatch, row: Int)] = []
    /// Batches to look ahead at, since that was last done.
    private var fresh: [SharedBatch] = []
    /// Batches that wait and are no news: what news is seen against.
    private var background: [(batch: SharedBatch, last: Int64)] = []
    /// Grants with too many waiting events to look ahead.
    private(set) var skippedPeeks = 0

    init(run: DetectionRun, frontier: Int64, read: Int64) {
        self.run = run
        roles = ClientStage(run.ledger.registry)
        self.frontier = frontier
        self.read = read
        reorderer.release(below: frontier) { _, _ in }
    }

    /// The lowest position of an event that waits.
    var bufferLow: Int64 { waiting.first?.first ?? read }

    /// Nothing before this time can change any more.
    var settled: Int64 { isFinished ? .max : frontier }

    /// Events that wait.
    var pendingCount: Int { reorderer.count }

    /// Takes in rows of the store from a position on.
    ///
    /// - Parameters:
    ///   - isNews: whether to look ahead at them.
    ///   - pool: what their codes mean.
    func add(_ stored: EventBatch, first: Int64, isNews: Bool, pool: StringPool) {
        var batch = stored
        roles.fill(&batch, pool: pool)
        read = max(read, first + Int64(batch.count))
        guard let last = batch.time.max() else { return }
        if let earliest = batch.time.min(), earliest >= frontier {
            push(batch, first: first, last: last, isNews: isNews)
            return
        }
        var onTime = EventBatch(capacity: batch.count)
        for row in 0..<batch.count {
            if batch.time[row] >= frontier {
                onTime.append(row: row, of: batch)
            } else {
                late.append((batch, row))
            }
        }
        if !onTime.isEmpty { push(onTime, first: first, last: last, isNews: isNews) }
    }

    private func push(_ batch: EventBatch, first: Int64, last: Int64, isNews: Bool) {
        isFinished = false
        // Nothing in it lies before the frontier, so that it cannot be refused.
        _ = reorderer.push(OrderedBatch(batch))
        waiting.append((first, last))
        if isNews {
            fresh.append(SharedBatch(batch))
        } else {
            background.append((SharedBatch(batch), last))
        }
    }

    /// Folds everything before a time.
    func release(below time: Int64, pool: StringPool) {
        guard time > frontier else { return }
        Self.fold(&reorderer, below: time, into: &run, pool)
        frontier = time
        waiting.removeAll { $0.last < time }
        background.removeAll { $0.last < time }
        grants.forget(before: time, waiting: reorderer.count)
    }

    /// Outside the object, so that not every event asks who else uses its parts.
    private static func fold(
        _ reorderer: inout Reorderer, below time: Int64, into run: inout DetectionRun,
        _ pool: StringPool
    ) {
        reorderer.release(below: time) { batch, row in run.take(batch, row: row, pool: pool) }
    }

    /// Folds everything there is: every source is at its end.
    ///
    /// - Parameter time: before which nothing more will come, also when sources have more one day.
    func finish(pool: StringPool, until time: Int64) {
        reorderer.finish { batch, row in run.take(batch, row: row, pool: pool) }
        frontier = max(frontier, time)
        reorderer = Reorderer()
        reorderer.release(below: frontier) { _, _ in }
        isFinished = true
        waiting = []
        background = []
        grants = PendingGrants()
    }

    /// What the fresh events would raise if nothing else came before them.
    func peek(pool: StringPool) -> [Alert] {
        if fresh.isEmpty { return [] }
        defer { fresh.removeAll(keepingCapacity: true) }
        for (batch, _) in background { grants.add(batch, waitingRows(of: batch)) }
        background = []
        var pending: [(batch: SharedBatch, rows: [Int])] = []
        for batch in fresh {
            let rows = waitingRows(of: batch)
            if rows.isEmpty { continue }
            pending.append((batch, rows))
            grants.add(batch, rows)
        }
        let filter = run.peekFilter
        var alerts: [Alert] = []
        var seen: Set<ID128> = []
        for (batch, rows) in pending {
            for row in rows where filter.concerns(batch.events, row: row) {
                if seen.contains(batch.events.id(.event, row)) { continue }
                guard let events = grants.related(to: RowReference(batch, row: row), from: frontier)
                else {
                    skippedPeeks += 1
                    continue
                }
                for event in events { seen.insert(event.batch.events.id(.event, event.row)) }
                alerts += run.peek(events, pool: pool)
            }
        }
        return alerts
    }

    private func waitingRows(of batch: SharedBatch) -> [Int] {
        batch.events.time.indices.filter { batch.events.time[$0] >= frontier }
    }

    /// The rows that came too late, which are forgotten here.
    func takeLate() -> [(batch: EventBatch, row: Int)] {
        defer { late = [] }
        return late
    }
}
