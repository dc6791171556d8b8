public import AuditModel
public import WireFormat

extension Checkup.Source {
    /// Writes one JSON object.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("dialect", survey.dialect)
        writer.member("name", survey.name)
        if !survey.health.tenant.isEmpty { writer.member("tenant", survey.health.tenant) }
        writer.member("level", survey.visibility.name)
        writer.member("events", Int64(survey.events))
        writer.member("successes", Int64(survey.successes))
        writer.member("failures", Int64(survey.failures))
        if survey.events > 0 {
            writer.member("first_time", time: survey.health.first, precision: 3)
            writer.member("last_time", time: survey.health.last, precision: 3)
        }
        writer.key("kinds")
        writer.beginObject()
        for (kind, count) in survey.kindCounts { writer.member(kind.name, Int64(count)) }
        writer.endObject()
        writer.member("active", active)
        writer.member("degraded", degraded)
        writer.member("blind", blind)
        writer.key("findings")
        writer.beginArray()
        for finding in findings { finding.append(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

extension Checkup.Finding {
    fileprivate func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("symptom", symptom.rawValue)
        writer.member("weight", symptom.isProblem ? "problem" : "advice")
        writer.member("what", what)
        writer.member("remedy", remedy)
        writer.member("commands", commands)
        writer.member("blind", blind)
        writer.member("degraded", degraded)
        writer.endObject()
    }
}

extension SourceSurvey.Source {
    /// Kinds of events that came, the most frequent first.
    public var kindCounts: [(kind: EventKind, count: Int)] {
        kinds.indices.compactMap { index in
            guard kinds[index] > 0, let kind = EventKind(rawValue: UInt8(index)) else { return nil }
            return (kind, kinds[index])
        }.sorted { ($1.count, $0.kind.name) < ($0.count, $1.kind.name) }
    }
}
