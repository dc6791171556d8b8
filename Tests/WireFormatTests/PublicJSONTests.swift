import AuditModel
import Testing
import WireFormat

@Suite("Public JSON")
struct PublicJSONTests {
    @Test("an event shows what it has, in the documented order")
    func event() {
        var batch = EventBatch(capacity: 2)
        var row = EventRow()
        row.id = ID128(high: 0xFEDC_BA98_7654_3210, low: 0xFFFF_FFFF_FFFF_FFFF)
        row.time = 1_772_446_530_123_000_000
        row.kind = .refreshReuseDetected
        row.effects = [.tokenIssued]
        row.outcome = .failure
        row.reason = .reused
        row.flags = [.asserted, .offline]
        row.issuer = batch.pool.code(of: "realm-1")
        row.scopes = batch.pool.code(of: "openid  email")
        row.dialect = batch.pool.code(of: "keycloak")
        row.source = batch.pool.code(of: "kc.log")
        row.presented = ID128(high: 1, low: 2)
        row.issuedAccess = ID128(high: 3, low: 4)
        row.ip = IPAddress(v4: 0xC000_0207)
        row.ipRole = .holder
        row.country = 0x4445
        row.city = batch.pool.code(of: "Köln")
        row.place = batch.pool.code(of: "50.94,-0.05,20")
        row.network = batch.pool.code(of: "mobile")
        row.leaked = batch.pool.code(of: "at 0f")
        row.at = 42
        Array("{\"a\":1}".utf8).withUnsafeBytes { batch.append(row, payload: $0) }
        batch.keepText("«rt:fp=00,len=9»", of: .presented)
        var writer = JSONWriter()
        EventJSON.append(batch, row: 0, pool: batch.pool, to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == """
            {"id":"fedcba9876543210ffffffffffffffff","time":"2026-03-02T10:15:30.123Z",\
            "kind":"refresh.reuse_detected","effects":["token.issued"],"outcome":"failure",\
            "reason":"reused","issuer":"realm-1","presented":"«rt:fp=00,len=9»",\
            "issued":[{"type":"access","id":"00000000-0000-0003-0000-000000000004"}],\
            "scopes":["openid","email"],"ip":"192.0.2.7","ip_role":"holder",\
            "place":{"country":"DE","city":"Köln","lat":50.94,"lon":-0.05,"radius_km":20},\
            "network":"mobile","asserted":true,"offline":true,"leaked":"at 0f",\
            "dialect":"keycloak","source":{"name":"kc.log","at":42},"details":{"a":1}}
            """)
    }

    private func sampleAlert() -> Alert {
        let event = ID128(high: .max, low: 7)
        var alert = Alert(
            id: ID128(high: 0, low: 1),
            rule: Alert.Rule(id: "r", name: "REF-01", title: "Replay", hash: "h"),
            severity: .high, time: 1_772_446_530_123_000_000, precision: 3)
        alert.score = 460
        alert.verdict = "theft"
        alert.branch = .victimFirst
        alert.keys.client = "spa"
        alert.attacker = Alert.Presenter()
        alert.attacker?.ip = "192.0.2.7"
        alert.attacker?.asn = 64_500
        alert.message = "A \"stranger\"\n"
        alert.why = [
            Alert.Why(
                fact: "ev_new_country", value: "BR", comparedTo: "DE", points: -300,
                evidence: [event])
        ]
        alert.evidence = [
            Alert.Evidence(
                event: event, time: 1_000_000_000, precision: 0, kind: .refreshRejected,
                source: "keycloak")
        ]
        alert.blastRadius = Alert.BlastRadius(families: 1, scopes: ["openid"])
        alert.actions = [Alert.Action(title: "Revoke", command: nil, reversible: false)]
        alert.attack = ["T1528"]
        alert.visibility = .l3
        return alert
    }

    @Test("an alert shows what it has, in the documented order")
    func alert() {
        var writer = JSONWriter()
        AlertJSON.append(sampleAlert(), to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == """
            {"schema":"grantrail/alert/1","id":"00000000000000000000000000000001","revision":1,\
            "state":"confirmed","rule":{"id":"r","name":"REF-01","title":"Replay","hash":"h"},\
            "severity":"high","confidence":0,"score":4.6,"verdict":"theft",\
            "branch":"victim_first","time":"2026-03-02T10:15:30.123Z",\
            "first_seen":"2026-03-02T10:15:30.123Z","last_seen":"2026-03-02T10:15:30.123Z",\
            "count":1,"keys":{"client":"spa"},"attacker":{"ip":"192.0.2.7","asn":64500},\
            "message":"A \\"stranger\\"\\n","why":[{"fact":"ev_new_country","value":"BR",\
            "compared_to":"DE","points":-3,"evidence":["ffffffffffffffff0000000000000007"]}],\
            "evidence":[{"event_id":"ffffffffffffffff0000000000000007",\
            "time":"1970-01-01T00:00:01Z","kind":"refresh.rejected","source":"keycloak"}],\
            "blast_radius":{"families":1,"scopes":["openid"]},\
            "actions":[{"title":"Revoke","reversible":false}],"attack":["T1528"],\
            "visibility":"L3"}
            """)
    }
}
