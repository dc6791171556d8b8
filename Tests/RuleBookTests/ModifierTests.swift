import AuditModel
import Detection
import MarkedText
import RuleBook
import Testing

@Suite("Sigma's modifiers")
struct ModifierTests {
    private typealias Event = SigmaFixture.Event

    private func agent(_ text: String) -> Event {
        Event(columns: [.userAgent: text, .client: "shop"])
    }

    @Test(
        "Each modifier matches what it says and not its neighbour",
        arguments: [
            ("user_agent: Curl/8*", "curl/8.1", "curl/7"),
            ("user_agent|contains: 'url/'", "xcURL/8", "wget"),
            ("user_agent|startswith: curl", "CURL/8", "xcurl"),
            ("user_agent|endswith: '/8'", "curl/8", "curl/8.1"),
            ("user_agent|contains|all: [a, b]", "b-a", "aa"),
            ("user_agent|cased: Curl", "Curl", "curl"),
            ("user_agent|contains|cased: Url", "cUrl", "curl"),
            (#"user_agent|re: '^c.rl/\d+$'"#, "curl/81", "Curl/81"),
            (#"user_agent|re|i: '^c.rl'"#, "CURL", "wget"),
            (#"user_agent|re|m: '^b'"#, "a\nb", "ab"),
            (#"user_agent|re|s: 'a.b'"#, "a\nb", "ab"),
            (#"user_agent|re: 'a.b'"#, "axb", "a\nb"),
            ("user_agent|re|startswith: 'b+'", "bbx", "xbb"),
            ("user_agent|re|endswith: 'b+'", "xbb", "bbx"),
            ("user_agent|neq: curl", "wget", "CURL"),
            ("user_agent|neq: [curl, wget]", "links", "wget"),
            ("user_agent|contains|neq: url", "wget", "curl"),
            ("user_agent|base64: foobar", "Zm9vYmFy", "foobar"),
            ("user_agent|base64|cased: foobar", "Zm9vYmFy", "zm9vymfy"),
            ("user_agent|wide|base64: ab", "YQBiAA==", "YWI="),
            ("user_agent|utf16le|base64: ab", "YQBiAA==", "AGEAYg=="),
            ("user_agent|utf16be|base64: ab", "AGEAYg==", "YQBiAA=="),
            ("user_agent|utf16|base64: ab", "//5hAGIA", "YQBiAA=="),
            ("user_agent|windash|contains: ' -f'", "x –f", "x ~f"),
            ("user_agent|contains|windash: ' /f'", "x ―f", "x f"),
            ("user_agent|fieldref: client", "Shop", "shopping"),
            ("user_agent|fieldref|startswith: client", "shopping", "a shop"),
            ("user_agent|fieldref|contains: client", "a shopper", "curl"),
            ("user_agent|fieldref|endswith: client", "my-shop", "shops"),
            ("user_agent|fieldref|cased: client", "shop", "Shop"),
            ("user_agent|expand: '%bots%/1'", "wget/1", "links/1"),
            ("user_agent|expand: 'a\\%bots%'", "a%bots%", "acurl"),
            ("user_agent|expand|re: '^%bots%$'", "wget", "awget"),
            ("'|re': 'c[ux]rl'", "my cxrl", "my crl"),
            ("'|all': [url, shop]", "curl", "wget"),
        ])
    func meaning(field: String, yes: String, no: String) {
        let placeholders = "bots: [curl, wget]"
        let found = [yes, no].map {
            SigmaFixture.fires(field, agent($0), placeholders: placeholders)
        }
        #expect(found == [true, false])
    }

    @Test("A text in base64 is found at each of its three offsets")
    func offsets() {
        // "-needle-" behind 0, 1 and 2 other bytes.
        let encoded = ["LW5lZWRsZS0=", "eC1uZWVkbGUtIQ==", "eHgtbmVlZGxlLSEh"]
        for text in encoded {
            let field = "user_agent|base64offset|contains|cased: '-needle-'"
            #expect(SigmaFixture.fires(field, agent("x=" + text)), "\(text)")
        }
        #expect(!SigmaFixture.fires("user_agent|base64offset|contains: n", agent("")))
        // What has an empty pattern at one offset must not match everything.
        #expect(!SigmaFixture.fires("user_agent|base64offset|contains|cased: '-'", agent("zz")))
    }

    @Test("All of several values that become several texts each means one text of every value")
    func allOfExpanded() {
        let field = "user_agent|windash|contains|all: [' -a', ' -b']"
        #expect(SigmaFixture.fires(field, agent("x /a –b")))
        #expect(!SigmaFixture.fires(field, agent("x /a –a")))
    }

    @Test("Networks, absence and numbers")
    func others() {
        let event = Event(
            columns: [.userAgent: "curl"], ip: "192.0.2.77", payload: #"{"count":7,"none":""}"#)
        let six = Event(columns: [.userAgent: "curl"], ip: "2001:db8::1")
        let cases: [(String, Event, Bool)] = [
            ("ip|cidr: 192.0.2.0/24", event, true), ("ip|cidr: 192.0.2.0/26", event, false),
            ("ip|cidr: [10.0.0.0/8, '2001:db8::/32']", six, true),
            ("client: null", event, true), ("user_agent: null", event, false),
            ("client|exists: false", event, true), ("client|exists: true", event, false),
            ("client|neq: x", event, false), ("client|neq: null", event, false),
            ("user_agent|neq: null", event, true),
            ("payload.count|gt: 6", event, true), ("payload.count|gt: 7", event, false),
            ("payload.count|gte: 7", event, true), ("payload.count|lt: 7.5", event, true),
            ("payload.count|lte: 6", event, false), ("payload.COUNT: 7", event, true),
            ("payload.count|neq: 8", event, true), ("payload.none: ''", event, true),
            ("payload.none: null", event, false), ("payload.other: null", event, true),
        ]
        for (field, event, expected) in cases {
            #expect(SigmaFixture.fires(field, event) == expected, "\(field)")
        }
    }

    @Test("Parts of the event's time are in UTC")
    func times() {
        // 2026-03-02T13:45:00Z, a Monday of week 10.
        let event = Event(second: 1_772_459_100)
        let yes = [
            "time|minute: 45", "time|hour: 13", "time|day: 2", "time|week: 10", "time|month: 3",
            "time|year: 2026", "time|hour|gte: 13", "time|hour: [1, 13]", "time|hour|neq: 12",
        ]
        let no = ["time|minute: 44", "time|hour|lt: 13", "time|day: 3", "time|week: 9"]
        for field in yes { #expect(SigmaFixture.fires(field, event), "\(field)") }
        for field in no { #expect(!SigmaFixture.fires(field, event), "\(field)") }
    }

    @Test("Numbers take wildcards, and a field of numbers parts of its text")
    func numberPatterns() {
        func load(_ field: String) -> [String] {
            RuleFixture.load(RuleFixture.detection("sel: {\(field)}\ncondition: sel"))
                .diagnostics.map(\.code.rawValue)
        }
        #expect(load("asn: '20*'").isEmpty)
        #expect(load("asn|startswith: 20").isEmpty)
        #expect(load("asn: 'x'") == ["rule.wrong_type"])
    }

    @Test("Keywords are searched in all columns and in the payload")
    func keywords() throws {
        let text = SigmaFixture.rule("words: [mimi, 'k?tz']\ncondition: words")
        let loaded = RuleBook.load(text: text, path: "k.yml")
        #expect(loaded.diagnostics.isEmpty)
        let events = [
            Event(columns: [.userAgent: "a MIMI b"]), Event(payload: #"{"a":{"b":["xkatzx"]}}"#),
            Event(payload: #"{"a":"kaatz"}"#),
        ]
        #expect(events.map { !SigmaFixture.alerts(loaded, [$0]).isEmpty } == [true, true, false])
        let mixed = SigmaFixture.rule("words:\n    - mimi\n    - client: shop\ncondition: words")
        let both = RuleBook.load(text: mixed, path: "k.yml")
        #expect(!SigmaFixture.alerts(both, [Event(columns: [.client: "shop"])]).isEmpty)
        #expect(!SigmaFixture.alerts(both, [Event(columns: [.userAgent: "mimi"])]).isEmpty)
    }

    @Test(
        "What modifiers cannot mean is an error at its place",
        arguments: [
            ("user_agent|re: 'a(b'", "rule.expression 6:30"),
            ("user_agent|re: [ok, 'a[']", "rule.expression 6:34"),
            ("user_agent|i: a", "rule.modifier_misuse 6:22"),
            ("user_agent|contains|startswith: a", "rule.modifier_misuse 6:31"),
            ("user_agent|re|cidr: a", "rule.modifier_misuse 6:25"),
            ("user_agent|base64: 'a*'", "rule.modifier_misuse 6:30"),
            ("user_agent|contains|base64: a", "rule.modifier_misuse 6:39"),
            ("user_agent|exists|all: true", "rule.modifier_misuse 6:11"),
            ("user_agent|neq|all: [a, b]", "rule.modifier_misuse 6:11"),
            ("user_agent|cidr|contains: 10.0.0.0/8", "rule.modifier_misuse 6:11"),
            ("ip|cidr: 10.0.0.0/40", "rule.wrong_type 6:20"),
            ("time|hour: 24", "rule.unknown_value 6:22"),
            ("time|hour: 1.5", "rule.unknown_value 6:22"),
            ("payload.n|gt: many", "rule.wrong_type 6:25"),
            ("user_agent|base46: a", "rule.unknown_modifier 6:22"),
        ])
    func mistakes(field: String, place: String) {
        let text = RuleFixture.detection("sel: {\(field)}\ncondition: sel")
        #expect(RuleFixture.places(text) == [place])
    }

    @Test("What the specification leaves open is named, with how it is read")
    func undefined() {
        let cases = [
            ("user_agent|base64|wide: ab", "YQBiAA=="), ("user_agent|re|startswith: a", "ab"),
            ("user_agent|base64offset: '-'", "L"),
        ]
        for (field, text) in cases {
            let loaded = RuleFixture.load(
                RuleFixture.detection("sel: {\(field)}\ncondition: sel"))
            #expect(loaded.diagnostics.map(\.code) == [.undefined], "\(field)")
            #expect(loaded.diagnostics.allSatisfy { !$0.isError && $0.line == 6 })
            #expect(SigmaFixture.fires(field, agent(text)), "\(field)")
        }
    }

    @Test("A placeholder nobody fills leaves the rule blind and suggests the nearest")
    func placeholders() {
        let text = RuleFixture.detection("sel: {ip|cidr|expand: '%office%'}\ncondition: sel")
        let sources = [
            RuleSource(path: "r.yml", text: text),
            RuleSource(path: "placeholders.yml", text: "offices: [192.0.2.0/24, 10.0.0.0/8]"),
        ]
        let loaded = RuleBook.load(sources: sources)
        #expect(loaded.diagnostics.map(\.code) == [.unknownPlaceholder])
        #expect(loaded.diagnostics.first?.message.contains("did you mean 'offices'?") == true)
        #expect(loaded.active.isEmpty)
        let event = Event(ip: "10.1.2.3")
        #expect(
            SigmaFixture.fires(
                "ip|cidr|expand: '%offices%'", event, placeholders: sources[1].text))
    }
}
