import AuditModel
import LogFormats
import Testing
import WireFormat

@Suite("Records by a map of fields")
struct FieldMapTests {
    private static func path(_ text: String) -> MapPath {
        guard let path = MapPath(text) else {
            Issue.record("no path: \(text)")
            return MapPath("missing") ?? path("missing")
        }
        return path
    }

    private static func when(_ path: String, _ values: String...) -> MapCondition {
        MapCondition(Self.path(path), values.map { .pattern($0) })
    }

    private static func columns(_ pairs: [(MapColumn, [String])]) -> [FieldMap.Columns] {
        pairs.map { column, paths in
            FieldMap.Columns(column, paths.map { MapSource(path($0)) })
        }
    }

    /// A server that no dialect knows.
    private static var acme: FieldMap {
        var map = FieldMap(name: "acme")
        map.time = [path("at")]
        map.id = [path("event_id")]
        map.columns = columns([
            (.issuer, ["issuer"]), (.client, ["client.id", "client_id"]), (.subject, ["user"]),
            (.session, ["session"]), (.ip, ["remote"]), (.scopes, ["scope"]),
            (.presented, ["token"]), (.issuedRefresh, ["new_token"]), (.reasonRaw, ["error"]),
            (.grantType, ["grant"]), (.country, ["geo.cc"]), (.asn, ["geo.asn"]),
            (.generation, ["n"]), (.audience, ["aud[0].name"]),
        ])
        map.kinds = [
            .init([when("type", "token.refresh*")], .refreshSucceeded),
            .init([when("type", "login"), when("mfa", "true")], .mfaSucceeded),
            .init([when("type", "login")], .sessionStarted),
            .init([when("type", "introspect")], .tokenIntrospected),
        ]
        map.outcomes = [
            .init([when("ok", "false")], .failure), .init([when("ok", "true")], .success),
        ]
        map.reasons = [.init([when("error", "*expired*")], .expired)]
        return map
    }

    private func decode(_ map: FieldMap, _ lines: String..., tenant: String? = nil) -> Decoded {
        LogFormatsTests.decode(
            lines.map { Array($0.utf8) }, MapFormat(map),
            settings: DecodeSettings(tenant: tenant))
    }

    private func decode(_ line: String) -> Decoded { decode(Self.acme, line) }

