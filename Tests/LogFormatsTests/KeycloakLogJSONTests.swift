import AuditModel
import LogFormats
import Testing

private let facts = Facts(
    type: "REFRESH_TOKEN_ERROR",
    details: [("reason", "Session not active"), ("refresh_token_id", "abc"), ("username", "anna")])
private let utc: Int64 = 1_772_446_530_123_000_000

@Suite("Keycloak's events in log lines as JSON, webhooks and queues")
struct KeycloakLogJSONTests {
    private func console(_ shape: String, logger: String = "org.keycloak.events") -> String {
        let message = facts.text.drop { $0 != "(" }.drop { $0 != " " }.dropFirst()
        return shape.replacing("LOGGER", with: logger)
            .replacing("MESSAGE", with: message.replacing("\"", with: "\\\""))
    }

    private static let shapes = [
        """
        {"timestamp":"2026-03-02T11:15:30.123+01:00","sequence":17,"loggerClassName":\
        "org.jboss.logging.Logger","loggerName":"LOGGER","level":"WARN","message":"MESSAGE",\
        "threadName":"executor-thread-7","threadId":9,"mdc":{"kc.realmName":"acme"},"ndc":"",\
        "hostName":"kc-0","processName":"java","processId":1}
        """,
        """
        {"@timestamp":"2026-03-02T10:15:30.123000000Z","event.sequence":17,"ecs.version":"1.12.2",\
        "log.logger":"LOGGER","log.level":"WARN","message":"MESSAGE",\
        "process.thread.name":"executor-thread-7","mdc":{},"service.name":"keycloak"}
        """,
    ]

    @Test("a console's JSON gives the event of its text", arguments: shapes)
    func consoles(shape: String) {
        let decoded = decode(console(shape))
        let text = decode(facts.text)
        #expect(decoded.issues == [])
        #expect(decoded.batch.time == [utc])
        #expect(!decoded.batch.flags[0].contains(.timeZoneAssumed))
        #expect(decoded.batch.kind[0] == .refreshRejected)
        #expect(decoded.text(.subject) == text.text(.subject))
        #expect(decoded.batch.id(.session, 0) == text.batch.id(.session, 0))
        #expect(decoded.payload() == text.payload())
        let other = decode(console(shape, logger: "org.keycloak.services"))
        #expect(other.tally.ignored == 1 && other.issues == [])
        let inner = console(shape).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let wrapped = #"{"log":"\#(inner)\n","time":"2026-03-02T10:15:30.2Z"}"#
        #expect(decode(wrapped).batch.time == [utc])
        let syslog = "<12>1 2026-03-02T10:15:30.123Z kc-0 keycloak 1 LOGGER - \u{FEFF}"
        #expect(decode(syslog + console(shape)).batch.time == [utc])
        for line in [console(shape), wrapped, syslog + console(shape)] {
            #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == "keycloak")
        }
    }

    @Test("a console's JSON without its time, or with a bad one, is an issue")
    func consoleTime() {
        let shape = Self.shapes[1]
        let without = console(shape).replacing(/"@timestamp":"[^"]*",/, with: "")
        #expect(decode(without).issues.map(\.code) == [.fieldMissing])
        let bad = console(shape).replacing("2026-03-02T10:15:30.123000000Z", with: "yesterday")
        #expect(decode(bad).issues.map(\.code) == [.timeInvalid])
    }

    @Test("events by field in the context", arguments: [true, false])
    func context(isNested: Bool) {
        let members = """
            "event.class":"USER","event.id":"0f4b5a3e-3c8a-4c55-9a0e-1f2e3d4c5b6a",\
            "event.type":"LOGIN","event.realmId":"r1","event.realmName":"acme",\
            "event.clientId":"spa","event.userId":"u1","event.sessionId":\
            "b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10","event.ipAddress":"198.51.100.23",\
            "event.time":"1772446530123","event.detailsJson":\
            "{\\"response_type\\":\\"code\\",\
            \\"code_id\\":\\"b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10\\",\
            \\"username\\":\\"a\\\\\\"b\\",\\"userId\\":\\"x\\"}"
            """
        let line =
            #"{"timestamp":"2026-03-02T10:15:30.2Z","#
            + #""loggerName":"io.phasetwo.keycloak.EVENT_LOGGER","#
            + #""message":"Event Logger","# + (isNested ? "\"mdc\":{\(members)}}" : "\(members)}")
        let decoded = decode(line)
        #expect(decoded.issues == [])
        #expect(decoded.batch.time == [utc])
        #expect(decoded.batch.kind[0] == .sessionStarted)
        #expect(decoded.batch.effects[0] == .codeIssued)
        #expect(decoded.text(.subject) == "u1" && decoded.text(.tenant) == "acme")
        #expect(decoded.payload() == #"{"response_type":"code","userId":"x","username":"a\"b"}"#)
        let plain = #"{"id":"0f4b5a3e-3c8a-4c55-9a0e-1f2e3d4c5b6a","time":1,"#
            + #""realmId":"r1","type":"LOGIN"}"#
        #expect(decoded.batch.id(.event, 0) == decode(plain).batch.id(.event, 0))
        #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == "keycloak")
    }

