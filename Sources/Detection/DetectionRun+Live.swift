public import AuditModel
internal import GrantLedger

// What only a live run asks for: which alerts are about to come, which came, and what events mean
// that arrived too late.

// MARK: - Provisional alerts

extension DetectionRun {
    /// The alerts that some events would raise if they were taken in next and nothing else came
    /// between; nothing of the run changes.
    ///
    /// Only rules that need no memory of their own speak, and only new alerts are given: what an
    /// event adds to an alert that stands is told when it is taken in. Their ids are final, their
    /// state is `provisional`, their revision 0. Empty without `peeks`.
    ///
    /// - Parameter events: of one grant, in total order, none before what was taken in already;
    ///   those beyond the first 64 are not looked at.
    public mutating func peek(_ events: [RowReference], pool: StringPool) -> [Alert] {
        let first = events.prefix(Lookahead.mostEvents)
        guard let findings = lookahead?.findings(at: first, in: &ledger, pool),
            !findings.isEmpty
        else { return [] }
        return alerts(newWith: findings).map { alert in
            var alert = alert
            alert.state = .provisional
            alert.revision = 0
            return alert
        }
    }

    /// Whether a peek for an event of a kind can raise anything, see ``PeekFilter``.
    public func concerns(_ kind: EventKind) -> Bool { peekFilter.concerns(kind) }

    /// What admitting findings would add to the alerts that stand, by (time, id).
    private func alerts(newWith findings: [Finding]) -> [Alert] {
        var desk = AlertDesk()
        // When alerts that stand would have been hit last.
        var recounts: [ID128: Int64] = [:]
        for finding in findings {
            let key = finding.key
            let time = finding.alert.time
            if desk.lastSeen(of: key) == nil, let standing = recounts[key] ?? lastSeen(of: key),
                AlertDesk.isOne(lastSeen: standing, time, finding.suppress)
            {
                recounts[key] = max(standing, time)
                continue
            }
            desk.admit(finding)
        }
        return desk.sorted()
    }

    private func lastSeen(of key: ID128) -> Int64? {
        for index in engines.indices {
            if let time = engines[index].desk.lastSeen(of: key) { return time }
        }
        return nil
    }
}

// MARK: - Alerts as they change

extension DetectionRun {
    /// The alerts that were raised or revised since the last call, each once and as it stands now,
    /// by (time, id); also those that were forgotten since, as they stood then, but for very many,
    /// see ``untoldAlerts``. Costs what changed.
    public mutating func takeChanges() -> [AlertChange] {
        var changes: [AlertChange] = []
        for index in engines.indices { changes += engines[index].desk.takeChanges() }
        return changes.sorted {
            ($0.alert.time, $0.alert.id) < ($1.alert.time, $1.alert.id)
        }
    }

    /// An alert as it stands; nil when there is none with this id.
    public func alert(id: ID128) -> Alert? {
        for index in engines.indices {
            if let alert = engines[index].desk.alert(id) { return alert }
        }
        return nil
    }
}

// MARK: - Late events

extension DetectionRun {
    /// Takes in an event that comes before others that were taken in already and whose grant is not
    /// corrected: only the ledger hears of it, so that later events of the grant find its tokens;
    /// no rule does. To the ledger it happens now, so that what the grant learned of the events in
    /// between stands.
    public mutating func takeLate(_ batch: EventBatch, row: Int, pool: StringPool) {
        eventCount += 1
        var transition = Transition()
        _ = ledger.apply(batch, row: row, pool: pool, into: &transition)
    }

    /// Takes in all events of one session once more, now that those which came late are known, and
    /// says what the late ones change: the alerts of the stateless rules without and with them, by
    /// (time, id). Empty without `peeks`; for a run of one shard that forgets.
    ///
    /// From here on the run is, for these rules, as if nothing had come late: hits to come are
    /// counted into the alerts with the late events, and alerts that vanished with them are
    /// forgotten. Nothing of it is in ``takeChanges()``. What the run knows of clients by now
    /// counts from the session's first event on, for both. Where other events speak of the
    /// session's grants, too, the ledger only hears of the late ones; what is remembered of
    /// authorization codes stays.
    ///
    /// - Parameters:
    ///   - events: all of the session before what was taken in last, in total order.
    ///   - late: the ids of those that came late.
    public mutating func correct(
        _ events: [RowReference], late: Set<ID128>, pool: StringPool
    ) -> (without: [Alert], with: [Alert]) {
        precondition(engines.count == 1 && engines[0].desk.memory != nil, "not a live run")
        guard let lookahead else { return ([], []) }
        func isLate(_ event: RowReference) -> Bool {
            late.contains(event.batch.events.id(.event, event.row))
        }
        let known = events.filter { !isLate($0) }
        let without = lookahead.desk(of: known, clientsOf: ledger, pool)
        let with = lookahead.desk(of: events, clientsOf: ledger, pool)
        if refold(events, from: known.first, pool, isLate) {
            eventCount += late.count
        } else {
            for event in events where isLate(event) {
                takeLate(event.batch.events, row: event.row, pool: pool)
            }
        }
        engines[0].desk.adopt(with, insteadOf: without)
        return (without.sorted(), with.sorted())
    }

    private mutating func refold(
        _ events: [RowReference], from known: RowReference?, _ pool: StringPool,
        _ isLate: (RowReference) -> Bool
    ) -> Bool {
        // The server's own name of a grant may stand in events of other sessions.
        guard let first = known ?? events.first,
            events.allSatisfy({ $0.batch.events.id(.family, $0.row).isNone })
        else { return false }
        let columns: [IDColumn] = [.presented, .issuedRefresh, .issuedAccess]
        let tokens = events.flatMap { event in
            columns.map { event.batch.events.id($0, event.row) }
        }
        return ledger.refold(
            session: first.batch.events.id(.session, first.row), tokens: tokens,
            from: first.batch.events.time[first.row]
        ) { ledger in
            for event in events {
                ledger.refold(
                    event.batch.events, row: event.row, pool: pool, isLate: isLate(event))
            }
        }
    }
}

extension Lookahead {
    /// What the stateless rules say over some events, as a run that saw nothing else would say it.
    fileprivate func desk(
        of events: [RowReference], clientsOf ledger: Ledger, _ pool: StringPool
    ) -> AlertDesk {
        var run = DetectionRun(
            ledger: Ledger(limits: .init(events: events.count), clientsOf: ledger),
            engines: [engine])
        run.engines[0].desk = AlertDesk(forgets: true)
        for event in events where event.row >= 0 && event.row < event.batch.events.count {
            run.take(event.batch.events, row: event.row, pool: pool)
        }
        return run.engines[0].desk
    }
}

extension Ledger.Limits {
    /// Room for all that so many events can bring, with nothing evicted. Forks and codes get a
    /// 64th of the tokens.
    fileprivate init(events: Int) {
        let events = min(max(1, events), 1 << 19)
        self.init(families: events, tokens: events * 64)
    }
}
