internal import AuditModel
internal import Delivery
internal import EventStore
internal import Foundation
internal import WireFormat

/// What of the outbox is with the courier.
struct LiveOutbox {
    /// The last sequence of each hook that was looked for in the store.
    var loaded: [String: Int64] = [:]
    /// What the courier has and has not settled.
    var held: [String: Set<Int64>] = [:]
    /// Hooks that get nothing until somebody enables them.
    var disabled: Set<String> = []

    /// Whether nothing is under way.
    var isEmpty: Bool { held.allSatisfy { $1.isEmpty || disabled.contains($0) } }
}

extension LiveRun {
    /// What was left by an earlier process: hooks that are disabled, or configured no more.
    func openOutbox() throws(StoreError) {
        let names = Set(options.hooks.map(\.name))
        for state in try store.hookStates() where state.isDisabled && names.contains(state.name) {
            outbox.disabled.insert(state.name)
            log(LiveLogLine(.warning, "hook.disabled",
                "hook \(state.name) gets nothing: \(state.reason); `grantrail hooks enable` "
                    + "tries it again"))
        }
        for count in try store.unsettledCounts() where count.pending > 0 {
            if names.contains(count.hook) { continue }
            log(LiveLogLine(.warning, "hook.unknown",
                "\(count.pending) deliveries wait for hook \(count.hook), which is not configured: "
                    + "put it back, or give them up with `grantrail hooks drop`"))
        }
        try openBudgets()
        try refill()
    }

    /// Which hooks hear of a revision, or would if their budgets had room.
    ///
    /// - Parameter digests: the hooks that alone hear of some alerts, by alert.
    func route(_ digests: [ID128: String]) -> @Sendable (AlertRecord) -> [String] {
        if options.mode == .observe { return { _ in [] } }
        let hooks = options.hooks
        return { record in
            if let hook = digests[record.id] { return [hook] }
            return hooks.filter { $0.hears(record) }.map(\.name)
        }
    }

    /// Sees to it that hooks which were told of an alert hear what becomes of it: that it came out
    /// below what they take, or was withdrawn then.
    func oweOutcomes(_ commit: inout LiveCommit) throws(StoreError) {
        for index in commit.alerts.indices where commit.alerts[index].isNotable {
            let record = commit.alerts[index]
            // The first revision of all was told to nobody before.
            if record.revision == 0 { continue }
            for hook in options.hooks where !hook.takes(record) {
                let known = try store.knowledge(of: record.id, at: hook.name)
                if case .told = known { commit.alerts[index].owed.insert(hook.name) }
            }
        }
    }

    /// Notes what the courier did, for the next commit.
    func collectOutcomes(_ turn: inout LiveTurn) {
        guard let courier = options.courier else { return }
        let outcomes = courier.takeOutcomes()
        // Nothing happened to a hook of which there is nothing to tell.
        if outcomes.isEmpty { return }
        for outcome in outcomes {
            turn.commit.deliveries.append(Self.change(outcome))
            turn.commit.controls.append(record(outcome))
            if case .retried = outcome.result { continue }
            outbox.held[outcome.hook]?.remove(outcome.sequence)
            if outcome.result == .dead {
                log(LiveLogLine(.error, "delivery.dead",
                    "hook \(outcome.hook) never took \(outcome.alert.hex).\(outcome.revision): "
                        + "\(outcome.reason); `grantrail hooks replay` tries again"))
            }
        }
        for known in courier.states() {
            guard let reason = known.disabledReason,
                outbox.disabled.insert(known.hook).inserted
            else { continue }
            let hook = known.hook
            let state = HookState(name: hook, isDisabled: true, reason: reason, time: clock.wall())
            turn.commit.hooks.append(state)
            turn.commit.controls.append(
                .about("hook.disabled", at: state.time, in: store) { writer in
                    writer.member("hook", hook)
                    writer.member("reason", reason)
                })
            log(LiveLogLine(.error, "hook.disabled",
                "hook \(hook) gets nothing any more: \(reason); `grantrail hooks enable` tries it "
                    + "again"))
        }
    }

    /// Gives the courier what waits, as far as it has room.
    func refill() throws(StoreError) {
        guard let courier = options.courier, options.mode == .alert else { return }
        let last = try store.lastNotice()
        for hook in options.hooks where !outbox.disabled.contains(hook.name) {
            let loaded = outbox.loaded[hook.name] ?? 0
            if loaded >= last { continue }
            let room = courier.room(for: hook.name)
            if room <= 0 { continue }
            let waiting = try store.outbox(of: hook.name, after: loaded, limit: room)
            outbox.loaded[hook.name] =
                waiting.count < room ? last : waiting.last?.record.sequence ?? last
            let held = outbox.held[hook.name] ?? []
            let fresh = waiting.filter { !held.contains($0.record.sequence) }
            outbox.held[hook.name] = held.union(fresh.map(\.record.sequence))
            courier.add(fresh.map { Self.delivery($0.record, $0.body) })
        }
    }

