internal import AuditModel

/// The rows of the outbox and what people decided.
extension Verifier {
    mutating func checkOutbox(
        _ database: Database, _ identity: ID128, last: Int64
    ) throws(StoreError) {
        try checkDeliveries(database, identity, last: last)
        try checkHooks(database, identity)
        try checkTriages(database, identity)
    }

    private mutating func checkDeliveries(
        _ database: Database, _ identity: ID128, last: Int64
    ) throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT hook, seq, status, attempts, created, due, answer, reason, digest
            FROM delivery ORDER BY hook, seq
            """, doing: "read deliveries")
        while try query.step() {
            let place = "delivery \(query.int(1)) of \(query.text(0))"
            let change = EventStore.change(query)
            if change.map({ LiveHash.delivery($0, identity) }) != query.array(8) {
                report(place, "stored values do not match their digest")
            }
            if query.int(1) > last { report(place, "there is no such notice") }
        }
    }

    private mutating func checkHooks(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT name, disabled, reason, time, digest FROM hook ORDER BY name",
            doing: "read the state of hooks")
        while try query.step() {
            let state = HookState(
                name: query.text(0), isDisabled: query.int(1) != 0, reason: query.text(2),
                time: query.int(3))
            let isBit = query.int(1) == 0 || query.int(1) == 1
            if !isBit || query.array(4) != LiveHash.hook(state, identity) {
                report("hook \(state.name)", "stored values do not match their digest")
            }
        }
    }

    mutating func checkSilences(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT \(EventStore.silenceColumns) FROM silence ORDER BY id",
            doing: "read silences")
        var last: Int64 = 0
        while try query.step() {
            let place = "silence \(query.int(0))"
            if query.int(0) != last &+ 1 { report(place, "rows do not follow one another") }
            last = query.int(0)
            let silence = EventStore.silence(query)
            if silence.map({ LiveHash.silence($0, identity) }) != query.array(14) {
                report(place, "stored values do not match their digest")
            }
        }
    }

    private mutating func checkTriages(
        _ database: Database, _ identity: ID128
    ) throws(StoreError) {
        let query = try database.prepare(
            "SELECT \(EventStore.triageColumns) FROM triage ORDER BY time, alert",
            doing: "read what was decided")
        var row = 0
        while try query.step() {
            let triage = EventStore.triage(query)
            if triage.map({ LiveHash.triage($0, identity) }) != query.array(7) {
                report("triage \(row)", "stored values do not match their digest")
            }
            row += 1
        }
    }
}
