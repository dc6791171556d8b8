import AuditModel
import LogFormats
import TestSupport
import Testing

private let frame = "2026-03-02 10:15:30,123 WARN  [org.keycloak.events] (executor-thread-1) "

@Suite("Hostile Keycloak records")
struct KeycloakHostileTests {
    @Test("a value cannot pose as another field")
    func forgedField() {
        let forged = decode(
            frame + #"type="LOGIN_ERROR", realmId="r", clientId="spa", userId="null", "#
                + #"ipAddress="192.0.2.9", error="user_not_found", "#
                + #"username="x\", userId=\"admin", code_id="s""#)
        #expect(forged.issues == [])
        #expect(forged.text(.subject) == "")
        #expect(forged.payload().contains(#""username":"x\", userId=\"admin""#))
    }

    @Test("a second header of the same name does not count")
    func secondHeader() {
        let decoded = decode(
            frame + #"type="LOGIN", realmId="r", userId="anna", username="x", userId="admin""#)
        #expect(decoded.text(.subject) == "anna")
        #expect(decoded.payload() == #"{"userId":"admin","username":"x"}"#)
        let absent = decode(frame + #"type="LOGIN", realmId="r", userId="null", userId="admin""#)
        #expect(absent.text(.subject) == "")
    }

    @Test("a value that ends in a backslash does not swallow its line")
    func trailingBackslash() {
        let decoded = decode(
            frame + #"type="LOGIN_ERROR", realmId="r", username="CORP\", "#
                + #"redirect_uri="http://a", x="y\""#)
        #expect(decoded.issues == [])
        #expect(decoded.payload() == #"{"redirect_uri":"http://a","username":"CORP\\","x":"y\\"}"#)
    }

    @Test("what the server adds without quotes at its most verbose level is read")
    func unquotedTail() {
        let decoded = decode(
            frame + #"type="LOGIN", realmId="r", requestUri=https://id.acme.test/a?b="c", "#
                + "cookies=[A=b, C=d]")
        #expect(decoded.issues == [])
        #expect(decoded.payload()
            == #"{"cookies":"[A=b, C=d]","requestUri":"https://id.acme.test/a?b=\"c\""}"#)
    }

    @Test("other lines are counted, broken event lines are issues", arguments: [
        ("2026-03-02 10:15:29,000 INFO  [io.quarkus] (main) started", nil),
        ("\tat org.acme.Main.run(Main.java:1)", nil), ("", nil), ("   \r", nil), ("[]", nil),
        ("2026-03-02 10:15:29,000 WARN  [org.acme] (m) [org.keycloak.events] type=\"LOGIN\"", nil),
        (frame + #"type="LOGIN", realmId="r"#, IssueCode.textSyntax),
        (frame + "type=LOGIN, realmId=r", .textSyntax),
        (frame + #"realmId="r", operationType="CREATE""#, .fieldMissing),
        (frame, .fieldMissing),
        ("x " + frame + #"type="LOGIN""#, .timeInvalid),
        ("2026-02-30 10:15:30,123 WARN  [org.keycloak.events] (e) type=\"LOGIN\"", .timeInvalid),
        ("9999-03-02 10:15:30,123 WARN  [org.keycloak.events] (e) type=\"LOGIN\"", .timeRange),
        ("1960-03-02 10:15:30,123 WARN  [org.keycloak.events] (e) type=\"LOGIN\"", .timeRange),
        (#"lmId="r", clientId="spa", realmId="r""#, .textSyntax),
        (#"{"type":"LOGIN","time":-1}"#, .timeRange),
        (#"{"type":"LOGIN","time":253402300799000}"#, .timeRange),
        (#"{"type":"LOGIN","time":99999999999999999999}"#, .timeRange),
        (#"{"type":"LOGIN","time":1e999}"#, .timeInvalid),
        (#"{"type":"LOGIN","time":"1"}"#, .timeInvalid),
        (#"{"type":"LOGIN"}"#, .fieldMissing), (#"{"time":1}"#, .fieldMissing),
        (#"{"type":null,"time":1}"#, .fieldMissing), (#"{"type":"","time":1}"#, .fieldMissing),
        (#"{"type":"LOGIN","type":"LOGOUT","time":1}"#, .jsonDuplicateKey),
        (#"{"type":"LOGIN","time":1,"x":"\ud800"}"#, .jsonUTF8),
        (#"{"type":"LOGIN","time":1"#, .recordTruncated),
        ("[1]", .fieldInvalid), ("\u{0}\u{0}\u{0}", .textSyntax),
    ] as [(String, IssueCode?)])
    func judged(line: String, code: IssueCode?) {
        let decoded = decode(line)
        #expect(decoded.batch.count == 0)
        #expect(decoded.issues.map(\.code) == (code.map { [$0] } ?? []))
        #expect(decoded.tally.ignored == (code == nil ? 1 : 0))
        #expect(decoded.tally.failed == (code == nil ? 0 : 1))
    }

    @Test("bad UTF-8 in a line is replaced and said")
    func badUTF8() {
        let line = Array((frame + #"type="LOGIN", realmId="r", username="a"#).utf8)
            + [0xFF, 0xC3] + Array(#"z""#.utf8)
        let decoded = decode([line])
        #expect(decoded.issues.map(\.code) == [.textUTF8])
        #expect(decoded.issues.map(\.isPartial) == [true])
        #expect(decoded.payload() == "{\"username\":\"a\u{FFFD}\u{FFFD}z\"}")
    }

    @Test("long values are cut at a character, long payloads lose members, both are said")
    func bounds() {
        let long = String(repeating: "é", count: 3000)
        let cut = decode(#"{"type":"LOGIN","time":1,"details":{"username":"a\#(long)"}}"#)
        #expect(cut.issues.map(\.code) == [.fieldTooLong])
        #expect(cut.payload() == #"{"username":"a\#(String(repeating: "é", count: 2047))"}"#)
        let members = (0..<400).map { "\"k\($0)\":\"\(String(repeating: "x", count: 90))\"" }
        let full = decode(
            #"{"type":"LOGIN","time":1,"details":{\#(members.joined(separator: ","))}}"#)
        #expect(full.batch.count == 1)
        #expect(full.issues.map(\.code) == [.fieldTooLong])
        #expect(full.payload().utf8.count <= 16_384)
        #expect(full.payload().hasSuffix("}"))
    }

    @Test("values of other JSON types are kept in canonical form")
    func otherTypes() {
        let decoded = decode(
            #"{"type":"LOGIN","time":1,"userId":17,"z":[1.50,1e999,9223372036854775807,"#
                + #"{"b":null,"a":"\u0041"}],"details":{"m":true,"userId":"x"}}"#)
        #expect(decoded.issues.map(\.code) == [.fieldInvalid, .fieldTooLong])
        #expect(decoded.payload()
            == #"{"m":true,"userId":17,"z":[1.50,"1e999",9223372036854775807,{"a":"A","b":null}]}"#)
    }

    @Test("any damage to good records is survived, and every record is accounted for",
        arguments: 0..<4)
    func damage(part: UInt64) {
        let seed = 0xBAD0 + part
        var random = SeededGenerator(seed: seed)
        let facts = Facts(type: "REFRESH_TOKEN", details: [
            ("refresh_token_id", "abc"), ("reason", "é, \\\"x"), ("scope", "openid"),
        ])
        for round in 0..<150 {
            let lines = (0..<8).map { index in
                damaged(index % 2 == 0 ? facts.json : facts.text, &random)
            }
            let decoded = decode(lines)
            let lost = decoded.issues.filter { !$0.isPartial }.count
            #expect(decoded.tally.events == decoded.batch.count, "seed \(seed), round \(round)")
            #expect(decoded.tally.failed == lost, "seed \(seed), round \(round)")
            #expect(
                decoded.tally.events + decoded.tally.ignored + decoded.tally.failed == 8,
                "seed \(seed), round \(round)")
            #expect(decoded.lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
        }
    }

    private func damaged(_ line: String, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(line.utf8)
        for _ in 0..<random.below(3) where bytes.count > 1 {
            let place = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            case 2: bytes.removeSubrange(place...)
            default: bytes.insert(Array("\"\\{}[],=\u{0}".utf8)[random.below(9)], at: place)
            }
        }
        return bytes
    }
}
