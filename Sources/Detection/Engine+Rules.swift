internal import AuditModel
internal import GrantLedger

/// A rule and a lineage, or a group of its operation: what decides the group key of most rules.
struct LineagePlace: Hashable {
    let rule: Int
    let family: UInt32
    let lineage: ID128

    init(rule: Int, group: ID128) {
        self.rule = rule
        family = 0
        lineage = group
    }

    /// Nil when the key depends on more than the lineage.
    init?(rule: Int, _ transition: Transition?, _ key: [Rule.KeyField]) {
        let decided: Set<Rule.KeyField> = [.issuer, .client, .family, .lineage]
        guard let transition, key.contains(.lineage), decided.isSuperset(of: key) else {
            return nil
        }
        self.rule = rule
        family = transition.familySerial
        lineage = transition.lineageRoot
    }
}

/// The inputs of a rule that hold for one event and put it into the same group.
struct InputGroup: Sendable, BitwiseCopyable {
    let key: ID128
    /// Bit i for input i.
    var mask: UInt32
    /// The first of them.
    let input: Int
}

extension Engine {
    /// Looks at one rule for one event.
    ///
    /// - Returns: whether it fired.
    mutating func run(
        _ place: Int, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ ledger: Ledger, _ pool: StringPool
    ) -> Bool {
        if let kinds = rules[place].kinds, !kinds[Int(batch.kind[row].rawValue)] { return false }
        if !rules[place].rule.unless.isEmpty,
            rules[place].rule.unless.contains(where: fired.contains)
        {
            return false
        }
        guard holds(rules[place].rule.condition, place, batch, row, transition, pool)
        else { return false }
        var firing = Firing()
        if rules[place].hasOperation {
            guard let found = operate(place, batch, row, transition, ledger, pool)
            else { return false }
            firing = found
        }
        return report(place, firing, batch, row, transition, ledger, pool)
    }

    mutating func operate(
        _ place: Int, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ ledger: Ledger, _ pool: StringPool
    ) -> Firing? {
        if rules[place].rule.inputs.isEmpty {
            guard
                let key = GroupKey.of(
                    rules[place].rule.key, batch, row, transition, ledger, pool)
            else { return nil }
            return take(place, key, 1, batch, row, transition, pool)
        }
        gather(place, batch, row, transition, ledger, pool)
        var result: Firing?
        for index in groups.indices {
            let group = groups[index]
            guard let firing = take(place, group.key, group.mask, batch, row, transition, pool)
            else { continue }
            if result == nil {
                result = firing
                result?.key = rules[place].rule.inputs[group.input].key
            }
        }
        return result
    }

    private mutating func take(
        _ place: Int, _ key: ID128, _ inputs: UInt32, _ batch: EventBatch, _ row: Int,
        _ transition: Transition?, _ pool: StringPool
    ) -> Firing? {
        var occurrence = Occurrence(time: batch.time[row], key: key, inputs: inputs)
        if let selection = rules[place].selection {
            occurrence.isSelected = matches(selection, place, batch, row, transition, pool)
        }
        guard var firing = operators[place]?.take(occurrence, batch, row, transition, pool)
        else { return nil }
        firing.group = key
        return firing
    }

    /// Puts the inputs that hold into ``groups``, those of the same group together.
    private mutating func gather(
        _ place: Int, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ ledger: Ledger, _ pool: StringPool
    ) {
        groups.removeAll(keepingCapacity: true)
        var last: ID128?
        for index in rules[place].rule.inputs.indices.prefix(Operation.mostInputs)
        where holds(
            rules[place].rule.inputs[index].condition, place, batch, row, transition, pool)
        {
            let key: ID128?
            if let own = rules[place].rule.inputs[index].key {
                key = GroupKey.of(own, byText: true, batch, row, transition, ledger, pool)
            } else if let last {
                key = last
            } else {
                key = GroupKey.of(
                    rules[place].rule.key, byText: rules[place].hasAliases, batch, row,
                    transition, ledger, pool)
                last = key
            }
            guard let key else { continue }
            if let known = groups.firstIndex(where: { $0.key == key }) {
                groups[known].mask |= 1 << UInt32(index)
            } else {
                groups.append(InputGroup(key: key, mask: 1 << UInt32(index), input: index))
            }
        }
    }

