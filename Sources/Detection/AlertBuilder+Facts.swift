internal import AuditModel
internal import GrantLedger

extension AlertBuilder {
    /// What else the ledger found out about the event: the alert's keys are those of the grant, so
    /// who else presented its token must be said here.
    func ledgerFacts(_ event: Hit.Event) -> [Alert.Why] {
        guard let transition = event.transition else { return [] }
        let (batch, row) = (event.batch, event.row)
        func why(_ fact: String, _ value: String?, _ comparedTo: String?) -> Alert.Why {
            Alert.Why(
                fact: fact, value: value ?? "", comparedTo: comparedTo,
                evidence: [batch.id(.event, row)])
        }
        var entries: [Alert.Why] = []
        if transition.facts.contains(.clientMismatch) {
            entries.append(
                why(
                    "presenting_client", text(batch.code(.client, row)),
                    text(transition.ownerClient)))
        }
        if transition.facts.contains(.scopeGrown) {
            let added = FieldReader.value(.ledger(.scopesAdded), batch, row, transition, pool)
            entries.append(why("scopes_added", added.text, text(transition.originalScopes)))
        }
        if transition.leakStatus != .none {
            let leaked = text(batch.code(.leaked, row)).flatMap { LeakedToken(text: $0) }
            entries.append(why("leak_status", transition.leakStatus.name, leaked?.kind))
        }
        return entries
    }

    /// What the server itself calls the tenant, as commands to it must.
    func realm(_ alert: Alert, _ event: Hit.Event) -> String? {
        let own = alert.tenant ?? alert.keys.issuer
        guard event.batch.assignedTenant(event.row) != 0 else { return own }
        // Keycloak's name of a realm, which the payload keeps beside a configured tenant.
        let name = FieldReader.value(
            .payload("realmName"), event.batch, event.row, nil, pool
        ).firstText
        return name.isEmpty ? alert.keys.issuer ?? own : name
    }

    /// What the operator can do, with the alert's ids in it.
    func actions(
        _ templates: [Rule.ActionTemplate], _ alert: Alert, _ event: Hit.Event, _ texts: AlertText
    ) -> [Alert.Action] {
        let (batch, row) = (event.batch, event.row)
        // Where the session is not known a family's own id stands in its place.
        let family = batch.text(.family, row: row)
        let target = StandardAction.Target(
            dialect: text(batch.code(.dialect, row)) ?? "",
            realm: texts.realm, issuer: alert.keys.issuer,
            client: alert.keys.client, subject: alert.keys.subject,
            session: alert.keys.session == family ? nil : alert.keys.session)
        return templates.flatMap { template -> [Alert.Action] in
            let steps =
                template.standard?.steps(target) ?? [
                    Alert.Action(
                        title: template.title, command: template.command.flatMap(texts.fillCommand),
                        reversible: template.reversible)
                ]
            return steps.map { step in
                var step = step
                step.title = texts.fill(step.title)
                return step
            }
        }
    }
}
