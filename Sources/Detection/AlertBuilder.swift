internal import AuditModel
internal import GrantLedger

/// Turns a hit into what a person receives: keys, both presenters, facts that counted, evidence.
struct AlertBuilder {
    let ledger: Ledger
    let pool: StringPool

    func alert(_ hit: Hit, _ event: Hit.Event) -> Finding {
        let batch = event.batch
        let row = event.row
        let family = event.transition.flatMap { ledger.family($0.family) }
        let keys = keys(event, family)
        var groupKey =
            hit.firing.group == nil
            ? hit.rule.key.map { value(of: $0, keys, event) }
            : groupValues(hit.firing.key ?? hit.rule.key, keys, event, family)
        let tenant = GroupKey.tenant(batch, row, ofFamily: family?.assignedTenant ?? 0)
        if tenant != 0 { groupKey.append(pool.text(tenant)) }
        let rule = hit.rule
        var alert = Alert(
            id: Alert.identity(ruleID: rule.id, groupKey: groupKey, anchor: batch.id(.event, row)),
            rule: Alert.Rule(id: rule.id, name: rule.name, title: rule.title, hash: rule.hash),
            severity: hit.severity, time: batch.time[row], precision: batch.precision[row])
        alert.keys = keys
        alert.tenant = text(family?.tenant ?? 0) ?? text(batch.code(.tenant, row))
        alert.score = hit.score
        alert.verdict = rule.verdict ?? rule.name
        alert.confidence = Self.confidence(hit.score)
        describeConflict(&alert, event)
        if let conflict = hit.firing.conflict {
            alert.attacker = conflict.attacker
            alert.victim = conflict.victim
        }
        alert.why = why(hit, event)
        alert.evidence = evidence(event, hit.firing)
        alert.blastRadius = family.map {
            Alert.BlastRadius(
                families: 1, scopes: (text($0.scopes) ?? "").split(separator: " ").map(String.init))
        }
        alert.attack = rule.attack
        alert.references = rule.references
        alert.visibility = Self.visibility(event)
        let texts = AlertText(
            alert: alert, realm: realm(alert, event), transition: event.transition,
            figures: hit.firing.figures
        ) { FieldReader.value($0, batch, row, nil, pool).text }
        alert.message = texts.fill(rule.message ?? rule.title)
        alert.actions = actions(rule.actions, alert, event, texts)
        let lineage = event.transition.flatMap { transition in
            family.map { Self.lineage(of: transition, $0, pool) }
        }
        return Finding(
            alert: alert, groupKey: groupKey, lineage: lineage ?? .none, suppress: rule.suppress)
    }

    /// `H("lineage/1", family id, first refresh token)` of a transition.
    static func lineage(
        of transition: Transition, _ family: FamilyFacts, _ pool: StringPool
    ) -> ID128 {
        FamilyFacts.lineageIdentity(
            family: family.identity(pool), root: transition.lineageRoot)
    }

    func text(_ code: UInt32) -> String? { code == 0 ? nil : pool.text(code) }

    private func keys(_ event: Hit.Event, _ family: FamilyFacts?) -> Alert.Keys {
        let batch = event.batch
        let row = event.row
        var keys = Alert.Keys()
        keys.issuer = text(family?.issuer ?? 0) ?? text(batch.code(.issuer, row))
        keys.client = text(family?.client ?? 0) ?? text(batch.code(.client, row))
        keys.subject = text(family?.subject ?? 0) ?? text(batch.code(.subject, row))
        keys.session = batch.text(.session, row: row) ?? family?.anchor
        keys.grant = batch.text(.grant, row: row)
        keys.token = batch.text(.presented, row: row)
        if let family, let transition = event.transition {
            keys.family = family.identity(pool).hex
            // Who is known by the session alone may be of any lineage of it.
            if !transition.lineageRoot.isNone {
                keys.lineage = Self.lineage(of: transition, family, pool).hex
            }
        }
        return keys
    }

    private func value(of field: Rule.KeyField, _ keys: Alert.Keys, _ event: Hit.Event) -> String {
        switch field {
        case .issuer: keys.issuer ?? ""
        case .tenant: text(event.batch.code(.tenant, event.row)) ?? ""
        case .client: keys.client ?? ""
        case .subject: keys.subject ?? ""
        case .session: keys.session ?? ""
        case .family: keys.family ?? ""
        case .lineage: keys.lineage ?? keys.family ?? ""
        case .ip: event.batch.text(.ip, row: event.row) ?? ""
        case .prefix: IPAddress(bits: event.batch.id(.ip, event.row)).networkText
        case .field(let field):
            FieldReader.value(field, event.batch, event.row, event.transition, pool).firstText
        }
    }

    /// The same for the group of an operation, as ``GroupKey`` tells groups apart: what the event
    /// says comes before what the family knows, but for the issuer in the key of a grant.
    private func groupValues(
        _ fields: [Rule.KeyField], _ keys: Alert.Keys, _ event: Hit.Event, _ family: FamilyFacts?
    ) -> [String] {
        let isOfGrant = Rule.KeyField.nameGrant(fields)
        return fields.map { field in
            if isOfGrant, field == .issuer { return keys.issuer ?? "" }
            return groupValue(of: field, keys, event, family)
        }
    }