    /// What metrics say of hooks, every few seconds.
    func sampleHooks(_ now: Int64) throws(StoreError) {
        guard let courier = options.courier, now >= timers.hooks else { return }
        timers.hooks = now + 5_000_000_000
        let counts = try store.unsettledCounts()
        let moment = clock.wall()
        let metrics = courier.states().map { state in
            let count = counts.first { $0.hook == state.hook }
            let age = count?.oldestPending.map { max(0, Double(moment - $0) / 1e9) }
            let held = budgets.held[state.hook] ?? LiveBudgets.HeldCounts()
            var metric = HookMetric(
                hook: state.hook, queue: count?.pending ?? 0, oldestSeconds: age ?? 0,
                dead: count?.dead ?? 0, delivered: state.delivered, retried: state.retried,
                gaveUp: state.dead, breakerOpen: state.isBreakerOpen)
            (metric.heldPages, metric.heldTickets) = (held.pages, held.tickets)
            metric.hold = budgets.hold(of: state.hook, at: moment)
            return metric
        }
        status.change { $0.hooks = metrics }
    }

    /// Looks for everything that waits once more: somebody changed the outbox.
    func reloadOutbox() throws(StoreError) {
        outbox.loaded = [:]
        for state in try store.hookStates() {
            if state.isDisabled {
                outbox.disabled.insert(state.name)
            } else if outbox.disabled.remove(state.name) != nil {
                options.courier?.enable(state.name)
            }
        }
        try refill()
    }

    /// Waits for deliveries that are under way, and at the end of all sources also for those that
    /// are tried again, as long as a stopping service may take.
    ///
    /// - Returns: how many deliveries still wait.
    func drainOutbox(isComplete: Bool) throws(StoreError) -> Int {
        guard let courier = options.courier, options.mode == .alert else { return 0 }
        let limit = clock.steady() + options.drainTimeout
        while isComplete, clock.steady() < limit {
            try settleOutcomes()
            try refill()
            if outbox.isEmpty { break }
            Thread.sleep(forTimeInterval: 0.02)
        }
        courier.stop(within: Double(max(0, limit - clock.steady())) / 1e9)
        try settleOutcomes()
        let names = Set(options.hooks.map(\.name)).subtracting(outbox.disabled)
        return try store.unsettledCounts().filter { names.contains($0.hook) }
            .reduce(0) { $0 + $1.pending }
    }

    private func settleOutcomes() throws(StoreError) {
        var turn = LiveTurn()
        collectOutcomes(&turn)
        if !turn.commit.isEmpty { try store.commit(turn.commit) }
    }

    private static func delivery(_ record: DeliveryRecord, _ body: [UInt8]) -> HookDelivery {
        HookDelivery(
            hook: record.hook, sequence: record.sequence, alert: record.alert,
            revision: record.revision, severity: record.severity, body: body,
            attempts: record.attempts, created: record.created, due: record.due)
    }

    private static func change(_ outcome: HookOutcome) -> DeliveryChange {
        var change = DeliveryChange(
            hook: outcome.hook, sequence: outcome.sequence, status: .pending,
            attempts: outcome.attempts, due: outcome.time, lastStatus: outcome.status,
            reason: outcome.reason)
        switch outcome.result {
        case .delivered: change.status = .delivered
        case .retried(let due): change.due = due
        case .dead: change.status = .dead
        }
        return change
    }

    private func record(_ outcome: HookOutcome) -> ControlRecord {
        let kind =
            switch outcome.result {
            case .delivered: "delivery.delivered"
            case .retried: "delivery.retried"
            case .dead: "delivery.dead"
            }
        return .about(kind, at: outcome.time, in: store) { writer in
            writer.member("hook", outcome.hook)
            writer.member("message", "\(outcome.alert.hex).\(outcome.revision)")
            writer.member("attempt", Int64(outcome.attempts))
            writer.member("milliseconds", outcome.duration / 1_000_000)
            writer.member("status", outcome.status.map { Int64($0) })
            if !outcome.reason.isEmpty { writer.member("reason", outcome.reason) }
        }
    }
}
