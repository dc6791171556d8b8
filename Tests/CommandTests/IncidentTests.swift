import Foundation
import Testing

/// Incidents as people see them, with the real program.
@Suite("Incidents on the command line")
struct IncidentTests {
    @Test("A service and a backtest name the same incidents, and the commands show them")
    func shows() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        try sandbox.write("secret", try sandbox.run("hooks", "secret").expecting().output)
        // Nobody listens at port 1.
        let hook = "type: webhook, url: 'http://127.0.0.1:1/', allow_http: true, "
            + "allow_private: true, secret: {secret_file: secret}, min: info"
        let more = "  - {name: soc, \(hook)}\n  - {name: pager, group: incident, \(hook)}\n"
            + "budget: {pages_per_day: 10000, tickets_per_day: 10000}\ndrain_timeout: 1s"
        let configuration = try RunTests.configuration(traffic, more: more)
        let run = try sandbox.run("run", "--config", configuration).expecting(69)
        let store = sandbox.path("run.db")
        func objects(_ words: String...) throws -> [[String: Any]] {
            try sandbox.run(words + ["--store", store, "--output", "ndjson"]).expecting().objects()
        }
        let wanted = try sandbox.run("backtest", traffic.path, "--output", "ndjson").expecting()
            .objects().map { "\($0["id"] ?? "") \($0["incident"] ?? "none")" }
        let alerts = try objects("alerts", "list")
        #expect(alerts.map { "\($0["id"] ?? "") \($0["incident"] ?? "none")" } == wanted)
        let told = try run.objects()
        #expect(told.allSatisfy { $0["incident_alerts"] is Int && $0["incident"] is String })

        let incidents = try objects("incidents", "list")
        #expect(incidents.compactMap { $0["alerts"] as? Int }.reduce(0, +) == alerts.count)
        #expect(incidents.count < alerts.count && incidents.count > 3)
        let rows = try sandbox.run("hooks", "list", "--config", configuration).objects()
        let waiting = rows.compactMap { $0["pending"] as? Int }
        #expect(waiting.count == 2 && waiting[0] == told.count)
        #expect(waiting[1] >= incidents.count && waiting[1] < told.count)

        let largest = try #require(
            incidents.max { $0["alerts"] as? Int ?? 0 < $1["alerts"] as? Int ?? 0 })
        let name = try #require(largest["id"] as? String)
        let shown = try #require(try objects("incidents", "show", name).first)
        let members = try #require(shown["members"] as? [[String: Any]])
        #expect(members.count == largest["alerts"] as? Int && members.count > 1)
        #expect(members.allSatisfy { $0["incident"] as? String == name })
        let ids = members.compactMap { $0["id"] as? String }
        let one = try sandbox.run("alerts", "show", ids[0], "--store", store).expecting()
        #expect(one.errorText.contains("incident \(name), also: "))
        #expect(one.errorText.contains(ids[1].prefix(12)))
        try check(sandbox, store, name, ids)
    }

    private func check(
        _ sandbox: Sandbox, _ store: String, _ name: String, _ alerts: [String]
    ) throws {
        func incidents(_ words: String..., status: Int32 = 0) throws -> Finished {
            try sandbox.run(["incidents"] + words + ["--store", store]).expecting(status)
        }
        func listed(_ status: String) throws -> Bool {
            try incidents("list", "--status", status).outputText.contains(name)
        }
        #expect(try listed("open") && !listed("closed"))
        try sandbox.run(
            ["alerts", "close", "--store", store, "--reason", "test", "--by", "a"] + alerts
        ).expecting()
        #expect(try listed("closed") && !listed("open"))
        let text = try incidents("show", String(name.prefix(12)), "--output", "text")
        #expect(text.outputLines.count == alerts.count + 1)
        #expect(text.outputLines[0].contains("closed  \(alerts.count) alerts"))
        #expect(try incidents("show", "in_zz", status: 66).errorText.contains("no incident"))
        #expect(try incidents("show", "in_", status: 66).errorText.contains("is the start of"))
        let found = try sandbox.run(
            "alerts", "list", "--store", store, "--where", "incident=\(name)")
        #expect(found.outputLines.count == alerts.count)
        try sandbox.run("store", "verify", store).expecting()
    }
}
