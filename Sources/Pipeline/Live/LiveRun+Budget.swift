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

    /// Holds back what the budgets of hooks have no room for, and adds the digests that are due.
    ///
    /// - Parameter isEnd: whether nothing will come any more.
    func spend(_ turn: inout LiveTurn, isEnd: Bool = false) throws(StoreError) {
        let now = clock.wall()
        let notable = turn.commit.alerts.filter(\.isNotable)
        let isDue = isEnd || !notable.isEmpty || budgets.hooks.contains { $1.isDue(at: now) }
        if budgets.hooks.isEmpty || !isDue { return }
        var spent = budgets
        // What the turn itself tells is not in the store yet.
        var known: [String: [ID128: HookKnowledge]] = [:]
        for record in notable { try spend(record, &turn.commit, &spent, &known, at: now) }
        for hook in options.hooks {
            for alert in spent.hooks[hook.name]?.digests(at: now, isEnd: isEnd) ?? [] {
                turn.digests[alert.id] = hook.name
                turn.commit.alerts.append(
                    AlertBook.record(
                        alert, revision: alert.revision, .confirmed, isNotable: true))
                log(LiveLogLine(.warning, "hook.held_back", alert.message))
            }
        }
        if notable.isEmpty, turn.digests.isEmpty {
            budgets = spent
        } else {
            turn.budgets = spent
        }
    }

    /// Decides for every hook that takes a revision whether it is told.
    private func spend(
        _ record: AlertRecord, _ commit: inout LiveCommit, _ spent: inout LiveBudgets,
        _ known: inout [String: [ID128: HookKnowledge]], at now: Int64
    ) throws(StoreError) {
        var notice: BudgetNotice?
        for hook in options.hooks where spent.hooks[hook.name] != nil && hook.hears(record) {
            // What cannot be read is told rather than lost.
            notice = notice ?? AlertJSON.read(record.body).map { BudgetNotice($0) }
            guard let notice else { return }
            var knowledge = HookKnowledge.nothing
            if let own = known[hook.name]?[record.id] {
                knowledge = own
            } else if record.revision > 0 {
                // The first revision of all is news to everybody.
                knowledge = try store.knowledge(of: record.id, at: hook.name)
            }
            let isTold = spent.hooks[hook.name]?.admits(notice, knowledge, at: now) ?? true
            known[hook.name, default: [:]][record.id] = knowledge.after(
                record.severity, isTold: isTold)
            let delivery = HeldDelivery(
                hook: hook.name, alert: record.id, revision: record.revision)
            if isTold {
                commit.held.remove(delivery)
            } else {
                commit.held.insert(delivery)
                spent.noteHeld(record.severity, for: hook.name)
            }
        }
    }

    /// Tells what is still held back when all sources came to their ends.
    func tellRest() throws(StoreError) {
        var turn = LiveTurn()
        try spend(&turn, isEnd: true)
        if !turn.commit.isEmpty { try commit(&turn) }
    }
}
