internal import AuditModel

/// What was held back since a budget was spent, until nothing is held back any more.
struct Gathering {
    private static let hour: Int64 = 3_600_000_000_000
    /// The longest time between two digests, nanoseconds.
    static let longestWait = 8 * hour

    /// The id of all its digests.
    let id: ID128
    /// When the first was held back, nanoseconds UTC, in whole milliseconds: digests say it so.
    let start: Int64
    /// The number of the last digest; 0 before the first.
    private(set) var revision = 0
    /// No digest before this time.
    private(set) var due: Int64
    /// Since the start.
    private(set) var total = 0
    /// Since the last digest.
    private(set) var tally = HeldTally()

    init(id: ID128, start: Int64) {
        self.id = id
        self.start = start - start % 1_000_000
        due = start
    }

    /// As it was when a digest had been told.
    ///
    /// - Parameter time: when that was, nanoseconds UTC.
    init(id: ID128, start: Int64, revision: Int, time: Int64, total: Int) {
        self.init(id: id, start: start)
        self.revision = revision
        self.total = total
        due = time &+ Self.wait(after: revision)
    }

    mutating func add(_ notice: BudgetNotice) {
        total += 1
        tally.add(notice)
    }

    /// A clock that was put back by more than the longest wait must not silence digests.
    func isDue(at now: Int64) -> Bool { now >= due || due &- now > Self.longestWait }

    /// What a digest says now; nil when there is nothing to say, or it is too early. The next one
    /// comes after twice the wait.
    mutating func take(at now: Int64, isEnd: Bool) -> Gathering? {
        guard tally.count > 0, isEnd || isDue(at: now) else { return nil }
        revision += 1
        due = now &+ Self.wait(after: revision)
        let told = self
        tally = HeldTally()
        return told
    }

    /// An hour after the first digest, then two, four, and eight from there on.
    private static func wait(after revision: Int) -> Int64 {
        hour << Int64(min(max(revision - 1, 0), 3))
    }
}

/// What is held back, counted. Bounded, whatever texts events bring.
struct HeldTally {
    /// The alerts of one rule.
    struct Rule {
        var count = 0
        /// The first of the worst.
        var worst: (severity: Severity, alert: ID128)
    }

    /// Clients that are counted apart; others together.
    static let mostClients = 1_000
    private static let mostCharacters = 100

    private(set) var count = 0
    /// Those that say that an alert was withdrawn.
    private(set) var withdrawn = 0
    private(set) var severities: [Severity: Int] = [:]
    /// By name: there are as many as rules.
    private(set) var rules: [String: Rule] = [:]
    private(set) var clients: [String: Int] = [:]
    private(set) var otherClients = 0

    mutating func add(_ notice: BudgetNotice) {
        count += 1
        if notice.isWithdrawal { withdrawn += 1 }
        severities[notice.severity, default: 0] += 1
        let own = (severity: notice.severity, alert: notice.alert)
        var rule = rules[notice.rule] ?? Rule(worst: own)
        rule.count += 1
        if notice.severity > rule.worst.severity { rule.worst = own }
        rules[notice.rule] = rule
        if notice.client.isEmpty { return }
        let client = String(notice.client.unicodeScalars.prefix(Self.mostCharacters))
        if clients[client] == nil, clients.count >= Self.mostClients {
            otherClients += 1
        } else {
            clients[client, default: 0] += 1
        }
    }
}
