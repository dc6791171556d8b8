public import AuditModel
public import Detection
public import EventStore

/// A stored alert beside what its events give today.
public struct AlertExplanation: Sendable {
    /// Whether the verdict stands.
    public enum Outcome: String, Sendable {
        /// The same id, severity, verdict and branch; or withdrawn, and not derived either.
        case same
        case differs
        case underivable
    }

    /// A member in which the two are unlike; absent ones are empty.
    public struct Difference: Sendable, Equatable {
        public var member: String
        public var stored: String
        public var derived: String
    }

    public var stored: Alert
    /// What the rules raise from the stored events today; nil when they do not.
    public var derived: Alert?
    /// Sentences that say why the two are unlike; empty when they are alike.
    public var reasons: [String]
    /// How the rule sees the event that raised the alert; nil without the rule or the event.
    public var explanation: Explanation?
    public var evidence: [EvidencePlace]
    /// The life of the alert's grant; nil when it has none, or the store does not hold it.
    public var grant: GrantHistory?

    /// Whether the verdict stands.
    public var outcome: Outcome {
        if stored.state == .withdrawn { return derived == nil ? .same : .differs }
        if derived == nil { return .underivable }
        return differences.isEmpty ? .same : .differs
    }

    /// Where severity, verdict or branch are unlike.
    public var differences: [Difference] {
        guard let derived else { return [] }
        func difference(_ member: String, _ value: (Alert) -> String) -> Difference? {
            let (left, right) = (value(stored), value(derived))
            return left == right
                ? nil : Difference(member: member, stored: left, derived: right)
        }
        let isBack = stored.state == .withdrawn
        return [
            isBack
                ? Difference(member: "state", stored: "withdrawn", derived: "confirmed") : nil,
            difference("severity") { $0.severity.name },
            difference("verdict") { $0.verdict },
            difference("branch") { $0.branch?.rawValue ?? "" },
        ].compactMap { $0 }
    }

    /// What the attacker did with the grant, if the alert names one.
    public var attackerSteps: [GrantHistory.Step] {
        grant?.attackerSteps(derived ?? stored) ?? []
    }
}

extension ExplainQuery {
    /// Derives a stored alert anew from the store's events.
    public func explain(
        stored alert: Alert, in store: EventStore
    ) throws(PipelineError) -> AlertExplanation {
        let query = ExplainQuery(rules: relevant(to: alert.rule.id), clients: clients)
        var found = AlertExplanation(stored: alert, derived: nil, reasons: [], evidence: [])
        do throws(StoreError) {
            found.evidence = try EvidencePlace.find(alert.evidence, in: store)
        } catch {
            throw .store(error)
        }
        if !query.rules.isEmpty {
            let alerts = try query.alerts(of: store)
            found.derived = alerts.first { $0.id == alert.id }
            found.explanation = try query.explanation(of: found.derived ?? alert, store)
        }
        if let family = alert.keys.family {
            do throws(PipelineError) {
                found.grant = try GrantQuery(store, clients: clients).history(
                    of: family, rules: query.rules)
            } catch {
                // Retention may have left nothing of it.
                guard case .noGrant = error else { throw error }
            }
        }
        if found.outcome != .same { found.reasons = try query.reasons(found, store) }
        return found
    }

    /// All versions of one rule, and of those that have a say in it.
    private func relevant(to id: String) -> [Rule] {
        let wanted = rules.filter { $0.id == id }
        let ids = Set(RuleClosure.of(wanted, among: rules).map(\.id))
        return rules.filter { ids.contains($0.id) }
    }

    private func reasons(
        _ found: AlertExplanation, _ store: EventStore
    ) throws(PipelineError) -> [String] {
        let alert = found.stored
        var reasons: [String] = []
        let hashes = rules.filter { $0.id == alert.rule.id }.map(\.hash)
        if let now = hashes.first, !hashes.contains(alert.rule.hash) {
            reasons.append(
                "the rule changed: its hash was \(alert.rule.hash.prefix(12)) and is "
                    + "\(now.prefix(12))")
        }
        let info: StoreInfo
        do throws(StoreError) {
            info = try store.info()
        } catch {
            throw .store(error)
        }
        let missing = found.evidence.count { $0.stored == nil }
        let of = "\(missing) of its \(found.evidence.count) events"
        if missing > 0 {
            reasons.append(
                info.firstPosition > 0
                    ? "retention removed \(of)" : "this store does not hold \(of)")
        } else if info.firstPosition > 0 {
            reasons.append("retention removed events before it, from which the rule learned")
        }
        if reasons.isEmpty, !hashes.isEmpty {
            reasons.append(
                "events that came after it was told, or came late, give another verdict")
        }
        return reasons
    }
}
