internal import AuditModel

/// The budget of one hook for one class: what it was told within a day, and what is held back.
///
/// Each tenant has the whole budget: a flood at one hides nothing of another.
///
/// Nothing but its arguments decides. docs/WEBHOOKS.md says why it decides so.
struct BudgetLane {
    /// How long what was told counts, nanoseconds.
    static let window: Int64 = 86_400_000_000_000

    /// What people should hear of once, whatever else there is.
    private struct Kind: Hashable {
        var tenant: String
        var rule: String
        /// Nil for all clients together.
        var client: String?
        var severity: Severity

        var source: Source { Source(tenant: tenant, rule: rule) }
    }

    /// One rule's alerts about one tenant.
    private struct Source: Hashable {
        var tenant: String
        var rule: String
    }

    private struct Telling {
        var time: Int64
        var kind: Kind
        /// Whether it was the first of its kind, beyond the budget.
        var isBeyond: Bool
    }

    let limit: Int
    /// What is held back since the budget was spent.
    private(set) var gathering: Gathering?
    /// By time.
    private var told: [Telling] = []
    private var tenants: [String: Int] = [:]
    private var rules: [Source: Int] = [:]
    private var kinds: [Kind: Int] = [:]
    /// Those beyond the budget, all clients together.
    private var beyond: [Kind: Int] = [:]

    init(limit: Int) { self.limit = limit }

    /// Tellings that count at a time.
    mutating func count(at now: Int64) -> Int {
        forget(at: now)
        return told.count
    }

    /// When there will be room for everything again if nothing more is told; nil when there is.
    mutating func until(at now: Int64) -> Int64? {
        forget(at: now)
        let times = tenants.filter { $0.value >= limit }.map { tenant, count in
            told.lazy.filter { $0.kind.tenant == tenant }.dropFirst(count - limit).first?.time ?? 0
        }
        return times.max().map { $0 &+ Self.window }
    }

    // MARK: - Telling

    /// Whether a notice is told; if so it counts.
    mutating func admits(_ notice: BudgetNotice, at now: Int64) -> Bool {
        settle(at: now)
        let hasRoom = hasRoom(for: notice)
        if !hasRoom, !isFirst(notice) { return false }
        note(notice, at: now, isBeyond: !hasRoom)
        return true
    }

    /// Counts a notice that is told in any case.
    mutating func note(_ notice: BudgetNotice, at now: Int64) {
        settle(at: now)
        note(notice, at: now, isBeyond: !hasRoom(for: notice))
    }

    /// The budget is counted without the rule that spent most of it, so that one that is flooded
    /// leaves the others what they would have without it.
    private func hasRoom(for notice: BudgetNotice) -> Bool {
        let others = rules.lazy.filter {
            $0.key.tenant == notice.tenant && $0.key.rule != notice.rule
        }
        return tenants[notice.tenant, default: 0] - (others.map(\.value).max() ?? 0) < limit
    }

    /// The first of a rule, client and severity; of one rule and severity as many clients as the
    /// budget has notices, because whoever attacks may invent clients.
    private func isFirst(_ notice: BudgetNotice) -> Bool {
        kinds[Self.kind(notice)] == nil && beyond[Self.family(notice), default: 0] < limit
    }

    private mutating func note(_ notice: BudgetNotice, at now: Int64, isBeyond: Bool) {
        let kind = Self.kind(notice)
        told.append(Telling(time: now, kind: kind, isBeyond: isBeyond))
        tenants[kind.tenant, default: 0] += 1
        rules[kind.source, default: 0] += 1
        kinds[kind, default: 0] += 1
        if isBeyond { beyond[Self.family(notice), default: 0] += 1 }
    }

    private static func kind(_ notice: BudgetNotice) -> Kind {
        Kind(
            tenant: notice.tenant, rule: notice.rule, client: notice.client,
            severity: notice.severity)
    }

    private static func family(_ notice: BudgetNotice) -> Kind {
        Kind(tenant: notice.tenant, rule: notice.rule, client: nil, severity: notice.severity)
    }

    /// Drops what no longer counts. What was told after now, by a clock that was put back since,
    /// counts as told now: else a budget would be spent until that time comes again.
    private mutating func forget(at now: Int64) {
        if let last = told.last, last.time > now {
            for index in told.indices { told[index].time = min(told[index].time, now) }
        }
        let count = told.prefix { now &- $0.time >= Self.window }.count
        if count == 0 { return }
        for telling in told.prefix(count) {
            var family = telling.kind
            family.client = nil
            Self.decrease(&tenants, telling.kind.tenant)
            Self.decrease(&rules, telling.kind.source)
            Self.decrease(&kinds, telling.kind)
            if telling.isBeyond { Self.decrease(&beyond, family) }
        }
        told.removeFirst(count)
    }

    private static func decrease<Key>(_ counts: inout [Key: Int], _ key: Key) {
        let count = counts[key, default: 0] - 1
        counts[key] = count > 0 ? count : nil
    }

    // MARK: - Gathering

    /// Gathers a notice that is held back.
    ///
    /// - Parameter id: of the digests that tell of it if it is the first.
    mutating func hold(_ notice: BudgetNotice, at now: Int64, id: () -> ID128) {
        settle(at: now)
        if gathering == nil {
            // The withdrawal of something that a digest told of long ago is no flood.
            if notice.isWithdrawal { return }
            gathering = Gathering(id: id(), start: now)
        }
        gathering?.add(notice)
    }

    /// Goes on with what an earlier process gathered.
    mutating func resume(_ gathering: Gathering) { self.gathering = gathering }

    /// Whether something may be to be told at a time.
    func isDue(at now: Int64) -> Bool { gathering?.isDue(at: now) ?? false }

    /// What the next digest says; nil when none is to be told now.
    ///
    /// - Parameter isEnd: whether nothing will come any more, so that nothing is waited for.
    mutating func takeDigest(at now: Int64, isEnd: Bool) -> Gathering? {
        settle(at: now)
        return gathering?.take(at: now, isEnd: isEnd)
    }

    /// Ends a gathering of which everything was told, once there is room again: what is held back
    /// after that is another flood.
    mutating func settle(at now: Int64) {
        forget(at: now)
        guard let held = gathering, held.tally.count == 0, held.isDue(at: now),
            tenants.values.allSatisfy({ $0 < limit })
        else { return }
        gathering = nil
    }
}
