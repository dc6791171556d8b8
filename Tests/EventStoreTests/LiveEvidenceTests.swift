import AuditModel
import Testing

@testable import EventStore

@Suite struct LiveEvidenceTests {
    private func makeStore(_ path: String) throws {
        var traffic = Traffic(seed: 95)
        let store = try open(path)
        _ = try store.append(traffic.batch(4100))
        for number in [1, 2, 3, 100] { try store.commit(liveCommit(number)) }
        try store.setDelivered(2, to: "stdout")
        try store.flush()
        _ = try store.retain(after: .max - 1)
        try store.close()
    }

    @Test func theShellCannotChangeWhatWasTold() throws {
        let scratch = try Scratch()
        try makeStore(scratch.path)
        let attempts =
            ["control", "notice", "retention"].flatMap { table in
                [
                    "UPDATE \(table) SET time = 1", "DELETE FROM \(table)",
                    "INSERT OR REPLACE INTO \(table) SELECT * FROM \(table)",
                ]
            } + [
                "position", "progress", "alert", "sink", "delivery", "hook", "triage", "silence",
                "incident", "incident_alert", "incident_hook",
            ].map {
                "DELETE FROM \($0)"
            } + [
                "UPDATE silence SET until = until + 1", "UPDATE silence SET client = ''",
                "UPDATE silence SET held = 0",
                "INSERT OR REPLACE INTO silence SELECT * FROM silence",
                "INSERT OR REPLACE INTO delivery SELECT * FROM delivery",
                "UPDATE delivery SET seq = 9",
                "UPDATE sink SET delivered = 1", "UPDATE sink SET delivered = 5",
                "INSERT OR REPLACE INTO sink SELECT name, 1, digest FROM sink",
                "INSERT INTO sink VALUES ('other', 5, x'00')",
                "INSERT INTO progress SELECT 2, read, released, watermark, buffer_low, detail, "
                    + "digest FROM progress",
                "INSERT INTO control SELECT NULL, time, kind, position, body, chain FROM control",
                "INSERT INTO notice SELECT seq + 9, id, revision, state, severity, time, body, "
                    + "chain FROM notice",
                "UPDATE meta SET value = x'00' WHERE key = 'store_id'",
            ]
        for attempt in attempts {
            let (status, output) = try shell(scratch.path, attempt)
            #expect(status != 0 && output.contains("rror"), "\(attempt): \(output)")
        }
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test func verifyNoticesAnyChangeOfAnyColumn() throws {
        let scratch = try Scratch()
        try makeStore(scratch.path)
        let columns: [(table: String, columns: [String])] = [
            ("position", ["source", "partition", "offset", "detail", "digest"]),
            (
                "progress",
                ["read", "released", "watermark", "buffer_low", "detail", "digest"]
            ),
            ("control", ["seq", "time", "kind", "position", "body", "chain"]),
            (
                "alert",
                [
                    "id", "revision", "state", "severity", "time", "body", "notable", "digest",
                ]
            ),
            (
                "notice",
                ["seq", "id", "revision", "state", "severity", "time", "body", "chain"]
            ),
            ("sink", ["name", "delivered", "digest"]),
            (
                "delivery",
                [
                    "hook", "seq", "status", "attempts", "created", "due", "answer", "reason",
                    "digest",
                ]
            ),
            ("hook", ["name", "disabled", "reason", "time", "digest"]),
            (
                "triage",
                ["alert", "status", "actor", "reason", "note", "time", "severity", "digest"]
            ),
            ("incident", ["id", "merged", "digest"]),
            (
                "incident_alert",
                ["alert", "incident", "origin", "severity", "first", "last", "digest"]
            ),
            ("incident_hook", ["incident", "hook", "severity", "digest"]),
            (
                "silence",
                [
                    "id", "rule", "client", "subject", "tenant", "attackers", "most", "actor",
                    "reason", "created", "until", "held", "ended", "ended_by", "digest",
                ]
            ),
            (
                "retention",
                ["seq", "time", "cutoff", "first_position", "end_position", "leaves", "chain"]
            ),
        ]
        for (table, names) in columns {
            for name in names {
                try change(scratch.path, table, "\(name) = \(other(name))")
                let faults = EventStore.verify(path: scratch.path)
                let place = faults.first?.place ?? ""
                #expect(place.hasPrefix(table), "\(table).\(name): \(faults)")
                try makeAgain(scratch)
            }
        }
        try change(scratch.path, "meta", "value = randomblob(16)", "key = 'store_id'")
        #expect(EventStore.verify(path: scratch.path).count > 5)
    }

    /// SQL for a value that is of the column's type and another one.
    private func other(_ column: String) -> String {
        """
        CASE typeof(\(column)) WHEN 'integer' THEN \(column) + 1 WHEN 'text' THEN \(column) || 'x'
        ELSE randomblob(length(\(column))) END
        """
    }

    private func makeAgain(_ scratch: Scratch) throws {
        for file in scratch.files where file != "whole.db" {
            StoreFiles.remove(scratch.directory + "/" + file)
        }
        try EventStore.backup(from: scratch.directory + "/whole.db", to: scratch.path)
    }

    /// Changes the last row of a table behind the triggers' back; keeps a whole copy beside.
    private func change(
        _ path: String, _ table: String, _ assignment: String, _ filter: String? = nil
    ) throws {
        let whole = path.dropLast("s.db".count) + "whole.db"
        if !StoreFiles.exists(String(whole)) {
            try EventStore.backup(from: path, to: String(whole))
        }
        let database = try Database(path: path, isReadOnly: false)
        let trigger = Schema.objects.first { $0.name == "\(table)_update" }
        if let trigger { try database.execute("DROP TRIGGER \(trigger.name)", doing: "test") }
        let sql = Schema.objects.first { $0.name == table }?.sql ?? ""
        let key =
            sql.contains(" seq INTEGER")
            ? "(hook, seq) = (SELECT hook, seq FROM \(table) ORDER BY hook DESC, seq DESC LIMIT 1)"
            : sql.contains("(seq") ? "seq = (SELECT max(seq) FROM \(table))" : "1 = 1"
        try database.execute(
            "UPDATE \(table) SET \(assignment) WHERE \(filter ?? key)", doing: "test")
        if let trigger { try database.execute(trigger.sql, doing: "test") }
        database.close()
    }

    @Test func verifyNoticesAnAlertThatSaysOtherThanItsNotice() throws {
        let scratch = try Scratch()
        try makeStore(scratch.path)
        let store = try open(scratch.path)
        var record = try #require(
            try store.alertRecords().first { $0.isNotable })
        record.body = Array("{}".utf8)
        let digest = hexText(LiveHash.alert(record, store.identity))
        try store.close()
        _ = try shell(
            scratch.path,
            "UPDATE alert SET body = x'7b7d', digest = x'\(digest)' WHERE hex(id) = "
                + "upper('\(record.id.hex)')")
        #expect(
            EventStore.verify(path: scratch.path).map(\.what) == ["its last notice says otherwise"])
    }
}
