internal import AuditModel
internal import EventStore
internal import WireFormat

/// What one hook was told of late, what it is not told one by one, and when it hears of that.
///
/// A value: what belongs to a commit that failed never counted.
struct HookBudget {
    let hook: String
    /// By class.
    private var lanes: [BudgetLane]

    init(hook: String, _ budget: NotificationBudget) {
        self.hook = hook
        lanes = NotificationClass.allCases.map { BudgetLane(limit: budget.limit(of: $0)) }
    }

    /// Whether a notice is told; if not it is gathered.
    ///
    /// - Parameters:
    ///   - known: what the hook knows of the alert.
    ///   - now: nanoseconds UTC.
    mutating func admits(
        _ notice: BudgetNotice, _ known: HookKnowledge, at now: Int64
    ) -> Bool {
        let kind = NotificationClass(notice.severity)
        if Self.isOwed(notice, known) {
            if Self.isCounted(notice, known) { lanes[kind.rawValue].note(notice, at: now) }
            return true
        }
        if !notice.isWithdrawal, lanes[kind.rawValue].admits(notice, at: now) { return true }
        let hook = hook
        lanes[kind.rawValue].hold(notice, at: now) {
            HoldDigest.identity(hook: hook, kind, first: notice)
        }
        return false
    }

    /// Whether the hook must hear of it, because it would believe something else.
    private static func isOwed(_ notice: BudgetNotice, _ known: HookKnowledge) -> Bool {
        switch known {
        case .told: true
        // Nothing tells that the hook does not believe in what is withdrawn.
        case .nothing: notice.isWithdrawal
        case .held: false
        }
    }

    /// Whether what the hook must hear of asks of people what was not asked before.
    private static func isCounted(_ notice: BudgetNotice, _ known: HookKnowledge) -> Bool {
        guard !notice.isWithdrawal, case .told(let before) = known else { return false }
        return NotificationClass(notice.severity) != NotificationClass(before)
            && notice.severity > before
    }

    /// Whether something may be to be told at a time.
    func isDue(at now: Int64) -> Bool { lanes.contains { $0.isDue(at: now) } }

    /// The digests to be told now.
    ///
    /// - Parameter isEnd: whether nothing will come any more.
    mutating func digests(at now: Int64, isEnd: Bool) -> [Alert] {
        NotificationClass.allCases.compactMap { kind in
            guard let held = lanes[kind.rawValue].takeDigest(at: now, isEnd: isEnd)
            else { return nil }
            return HoldDigest.alert(
                held, hook: hook, kind, limit: lanes[kind.rawValue].limit,
                until: lanes[kind.rawValue].until(at: now), at: now)
        }
    }

    /// How things stand.
    func hold(at now: Int64) -> HookHold {
        let lanes = NotificationClass.allCases.map { kind in
            var lane = self.lanes[kind.rawValue]
            return HookHold.Lane(
                told: lane.count(at: now), limit: lane.limit, held: lane.gathering?.total ?? 0,
                until: lane.until(at: now))
        }
        return HookHold(pages: lanes[0], tickets: lanes[1])
    }
}

// MARK: - From the store

extension HookBudget {
    /// So many of what a hook was told last are looked at: more than any budget needs.
    private static let mostTellings = 50_000

    /// What became of a notice, or a digest.
    private enum Step {
        case told(BudgetNotice)
        case held(BudgetNotice)
        case digest(NotificationClass, Gathering)
    }

    private typealias Entry = (time: Int64, sequence: Int64, step: Step)

    /// What an earlier process left, from the rows of its deliveries.
    init(
        hook: String, _ budget: NotificationBudget, from store: EventStore, at now: Int64
    ) throws(StoreError) {
        self.init(hook: hook, budget)
        var entries: [Entry] = []
        // The last digest of each class; what was held back before it is told.
        var lasts = [Int64?](repeating: nil, count: lanes.count)
        var start = now &- BudgetLane.window
        // However long nobody ran: the digest before what was held back last was told then.
        for kind in NotificationClass.allCases {
            guard let held = try store.lastHeld(at: hook, kind.severities) else { continue }
            start = min(start, held &- 2 * Gathering.longestWait)
        }
        try store.tellings(of: hook, since: start, limit: Self.mostTellings) { record, body in
            guard let alert = AlertJSON.read(body) else { return }
            var step = Step.told(BudgetNotice(alert))
            if let (kind, held) = HoldDigest.read(alert, told: record.created) {
                step = .digest(kind, held)
                lasts[kind.rawValue] = max(lasts[kind.rawValue] ?? 0, record.sequence)
            }
            entries.append((record.created, record.sequence, step))
        }
        entries += try Self.held(at: hook, after: lasts, in: store)
        entries.sort { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
        for entry in entries { try replay(entry, from: store) }
        for index in lanes.indices { lanes[index].settle(at: now) }
    }

    private mutating func replay(
        _ entry: Entry, from store: EventStore
    ) throws(StoreError) {
        switch entry.step {
        case .digest(let kind, let held): lanes[kind.rawValue].resume(held)
        case .held(let notice):
            let kind = NotificationClass(notice.severity)
            let hook = hook
            lanes[kind.rawValue].hold(notice, at: entry.time) {
                HoldDigest.identity(hook: hook, kind, first: notice)
            }
        case .told(let notice):
            let known = try store.knowledge(of: notice.alert, at: hook, before: entry.sequence)
            if Self.isOwed(notice, known), !Self.isCounted(notice, known) { return }
            lanes[NotificationClass(notice.severity).rawValue].note(notice, at: entry.time)
        }
    }

    /// What was held back after the last digests.
    private static func held(
        at hook: String, after lasts: [Int64?], in store: EventStore
    ) throws(StoreError) -> [Entry] {
        var entries: [Entry] = []
        var last = lasts.compactMap { $0 }.min()
        while let after = last {
            let page = try store.outbox(of: hook, .held, after: after, limit: 1_000)
            for (record, body) in page {
                guard let digest = lasts[NotificationClass(record.severity).rawValue],
                    record.sequence > digest, let alert = AlertJSON.read(body)
                else { continue }
                entries.append((record.created, record.sequence, .held(BudgetNotice(alert))))
            }
            last = page.last?.record.sequence
        }
        return entries
    }
}
