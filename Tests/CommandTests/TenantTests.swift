import Foundation
import TestSupport
import Testing

/// Two customers of one operator, whose servers know clients, people, sessions and tokens by the
/// same names.
@Suite("Tenants in one store")
struct TenantTests {
    private static let map = [
        "name: acme", "time: at", "id: id", "constants: {issuer: main}",
        "fields: {client: c, subject: u, session: s, ip: ip, presented: rt, issued_refresh: nt}",
        "kinds:", "  - {match: {t: code}, kind: code.redeemed}",
        "  - {match: {t: refresh}, kind: refresh.succeeded}",
        "  - {match: {t: login}, kind: authn.failed}",
    ]

    /// Thirty failures are fewer than this; those of both customers together are not.
    private static let rules = [
        "title: Many failed logins", "id: 5a1c0a57-3b1e-4c55-9d3c-6f1f6a0c0b11",
        "name: many_failures", "correlation:", "  type: event_count", "  rules: [failed_login]",
        "  group-by: [client]", "  timespan: 2h", "  condition: {gte: 40}", "level: high", "---",
        "title: Failed login", "id: 5a1c0a57-3b1e-4c55-9d3c-6f1f6a0c0b12", "name: failed_login",
        "logsource: {product: oauth}",
        "detection: {failed: {kind: authn.failed}, condition: failed}", "level: informational",
    ]

    /// The same life at each: a token is stolen, and passwords are tried from one network.
    private func log(_ tenant: String) -> [String] {
        var lines = [
            #""t":"code","s":"s1","nt":"r1","ip":"198.51.100.7""#,
            #""t":"refresh","s":"s1","rt":"r1","nt":"r2","ip":"198.51.100.7""#,
            #""t":"refresh","s":"s1","rt":"r2","nt":"r3","ip":"198.51.100.7""#,
            #""t":"refresh","s":"s1","rt":"r1","nt":"r9","ip":"203.0.113.9""#,
        ]
        for number in 0..<30 {
            lines.append(#""t":"login","name":"n\#(number)","ip":"192.0.2.\#(number % 9 + 1)""#)
        }
        return lines.enumerated().map { number, line in
            let head = #"{"at":\#(1_772_446_530 + number * 60),"id":"\#(tenant)\#(number)","#
            return head + #""c":"portal","u":"anna",\#(line)}"#
        }
    }

    private func alerts(_ sandbox: Sandbox, _ store: String) throws -> [String] {
        try sandbox.run(
            "backtest", "--store", store, "--rules", "r.yml", "--output", "ndjson"
        ).expecting().outputLines.sorted()
    }

    @Test("each has the alerts and grants that it would have alone, and no other")
    func apart() throws {
        let sandbox = try Sandbox()
        try sandbox.write("m.yml", lines: Self.map)
        try sandbox.write("r.yml", lines: Self.rules)
        for name in ["north", "south"] {
            let file = name + ".jsonl"
            try sandbox.write(file, lines: log(name))
            let read = ["ingest", file, "--dialect", "map:m.yml", "--store"]
            try sandbox.run(read + [name + ".db", "--tenant", name]).expecting()
            try sandbox.run(read + ["both.db", "--tenant", name]).expecting()
            try sandbox.run(read + ["mixed.db"]).expecting()
        }
        let (north, south) = (try alerts(sandbox, "north.db"), try alerts(sandbox, "south.db"))
        #expect(north.contains { $0.contains("REF-0") && $0.contains("\"tenant\":\"north\"") })
        #expect(north.count == south.count && Set(north).isDisjoint(with: south))
        #expect(try alerts(sandbox, "both.db") == (north + south).sorted())
        // The same log of one tenant tells another story.
        let mixed = try alerts(sandbox, "mixed.db")
        for rule in ["REF-03", "many_failures"] {
            #expect(mixed.contains { $0.contains(rule) })
            #expect(!(north + south).contains { $0.contains(rule) })
        }
        for (store, count) in [("north.db", 1), ("both.db", 2), ("mixed.db", 1)] {
            let grants = try sandbox.run(
                "grant", "list", "--store", store, "--output", "ndjson"
            ).expecting().outputLines
            #expect(grants.count == count, "\(store)")
        }
    }

    @Test("commands for a server name its realm, not what its operator calls it")
    func realm() throws {
        let sandbox = try Sandbox()
        try sandbox.run("simulate", "--out", sandbox.directory, "--events", "4000").expecting()
        let alerts = try sandbox.run(
            "backtest", "keycloak.jsonl", "--tenant", "north", "--output", "ndjson"
        ).expecting().outputLines
        let commands = alerts.filter { $0.contains("kcadm.sh") }
        #expect(!commands.isEmpty)
        for alert in commands {
            #expect(alert.contains("\"tenant\":\"north\""))
            #expect(alert.contains("-r acme") || alert.contains("realms/acme"), "\(alert)")
            #expect(!alert.contains("-r north") && !alert.contains("realms/north"), "\(alert)")
        }
    }
}
