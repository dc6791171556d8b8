internal import AuditModel

/// The outbox: what hooks have taken, what waits for them, and what nobody tries any more.
extension EventStore {
    /// Deliveries that wait for a hook, or are of another status, in order of their notices, with
    /// the alerts that they carry.
    public func outbox(
        of hook: String, _ status: DeliveryRecord.Status = .pending, after sequence: Int64,
        limit: Int
    ) throws(StoreError) -> [(record: DeliveryRecord, body: [UInt8])] {
        guard try hasOutbox() else { return [] }
        let query = try database.prepare(
            Self.deliveryQuery + " WHERE d.status = ?1 AND d.hook = ?2 AND d.seq > ?3"
                + " ORDER BY d.seq LIMIT ?4", doing: "read deliveries")
        query.bind(from: 1, status.rawValue, hook, sequence, Int64(max(0, limit)))
        var found: [(record: DeliveryRecord, body: [UInt8])] = []
        while try query.step() { found.append((try delivery(query), query.array(11))) }
        return found
    }

    /// Deliveries by hook and sequence.
    ///
    /// - Parameters:
    ///   - hook: nil for all.
    ///   - status: nil for every one.
    ///   - sequence: only what comes after it, for paging through one hook.
    public func deliveries(
        hook: String?, status: DeliveryRecord.Status?, after sequence: Int64, limit: Int
    ) throws(StoreError) -> [DeliveryRecord] {
        guard try hasOutbox() else { return [] }
        let query = try database.prepare(
            Self.deliveryQuery + " WHERE (?1 = '' OR d.hook = ?1) AND (?2 = '' OR d.status = ?2)"
                + " AND d.seq > ?3 ORDER BY d.hook, d.seq LIMIT ?4", doing: "read deliveries")
        query.bind(from: 1, hook ?? "", status?.rawValue ?? "", sequence, Int64(max(0, limit)))
        var found: [DeliveryRecord] = []
        while try query.step() { found.append(try delivery(query)) }
        return found
    }

    /// How many deliveries of each hook there are, by name.
    public func deliveryCounts() throws(StoreError) -> [DeliveryCount] {
        try counts(where: "1")
    }

    /// The same without those that were delivered: costs what is left, however many there were.
    public func unsettledCounts() throws(StoreError) -> [DeliveryCount] {
        try counts(where: "status IN ('pending', 'dead')")
    }

    private func counts(where condition: StaticString) throws(StoreError) -> [DeliveryCount] {
        guard try hasOutbox() else { return [] }
        let query = try database.prepare(
            "SELECT hook, status, count(*), min(created) FROM delivery WHERE \(condition) "
                + "GROUP BY hook, status ORDER BY hook", doing: "count deliveries")
        var counts: [DeliveryCount] = []
        while try query.step() {
            if counts.last?.hook != query.text(0) {
                counts.append(
                    DeliveryCount(hook: query.text(0), pending: 0, delivered: 0, dead: 0))
            }
            let (last, count) = (counts.count - 1, Int(query.int(2)))
            switch DeliveryRecord.Status(rawValue: query.text(1)) {
            case .pending:
                counts[last].pending = count
                counts[last].oldestPending = query.int(3)
            case .delivered: counts[last].delivered = count
            case .dead: counts[last].dead = count
            case .held: counts[last].held = count
            case nil: throw corrupt("a delivery is damaged")
            }
        }
        return counts
    }

    /// Lets dead deliveries be tried anew, as if they were committed at a time.
    ///
    /// - Returns: how many of them were dead.
    public func requeue(
        _ keys: [(hook: String, sequence: Int64)], at time: Int64
    ) throws(StoreError) -> Int {
        var commit = LiveCommit()
        for key in keys {
            let found = try deliveries(
                hook: key.hook, status: .dead, after: key.sequence - 1, limit: 1)
            guard found.first?.sequence == key.sequence else { continue }
            commit.deliveries.append(
                DeliveryChange(
                    hook: key.hook, sequence: key.sequence, status: .pending, attempts: 0,
                    due: time, lastStatus: nil, reason: "", created: time))
        }
        if !commit.deliveries.isEmpty { try self.commit(commit) }
        return commit.deliveries.count
    }