    @Test("every column comes from its path, and what no column holds stays in the payload")
    func columns() throws {
        let decoded = decode(
            #"{"at":"2026-03-02T10:15:30.123Z","event_id":"e1","type":"token.refresh.v2","#
                + #""issuer":"https://id.acme.example","client":{"id":"spa","kind":"public"},"#
                + #""client_id":"other","user":"anna","session":"s-1","#
                + #""remote":"198.51.100.7:4711","#
                + #""scope":["a","b c"],"token":"t1","new_token":"t2","#
                + #""ok":true,"n":4,"#
                + #""geo":{"cc":"de","asn":"AS3320"},"aud":[{"name":"api"},{"name":"x"}],"x":1}"#)
        #expect(decoded.issues == [])
        #expect(decoded.batch.count == 1)
        let row = decoded.batch[0]
        #expect(row.kind == .refreshSucceeded && row.outcome == .success && row.reason == .none)
        #expect(row.ipRole == .holder && row.ip.text == "198.51.100.7")
        #expect(row.time == 1_772_446_530_123_000_000 && row.precision == 3)
        #expect(row.generation == 4 && row.asn == 3320 && row.country == 0x4445)
        let texts: [(CodedColumn, String)] = [
            (.dialect, "acme"), (.issuer, "https://id.acme.example"), (.client, "spa"),
            (.subject, "anna"), (.scopes, "a b c"), (.audience, "api"),
            (.vendorType, "token.refresh.v2"),
        ]
        for (column, text) in texts { #expect(decoded.text(column) == text) }
        #expect(decoded.batch.text(.presented, row: 0) == "t1")
        #expect(decoded.batch.text(.issuedRefresh, row: 0) == "t2")
        #expect(
            decoded.payload()
                == #"{"aud":[{"name":"x"}],"client":{"kind":"public"},"client_id":"other","#
                + #""ok":true,"x":1}"#)
        var hash = IdentityHash("event/1")
        for part in ["acme", "https://id.acme.example", "e1"] { hash.add(part) }
        #expect(decoded.batch.id(.event, 0) == hash.id())
    }

    @Test("a failed attempt becomes the failing twin of its kind, and issues nothing")
    func failure() {
        let decoded = decode(
            #"{"at":1772446530,"type":"token.refresh","ok":false,"error":"Token EXPIRED now","#
                + #""token":"t1","new_token":"t2"}"#)
        let row = decoded.batch[0]
        #expect(row.kind == .refreshRejected && row.outcome == .failure && row.reason == .expired)
        #expect(row.precision == 0 && row.flags.contains(.positionalID))
        #expect(row.issuedRefresh.isNone && !row.presented.isNone)
        #expect(decoded.text(.reasonRaw) == "Token EXPIRED now")
        let unknown = decode(#"{"at":1772446530,"type":"login","ok":false,"error":"odd"}"#)
        #expect(unknown.batch.kind == [.authnFailed] && unknown.batch.reason == [.unknown])
        let silent = decode(#"{"at":1772446530,"type":"login","ok":false}"#)
        #expect(silent.batch.reason == [.unspecified])
    }

    @Test("the first row that fits counts; what none fits is other, its name kept")
    func rows() {
        let decoded = decode(
            Self.acme, #"{"at":1,"type":"LOGIN","mfa":true}"#, #"{"at":1,"type":"login"}"#,
            #"{"at":1,"type":"password.changed","ok":true}"#, #"{"at":1}"#,
            #"{"at":1,"type":"introspect","remote":"10.0.0.1"}"#)
        #expect(
            decoded.batch.kind
                == [.mfaSucceeded, .sessionStarted, .other, .other, .tokenIntrospected])
        #expect(decoded.batch.outcome == [.success, .success, .success, .unknown, .success])
        #expect(decoded.text(.vendorType, 2) == "password.changed")
        #expect(decoded.batch.ipRole[4] == .caller)
    }

    @Test("thousands of different values of a condition are all answered right")
    func memory() {
        let lines = (0..<3000).map { number in
            let type = number % 3 == 0 ? "login" : "token.refresh.\(number)"
            return Array(#"{"at":\#(number),"type":"\#(type)"}"#.utf8)
        }
        let decoded = LogFormatsTests.decode(lines + lines, MapFormat(Self.acme))
        for row in 0..<6000 {
            let expected = row % 3000 % 3 == 0 ? EventKind.sessionStarted : .refreshSucceeded
            #expect(decoded.batch.kind[row] == expected, "\(row)")
        }
        let long = String(repeating: "x", count: 500)
        let other = decode(#"{"at":1,"type":"token.refresh\#(long)"}"#)
        #expect(other.batch.kind == [.refreshSucceeded])
    }

    @Test("what `when` does not take is no event; what it takes and has no time is lost")
    func filter() {
        var map = Self.acme
        map.when = [Self.when("log", "audit"), MapCondition(Self.path("debug"), [.absent])]
        let decoded = decode(
            map, #"{"at":1,"type":"login","log":"audit"}"#, #"{"at":1,"type":"login","log":"app"}"#,
            #"{"at":1,"type":"login","log":"audit","debug":"x"}"#,
            #"{"type":"login","log":"audit"}"#,
            "2026-03-02 plain text", "[]")
        #expect(decoded.batch.count == 1)
        #expect(decoded.tally.ignored == 4)
        #expect(decoded.issues.map(\.code) == [.fieldMissing])
        #expect(decoded.issues.map(\.detail) == ["time"])
    }

    @Test("events are found in envelopes, at the paths of the map, and in texts that hold JSON")
    func envelopes() {
        let event = #"{"at":1772446530,"type":"login","user":"anna"}"#
        let usual = decode(#"{"records":[\#(event),\#(event)]}"#)
        #expect(usual.batch.count == 2 && usual.batch.id(.event, 0) != usual.batch.id(.event, 1))
        var map = Self.acme
        map.unwrap = [Self.path("entry.payload"), Self.path("other")]
        // The envelope itself looks like an event; its place decides.
        let own = decode(
            map, #"{"at":5,"type":"login","entry":{"payload":[\#(event)]}}"#, event,
            #"[{"at":5,"other":\#(event)}]"#)
        #expect(Set(own.batch.time) == [1_772_446_530_000_000_000] && own.batch.count == 3)
        map.open = [Self.path("log")]
        map.unwrap = [Self.path("log")]
        let escaped = event.replacing("\"", with: "\\\"")
        let text = decode(
            map, #"{"log":"\#(escaped)\n","stream":"stdout"}"#, #"{"log":"no JSON","at":1}"#,
            #"{"log" : "[\#(escaped),\#(escaped)]"}"#, #"{"at":7,"log":"{\"at\":1"}"#)
        #expect(text.text(.subject, 0) == "anna")
        #expect(text.batch.count == 5)
        #expect(text.issues.map(\.code) == [.recordTruncated])
        #expect(text.issues.map(\.isPartial) == [true])
    }

    @Test("a name with a dot in it, and an element of a list, have paths")
    func paths() {
        var map = Self.acme
        map.time = [Self.path(#"log\.time"#)]
        map.columns = Self.columns([(.subject, [#"a.b\.c.d"#]), (.client, ["l[1]", "l[0].x.y"])])
        let decoded = decode(
            map, #"{"log.time":1,"a":{"b.c":{"d":"u"}},"l":["p","q"]}"#,
            #"{"log.time":1,"l":[{"x":{"y":"z"}}]}"#)
        #expect(decoded.text(.subject, 0) == "u" && decoded.text(.client, 0) == "q")
        #expect(decoded.text(.client, 1) == "z")
        for text in [
            "", ".", "a.", ".a", "a..b", "a[x]", "a[-1]", "a[1][2]", "[0]", "a\\",
            "a[0].b[1]", "a[1000]", "a.b.c.d.e.f.g.h.i",
        ] {
            #expect(MapPath(text) == nil, "\(text)")
        }
    }

    @Test("values that mean nothing are passed over, and join nothing")
    func absent() {
        let decoded = decode(
            Self.acme,
            #"{"at":1,"type":"login","client":{"id":"Unknown"},"client_id":"spa","user":"-","#
                + #""session":"null","token":"","remote":"proxy.local"}"#)
        #expect(decoded.text(.client) == "spa" && decoded.text(.subject) == "")
        #expect(decoded.batch[0].session.isNone && decoded.batch[0].presented.isNone)
        #expect(decoded.batch[0].ip == .none)
        #expect(decoded.payload().contains(#""remote":"proxy.local""#))
    }

    @Test("constants stand in where a record says nothing, and are no part of event ids")
    func constants() {
        var map = Self.acme
        map.constants = [.init(.issuer, "https://id.example"), .init(.client, "portal")]
        let line = #"{"at":1,"event_id":"e","type":"login","client_id":"spa"}"#
        let decoded = decode(map, line, #"{"at":1,"event_id":"f","type":"login"}"#, tenant: "t")
        #expect(decoded.text(.issuer) == "https://id.example")
        #expect(decoded.text(.client, 0) == "spa" && decoded.text(.client, 1) == "portal")
        #expect(decoded.text(.tenant) == "t")
        #expect(decoded.batch.id(.event, 0) == decode(line).batch.id(.event, 0))
    }

    @Test("one SHA-256 has one id, however it is spelled; what is none stays in the payload")
    func hashes() {
        var map = Self.acme
        map.columns = [.init(.presented, [MapSource(Self.path("h"), form: .sha256)])]
        let spellings = [
            "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603",
            "FB8E20FC2E4C3F248C60C39BD652F3C1347298BB977B8B4D5903B85055620603",
            "+44g/C5MPySMYMOb1lLzwTRymLuXe4tNWQO4UFViBgM=",
            "-44g_C5MPySMYMOb1lLzwTRymLuXe4tNWQO4UFViBgM",
        ]
        for hash in spellings {
            let decoded = decode(map, #"{"at":1,"h":"\#(hash)"}"#)
            #expect(decoded.batch.text(.presented, row: 0) == spellings[3])
            #expect(decoded.payload() == "")
        }
        for other in [String(spellings[0].dropLast()), String(repeating: "g", count: 64), "abc"] {
            let decoded = decode(map, #"{"at":1,"h":"\#(other)"}"#)
            #expect(decoded.batch[0].presented.isNone)
            #expect(decoded.payload() == #"{"h":"\#(other)"}"#)
        }
    }

    @Test("a secret is its fingerprint or nothing at all")
    func secrets() {
        var map = Self.acme
        let path = Self.path("tok")
        map.columns = [
            .init(.presented, [MapSource(path, form: .secret)]),
            .init(.issuedAccess, [MapSource(Self.path("new"), form: .secret, token: .access)]),
        ]
        #expect(
            MapFormat(map).secretMembers
                == [SecretMember("tok", .refresh), SecretMember("new", .access)])
        let mark = "«rt:fp=00112233445566778899aabbccddeeff,len=40»"
        let decoded = decode(map, #"{"at":1,"type":"token.refresh","tok":"\#(mark)"}"#)
        #expect(decoded.batch[0].presented.hex == "00112233445566778899aabbccddeeff")
        #expect(decoded.batch[0].flags.contains(.secretToken))
        let raw = decode(map, #"{"at":1,"type":"login","ok":false,"tok":"raw","new":"raw2"}"#)
        #expect(raw.batch[0].presented.isNone)
        #expect(raw.payload() == #"{"ok":false}"#)
    }

    @Test("times are read in the format that the map names", arguments: [
        (.auto, "1772446530", 1_772_446_530_000_000_000, 0),
        (.auto, "1772446530.5", 1_772_446_530_500_000_000, 3),
        (.auto, "1772446530123", 1_772_446_530_123_000_000, 3),
        (.auto, "1772446530123456", 1_772_446_530_123_456_000, 6),
        (.auto, "1772446530123456789", 1_772_446_530_123_456_789, 9),
        (.auto, "\"2026-03-02 11:15:30+01:00\"", 1_772_446_530_000_000_000, 0),
        (.rfc3339, "\"2026-03-02T10:15:30.123456Z\"", 1_772_446_530_123_456_000, 6),
        (.seconds, "\"1772446530.123456\"", 1_772_446_530_123_456_000, 6),
        (.milliseconds, "1772446530", 1_772_446_530_000_000, 3),
        (.microseconds, "1772446530123456", 1_772_446_530_123_456_000, 6),
        (.nanoseconds, "5", 5, 9), (.milliseconds, "1.25", 1_250_000, 6),
    ] as [(MapTimeFormat, String, Int64, UInt8)])
    func times(format: MapTimeFormat, text: String, time: Int64, precision: UInt8) {
        var map = Self.acme
        map.timeFormat = format
        let decoded = decode(map, #"{"at":\#(text),"type":"login"}"#)
        #expect(decoded.batch.time == [time])
        #expect(decoded.batch.precision == [precision])
    }

    @Test("what is no such time is an issue with a name", arguments: [
        (.rfc3339, "1772446530", .timeInvalid), (.auto, "\"soon\"", .timeInvalid),
        (.seconds, "99999999999999999999", .timeRange), (.auto, "1e9", .timeInvalid),
        (.seconds, "9999999999999", .timeRange), (.auto, "-5", .timeInvalid),
        (.seconds, "\"1.\"", .timeInvalid),
        (.milliseconds, "\"2026-03-02T10:15:30Z\"", .timeInvalid),
    ] as [(MapTimeFormat, String, IssueCode)])
    func badTimes(format: MapTimeFormat, text: String, code: IssueCode) {
        var map = Self.acme
        map.timeFormat = format
        let decoded = decode(map, #"{"at":\#(text),"type":"login"}"#)
        #expect(decoded.issues.map(\.code) == [code])
    }

    @Test("a row may take columns from elsewhere")
    func rowColumns() {
        var map = Self.acme
        map.columns = Self.columns([(.issuedRefresh, ["rt"]), (.subject, ["user"])])
        map.kinds = [
            .init([Self.when("type", "code")], .codeRedeemed),
            .init([Self.when("type", "revoke")], .tokenRevoked),
        ]
        map.kinds[0].effects = .tokenIssued
        map.kinds[1].columns = Self.columns([(.presented, ["rt"]), (.issuedRefresh, ["no"])])
        map.constants = [.init(.issuer, "i")]
        let decoded = decode(
            map, #"{"at":1,"type":"code","rt":"t","user":"u"}"#,
            #"{"at":1,"type":"revoke","rt":"t","user":"u"}"#)
        #expect(decoded.batch.text(.issuedRefresh, row: 0) == "t")
        #expect(decoded.batch.effects[0] == .tokenIssued)
        #expect(decoded.batch.text(.presented, row: 1) == "t")
        #expect(decoded.batch[1].issuedRefresh.isNone)
        #expect(decoded.text(.subject, 1) == "u" && decoded.text(.issuer, 1) == "i")
    }
}
