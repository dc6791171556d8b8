import AuditModel
import LogFormats
import TestSupport
import Testing
import WireFormat

@Suite("What all dialects of JSON have in common")
struct JSONDialectTests {
    @Test("long values are cut at a character, long payloads lose members, both are said")
    func bounds() {
        let long = String(repeating: "é", count: 3000)
        let head = #"{"type":"s","date":"2026-03-02T10:15:30Z","log_id":"1""#
        let cut = decodeAuth0(head + #","user_name":"a\#(long)","user_agent":"b\#(long)"}"#)
        #expect(cut.issues.map(\.code) == [.fieldTooLong, .fieldTooLong])
        #expect(cut.issues.map(\.isPartial) == [true, true])
        #expect(cut.payload() == #"{"user_name":"a\#(String(repeating: "é", count: 2047))"}"#)
        #expect(cut.text(.userAgent) == "b" + String(repeating: "é", count: 2047))
        for shape in 0..<3 {
            let many = (0..<600).map { "\"k\($0)\":\"\(String(repeating: "x", count: 90))\"" }
                .joined(separator: ",")
            let list = (0..<600).map { _ in "\"\(String(repeating: "x", count: 90))\"" }
                .joined(separator: ",")
            let members = [many, "\"details\":{\"deep\":{\(many)}}", "\"l\":[[\(list)]]"][shape]
            let full = decodeAuth0(head + ",\(members)}")
            #expect(full.batch.count == 1)
            #expect(full.issues.map(\.code) == [.fieldTooLong])
            #expect(full.payload().utf8.count <= 16_384)
            #expect(full.payload().hasSuffix("}"))
            #expect(full.payload().utf8.count > 1000)
        }
    }

    @Test("numbers stay as written where every reader can hold them")
    func numbers() {
        let decoded = decodeAuth0(
            #"{"type":"s","date":"2026-03-02T10:15:30Z","log_id":"1","z":[1.50,1e999,"#
                + #"9223372036854775807,{"b":null,"a":"\u0041"},[],{}],"m":true}"#)
        #expect(decoded.issues == [])
        #expect(decoded.payload()
            == #"{"m":true,"z":[1.50,"1e999",9223372036854775807,{"a":"A"}]}"#)
    }

    @Test("texts of any characters are written as everywhere else", arguments: [
        "São Paulo", "Köln", "東京", "🙂", "a\u{85}b", "\u{202E}x", "é\u{2028}", "–", "\u{7F}",
        "\u{A0}", "q\"ö", "ö\\", "ä\n", "\u{FFFD}", "\u{2066}ü", "ü",
    ])
    func characters(text: String) {
        var writer = JSONWriter()
        writer.string(text)
        let written = String(decoding: writer.bytes, as: UTF8.self)
        let decoded = decodeAuth0(
            #"{"type":"s","date":"2026-03-02T10:15:30Z","log_id":"1","user_name":\#(written)}"#)
        #expect(decoded.payload() == #"{"user_name":\#(written)}"#)
    }

    @Test("members that pose as columns deeper down do not count")
    func depth() {
        let decoded = decodeAuth0(
            #"{"type":"s","date":"2026-03-02T10:15:30Z","log_id":"1","x":{"user_id":"admin"},"#
                + #""details":{"type":"sapi","client_id":"evil","data":{"type":"f"}}}"#)
        #expect(decoded.batch.count == 1)
        #expect(decoded.batch.kind == [.sessionStarted])
        #expect(decoded.text(.subject) == "")
        #expect(decoded.text(.client) == "")
    }

    @Test("an element of an array without an id has the id of its own place")
    func places() {
        let one = #"{"eventType":"user.session.start","published":"2026-03-02T10:15:30Z"}"#
        let decoded = decodeOkta("[\(one),\(one)]")
        #expect(decoded.batch.count == 2)
        #expect(decoded.batch.at[1] - decoded.batch.at[0] == Int64(one.utf8.count) + 1)
        #expect(decoded.batch.id(.event, 0) != decoded.batch.id(.event, 1))
    }

    @Test("events in a text of an envelope are read, and what they lack is said")
    func texts() {
        let one = #"{"eventType":"user.session.start","published":"2026-03-02T10:15:30Z"}"#
        let text = one.replacing("\"", with: "\\\"")
        let decoded = decodeOkta(
            #"{"logEvents":[{"message":"\#(text)"},{"message":"[\#(text),\#(text)]"},"#
                + #"{"message":"plain words"},{"message":"{\"eventType\":"}]}"#)
        #expect(decoded.batch.count == 3)
        #expect(Set((0..<3).map { decoded.batch.id(.event, $0) }).count == 3)
        #expect(decoded.issues.map(\.code) == [.fieldMissing, .recordTruncated])
        let event = decodeOkta(String(one.dropLast()) + #","message":"{\"eventType\":\"b\"}"}"#)
        #expect(event.batch.count == 1 && event.issues == [])
        var deep = one
        for _ in 0..<9 {
            let escaped = deep.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            deep = #"{"message":"\#(escaped)"}"#
        }
        #expect(decodeOkta(deep).issues.map(\.code) == [.jsonDepth])
    }

    @Test("any damage to good records is survived, and every record is accounted for",
        arguments: 0..<4)
    func damage(part: UInt64) {
        let seed = 0xA070 + part
        var random = SeededGenerator(seed: seed)
        let good = [
            #"{"log_id":"1","data":{"date":"2026-03-02T10:15:30.123Z","type":"sertft","#
                + #""log_id":"1","tenant_name":"é","scope":["a","b"],"#
                + #""details":{"familyId":"f","tokenCounter":3}}}"#,
            #"{"eventType":"app.oauth2.as.token.grant.refresh_token","uuid":"u","#
                + #""published":"2026-03-02T10:15:30.123Z","outcome":{"result":"SUCCESS"},"#
                + #""target":[{"type":"refresh_token","detailEntry":{"hash":"h\""}}],"#
                + #""client":{"geographicalContext":{"geolocation":{"lat":1.5,"lon":2}}}}"#,
            #"{"Records":[{"eventSource":"cognito-idp.amazonaws.com","eventName":"Token_POST","#
                + #""eventTime":"2026-03-02T10:15:30Z","eventID":"e","additionalEventData":"#
                + #"{"requestParameters":{"client_id":["é"],"grant_type":["refresh_token"]}}}]}"#,
            #"{"id":{"time":"2026-03-02T10:15:30.123Z","uniqueQualifier":"-1","#
                + #""applicationName":"token"},"events":[{"name":"authorize","parameters":["#
                + #"{"name":"scope","multiValue":["a","b"]}]},{"name":"revoke"}]}"#,
            #"{"action":"git.clone","@timestamp":1772446530123,"_document_id":"1","#
                + #""hashed_token":"aGFzaA==","token_id":7,"actor":"é","org":["a"]}"#,
            #"{"TimeGenerated":"3/2/2026 10:15:30 AM","Type":"SigninLogs","Id":"i","#
                + #""Status":"{\"errorCode\":50126}","LocationDetails":{"city":"é"},"#
                + #""UniqueTokenIdentifier":"MmNjZGQ0MzktNmI4Yy00ZTdiLWE3ZDQtOGQwYzRjMDdjYTAw"}"#,
        ]
        for round in 0..<150 {
            let lines = (0..<10).map { damaged(good[$0 % good.count], &random) }
            let formats: [any LogFormat] = [
                Auth0Format(), OktaFormat(), CognitoFormat(), GoogleFormat(), GitHubFormat(),
                EntraFormat(),
            ]
            for format in formats {
                let decoded = decode(lines, format)
                let lost = decoded.issues.filter { !$0.isPartial }.count
                let place = "seed \(seed), round \(round), \(format.name)"
                #expect(decoded.tally.events == decoded.batch.count, "\(place)")
                #expect(decoded.tally.failed == lost, "\(place)")
                #expect(
                    decoded.tally.events + decoded.tally.ignored + decoded.tally.failed >= 10,
                    "\(place)")
                #expect(
                    decoded.lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, "\(place)")
            }
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
            default: bytes.insert(Array("\"\\{}[],:\u{0}".utf8)[random.below(9)], at: place)
            }
        }
        return bytes
    }

    @Test("no dialect takes another's records")
    func detection() {
        let lines = [
            "keycloak": Facts(type: "LOGIN").json,
            "auth0": #"{"log_id":"1","data":{"type":"s","date":"2026-03-02T10:15:30Z"}}"#,
            "okta": #"{"eventType":"a","published":"2026-03-02T10:15:30Z","outcome":{}}"#,
            "cognito": #"{"eventSource":"s3.amazonaws.com","eventName":"a","awsRegion":"b"}"#,
            "google": #"{"id":{"uniqueQualifier":"1","applicationName":"token"}}"#,
            "github": #"{"action":"a","@timestamp":1,"_document_id":"b"}"#,
            "entra": #"{"time":"2026-03-02T10:15:30Z","category":"SignInLogs","properties":{}}"#,
            "hydra": #"{"msg":"a","service_name":"Ory Hydra","time":"2026-03-02T10:15:30Z"}"#,
            "pingfederate": "2026-03-02 10:15:30,1| tid:a| SSO| | | | | | | IdP| success| | | 1",
        ]
        for (name, line) in lines {
            let speaking = FormatRegistry.all.filter { format in
                let padded = Array(line.utf8) + [UInt8](repeating: 0, count: 64)
                return padded.withUnsafeBytes {
                    format.matches(UnsafeRawBufferPointer(rebasing: $0[..<line.utf8.count]))
                }
            }
            #expect(speaking.map(\.name) == [name])
        }
        let other = #"{"published":"x","eventType":"\"outcome\"","date":1,"type":"\"log_id\""}"#
        #expect(FormatRegistry.detect(records([Array(other.utf8)])) == nil)
    }
}
