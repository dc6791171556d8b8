internal import AuditModel
public import EventStore
public import WireFormat

extension Silence {
    /// What has become of a silence.
    public enum Status: String, Sendable {
        case active, expired, removed
    }

    /// How it stands.
    ///
    /// - Parameter time: nanoseconds UTC by the clock of people.
    public func status(at time: Int64) -> Status {
        if ended != nil { return endedBy.isEmpty ? .expired : .removed }
        return until <= time ? .expired : .active
    }

    /// Whether an alert meets all that it asks for. One without a client meets only patterns that
    /// fit an empty text, as with the routing of sinks; one without an attacker no address.
    func covers(_ alert: Alert) -> Bool {
        func meets(_ text: String?, _ pattern: String?) -> Bool {
            pattern.map { Wildcard.matches(text ?? "", $0) } ?? true
        }
        guard alert.severity <= most, meets(alert.rule.name, rule),
            meets(alert.keys.client, client), meets(alert.keys.subject, subject),
            meets(alert.tenant, tenant)
        else { return false }
        if attackers.isEmpty { return true }
        guard let address = alert.attacker?.ip.flatMap({ IPAddress($0) }) else { return false }
        return attackers.contains { $0.contains(address) }
    }

    /// Writes what it covers, until when, who wants it and why, as members of an object.
    func appendTerms(to writer: inout JSONWriter) {
        writer.member("rule", rule)
        writer.member("client", client)
        writer.member("subject", subject)
        writer.member("tenant", tenant)
        writer.member("attackers", attackers.map(\.text))
        writer.member("max_severity", most.name)
        writer.member("actor", actor)
        writer.member("reason", reason)
        writer.member("created", time: created, precision: 0)
        writer.member("until", time: until, precision: 0)
    }

    /// Writes all of it as one object.
    ///
    /// - Parameter time: at which it is looked at, nanoseconds UTC by the clock of people.
    public func append(to writer: inout JSONWriter, at time: Int64) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("status", status(at: time).rawValue)
        appendTerms(to: &writer)
        writer.member("held", held)
        if let ended { writer.member("ended", time: ended, precision: 0) }
        if !endedBy.isEmpty { writer.member("ended_by", endedBy) }
        writer.endObject()
    }
}