    /// Tries nothing any more that waits for a hook.
    ///
    /// - Returns: how many deliveries that were.
    public func giveUp(hook: String, reason: String) throws(StoreError) -> Int {
        var count = 0
        while true {
            let waiting = try deliveries(hook: hook, status: .pending, after: 0, limit: 1000)
            if waiting.isEmpty { return count }
            var commit = LiveCommit()
            commit.deliveries = waiting.map {
                DeliveryChange(
                    hook: hook, sequence: $0.sequence, status: .dead, attempts: $0.attempts,
                    due: $0.due, lastStatus: $0.lastStatus, reason: reason)
            }
            try self.commit(commit)
            count += waiting.count
        }
    }

    /// What is known of hooks that were disabled or enabled again, by name.
    public func hookStates() throws(StoreError) -> [HookState] {
        guard try hasOutbox() else { return [] }
        let query = try database.prepare(
            "SELECT name, disabled, reason, time, digest FROM hook ORDER BY name",
            doing: "read the state of hooks")
        var states: [HookState] = []
        while try query.step() {
            let state = HookState(
                name: query.text(0), isDisabled: query.int(1) != 0, reason: query.text(2),
                time: query.int(3))
            guard query.array(4) == LiveHash.hook(state, identity) else {
                throw corrupt("the state of hook \(state.name) does not match its digest")
            }
            states.append(state)
        }
        return states
    }

    static let deliveryQuery = """
        SELECT d.hook, d.seq, d.status, d.attempts, d.created, d.due, d.answer, d.reason, d.digest,
        n.id, n.revision, n.body, n.severity FROM delivery d JOIN notice n ON n.seq = d.seq
        """

    func delivery(_ query: Statement) throws(StoreError) -> DeliveryRecord {
        let change = Self.change(query)
        guard let change, let alert = query.id(9),
            let severity = UInt8(exactly: query.int(12)).flatMap(Severity.init(rawValue:)),
            query.array(8) == LiveHash.delivery(change, identity)
        else { throw corrupt("a delivery does not match its digest") }
        return DeliveryRecord(
            hook: change.hook, sequence: change.sequence, alert: alert,
            revision: Int(query.int(10)), severity: severity, status: change.status,
            attempts: change.attempts, created: change.created ?? 0, due: change.due,
            lastStatus: change.lastStatus, reason: change.reason)
    }

    /// The first eight columns of a delivery; nil when one has no meaning.
    static func change(_ query: Statement) -> DeliveryChange? {
        guard let status = DeliveryRecord.Status(rawValue: query.text(2)) else { return nil }
        let answer = Int(query.int(6))
        return DeliveryChange(
            hook: query.text(0), sequence: query.int(1), status: status,
            attempts: Int(query.int(3)), due: query.int(5), lastStatus: answer == 0 ? nil : answer,
            reason: query.text(7), created: query.int(4))
    }

    func hasOutbox() throws(StoreError) -> Bool {
        try checkUsable(forWriting: false)
        return formatVersion >= 3
    }

    // MARK: - Writing, in the transaction of a commit

    /// Adds a delivery of the last notice.
    func insertDelivery(
        to hook: String, _ status: DeliveryRecord.Status, _ statements: LiveStatements
    ) throws(StoreError) {
        let time = now()
        try write(
            DeliveryChange(
                hook: hook, sequence: notices.count, status: status, attempts: 0, due: time,
                lastStatus: nil, reason: "", created: time), statements.delivery)
    }

    func write(_ changes: [DeliveryChange], _ statements: LiveStatements) throws(StoreError) {
        for change in changes {
            let find = statements.deliveryCreated
            find.bind(from: 1, change.hook, change.sequence)
            guard try find.step() else { continue }
            var change = change
            change.created = change.created ?? find.int(0)
            find.reset()
            try write(change, statements.deliveryChange)
        }
        if !changes.isEmpty { try reached(.deliveriesWritten) }
    }

    private func write(_ change: DeliveryChange, _ statement: Statement) throws(StoreError) {
        try statement.insert(
            change.hook, change.sequence, change.status.rawValue, Int64(change.attempts),
            change.created ?? 0, change.due, Int64(change.lastStatus ?? 0), change.reason,
            LiveHash.delivery(change, identity))
    }

    func write(_ state: HookState, _ statements: LiveStatements) throws(StoreError) {
        try statements.hook.insert(
            state.name, Int64(state.isDisabled ? 1 : 0), state.reason, state.time,
            LiveHash.hook(state, identity))
    }
}
