public import AuditModel

/// An alert as public JSON, schema `grantrail/alert/1`: one object, absent fields left out.
public enum AlertJSON {
    /// The schema's name; a change that breaks readers gets a new number.
    public static let schema = "grantrail/alert/1"
    /// The member that says what kept notifications of a stored alert back.
    static let suppressedBy = "suppressed_by"

    /// Appends one alert as one JSON value.
    ///
    /// - Parameter more: writes further members at the end of the object.
    public static func append(
        _ alert: Alert, to writer: inout JSONWriter, more: (inout JSONWriter) -> Void = { _ in }
    ) {
        writer.beginObject()
        writer.member("schema", schema)
        writer.member("id", alert.id.hex)
        writer.member("revision", Int64(alert.revision))
        writer.member("state", alert.state.rawValue)
        append(alert.rule, to: &writer)
        writer.member("severity", alert.severity.name)
        writer.member("confidence", Int64(alert.confidence))
        hundredths("score", alert.score, &writer)
        if !alert.verdict.isEmpty { writer.member("verdict", alert.verdict) }
        writer.member("branch", alert.branch?.rawValue)
        writer.member("time", time: alert.time, precision: alert.precision)
        writer.member("first_seen", time: alert.firstSeen, precision: alert.precision)
        writer.member("last_seen", time: alert.lastSeen, precision: alert.precision)
        writer.member("count", Int64(alert.count))
        writer.member("tenant", alert.tenant)
        appendKeys(alert.keys, &writer)
        appendPresenter("attacker", alert.attacker, &writer)
        appendPresenter("victim", alert.victim, &writer)
        writer.member("message", alert.message)
        appendWhy(alert.why, &writer)
        appendEvidence(alert.evidence, &writer)
        appendBlastRadius(alert.blastRadius, &writer)
        appendActions(alert.actions, &writer)
        writer.member("attack", alert.attack)
        writer.member("references", alert.references)
        writer.member("visibility", alert.visibility.name)
        append(alert.incident, to: &writer)
        writer.member(suppressedBy, alert.suppressedBy)
        more(&writer)
        writer.endObject()
    }

    /// An alert's JSON with another revision and state; as it is when it was not written here.
    public static func restated(
        _ body: [UInt8], revision: Int, state: AlertState
    ) -> [UInt8] {
        // Revision and state stand before the rule, behind an id of hexadecimal digits.
        guard let first = find(",\"revision\":", in: body), let rule = find(",\"rule\":", in: body),
            first < rule
        else { return body }
        let members = ",\"revision\":\(revision),\"state\":\"\(state.rawValue)\""
        return Array(body[..<first]) + Array(members.utf8) + Array(body[rule...])
    }

    /// An alert's JSON with another incident, or none; as it is when it was not written here.
    public static func restated(_ body: [UInt8], incident: Alert.Incident?) -> [UInt8] {
        guard body.last == UInt8(ascii: "}") else { return body }
        // What stands behind it.
        let suppressor = suppression(of: body)
        let plain = suppressed(body, by: nil)
        // Only at the end, and texts hold no such quotes.
        let end = find(",\"incident\":\"", in: plain) ?? plain.count - 1
        var writer = JSONWriter()
        writer.beginObject()
        append(incident, to: &writer)
        writer.endObject()
        let members =
            incident == nil
            ? [UInt8(ascii: "}")] : [UInt8(ascii: ",")] + writer.bytes.dropFirst()
        return suppressed(Array(plain[..<end]) + members, by: suppressor)
    }

    private static func append(_ incident: Alert.Incident?, to writer: inout JSONWriter) {
        guard let incident else { return }
        writer.member("incident", incident.id.text)
        writer.member("incident_alerts", incident.alerts.map { Int64($0) })
        writer.member("incident_before", incident.before?.text)
        writer.member("incident_joined", incident.joined.map(\.text))
    }

    private static func find(_ text: String, in body: [UInt8]) -> Int? {
        var text = text
        return text.withUTF8 { text in
            body.withUnsafeBufferPointer { bytes in
                bytes.indices.dropLast(max(0, text.count - 1)).first { start in
                    bytes[start] == text[0] && text.indices.allSatisfy { offset in
                        bytes[start + offset] == text[offset]
                    }
                }
            }
        }
    }

    private static func hundredths(_ key: String, _ number: Int?, _ writer: inout JSONWriter) {
        guard let number else { return }
        writer.key(key)
        writer.hundredths(number)
    }

    /// Writes the member `rule` of an alert.
    public static func append(_ rule: Alert.Rule, to writer: inout JSONWriter) {
        writer.key("rule")
        writer.beginObject()
        writer.member("id", rule.id)
        writer.member("name", rule.name)
        writer.member("title", rule.title)
        writer.member("hash", rule.hash)
        writer.endObject()
    }

    private static func appendKeys(_ keys: Alert.Keys, _ writer: inout JSONWriter) {
        writer.key("keys")
        writer.beginObject()
        writer.member("issuer", keys.issuer)
        writer.member("client", keys.client)
        writer.member("subject", keys.subject)
        writer.member("session", keys.session)
        writer.member("grant", keys.grant)
        writer.member("family", keys.family)
        writer.member("lineage", keys.lineage)
        writer.member("token", keys.token)
        writer.endObject()
    }

    private static func appendPresenter(
        _ key: String, _ presenter: Alert.Presenter?, _ writer: inout JSONWriter
    ) {
        guard let presenter else { return }
        writer.key(key)
        writer.beginObject()
        writer.member("ip", presenter.ip)
        writer.member("asn", presenter.asn.map(Int64.init))
        writer.member("place", presenter.place)
        writer.member("user_agent", presenter.userAgent)
        writer.endObject()
    }

    private static func appendWhy(_ facts: [Alert.Why], _ writer: inout JSONWriter) {
        if facts.isEmpty { return }
        writer.key("why")
        writer.beginArray()
        for why in facts {
            writer.beginObject()
            writer.member("fact", why.fact)
            writer.member("value", why.value)
            writer.member("compared_to", why.comparedTo)
            hundredths("points", why.points, &writer)
            writer.member("evidence", why.evidence.map(\.hex))
            writer.endObject()
        }
        writer.endArray()
    }

    private static func appendEvidence(
        _ evidence: [Alert.Evidence], _ writer: inout JSONWriter
    ) {
        if evidence.isEmpty { return }
        writer.key("evidence")
        writer.beginArray()
        for event in evidence {
            writer.beginObject()
            writer.member("event_id", event.event.hex)
            writer.member("time", time: event.time, precision: event.precision)
            writer.member("kind", event.kind.name)
            writer.member("source", event.source)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func appendBlastRadius(
        _ radius: Alert.BlastRadius?, _ writer: inout JSONWriter
    ) {
        guard let radius else { return }
        writer.key("blast_radius")
        writer.beginObject()
        writer.member("families", Int64(radius.families))
        writer.member("scopes", radius.scopes)
        writer.endObject()
    }

    private static func appendActions(_ actions: [Alert.Action], _ writer: inout JSONWriter) {
        if actions.isEmpty { return }
        writer.key("actions")
        writer.beginArray()
        for action in actions {
            writer.beginObject()
            writer.member("title", action.title)
            writer.member("command", action.command)
            writer.key("reversible")
            writer.bool(action.reversible)
            writer.endObject()
        }
        writer.endArray()
    }
}
