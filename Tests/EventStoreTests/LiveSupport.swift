import AuditModel
import Foundation

@testable import EventStore

/// A live commit whose every value follows from one number.
func liveCommit(_ number: Int, notable: Bool = true) -> LiveCommit {
    var live = LiveCommit()
    let moment = Int64(number) * 1_000_000_000
    live.positions = [
        ResumePosition(
            source: "kafka-a", partition: "events/0", offset: Int64(number * 100),
            detail: "epoch \(number)"),
        ResumePosition(source: "files", partition: "0a0b", offset: Int64(number)),
    ]
    live.controls = [
        ControlRecord(
            time: moment, kind: "source.idle", position: Int64(number * 100),
            body: "{\"number\":\(number)}")
    ]
    live.alerts = [alertRecord(number, revision: number, notable: notable), alertRecord(7)]
    live.progress = EngineProgress(
        read: Int64(number * 100),
        released: OrderKey(time: moment, rank: 3, id: ID128(high: 1, low: UInt64(number))),
        watermark: moment - 5, bufferLow: Int64(number * 90), detail: [1, 2, UInt8(number % 256)])
    live.route = { _ in ["soc", "slack"] }
    live.deliveries = [
        DeliveryChange(
            hook: "soc", sequence: 1, status: .pending, attempts: number, due: moment,
            lastStatus: 503, reason: "busy")
    ]
    live.hooks = [HookState(name: "slack", isDisabled: true, reason: "gone", time: moment)]
    live.triages = [
        Triage(
            alert: ID128(high: 9, low: UInt64(number % 5)), status: .closed, actor: "anna",
            reason: "false_positive", note: "a test", time: moment, severity: .high)
    ]
    live.silences = [silence(1)]
    let incident = incidentID(number)
    live.members = [
        IncidentMember(
            alert: live.alerts[0].id, incident: incident, origin: incident, severity: .high,
            first: live.alerts[0].time, last: live.alerts[0].time + moment)
    ]
    live.tellings = [IncidentTelling(incident: incident, hook: "soc", severity: .high)]
    if number % 5 == 3 {
        live.merges = [IncidentMerge(younger: incident, older: incidentID(1))]
    }
    return live
}

/// Every column of which has a value.
func silence(_ id: Int64) -> Silence {
    var silence = Silence(
        id: id, most: .high, actor: "anna", reason: "a test", created: 1_000_000_000,
        until: 4_000_000_000_000_000_000)
    (silence.rule, silence.client, silence.subject) = ("REF-*", "web", "ben")
    silence.tenant = "acme"
    silence.attackers = ["192.0.2.0/24", "2001:db8::1"].compactMap { IPPrefix($0) }
    silence.held = 5
    return silence
}

/// The incident that an alert of ``alertRecord(_:revision:notable:)`` is the first of.
func incidentID(_ number: Int) -> IncidentID { IncidentID(first: alertRecord(number).id) }

func alertRecord(_ number: Int, revision: Int = 1, notable: Bool = false) -> AlertRecord {
    AlertRecord(
        id: ID128(high: 9, low: UInt64(number % 5)), revision: revision,
        state: number % 2 == 0 ? .provisional : .confirmed, severity: .high,
        time: Int64(number % 5) * 1000, body: Array("{\"alert\":\(number)}".utf8),
        isNotable: notable)
}

/// Some rows that ``EventStore/rows(from:limit:)`` gives, as plain events.
func plainRows(
    _ store: EventStore, from start: Int64, limit: Int, step: Int
) throws -> [PlainEvent] {
    var events: [PlainEvent] = []
    var next = start
    while events.count < limit, let found = try store.rows(from: next, limit: step) {
        guard found.first == next || next < store.firstPosition else { return [] }
        for row in 0..<found.batch.count {
            events.append(PlainEvent(found.batch, row, pool: store.pool))
        }
        next = found.first + Int64(found.batch.count)
    }
    return events
}

/// A store of an older format with the same rows as a new one that has no live rows.
func makeOlderFormat(_ format: Int64 = 1, of path: String, at target: String) throws {
    let database = try Database(path: target, isReadOnly: false)
    try database.execute("PRAGMA page_size = 16384", doing: "test")
    try database.execute("ATTACH '\(path)' AS source", doing: "test")
    try database.execute("BEGIN", doing: "test")
    for object in Schema.objects(of: format) { try database.execute(object.sql, doing: "test") }
    try database.execute(
        "INSERT INTO meta SELECT * FROM source.meta WHERE \(format) > 1 OR key <> 'store_id'",
        doing: "test")
    for (table, key) in [("dict", "first_code"), ("segment", "position"), ("journal", "position")] {
        try database.execute(
            "INSERT INTO \(table) SELECT * FROM source.\(table) ORDER BY \(key)", doing: "test")
    }
    try database.execute("PRAGMA application_id = \(Schema.applicationID)", doing: "test")
    try database.execute("PRAGMA user_version = \(format)", doing: "test")
    try database.execute("COMMIT", doing: "test")
    database.close()
}
