public import AuditModel

/// Which alerts people would have been told of, and which rules tell too many at which clients.
///
/// Pages are alerts of severity high and critical, tickets low and medium ones; `info` is told to
/// nobody by default. Nothing but its arguments decides.
public struct TuneTable: Sendable {
    /// One rule at one client of one tenant.
    public struct Row: Sendable {
        public var rule: String
        /// Nil where the alerts name none.
        public var client: String?
        public var tenant: String?
        /// By (time, id).
        public var alerts: [Alert] = []
        /// How many of them are known to be true: labelled, or closed as true positives.
        public var truths = 0
        /// The most that were told on one day.
        public var worst = 0
        /// Whether it is to blame, beside others of its kind, for a day beyond the budget.
        public var isOver = false

        /// Alerts of one severity.
        public func count(_ severity: Severity) -> Int {
            alerts.count { $0.severity == severity }
        }

        /// Alerts that are told.
        public var told: Int { alerts.count { $0.severity > .info } }
    }

    /// What one class of notifications comes to.
    public struct Load: Sendable, Equatable {
        /// The day (UTC, since 1970) with the most, and how many.
        public struct Peak: Sendable, Equatable {
            public var day: Int64
            public var count: Int

            public init(day: Int64, count: Int) {
                self.day = day
                self.count = count
            }
        }

        public var kind: NotificationClass
        public var limit: Int
        public var total = 0
        /// Nil when there are none.
        public var worst: Peak?
        public var daysOver = 0
    }

    static let day: Int64 = 86_400_000_000_000

    /// What was looked at: event times, nanoseconds UTC.
    public let span: ClosedRange<Int64>
    /// Those over budget first, then by what they tell; then by name.
    public let rows: [Row]
    /// Pages, then tickets.
    public let loads: [Load]

    /// - Parameters:
    ///   - alerts: of all rules over all of `span`.
    ///   - days: only alerts of so many last days count; nil counts all.
    ///   - truths: ids of alerts that are known to be true: never noise.
    public init(
        _ alerts: [Alert], span: ClosedRange<Int64>, days: Int? = nil,
        budget: NotificationBudget, truths: Set<ID128> = []
    ) {
        var start = span.lowerBound
        if let days, Int64(days) < (span.upperBound - start) / Self.day + 1 {
            start = max(start, span.upperBound - Int64(days) * Self.day)
        }
        self.span = start...span.upperBound
        var rows = Self.grouped(alerts.filter { $0.time >= start }, truths)
        loads = NotificationClass.allCases.map { kind in
            Self.weigh(kind, limit: budget.limit(of: kind), truths, &rows)
        }
        self.rows = rows.sorted { left, right in
            if left.isOver != right.isOver { return left.isOver }
            if left.told != right.told { return left.told > right.told }
            return Self.name(left) < Self.name(right)
        }
    }

    /// Days that were looked at, one at least.
    public var days: Double {
        max(1, Double(span.upperBound - span.lowerBound) / Double(Self.day))
    }

    /// So many a day, in hundredths.
    public func perDay(_ count: Int) -> Int { Int((Double(count) * 100 / days).rounded()) }

    /// Whether alerts of more than one tenant are among them.
    public var hasTenants: Bool { Set(rows.map(\.tenant)).count > 1 }

    private static func name(_ row: Row) -> (String, String, String) {
        (row.rule, row.client ?? "", row.tenant ?? "")
    }

    private static func grouped(_ alerts: [Alert], _ truths: Set<ID128>) -> [Row] {
        struct Key: Hashable {
            var rule: String
            var client: String?
            var tenant: String?
        }
        var places: [Key: Int] = [:]
        var rows: [Row] = []
        for alert in alerts {
            let key = Key(rule: alert.rule.name, client: alert.keys.client, tenant: alert.tenant)
            let index = places[key] ?? rows.count
            if index == rows.count {
                rows.append(Row(rule: key.rule, client: key.client, tenant: key.tenant))
                places[key] = index
            }
            rows[index].alerts.append(alert)
            if truths.contains(alert.id) { rows[index].truths += 1 }
        }
        for index in rows.indices {
            rows[index].worst = perDay(rows[index].alerts.filter { $0.severity > .info })
                .values.max() ?? 0
        }
        return rows.sorted { name($0) < name($1) }
    }

    private static func perDay(_ alerts: some Sequence<Alert>) -> [Int64: Int] {
        var days: [Int64: Int] = [:]
        for alert in alerts { days[dayOf(alert), default: 0] += 1 }
        return days
    }

    private static func dayOf(_ alert: Alert) -> Int64 { alert.time / day }

    /// Measures a class, and marks rows, the loudest first, until no day goes beyond the limit
    /// without them. What is critical or known to be true is never noise.
    private static func weigh(
        _ kind: NotificationClass, limit: Int, _ truths: Set<ID128>, _ rows: inout [Row]
    ) -> Load {
        func belongs(_ alert: Alert) -> Bool {
            alert.severity > .info && NotificationClass(alert.severity) == kind
        }
        var days = perDay(rows.lazy.flatMap(\.alerts).filter(belongs))
        var load = Load(kind: kind, limit: limit, total: days.values.reduce(0, +))
        load.worst = days.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
            .map { Load.Peak(day: $0.key, count: $0.value) }
        load.daysOver = days.values.count { $0 > limit }
        var noise = rows.map { row in
            perDay(row.alerts.filter { alert in
                belongs(alert) && alert.severity < .critical && !truths.contains(alert.id)
            })
        }
        while true {
            let over = days.filter { $0.value > limit }.keys
            let shares = noise.map { own in over.reduce(0) { $0 + (own[$1] ?? 0) } }
            guard let most = shares.max(), most > 0, let loudest = shares.firstIndex(of: most)
            else { return load }
            rows[loudest].isOver = true
            for (day, count) in noise[loudest] { days[day, default: 0] -= count }
            noise[loudest] = [:]
        }
    }
}
