import AuditModel
import LogFormats
import Testing
import WireFormat

private let facts = Facts(type: "LOGIN", details: [("username", "anna")])
private let utc: Int64 = 1_772_446_530_123_000_000

@Suite("What carriers put before Keycloak's lines")
struct KeycloakCarrierTests {
    @Test("every carrier's line gives the event of the line in it", arguments: [
        "keycloak-1  | ", "\u{1B}[36mkeycloak-1  | \u{1B}[0m", "acme_keycloak_1 | ",
        "keycloak-1  | 2026-03-02T10:15:30.124456789Z ", "2026-03-02T10:15:30.124456789Z ",
        "2026-03-02T10:15:30.124456789Z stdout F ", "2026-03-02T11:15:30.124+01:00 stderr F ",
        "<14>1 2026-03-02T10:15:30.124Z host keycloak 12 org.keycloak.events - \u{FEFF}",
        "<14>1 2026-03-02T10:15:30.124Z host keycloak 12 - [a@1 b=\"] c\\\"\"][d@2 e=\"f\"] ",
        "<14>Mar  2 10:15:30 host keycloak[12]: ", "Mar  2 10:15:30 host keycloak[12]: ",
        "2026-03-02T10:15:30.124456+00:00 host keycloak[12]: ", "[pod/keycloak-0/keycloak] ",
        "[pod/keycloak-0/keycloak] 2026-03-02T10:15:30.124456789Z ",
    ])
    func prefixes(prefix: String) {
        let bare = decode(facts.text)
        let decoded = decode(prefix + facts.text)
        #expect(decoded.issues == [])
        #expect(decoded.batch.count == 1)
        #expect(decoded.batch.time == [utc])
        #expect(decoded.payload() == bare.payload())
        #expect(FormatRegistry.detect(records([Array((prefix + facts.text).utf8)])) != nil)
    }

    @Test("a carrier that names its zone tells the zone of the line")
    func zone() {
        let line = facts.text.replacing("10:15:30", with: "12:15:30")
        let bare = decode(line)
        #expect(bare.batch.flags[0].contains(.timeZoneAssumed))
        #expect(bare.batch.time[0] == utc + 7_200_000_000_000)
        let carried = decode("2026-03-02T10:15:30.500Z stdout F " + line)
        #expect(carried.batch.time[0] == utc)
        #expect(!carried.batch.flags[0].contains(.timeZoneAssumed))
        // Too far off to be the same moment in any zone.
        let late = decode("2026-03-02T10:19:30.500Z stdout F " + line)
        #expect(late.batch.time[0] == utc + 7_200_000_000_000)
    }

    @Test("a console without dates is dated by its carrier, or not at all")
    func noDate() {
        let line = facts.text.replacing("2026-03-02 ", with: "")
        let alone = decode(line)
        #expect(alone.issues.map(\.code) == [.timeInvalid])
        for prefix in [
            "2026-03-02T10:15:30.500Z stdout F ", "<12>1 2026-03-02T10:15:30.2Z h a - - - ",
        ] {
            #expect(decode(prefix + line).batch.time == [utc])
        }
        let midnight = facts.text.replacing("2026-03-02 10:15:30", with: "23:59:59")
        let over = decode("2026-03-03T00:00:00.001Z stdout F " + midnight)
        #expect(over.batch.time.first.map { TimeText.string($0) } == "2026-03-02T23:59:59.123Z")
    }

    @Test("the server's context before the level is passed over", arguments: [
        "{kc.clientId=spa, kc.realmName=acme} ",
        "traceId=ab12, parentId=, spanId=cd, sampled=true ",
    ])
    func context(context: String) {
        let decoded = decode(facts.text.replacing("123 DEBUG", with: "123 \(context)DEBUG"))
        #expect(decoded.issues == [])
        #expect(decoded.batch.time == [utc])
    }

    @Test("shortened categories are known, others are not", arguments: [
        ("events", true), ("o.k.events", true), ("org.key.events", true),
        ("io.quarkus.events", false),
        ("org.keycloak.services", false), ("org.keycloak.events.x", false), ("..events", false),
    ])
    func categories(category: String, isEvent: Bool) {
        let decoded = decode(facts.text.replacing("org.keycloak.events", with: category))
        #expect(decoded.tally.events == (isEvent ? 1 : 0))
        #expect(decoded.tally.ignored == (isEvent ? 0 : 1))
    }

    @Test("text of another program in the same stream poses as no line", arguments: [
        "nginx-1  | 192.0.2.1 - - [02/Mar/2026] \"GET /\" \"x\n", "nginx-1  | ",
        "2026-03-02T10:15:30.124456789Z stdout F 192.0.2.1 ", "Mar  2 10:15:30 host nginx: GET ",
    ])
    func otherProgram(prefix: String) {
        let line = prefix + (prefix.hasSuffix("| ") ? "GET " : "") + facts.text
        let decoded = decode(line)
        #expect(decoded.batch.count == 0)
    }

    @Test("pieces of a line that a container runtime has cut are joined")
    func pieces() {
        let time = "2026-03-02T10:15:30.124456789Z"
        let whole = Array(facts.text)
        let cut = [whole[..<40], whole[40..<140], whole[140...]].map { String($0) }
        let record = "\(time) stdout P \(cut[0])\n\(time) stdout P \(cut[1])\n"
            + "\(time) stdout F \(cut[2])"
        let decoded = decode(record)
        #expect(decoded.issues == [])
        #expect(decoded.batch.time == [utc])
        #expect(decoded.payload() == #"{"username":"anna"}"#)
        #expect(decode("\(time) stdout P \(cut[0])").issues.map(\.code) == [.recordTruncated])
    }

    @Test("lines that a runtime or a shipper has put into JSON", arguments: [
        #"{"log":"LINE\n","stream":"stdout","time":"2026-03-02T10:15:30.124456789Z"}"#,
        #"{"stream":"stdout","log":"LINE\r\n","time":"2026-03-02T10:15:30.124456789Z"}"#,
        #"{"timestamp":"2026-03-02T10:15:30.124Z","message":"LINE","source_type":"file"}"#,
        #"{"message": "keycloak-1  | LINE", "type":"log"}"#,
    ])
    func wrapped(shape: String) {
        let escaped = facts.text.replacing("\"", with: "\\\"")
        let line = shape.replacing("LINE", with: escaped)
        let decoded = decode(line)
        #expect(decoded.issues == [])
        #expect(decoded.batch.time == [utc])
        #expect(decoded.payload() == #"{"username":"anna"}"#)
        #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == "keycloak")
        #expect(decode(shape.replacing("LINE", with: "GET / 200")).tally.ignored == 1)
    }
}
