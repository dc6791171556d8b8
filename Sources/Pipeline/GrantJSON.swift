internal import AuditModel
public import WireFormat

extension GrantQuery.Summary {
    /// Writes one JSON object.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("family", family)
        writer.member("issuer", issuer)
        writer.member("tenant", tenant)
        writer.member("client", client)
        writer.member("subject", subject)
        writer.member("session", session)
        writer.member("first_time", time: firstTime, precision: 3)
        writer.member("last_time", time: lastTime, precision: 3)
        writer.member("lineages", Int64(lineages))
        writer.member("replays", Int64(replays))
        writer.key("born")
        writer.bool(isBorn)
        writer.key("ended")
        writer.bool(isEnded)
        writer.endObject()
    }
}

extension GrantHistory {
    /// Writes one JSON object: the grant, its steps in order, and its alerts.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("family", family)
        writer.member("issuer", issuer)
        writer.member("tenant", tenant)
        writer.member("client", client)
        writer.member("subject", subject)
        writer.member("session", session)
        writer.member("scopes", scopes)
        writer.member("state", state)
        writer.key("born")
        writer.bool(isBorn)
        writer.key("steps")
        writer.beginArray()
        for step in steps { step.append(to: &writer) }
        writer.endArray()
        writer.key("alerts")
        writer.beginArray()
        for alert in alerts { AlertJSON.append(alert, to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

extension GrantHistory.Step {
    /// Writes one JSON object.
    func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("event_id", event.hex)
        writer.member("time", time: time, precision: precision)
        writer.member("kind", kind.name)
        switch meaning {
        case .opened(let token): Self.append("issued", token, &writer)
        case .rotated(let token, let next):
            Self.append("presented", token, &writer)
            Self.append("issued", next, &writer)
        case .replayed(let token, let next):
            writer.key("replayed")
            writer.bool(true)
            Self.append("presented", token, &writer)
            Self.append("issued", next, &writer)
        case .refused(let token): Self.append("presented", token, &writer)
        case .other: break
        }
        writer.member("ip", ip)
        writer.member("country", country)
        writer.member("reason_raw", reason)
        writer.member("dialect", dialect)
        writer.member("link", isInferred ? "inferred" : "known")
        writer.member("rules", alerts.map(\.rule.name))
        writer.endObject()
    }

    private static func append(
        _ name: String, _ token: GrantHistory.Token?, _ writer: inout JSONWriter
    ) {
        guard let token else { return }
        writer.key(name)
        writer.beginObject()
        writer.member("lineage", Int64(token.lineage))
        writer.member("generation", Int64(token.generation))
        writer.member("branch", Int64(token.branch))
        writer.endObject()
    }
}
