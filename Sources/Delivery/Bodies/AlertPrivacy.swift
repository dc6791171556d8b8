internal import AuditModel

/// Takes out of an alert what tells of people (docs/BODIES.md, "People").
struct AlertPrivacy: Sendable {
    /// What stands in texts in the place of a value that is left out.
    static let mark = "…"

    /// Nil when values are left out.
    private let hash: PseudonymHash?
    private let texts: PersonalTexts

    /// Nil when the profile hides nothing.
    init?(_ context: BodyContext, for alert: Alert) {
        if context.pii == .full { return nil }
        let hash = context.pii == .pseudonym ? PseudonymHash(key: context.pseudonymKey) : nil
        self.hash = hash
        texts = PersonalTexts(values: Self.values(of: alert)) { value in
            hash.map { Self.pseudonym(value, $0) } ?? Self.mark
        }
    }

    /// The alert with pseudonyms or gaps.
    func applied(to alert: Alert) -> Alert {
        var hidden = alert
        hidden.tenant = other(alert.tenant)
        hidden.keys.issuer = other(alert.keys.issuer)
        hidden.keys.client = other(alert.keys.client)
        hidden.keys.subject = personal(alert.keys.subject)
        hidden.keys.session = personal(alert.keys.session)
        hidden.keys.grant = other(alert.keys.grant)
        hidden.keys.family = other(alert.keys.family)
        hidden.keys.lineage = other(alert.keys.lineage)
        hidden.keys.token = other(alert.keys.token)
        hidden.attacker = presenter(alert.attacker)
        hidden.victim = presenter(alert.victim)
        hidden.message = texts.replaced(in: alert.message)
        hidden.why = alert.why.map(why)
        hidden.blastRadius?.scopes = (alert.blastRadius?.scopes ?? []).compactMap(other)
        hidden.actions = alert.actions.map(action)
        return hidden
    }

    /// A value that is no person's but may hold one; nil when nothing of it is left.
    func other(_ text: String?) -> String? {
        guard let text else { return nil }
        let replaced = texts.replaced(in: text)
        return replaced == Self.mark ? nil : replaced
    }

    private func personal(_ text: String?) -> String? {
        guard let text, !text.isEmpty, let hash else { return nil }
        return Self.pseudonym(Array(text.utf8), hash)
    }

    private func presenter(_ presenter: Alert.Presenter?) -> Alert.Presenter? {
        guard let presenter else { return nil }
        var hidden = Alert.Presenter()
        hidden.ip = personal(presenter.ip)
        hidden.asn = presenter.asn
        hidden.place = other(presenter.place)
        hidden.userAgent = personal(presenter.userAgent)
        return hidden == Alert.Presenter() ? nil : hidden
    }

    private func why(_ why: Alert.Why) -> Alert.Why {
        var hidden = why
        let isPersonal = PersonalFacts.mayName(why)
        hidden.value = isPersonal ? whole(why.value) : texts.replaced(in: why.value)
        hidden.comparedTo = why.comparedTo.map(texts.replaced)
        return hidden
    }

    private func whole(_ text: String) -> String {
        text.isEmpty ? "" : personal(text) ?? Self.mark
    }

    /// A command that named a person would run into nothing: it is left out.
    private func action(_ action: Alert.Action) -> Alert.Action {
        var hidden = action
        hidden.title = texts.replaced(in: action.title)
        // A value that is quoted or percent-encoded is written in another way than it is.
        hidden.command = action.command.flatMap { command in
            let mayDiffer = command.utf8.contains { $0 == 0x27 || $0 == 0x25 }
            return mayDiffer || texts.replaced(in: command) != command ? nil : command
        }
        return hidden
    }

    /// One name for one address, however it is written.
    private static func pseudonym(_ value: [UInt8], _ hash: PseudonymHash) -> String {
        let text = IPAddress(String(decoding: value, as: UTF8.self))?.text
        return hash.pseudonym(of: text.map { Array($0.utf8) } ?? value)
    }

    /// What is known to be personal; several values of one fact count together and each alone.
    private static func values(of alert: Alert) -> [String] {
        let members = [
            alert.keys.subject, alert.keys.session, alert.attacker?.ip, alert.attacker?.userAgent,
            alert.victim?.ip, alert.victim?.userAgent,
        ]
        let facts = alert.why.filter(PersonalFacts.mayName).map(\.value)
        return members.compactMap { $0 } + facts
            + facts.flatMap { $0.split(separator: ", ").map(String.init) }
    }
}

/// Which facts of an alert may hold what tells of people. A rule may read any member of a vendor's
/// payload, so every name that is not known to be harmless counts.
enum PersonalFacts {
    private static let personalFields: Set<Field> = [
        .subject, .session, .ip, .userAgent, .device, .reasonRaw,
    ]

    /// Facts of the ledger and figures of operations.
    private static let harmlessNames: Set = [
        "fact", "generation_gap", "successor", "replay_gap_s", "policy_allows", "rotation",
        "same_network", "birth", "branches_foreign", "refused", "owner_client", "scopes_added",
        "leak_status", "branches_active", "presenting_client", "count", "distinct", "sum",
        "average", "percentile", "ratio", "expected", "window", "distance_km", "speed_kmh",
        "from_place", "to_place", "silence", "times", "first_presenter", "second_presenter",
        "held", "held_severity", "held_rule", "held_client", "held_withdrawn",
    ]
    private static let harmlessPrefixes = ["presenter.", "family.", "time|"]

    /// Whether the value must not leave as it is.
    static func mayName(_ why: Alert.Why) -> Bool {
        if why.value == "true" || why.value == "false" { return false }
        if why.fact == "value" { return !isCode(why.value) }
        return !why.fact.split(separator: ",").allSatisfy { part in
            isHarmless(String(part.drop { $0 == " " }))
        }
    }

    private static func isHarmless(_ name: String) -> Bool {
        if let field = Field(rawValue: name) { return !personalFields.contains(field) }
        return harmlessNames.contains(name) || harmlessPrefixes.contains { name.hasPrefix($0) }
    }

    /// A number, a number of a network, or a country: what is left of values that were new.
    private static func isCode(_ text: String) -> Bool {
        let digits = text.hasPrefix("AS") ? text.dropFirst(2) : text[...]
        let isNumber = digits.utf8.allSatisfy { $0 &- 0x30 < 10 }
        return isNumber || (text.utf8.count == 2 && text.utf8.allSatisfy { $0 &- 0x41 < 26 })
    }
}
