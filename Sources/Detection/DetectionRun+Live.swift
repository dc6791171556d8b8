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
    /// Takes in an event that comes before others that were taken in already: only the ledger hears
    /// of it, so that later events of the grant find its tokens; no rule does.
    ///
    /// To the ledger it happens now. That cannot mend what was said of the events in between, nor
    /// what the grant learned of them: a rotation whose successor was presented before it arrives
    /// leaves two lineages where there is one, presenters are new to the family that it knew by
    /// then, and a token spent in between looks replayed. ``refold(_:pool:)`` tells the truth.
    public mutating func takeLate(_ batch: EventBatch, row: Int, pool: StringPool) {
        eventCount += 1
        var transition = Transition()
        _ = ledger.apply(batch, row: row, pool: pool, into: &transition)
    }

    /// The alerts of the stateless rules over all events of one grant, by (time, id), as a run that
    /// saw nothing else would have them. Empty without `peeks`.
    ///
    /// What the run knows of clients by now (whether their refresh tokens are for one use, where
    /// their back ends are) counts from the grant's first event on. To see what late events change,
    /// compare with a refold without them, not with the alerts of the run.
    ///
    /// - Parameter events: in total order.
    public func refold(_ events: [RowReference], pool: StringPool) -> [Alert] {
        guard let lookahead else { return [] }
        let ledger = Ledger(limits: .init(events: events.count), clientsOf: ledger)
        return lookahead.alerts(of: events, ledger, pool)
    }

    /// The same for somebody who has no run and knows nothing of clients.
    public static func refold(
        rules: [Rule], events: [RowReference], pool: StringPool
    ) -> [Alert] {
        let ledger = Ledger(limits: .init(events: events.count))
        return Lookahead(rules: rules).alerts(of: events, ledger, pool)
    }
}

extension Lookahead {
    fileprivate func alerts(
        of events: [RowReference], _ ledger: Ledger, _ pool: StringPool
    ) -> [Alert] {
        var run = DetectionRun(ledger: ledger, engines: [engine])
        for event in events where event.row >= 0 && event.row < event.batch.events.count {
            run.take(event.batch.events, row: event.row, pool: pool)
        }
        return run.alerts()
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
