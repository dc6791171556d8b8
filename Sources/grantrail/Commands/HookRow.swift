import Configuration
import Delivery
import EventStore
import Pipeline
import WireFormat

/// How one hook fares.
struct HookRow {
    var hook: String
    /// Nil when no configuration was read.
    var isConfigured: Bool?
    var body: String?
    /// Without what may be secret.
    var url: String?
    var pending: Int64 = 0
    var delivered: Int64 = 0
    var dead: Int64 = 0
    var held: Int64 = 0
    /// Nil when no configuration was read that has it.
    var hold: HookHold?
    /// When the oldest that waits was committed, nanoseconds UTC.
    var oldestPending: Int64?
    /// Why it gets nothing until somebody enables it; nil when it does.
    var disabled: String?
    /// Of the oldest that waits and was tried; or else of the last that is dead.
    var lastStatus: Int?
    var lastReason = ""

    init(hook: String) { self.hook = hook }

    /// Hooks of the configuration in its order, then others that the store knows, by name.
    ///
    /// - Parameter now: nanoseconds UTC, at which budgets are looked at.
    static func rows(
        _ outline: ServiceOutline?, _ store: EventStore, now: Int64
    ) throws(StoreError) -> [HookRow] {
        var rows: [HookRow] = []
        for hook in outline?.hooks ?? [] {
            var row = HookRow(hook: hook.name)
            row.isConfigured = true
            row.body = hook.body.rawValue
            row.url = hook.url
            if let budget = hook.budget {
                row.hold = try HookHold.read(
                    hook: hook.name, NotificationBudget(budget), from: store, at: now)
            }
            rows.append(row)
        }
        for count in try store.deliveryCounts().sorted(by: { $0.hook < $1.hook }) {
            let place = rows.firstIndex { $0.hook == count.hook }
            var row = place.map { rows[$0] } ?? HookRow(hook: count.hook)
            if place == nil, outline != nil { row.isConfigured = false }
            row.pending = Int64(count.pending)
            row.delivered = Int64(count.delivered)
            row.dead = Int64(count.dead)
            row.held = Int64(count.held)
            row.oldestPending = count.oldestPending
            try row.findTrouble(store)
            if let place { rows[place] = row } else { rows.append(row) }
        }
        for state in try store.hookStates() where state.isDisabled {
            guard let place = rows.firstIndex(where: { $0.hook == state.name }) else { continue }
            rows[place].disabled = state.reason
        }
        return rows
    }

    private mutating func findTrouble(_ store: EventStore) throws(StoreError) {
        let waiting = try store.deliveries(hook: hook, status: .pending, after: 0, limit: 100)
        var trouble = waiting.first { $0.attempts > 0 }
        if trouble == nil, dead > 0 {
            try store.pages(hook: hook, status: .dead) { trouble = $0.last }
        }
        lastStatus = trouble?.lastStatus
        lastReason = trouble?.reason ?? ""
    }

    // MARK: - Output

    func append(to json: inout JSONWriter) {
        json.beginObject()
        json.member("hook", hook)
        if let isConfigured {
            json.key("configured")
            json.bool(isConfigured)
        }
        json.member("body", body)
        json.member("url", url)
        json.member("pending", pending)
        json.member("delivered", delivered)
        json.member("dead", dead)
        json.member("held", held)
        if let hold {
            json.key("budget")
            hold.append(to: &json)
        }
        if let oldestPending { json.member("oldest_pending", time: oldestPending, precision: 3) }
        json.member("disabled", disabled)
        json.member("last_status", lastStatus.map { Int64($0) })
        if !lastReason.isEmpty { json.member("last_reason", lastReason) }
        json.endObject()
    }

    /// - Parameter now: nanoseconds UTC, to which ages are told.
    func text(_ style: TextStyle, now: Int64) -> String {
        var parts = [style.bold(style.escape(hook))]
        if isConfigured == false { parts.append("not configured") }
        if let disabled { parts.append("disabled: " + style.escape(disabled)) }
        let age = oldestPending.map { " (oldest \(Self.age(now, $0)))" } ?? ""
        parts.append("pending \(pending)\(age)")
        parts.append("dead \(dead)")
        parts.append("delivered \(delivered)")
        if held > 0 { parts.append("held back \(held)") }
        for (name, lane) in hold?.lanes ?? [] {
            guard let until = lane.until else { continue }
            parts.append(
                "\(name) spent (\(lane.told) told, \(lane.held) held back) until "
                    + TimeText.string(until - until % 1_000_000_000))
        }
        // The reason names the status where there was one.
        if !lastReason.isEmpty { parts.append("last: " + style.escape(lastReason)) }
        if let body { parts.append(style.dim(body)) }
        if let url { parts.append(style.dim(style.escape(url))) }
        return parts.joined(separator: "  ")
    }

    /// How long ago, in the largest unit that is reached.
    private static func age(_ now: Int64, _ time: Int64) -> String {
        let (span, overflow) = now.subtractingReportingOverflow(time)
        let seconds = overflow ? 0 : max(0, span / 1_000_000_000)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3_600)h"
        default: return "\(seconds / 86_400)d"
        }
    }
}
