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
}
