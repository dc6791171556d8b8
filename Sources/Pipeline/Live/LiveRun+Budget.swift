internal import AuditModel
internal import EventStore
internal import WireFormat

/// The budgets of a run's hooks. A value: a turn works on its own, and what it spent counts when
/// it is durable.
struct LiveBudgets {
    /// By name; hooks without a budget have none here.
    var hooks: [String: HookBudget] = [:]
    /// What this process held back, by hook.
    var held: [String: HeldCounts] = [:]

    /// So many notifications by class.
    struct HeldCounts {
        var pages = 0
        var tickets = 0
    }

    /// How a hook stands; nil for one without a budget.
    func hold(of hook: String, at now: Int64) -> HookHold? { hooks[hook]?.hold(at: now) }

    mutating func noteHeld(_ severity: Severity, for hook: String) {
        switch NotificationClass(severity) {
        case .pages: held[hook, default: HeldCounts()].pages += 1
        case .tickets: held[hook, default: HeldCounts()].tickets += 1
        }
    }
}

/// What one turn spends of the budgets.
struct BudgetSpending {
    private(set) var held: Set<HeldDelivery> = []
    /// Whether anything was decided.
    private(set) var hasSpent = false
    var budgets: LiveBudgets
    private let store: EventStore
    private let now: Int64
    /// What hooks know after what the turn tells, which is not in the store yet.
    private var known: [String: [ID128: HookKnowledge]] = [:]

    /// - Parameter now: nanoseconds UTC.
    init(_ budgets: LiveBudgets, _ store: EventStore, at now: Int64) {
        (self.budgets, self.store, self.now) = (budgets, store, now)
    }

    /// Whether a hook that should hear of a revision is told; if not, a digest has it.
    mutating func tells(_ record: AlertRecord, _ hook: String) throws(StoreError) -> Bool {
        // What cannot be read is told rather than lost.
        guard budgets.hooks[hook] != nil, let alert = record.content else {
            return true
        }
        var knowledge = HookKnowledge.nothing
        if let own = known[hook]?[record.id] {
            knowledge = own
        } else if record.revision > 0 {
            // The first revision of all is news to everybody.
            knowledge = try store.knowledge(of: record.id, at: hook)
        }
        let isTold = budgets.hooks[hook]?.admits(BudgetNotice(alert), knowledge, at: now) ?? true
        known[hook, default: [:]][record.id] = knowledge.after(record.severity, isTold: isTold)
        hasSpent = true
        let delivery = HeldDelivery(hook: hook, alert: record.id, revision: record.revision)
        if isTold {
            held.remove(delivery)
        } else {
            held.insert(delivery)
            budgets.noteHeld(record.severity, for: hook)
        }
        return isTold
    }
}

extension LiveRun {
    /// What hooks were told by earlier processes.
    func openBudgets() throws(StoreError) {
        if options.mode == .observe { return }
        let now = clock.wall()
        for hook in options.hooks {
            guard let budget = hook.budget else { continue }
            budgets.hooks[hook.name] = try HookBudget(
                hook: hook.name, budget, from: store, at: now)
        }
    }

    /// Holds back what is no news and what the budgets of hooks have no room for, and adds the
    /// digests that are due.
    ///
    /// - Parameter isEnd: whether nothing will come any more.
    func spend(_ turn: inout LiveTurn, isEnd: Bool = false) throws(StoreError) {
        let now = clock.wall()
        var spending = BudgetSpending(budgets, store, at: now)
        try siftIncidents(&turn.commit, &spending)
        if budgets.hooks.isEmpty { return }
        for record in turn.commit.alerts where record.isNotable {
            for hook in options.hooks where hook.hears(record) {
                // What is news of an incident was decided about as such.
                if hook.groupsIncidents, record.incident != nil, hook.takes(record) { continue }
                _ = try spending.tells(record, hook.name)
            }
        }
        let isDue = isEnd || spending.hasSpent || budgets.hooks.contains { $1.isDue(at: now) }
        if !isDue { return }
        for hook in options.hooks {
            for alert in spending.budgets.hooks[hook.name]?.digests(at: now, isEnd: isEnd) ?? [] {
                turn.digests[alert.id] = hook.name
                turn.commit.alerts.append(
                    AlertBook.record(
                        alert, revision: alert.revision, .confirmed, isNotable: true))
                log(LiveLogLine(.warning, "hook.held_back", alert.message))
            }
        }
        turn.commit.held = spending.held
        if spending.hasSpent || !turn.digests.isEmpty {
            turn.budgets = spending.budgets
        } else {
            budgets = spending.budgets
        }
    }

    /// Tells what is still held back when all sources came to their ends.
    func tellRest() throws(StoreError) {
        var turn = LiveTurn()
        try spend(&turn, isEnd: true)
        if !turn.commit.isEmpty { try commit(&turn) }
    }
}
