import AuditModel
import Delivery
import Testing

@Suite("OCSF body")
struct OCSFBodyTests {
    @Test("A finding says what the alert says, in the words of the schema")
    func finding() throws {
        let body = try #require(Sample.value(.ocsf))
        let numbers = [
            "class_uid": "2004", "category_uid": "2", "activity_id": "1", "type_uid": "200401",
            "severity_id": "4", "status_id": "1", "confidence_id": "3", "confidence_score": "86",
            "time": "1772000000250", "start_time": "1772000000250", "count": "1",
        ]
        for (name, number) in numbers { #expect(body[name] == .number(number), "\(name)") }
        #expect(body["is_alert"] == .bool(true))
        #expect(body["metadata"]?["version"]?.text == "1.8.0")
        #expect(body["metadata"]?["tenant_uid"]?.text == "acme")
        #expect(body["metadata"]?["original_time"]?.text == "2026-02-25T06:13:20.250Z")
        #expect(body["metadata"]?["product"]?["version"]?.text == "1.2.3")
        let finding = try #require(body["finding_info"])
        #expect(finding["uid"]?.text == "00000000000000a100000000000000b2")
        #expect(finding["analytic"]?["name"]?.text == "REF-01")
        #expect(finding["first_seen_time"] == .number("1772000000250"))
        #expect(finding["attacks"]?.elements.count == 2)
        #expect(finding["attacks"]?[1]?["technique"]?["uid"]?.text == "T1550")
        #expect(finding["attacks"]?[1]?["sub_technique"]?["uid"]?.text == "T1550.001")
        #expect(finding["related_events"]?[0]?["type"]?.text == "refresh.reuse_detected")
        #expect(body["unmapped"]?["grantrail"] == JSONValue(Sample.json(Sample.alert())))
    }

    @Test("Both sides of the conflict are evidence, and what people search for is observable")
    func evidence() throws {
        let body = try #require(Sample.value(.ocsf))
        let attacker = try #require(body["evidences"]?[0])
        #expect(attacker["name"]?.text == "attacker")
        #expect(attacker["src_endpoint"]?["ip"]?.text == "203.0.113.9")
        #expect(attacker["src_endpoint"]?["autonomous_system"]?["number"]?.text == "64500")
        #expect(attacker["src_endpoint"]?["location"]?["country"]?.text == "BR")
        #expect(attacker["actor"]?["user"]?["uid"]?.text == "anna.berg")
        #expect(attacker["http_request"]?["user_agent"]?.text == "curl/8.5 (thief)")
        let location = try #require(body["evidences"]?[1]?["src_endpoint"]?["location"])
        #expect(location["city"]?.text == "Lyon")
        #expect(location["country"]?.text == "FR")
        #expect(location["desc"]?.text == "Lyon, FR ±20 km")
        #expect(body["resources"]?[0]?["uid"]?.text == "ff01")
        #expect(body["resources"]?[1]?["uid"]?.text == "web-shop")
        let observables = body["observables"]?.elements.compactMap { $0["value"]?.text }
        #expect(observables?.contains("203.0.113.9") == true)
        #expect(observables?.contains("anna.berg") == true)
    }

    @Test("A pseudonym is never written where an address belongs")
    func pseudonyms() throws {
        let body = try #require(Sample.value(.ocsf, Sample.alert(), .pseudonym))
        let endpoint = try #require(body["evidences"]?[0]?["src_endpoint"])
        #expect(endpoint["ip"] == nil)
        #expect(endpoint["uid"]?.text?.hasPrefix("p_") == true)
        #expect(body["observables"]?[0]?["type_id"]?.text == "99")
    }

    @Test("An end closes the finding, and severities keep their order", arguments: [
        (Severity.info, "1", "Informational"), (Severity.low, "2", "Low"),
        (Severity.medium, "3", "Medium"), (Severity.high, "4", "High"),
        (Severity.critical, "5", "Critical"),
    ])
    func ends(severity: Severity, id: String, name: String) throws {
        var alert = Sample.alert()
        alert.severity = severity
        alert.state = .withdrawn
        alert.revision = 3
        let body = try #require(Sample.value(.ocsf, alert))
        #expect(body["severity_id"]?.text == id && body["severity"]?.text == name)
        #expect(body["activity_id"]?.text == "3" && body["type_uid"]?.text == "200403")
        #expect(body["status_id"]?.text == "4" && body["is_alert"] == .bool(false))
    }

    @Test("Times before 1970 are rounded down")
    func negativeTimes() {
        var alert = Sample.alert()
        alert.time = -1
        alert.precision = 9
        #expect(Sample.value(.ocsf, alert)?["time"]?.text == "-1")
        alert.time = -2_000_000
        #expect(Sample.value(.ocsf, alert)?["time"]?.text == "-2")
    }
}
