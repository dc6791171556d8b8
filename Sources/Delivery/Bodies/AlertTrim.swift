internal import AuditModel
internal import WireFormat

/// How much of an alert stays when it is too big for its receiver.
struct AlertTrim {
    /// A limit that the smallest form keeps, whatever the alert says: 23 texts of 61 characters,
    /// six bytes each at most, and numbers.
    static let leastBytes = 12_000

    /// Entries of the evidence, of `why`, of the evidence of one fact, of every other list.
    private let events: Int
    private let facts: Int
    private let factEvents: Int
    private let others: Int
    /// Unicode scalars of a text.
    private let length: Int

    /// From generous to strict.
    static let steps = [
        AlertTrim(events: 128, facts: 64, factEvents: 16, others: 64, length: 4000),
        AlertTrim(events: 64, facts: 32, factEvents: 4, others: 32, length: 1000),
        AlertTrim(events: 32, facts: 16, factEvents: 2, others: 16, length: 400),
        AlertTrim(events: 8, facts: 8, factEvents: 1, others: 8, length: 160),
        AlertTrim(events: 2, facts: 2, factEvents: 0, others: 2, length: 60),
        AlertTrim(events: 0, facts: 0, factEvents: 0, others: 0, length: 60),
    ]

    /// What was left out, counted.
    struct LeftOut {
        var evidence = 0
        var why = 0
        var whyEvidence = 0
        var scopes = 0
        var actions = 0
        var attack = 0
        var references = 0
        /// Incidents that the alert joined.
        var incidents = 0
        /// Texts that were shortened, and commands that were left out for their length.
        var texts = 0

        /// Writes the member `truncated`; nothing when nothing was left out.
        func append(to writer: inout JSONWriter) {
            let counts = [
                ("evidence", evidence), ("why", why), ("why_evidence", whyEvidence),
                ("scopes", scopes), ("actions", actions), ("attack", attack),
                ("references", references), ("incidents", incidents), ("texts", texts),
            ].filter { $0.1 > 0 }
            if counts.isEmpty { return }
            writer.key("truncated")
            writer.beginObject()
            for (name, count) in counts { writer.member(name, Int64(count)) }
            writer.endObject()
        }
    }

    /// The alert with shorter lists and texts. Of the evidence the first and the last events stay.
    func applied(to alert: Alert, _ leftOut: inout LeftOut) -> Alert {
        var kept = alert
        kept.evidence = ends(alert.evidence, events, &leftOut.evidence)
        kept.why = first(alert.why, facts, &leftOut.why)
        for index in kept.why.indices {
            kept.why[index].evidence = ends(
                kept.why[index].evidence, factEvents, &leftOut.whyEvidence)
        }
        kept.actions = first(alert.actions, others, &leftOut.actions)
        kept.attack = first(alert.attack, others, &leftOut.attack)
        kept.references = first(alert.references, others, &leftOut.references)
        if let incident = alert.incident {
            kept.incident?.joined = first(incident.joined, others, &leftOut.incidents)
        }
        if let radius = alert.blastRadius {
            kept.blastRadius?.scopes = first(radius.scopes, others, &leftOut.scopes)
        }
        shorten(&kept, &leftOut.texts)
        return kept
    }

    private func first<Entry>(_ list: [Entry], _ count: Int, _ leftOut: inout Int) -> [Entry] {
        leftOut += max(0, list.count - count)
        return Array(list.prefix(count))
    }

    private func ends<Entry>(_ list: [Entry], _ count: Int, _ leftOut: inout Int) -> [Entry] {
        if list.count <= count { return list }
        leftOut += list.count - count
        return Array(list.prefix(count - count / 2) + list.suffix(count / 2))
    }

    private func shorten(_ alert: inout Alert, _ count: inout Int) {
        let members: [WritableKeyPath<Alert, String>] = [
            \.message, \.verdict, \.rule.id, \.rule.name, \.rule.title, \.rule.hash,
        ]
        for member in members { shorten(&alert[keyPath: member], &count) }
        let optional: [WritableKeyPath<Alert, String?>] = [
            \.tenant, \.keys.issuer, \.keys.client, \.keys.subject, \.keys.session, \.keys.grant,
            \.keys.family, \.keys.lineage, \.keys.token,
        ]
        for member in optional { shorten(&alert[keyPath: member], &count) }
        shorten(&alert.attacker, &count)
        shorten(&alert.victim, &count)
        for index in alert.why.indices {
            shorten(&alert.why[index].fact, &count)
            shorten(&alert.why[index].value, &count)
            shorten(&alert.why[index].comparedTo, &count)
        }
        for index in alert.evidence.indices { shorten(&alert.evidence[index].source, &count) }
        for index in alert.attack.indices { shorten(&alert.attack[index], &count) }
        for index in alert.references.indices { shorten(&alert.references[index], &count) }
        if var radius = alert.blastRadius {
            for index in radius.scopes.indices { shorten(&radius.scopes[index], &count) }
            alert.blastRadius = radius
        }
        for index in alert.actions.indices { shorten(&alert.actions[index], &count) }
    }

    private func shorten(_ text: inout String, _ count: inout Int) {
        let kept = text.unicodeScalars.prefix(length)
        if kept.endIndex == text.unicodeScalars.endIndex { return }
        text = String(kept) + "…"
        count += 1
    }

    private func shorten(_ text: inout String?, _ count: inout Int) {
        guard var changed = text else { return }
        shorten(&changed, &count)
        text = changed
    }

    private func shorten(_ presenter: inout Alert.Presenter?, _ count: inout Int) {
        guard var changed = presenter else { return }
        shorten(&changed.ip, &count)
        shorten(&changed.place, &count)
        shorten(&changed.userAgent, &count)
        presenter = changed
    }

    /// Half a command must not be run: one that is too long goes.
    private func shorten(_ action: inout Alert.Action, _ count: inout Int) {
        shorten(&action.title, &count)
        if let command = action.command, command.unicodeScalars.count > length {
            action.command = nil
            count += 1
        }
    }
}
