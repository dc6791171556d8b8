internal import AuditModel
internal import WireFormat

/// The labels of one dialect, collected while its file is written.
struct TruthCollector: Sendable {
    private struct Label: Sendable {
        var number: Int
        var subject: String
        var client: String
        /// Of the first event; none where that belongs to no grant.
        var family: ID128?
        /// Milliseconds since 1970 UTC.
        var start: Int64
        var events: [ID128]
    }

    private var labels: [Label] = []
    private var places: [Int: Int] = [:]

    var count: Int { labels.count }

    /// Adds an event of an attack to its label.
    mutating func add(_ event: SimulatedEvent, id: ID128, world: SimulatedWorld) {
        if let index = places[event.attack] {
            labels[index].events.append(id)
            return
        }
        places[event.attack] = labels.count
        labels.append(
            Label(
                number: event.attack, subject: world.subjectID(event.subject) ?? "",
                client: world.clientName(event.client),
                family: event.session.isNone ? nil : world.familyID(event),
                start: event.time, events: [id]))
    }

    /// The labels, one JSON object a line, by the time of the attack's first event. What no rule
    /// can see in a dialect is expected of none.
    func lines(_ attacks: [Simulation.Attack], _ dialect: SimulatedDialect) -> [UInt8] {
        var writer = JSONWriter()
        for label in labels where attacks.indices.contains(label.number) {
            let attack = attacks[label.number]
            writer.beginObject()
            writer.member("attack", "\(attack.scenario.rawValue)-\(label.number + 1)")
            writer.member("scenario", attack.scenario.explanation)
            writer.member("subject", label.subject)
            writer.member("client", label.client)
            writer.member("family", label.family?.hex ?? "")
            writer.member("start", time: label.start * 1_000_000, precision: 3)
            writer.member("events", label.events.map(\.hex))
            writer.key("expect")
            writer.beginArray()
            if attack.isComplete {
                for rule in dialect.expectedRules(attack.scenario) { writer.string(rule) }
            }
            writer.endArray()
            writer.member("detectable_at", "L3")
            writer.endObject()
            writer.endLine()
        }
        return writer.bytes
    }
}