    @Test("a webhook's event is the event: sent again it is the same, whatever the attempt's id")
    func webhook() {
        let body = """
            {"uid":"UID","id":"0f4b5a3e-3c8a-4c55-9a0e-1f2e3d4c5b6a","time":1772446530123,\
            "realmId":"r1","type":"access.LOGIN_ERROR","error":"user_not_found","authDetails":\
            {"realmId":"acme","clientId":"spa","userId":null,"ipAddress":"198.51.100.23",\
            "sessionId":"b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10","username":"x"},\
            "details":{"redirect_uri":"https://a"},"operationType":null,"resourceType":null}
            """
        let decoded = decode(
            body.replacing("UID", with: "one"), body.replacing("UID", with: "two"))
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind[0] == .authnFailed)
        #expect(decoded.batch.id(.event, 0) == decoded.batch.id(.event, 1))
        #expect(decoded.text(.client) == "spa" && decoded.text(.tenant) == "acme")
        #expect(decoded.text(.issuer) == "r1")
        #expect(
            decoded.batch.id(.session, 0) == uuid("b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10"))
        #expect(
            decoded.payload()
                == #"{"redirect_uri":"https://a","uid":"one","username":"x"}"#)
    }

    @Test("a queue's class name does no harm")
    func queue() {
        let line = facts.json.replacing(
            "{\"id\":\"0f4b5a3e-3c8a-4c55-9a0e-1f2e3d4c5b6a\"",
            with: "{\"@class\":\"com.acme.EventClientNotificationMqMsg\",\"id\":null")
        let decoded = decode(line)
        #expect(decoded.issues == [])
        #expect(decoded.batch.flags[0].contains(.positionalID))
        #expect(decoded.text(.client) == "spa")
    }

    @Test("a code that was used twice is an event of its own, and its text is kept nowhere")
    func codeReplay() {
        let code = "5b0e2f4c-9c1e-4f0e-8f59-27b1f2a7d101"
        let client = "c1c1c1c1-2222-4333-8444-555555555555"
        let message = "Code '\(code)' already used for userSession 'UsunRJPIL8ZRP_Z337YOe5lt' "
            + "and client '\(client)'."
        let line = "2026-03-02 10:15:30,123 WARN  "
            + "[org.keycloak.protocol.oidc.utils.OAuth2CodeParser] (executor-thread-1) " + message
        let forms = [
            line, "keycloak-1  | " + line, line.replacing("org.keycloak.protocol.", with: "o.k.p."),
            console(Self.shapes[1], logger: "org.keycloak.protocol.oidc.utils.OAuth2CodeParser")
                .replacing(/"message":"(?:[^"\\]|\\.)*"/, with: "\"message\":\"\(message)\""),
        ]
        for form in forms {
            let decoded = decode(form)
            #expect(decoded.issues == [], "\(form)")
            #expect(decoded.batch.kind.first == .codeReplayed)
            #expect(decoded.batch.flags.first?.contains(.asserted) == true)
            #expect(decoded.batch.time == [utc])
            #expect(decoded.text(.client) == "" && decoded.text(.vendorType) == "OAuth2CodeParser")
            #expect(decoded.payload() == "{\"client_uuid\":\"\(client)\"}")
            #expect(!decoded.batch.id(.code, 0).isNone)
            #expect(!decoded.lines.contains { $0.contains(code) || $0.contains(code.prefix(8)) })
        }
        let hostile = line.replacing(
            code, with: "x' already used for userSession 's' and client 'y")
        #expect(decode(hostile).batch.id(.session, 0) == decode(line).batch.id(.session, 0))
        let other = line.replacing("already used for", with: "is bound to another")
        #expect(decode(other).tally.ignored == 1)
    }
}
