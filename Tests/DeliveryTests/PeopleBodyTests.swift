import AuditModel
import Delivery
import Testing
import WireFormat

@Suite("Bodies for people")
struct PeopleBodyTests {
    @Test("A Slack message shows what happened, who, why and what to do")
    func slack() throws {
        let body = try #require(Sample.value(.slack))
        #expect(body["mrkdwn"] == .bool(false))
        let blocks = body["blocks"]?.elements ?? []
        #expect(
            blocks.map { $0["type"]?.text }
                == ["header", "section", "section", "section", "section", "context"])
        #expect(
            blocks[0]["text"]?["text"]?.text
                == "HIGH REF-01: Refresh token replayed by a stranger")
        #expect(
            blocks[2]["fields"]?.elements.compactMap { $0["text"]?.text } == [
                "Client", "web-shop", "Subject", "anna.berg",
                "Attacker", "203.0.113.9, AS64500, BR",
                "Victim", "2001:db8:7::1, AS64496, Lyon, FR ±20 km", "Tenant", "acme",
            ])
        #expect(
            blocks[3]["text"]?["text"]?.text
                == "• second_presenter = 203.0.113.9, compared to 203.0.113.0/24 (3.6 points)\n"
                + "• username = Anna Berg")
        #expect(
            blocks[4]["text"]?["text"]?.text
                == "→ End the session S-4711-abc\n    kcadm.sh delete sessions/S-4711-abc -r acme")
    }

    @Test("Nobody can call a channel, write a link or leave a code span in Slack")
    func slackMarkup() throws {
        var alert = Sample.alert()
        alert.message = "<!channel> @channel @Here <https://evil.example|bank> ``` *x* \u{202E}&"
        let body = try #require(Sample.value(.slack, alert))
        #expect(
            body["blocks"]?[1]?["text"]?["text"]?.text
                == "&lt;!channel&gt; ＠channel ＠Here &lt;https[:]//evil.example|bank&gt; ``` *x* "
                + "\\u{202e}&amp;")
        #expect(body["blocks"]?[1]?["text"]?["type"]?.text == "plain_text")
    }

    @Test("A command that would have to be cut or changed for Slack is not shown", arguments: [
        ("revoke " + String(repeating: "x", count: 500), nil),
        ("revoke '&" + String(repeating: "&", count: 120), nil),
        ("revoke '@here'", nil), ("revoke 'a\u{202E}b'", nil),
        ("curl https://login.acme.example/revoke?a=1&b=<2>",
            "curl https://login.acme.example/revoke?a=1&amp;b=&lt;2&gt;"),
    ] as [(String, String?)])
    func slackCommand(command: String, expected: String?) throws {
        var alert = Sample.alert()
        alert.actions[0].command = command
        let body = try #require(Sample.value(.slack, alert))
        let shown = try #require(body["blocks"]?[4]?["text"]?["text"]?.text)
        let line = expected ?? "(the command cannot be shown here)"
        #expect(shown == "→ End the session S-4711-abc\n    \(line)")
    }

    @Test("A PagerDuty event triggers, and resolves when the alert ends")
    func pagerDuty() throws {
        var alert = Sample.alert()
        let body = try #require(Sample.value(.pagerduty, alert))
        #expect(body["routing_key"]?.text == "R0UT1NG")
        #expect(body["event_action"]?.text == "trigger")
        #expect(body["dedup_key"]?.text == alert.id.hex)
        let payload = try #require(body["payload"])
        #expect(payload["summary"]?.text == "REF-01: " + alert.message)
        #expect(payload["source"]?.text == "https://login.acme.example")
        #expect(payload["severity"]?.text == "error")
        #expect(payload["timestamp"]?.text == "2026-02-25T06:13:20.250Z")
        #expect(payload["component"]?.text == "web-shop")
        #expect(payload["group"]?.text == "acme")
        #expect(payload["class"]?.text == "REF-01")
        #expect(payload["custom_details"] == JSONValue(Sample.json(alert)))
        alert.state = .withdrawn
        #expect(Sample.value(.pagerduty, alert)?["event_action"]?.text == "resolve")
    }

    @Test("Alerts of one incident are one for PagerDuty where it hears of incidents")
    func incident() throws {
        let first = IncidentID(first: ID128(high: 0xA1, low: 0xB2))
        let later = IncidentID(first: ID128(high: 0xA1, low: 1))
        var alert = Sample.alert()
        func event(_ groups: Bool) throws -> [String?] {
            var context = Sample.context
            context.groupsIncidents = groups
            let writer = BodyWriter(kind: .pagerduty, context: context)
            let body = try #require(writer.render(Sample.json(alert), sequence: 1))
            let value = try #require(JSONValue(body.bytes))
            return [value["event_action"]?.text, value["dedup_key"]?.text]
        }
        alert.incident = Alert.Incident(id: first, alerts: 2)
        #expect(try event(true) == ["trigger", first.text])
        #expect(try event(false) == ["trigger", alert.id.hex])
        alert.incident = Alert.Incident(id: later, alerts: 5, before: first)
        #expect(try event(true) == ["trigger", first.text], "what was opened has that name")
        alert.state = .withdrawn
        #expect(try event(true) == ["trigger", first.text], "others of it stand")
        #expect(try event(false) == ["resolve", alert.id.hex])
        alert.incident?.alerts = 0
        #expect(try event(true) == ["resolve", first.text])
        alert.incident = nil
        #expect(try event(true) == ["resolve", alert.id.hex])
    }

    @Test("A Slack message names the incident, its alerts and what it was before")
    func slackIncident() throws {
        var alert = Sample.alert()
        let ids = (1...3).map { IncidentID(first: ID128(high: 9, low: $0)) }
        func line() throws -> String {
            let blocks = try #require(Sample.value(.slack, alert))["blocks"]?.elements ?? []
            return try #require(blocks.last?["elements"]?[0]?["text"]?.text)
        }
        alert.incident = Alert.Incident(id: ids[0], alerts: 1)
        #expect(try line().hasSuffix(", incident \(ids[0].text) of 1 alert"))
        alert.incident = Alert.Incident(id: ids[0], alerts: 7, before: ids[1], joined: [ids[2]])
        #expect(
            try line().hasSuffix(
                ", incident \(ids[0].text) of 7 alerts, before: \(ids[1].text), \(ids[2].text)"))
    }

    @Test("An alert too big for PagerDuty loses details, nothing else")
    func bigPagerDuty() throws {
        var alert = Sample.alert()
        let event = alert.evidence[0]
        alert.evidence = Array(repeating: event, count: 6000)
        let rendered = try #require(Sample.render(.pagerduty, alert))
        #expect(rendered.bytes.count <= 512_000)
        let payload = try #require(JSONValue(rendered.bytes)?["payload"])
        #expect(payload["summary"]?.text == "REF-01: " + alert.message)
        let details = try #require(payload["custom_details"])
        #expect(details["truncated"]?["evidence"]?.text == "5872")
    }

    @Test("PagerDuty knows four severities", arguments: [
        (Severity.info, "info"), (Severity.low, "info"), (Severity.medium, "warning"),
        (Severity.high, "error"), (Severity.critical, "critical"),
    ])
    func severities(severity: Severity, name: String) {
        var alert = Sample.alert()
        alert.severity = severity
        #expect(Sample.value(.pagerduty, alert)?["payload"]?["severity"]?.text == name)
    }
}