    private func groupValue(
        of field: Rule.KeyField, _ keys: Alert.Keys, _ event: Hit.Event, _ family: FamilyFacts?
    ) -> String {
        func text(_ column: CodedColumn, _ known: KeyPath<FamilyFacts, UInt32>) -> String {
            self.text(event.batch.code(column, event.row))
                ?? self.text(family?[keyPath: known] ?? 0) ?? ""
        }
        return switch field {
        case .issuer: text(.issuer, \.issuer)
        case .tenant: text(.tenant, \.tenant)
        case .client: text(.client, \.client)
        case .subject: text(.subject, \.subject)
        case .session, .family, .lineage, .ip, .prefix, .field: value(of: field, keys, event)
        }
    }

    private func describeConflict(_ alert: inout Alert, _ event: Hit.Event) {
        // What is judged harmless has no thief.
        guard alert.severity > .info, let transition = event.transition,
            !transition.facts.isDisjoint(with: [.refreshReplayed, .refreshForked, .codeReplayed])
        else { return }
        let branch = transition.branch
        alert.branch = branch
        switch branch {
        case .attackerFirst:
            alert.attacker = presenter(transition.first.presenter)
            alert.victim = presenter(transition.second.presenter)
        case .victimFirst:
            alert.attacker = presenter(transition.second.presenter)
            alert.victim = presenter(transition.first.presenter)
        case .undetermined:
            break
        }
    }

    private func presenter(_ presenter: Presenter) -> Alert.Presenter? {
        guard presenter.isKnown else { return nil }
        var shown = Alert.Presenter()
        shown.ip = presenter.ip.text
        shown.asn = presenter.asn == 0 ? nil : presenter.asn
        shown.place = FieldReader.country(presenter.country)
        shown.userAgent = text(presenter.userAgent)
        return shown
    }

    func evidence(_ event: Hit.Event, _ firing: Firing) -> [Alert.Evidence] {
        let transition = event.transition
        let earlier = firing.evidence.map {
            Alert.Evidence(
                event: $0.id, time: $0.time, precision: $0.precision, kind: $0.kind,
                source: pool.text($0.dialect))
        }
        let replayed = [transition?.first, transition?.second].compactMap { $0 }
            .filter { redemption in
                !redemption.isNone && redemption.event != event.batch.id(.event, event.row)
                    && !earlier.contains { $0.event == redemption.event }
            }
            .map {
                Alert.Evidence(
                    event: $0.event, time: $0.time, precision: $0.precision, kind: $0.kind,
                    source: pool.text($0.dialect))
            }
        let batch = event.batch
        let row = event.row
        let own = Alert.Evidence(
            event: batch.id(.event, row), time: batch.time[row], precision: batch.precision[row],
            kind: batch.kind[row], source: pool.text(batch.code(.dialect, row)))
        return earlier + replayed + [own]
    }

    /// Every point that counted, then what describes the conflict.
    private func why(_ hit: Hit, _ event: Hit.Event) -> [Alert.Why] {
        let evidence = self.evidence(event, hit.firing).map(\.event)
        var entries = hit.firing.figures.map { figure in
            Alert.Why(
                fact: figure.name, value: figure.value, comparedTo: figure.comparedTo,
                points: figure.points, evidence: evidence)
        }
        entries += hit.points.map { points in
            let selection = hit.rule.selections[points.selection]
            let predicates = selection.alternatives.first ?? []
            let fields = predicates.map { matchedText($0, event) }
            return Alert.Why(
                fact: predicates.map(\.field.name).joined(separator: ", "),
                value: fields.joined(separator: ", "),
                comparedTo: selection.name, points: points.hundredths, evidence: evidence)
        }
        if let transition = event.transition, !transition.first.isNone {
            entries += presenters(transition)
        }
        entries += ledgerFacts(event)
        return entries
    }

    /// The value of a field; of several values only those that the predicate matched.
    private func matchedText(_ predicate: Predicate, _ event: Hit.Event) -> String {
        let value = FieldReader.value(
            predicate.field, event.batch, event.row, event.transition, pool)
        guard case .texts(let texts) = value else { return value.text }
        return texts.filter { PredicateTest.matches(predicate, .texts([$0])) }
            .joined(separator: ", ")
    }

    private func presenters(_ transition: Transition) -> [Alert.Why] {
        [("first_presenter", transition.first), ("second_presenter", transition.second)]
            .filter { $0.1.presenter.isKnown }
            .map { name, redemption in
                Alert.Why(
                    fact: name, value: redemption.presenter.ip.text,
                    comparedTo: redemption.presenter.ip.networkText,
                    evidence: [redemption.event])
            }
    }

    /// How sure: rules without points say what the server said; points above the threshold add.
    private static func confidence(_ score: Int?) -> Int {
        guard let score else { return 90 }
        return min(97, max(5, 40 + score / 10))
    }

    /// What the evidence shows of the grant's life (docs/RULES.md, "Visibility").
    private static func visibility(_ event: Hit.Event) -> Visibility {
        guard let transition = event.transition else { return .l1 }
        if transition.first.isNone { return .l2 }
        return .l3
    }
}
