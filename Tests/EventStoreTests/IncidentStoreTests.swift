import AuditModel
import Testing

@testable import EventStore

@Suite("Incidents in the store")
struct IncidentStoreTests {
    static func record(
        _ number: Int, _ severity: Severity = .high, state: AlertState = .confirmed,
        title: String = "", notable: Bool = true
    ) -> AlertRecord {
        AlertRecord(
            id: ID128(high: 3, low: UInt64(number)), revision: 1, state: state, severity: severity,
            time: Int64(number) * 1_000_000_000,
            body: Array(
                """
                {"rule":{"title":"\(title)"},"keys":{"client":"c\(number)","subject":"anna"},\
                "attacker":{"ip":"203.0.113.\(number)"}}
                """.utf8), isNotable: notable)
    }

    static func name(_ number: Int) -> IncidentID { IncidentID(first: record(number).id) }

    static func member(
        _ number: Int, in incident: Int, _ severity: Severity? = .high, last: Int? = nil
    ) -> IncidentMember {
        IncidentMember(
            alert: record(number).id, incident: name(incident), origin: name(incident),
            severity: severity, first: record(number).time,
            last: Int64(last ?? number) * 1_000_000_000)
    }

    /// Incidents 1 with alerts 1 and 3, 2 with 2, and 4 with 4.
    static func makeStore(_ scratch: Scratch) throws -> EventStore {
        let store = try open(scratch.path)
        var live = LiveCommit()
        live.alerts = [
            record(1, .medium, title: "first"), record(2), record(3, .critical, title: "worst"),
            record(4, .low),
        ]
        live.members = [
            member(1, in: 1, .medium), member(3, in: 1, .critical, last: 9), member(2, in: 2),
            member(4, in: 4, .low),
        ]
        live.route = { $0.severity > .low ? ["soc"] : [] }
        live.tellings = [
            IncidentTelling(incident: name(1), hook: "soc", severity: .critical),
            IncidentTelling(incident: name(2), hook: "soc", severity: .high),
            IncidentTelling(incident: name(2), hook: "pager", severity: nil),
        ]
        try store.commit(live)
        return store
    }

    @Test("They come back as they were committed")
    func roundTrip() throws {
        let scratch = try Scratch()
        var store = try Self.makeStore(scratch)
        for isReopened in [false, true] {
            if isReopened {
                try store.close()
                #expect(EventStore.verify(path: scratch.path) == [])
                store = try EventStore(path: scratch.path, mode: .readOnly)
            }
            let worst = Self.member(3, in: 1, .critical, last: 9)
            #expect(try store.incidentMember(of: worst.alert) == worst)
            #expect(try store.incidentMember(of: ID128(high: 8, low: 8)) == nil)
            let members = try store.incidentMembers(of: Self.name(1))
            #expect(members == [Self.member(1, in: 1, .medium), worst])
            #expect(try store.incidentMembers(since: 4_000_000_000).map(\.alert) == [
                Self.record(3).id, Self.record(4).id,
            ])
            let bounds = try #require(try store.incidentBounds(of: Self.name(1)))
            #expect(bounds.alert == Self.record(1).id && bounds.alerts == 2)
            #expect(bounds.first == 1_000_000_000 && bounds.last == 9_000_000_000)
            #expect(try store.incidentBounds(of: Self.name(9)) == nil)
            #expect(try store.severityTold(of: Self.name(1), to: "soc") == .critical)
            #expect(try store.severityTold(of: Self.name(2), to: "pager") == nil)
            #expect(try store.severityTold(of: Self.name(4), to: "soc") == nil)
        }
        try store.close()
    }

    @Test("The younger of two that are one goes into the older with all it has")
    func merges() throws {
        let scratch = try Scratch()
        let store = try Self.makeStore(scratch)
        for (younger, older) in [(4, 2), (2, 1)] {
            var live = LiveCommit()
            live.merges = [IncidentMerge(younger: Self.name(younger), older: Self.name(older))]
            try store.commit(live)
        }
        let members = try store.incidentMembers(of: Self.name(1))
        #expect(members.map(\.alert) == (1...4).map { Self.record($0).id })
        #expect(members.map(\.origin) == [1, 2, 1, 4].map { Self.name($0) })
        for number in [1, 2, 4] {
            let text = Self.name(number).text
            #expect(try store.incidents(named: text, limit: 9) == [Self.name(1)])
        }
        #expect(try store.incidents(named: "in_", limit: 9) == [Self.name(1)])
        #expect(try store.incidents(named: "%", limit: 9) == [])
        #expect(try store.severityTold(of: Self.name(1), to: "soc") == .critical)
        let row = try #require(try store.incidentRows().first)
        #expect(try store.incidentRows(of: Self.name(1)) == [row])
        #expect(row.former == [Self.name(2).text, Self.name(4).text].sorted() && row.alerts == 4)
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test("The view says what people ask, and the status that they gave the alerts")
    func view() throws {
        let scratch = try Scratch()
        let store = try Self.makeStore(scratch)
        func decide(_ number: Int, _ status: Triage.Status) throws {
            var live = LiveCommit()
            live.triages = [
                Triage(
                    alert: Self.record(number).id, status: status, actor: "anna", reason: "",
                    note: "", time: 5, severity: .high)
            ]
            try store.commit(live)
        }
        func status(_ number: Int) throws -> String? {
            let rows = try store.incidentRows(of: Self.name(number))
            return rows.first?.status
        }
        let row = try #require(try store.incidentRows(of: Self.name(1)).first)
        #expect(row.title == "worst" && row.severity == "critical" && row.severityLevel == 4)
        #expect(row.client == "c3" && row.subject == "anna" && row.attackerIP == "203.0.113.3")
        #expect(row.firstSeen == "1970-01-01T00:00:01Z" && row.lastSeen == "1970-01-01T00:00:09Z")
        #expect(row.former == [] && row.alerts == 2 && row.status == "open")
        try decide(1, .closed)
        #expect(try status(1) == "open")
        try decide(3, .acknowledged)
        #expect(try status(1) == "acknowledged")
        try decide(3, .closed)
        #expect(try status(1) == "closed")
        var live = LiveCommit()
        live.alerts = [Self.record(2, state: .withdrawn)]
        live.members = [Self.member(2, in: 2, nil)]
        try store.commit(live)
        #expect(try status(2) == "withdrawn" && store.incidentRows().count == 3)
        try store.close()
        let (code, output) = try shell(
            scratch.path,
            "SELECT incident FROM v_alerts WHERE title = 'worst'; "
                + "SELECT alerts || ' ' || first_seen_s || ' ' || last_seen_s FROM v_incidents "
                + "WHERE id = '\(Self.name(1).text)'")
        #expect(code == 0 && output == "\(Self.name(1).text)\n2 1.0 9.0\n", "\(output)")
    }

    @Test("Names must follow from first alerts, and merged ones must have gone somewhere")
    func wrongNames() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        var live = LiveCommit()
        live.alerts = [Self.record(2), Self.record(5)]
        live.members = [Self.member(2, in: 7), Self.member(8, in: 8)]
        live.merges = [IncidentMerge(younger: Self.name(4), older: Self.name(6))]
        try store.commit(live)
        try store.close()
        let faults = Set(EventStore.verify(path: scratch.path).map(\.what))
        #expect(
            faults == [
                "its incident is another alert's", "there is no such alert",
                "what it became part of is no incident",
            ])
    }
}
