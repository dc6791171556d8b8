import AuditModel
import Delivery
import Testing
import WireFormat

@Suite("Grantrail's own body")
struct GrantrailBodyTests {
    @Test("The alert stands unchanged inside type and time")
    func envelope() throws {
        let alert = Sample.alert()
        let rendered = try #require(Sample.render(.grantrail, alert))
        let data = String(decoding: Sample.json(alert), as: UTF8.self)
        #expect(
            String(decoding: rendered.bytes, as: UTF8.self)
                == #"{"type":"grantrail.alert.opened","timestamp":"2026-02-25T06:13:20.250Z","#
                + #""data":\#(data)}"#)
        #expect(rendered.headers.map(\.name) == ["content-type"])
        #expect(rendered.headers.map(\.value) == ["application/json"])
    }

    @Test("The type says what happened to the alert")
    func changes() {
        func type(_ revision: Int, _ state: AlertState, status: String? = nil) -> String? {
            var alert = Sample.alert()
            alert.revision = revision
            alert.state = state
            let body = Sample.json(alert) { $0.member("status", status) }
            let writer = BodyWriter(kind: .grantrail, context: Sample.context)
            return writer.render(body, sequence: 1).flatMap { JSONValue($0.bytes) }?["type"]?.text
        }
        #expect(type(0, .provisional) == "grantrail.alert.opened")
        #expect(type(1, .confirmed) == "grantrail.alert.opened")
        #expect(type(2, .confirmed) == "grantrail.alert.updated")
        #expect(type(2, .confirmed, status: "acknowledged") == "grantrail.alert.updated")
        #expect(type(2, .confirmed, status: "closed") == "grantrail.alert.closed")
        #expect(type(2, .withdrawn, status: "closed") == "grantrail.alert.withdrawn")
    }

    @Test("Members that are not known here stay, unless people are hidden")
    func unknownMembers() {
        let body = Sample.json(Sample.alert()) { writer in
            writer.member("note", "by anna.berg")
            writer.member("incident", "in_3f1c9a0b7d2e4f68")
        }
        func data(_ pii: PIIProfile) -> JSONValue? {
            BodyWriter(kind: .grantrail, context: Sample.hiding(pii)).render(body, sequence: 1)
                .flatMap { JSONValue($0.bytes) }?["data"]
        }
        #expect(data(.full)?["note"]?.text == "by anna.berg")
        #expect(data(.none)?["note"] == nil)
        #expect(data(.none)?["incident"]?.text == "in_3f1c9a0b7d2e4f68")
    }

    @Test("A big alert is trimmed to 20 kB, and says what is missing")
    func trimmed() throws {
        var alert = Sample.alert()
        let event = alert.evidence[0]
        alert.evidence = (1...333).map { number in
            var copy = event
            copy.event = ID128(high: 7, low: UInt64(number))
            return copy
        }
        alert.why[1].value = String(repeating: "x", count: 5000)
        let rendered = try #require(Sample.render(.grantrail, alert))
        #expect(rendered.bytes.count <= 20_000)
        let data = try #require(JSONValue(rendered.bytes)?["data"])
        let kept = data["evidence"]?.elements ?? []
        let missing = try #require(Int(data["truncated"]?["evidence"]?.text ?? ""))
        #expect(kept.count + missing == 333 && kept.count >= 32)
        #expect(kept.first?["event_id"]?.text == ID128(high: 7, low: 1).hex)
        #expect(kept.last?["event_id"]?.text == ID128(high: 7, low: 333).hex)
        #expect(data["truncated"]?["texts"]?.text == "1")
        #expect(data["truncated"]?.keys == ["evidence", "texts"])
    }

    @Test("A command that is too long goes; half a command would be another command")
    func longCommand() throws {
        var alert = Sample.alert()
        alert.actions[0].command = "kcadm.sh " + String(repeating: "x", count: 30_000)
        let data = try #require(Sample.value(.grantrail, alert)?["data"])
        #expect(data["actions"]?[0]?["title"]?.text == "End the session S-4711-abc")
        #expect(data["actions"]?[0]?["command"] == nil)
        #expect(data["truncated"]?["texts"]?.text == "1")
    }

    @Test("What is no alert has no body", arguments: HookBody.allCases)
    func noAlert(kind: HookBody) {
        let writer = BodyWriter(kind: kind, context: Sample.context)
        for text in ["", "{}", "[1]", #"{"schema":"grantrail/alert/2"}"#] {
            #expect(writer.render(Array(text.utf8), sequence: 1) == nil)
            #expect(writer.line(Array(text.utf8), sequence: 1) == nil)
        }
    }
}