    /// Scores what fired and hands it to the desk.
    @discardableResult
    mutating func report(
        _ place: Int, _ firing: Firing, _ batch: EventBatch, _ row: Int,
        _ transition: Transition?, _ ledger: Ledger, _ pool: StringPool
    ) -> Bool {
        let rule = rules[place].rule
        let points = rule.points.filter {
            matches($0.selection, place, batch, row, transition, pool)
        }
        let score = points.reduce(firing.score ?? 0) { $0 + $1.hundredths }
        let hasScore = !rule.points.isEmpty || firing.score != nil
        if let band = rule.fireAt, !band.contains(score) { return false }
        fired.insert(rule.name)
        fired.insert(rule.id)
        if rule.isSilent { return true }
        let raised = rule.raise.filter { raise in
            if let from = raise.score, hasScore, score >= from { return true }
            return raise.selections.contains {
                matches($0, place, batch, row, transition, pool)
            }
        }
        let hit = Hit(
            rule: rule, points: points, score: hasScore ? score : nil,
            severity: min(
                raised.map(\.severity).reduce(rule.level) { max($0, $1) },
                firing.ceiling ?? .critical), firing: firing)
        let event = Hit.Event(batch: batch, row: row, transition: transition)
        let builder = AlertBuilder(ledger: ledger, pool: pool)
        if gathered != nil {
            gathered?.append(builder.alert(hit, event))
            return true
        }
        let known = firing.group.map { LineagePlace(rule: place, group: $0) }
            ?? LineagePlace(rule: place, transition, rule.key)
        if let known, let alert = desk.byPlace[known],
            desk.recount(alert, hit, event, builder)
        {
            return true
        }
        let finding = builder.alert(hit, event)
        if owns(finding.groupKey) { desk.admit(finding, at: known) }
        return true
    }

    private func owns(_ groupKey: [String]) -> Bool {
        if shards == 1 { return true }
        var hash = IdentityHash("shard/1")
        for part in groupKey { hash.add(part) }
        return Int(hash.id().low % UInt64(shards)) == shard
    }

    mutating func holds(
        _ condition: Rule.Condition, _ place: Int, _ batch: EventBatch, _ row: Int,
        _ transition: Transition?, _ pool: StringPool
    ) -> Bool {
        switch condition {
        case .selection(let index): return matches(index, place, batch, row, transition, pool)
        case .not(let part): return !holds(part, place, batch, row, transition, pool)
        case .fired(let id): return fired.contains(id)
        case .all(let parts):
            for part in parts where !holds(part, place, batch, row, transition, pool) {
                return false
            }
            return true
        case .any(let parts):
            for part in parts where holds(part, place, batch, row, transition, pool) {
                return true
            }
            return false
        }
    }

    private mutating func matches(
        _ selection: Int, _ place: Int, _ batch: EventBatch, _ row: Int,
        _ transition: Transition?, _ pool: StringPool
    ) -> Bool {
        alternatives: for alternative in tests[place][selection].indices {
            for predicate in tests[place][selection][alternative].indices {
                let index = tests[place][selection][alternative][predicate]
                guard predicates.test(index, batch, row, transition, pool)
                else { continue alternatives }
            }
            return true
        }
        return false
    }

    mutating func noteBranches(
        _ transition: Transition?, _ batch: EventBatch, _ row: Int,
        _ ledger: Ledger, _ pool: StringPool
    ) {
        guard !desk.isEmpty, let transition, let family = ledger.family(transition.family)
        else { return }
        let lineage = AlertBuilder.lineage(of: transition, family, pool)
        desk.noteBranches(
            Int(transition.branchesActive), lineage: lineage, time: batch.time[row])
    }
}
