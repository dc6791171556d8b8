import AuditModel
import Configuration
import MarkedText
import Testing
import WireFormat

@Suite("Sinks are configured")
struct SinkTests {
    static func marks(_ sink: String, _ variables: [String: String] = [:]) -> [String] {
        Fixture.marks(Fixture.least + "sinks: [{\(sink)}]", variables)
    }

    static func hook(_ sink: String) throws -> WebhookConfiguration {
        let text = Fixture.least + "sinks: [{type: webhook, \(sink)}]"
        let loaded = Fixture.load(text)
        #expect(loaded.diagnostics.map(\.text) == [])
        guard case .webhook(let hook) = try #require(loaded.configuration).sinks[0].kind else {
            throw Missing()
        }
        return hook
    }

    struct Missing: Error {}

    @Test("Every setting of every kind reaches the structure")
    func whole() throws {
        let sinks = try #require(Fixture.load(Fixture.whole).configuration).sinks
        guard case .standardOutput(let output) = sinks[0].kind,
            case .file(let file) = sinks[1].kind, case .webhook(let soc) = sinks[2].kind,
            case .webhook(let chat) = sinks[3].kind,
            case .webhook(let pager) = sinks[4].kind, case .kafka(let bus) = sinks[5].kind
        else {
            Issue.record("the kinds are wrong")
            return
        }
        #expect(sinks[0].least == .high && output.format == .text)
        #expect(file.path == "/etc/gt/alerts.ndjson" && file.rotate == 5_000_000)
        #expect(file.keep == 3 && file.format == .ndjson)
        #expect(sinks[1].routing == SinkRouting(least: .low, tenants: ["acme"]))
        #expect(
            sinks[2].routing
                == SinkRouting(least: .medium, rules: ["REF-*", "LEAK-01"], clients: ["web"]))
        #expect(soc.url.text == "https://soc.example:8443/in?key=1" && soc.url.port == 8443)
        #expect(soc.url.host == "soc.example" && soc.shownURL == "https://soc.example:8443/in")
        #expect(soc.body == .cloudeventsBinary && soc.persons == .pseudonym && soc.allowsPrivate)
        #expect(soc.secret?.secret?.revealText() == Fixture.hookSecrets["SOC_NEW"])
        #expect(soc.previousSecret?.secret?.revealText() == Fixture.hookSecrets["SOC_OLD"])
        #expect(soc.authorities == "/etc/gt/soc.pem" && soc.inFlight == 8 && !soc.allowsHTTP)
        #expect(soc.timeout == 20_000_000_000 && soc.maxAge == 86_400_000_000_000)
        #expect(soc.budget.pages == 7 && soc.budget.tickets == 9)
        #expect(chat.budget.pages == 7 && chat.budget.tickets == 70)
        #expect(chat.url.text == Fixture.hookSecrets["CHAT_URL"] && chat.body == .slack)
        #expect(chat.shownURL == "https://chat.example/…" && chat.secret == nil)
        #expect(chat.timeout == 15_000_000_000 && chat.inFlight == 4 && chat.persons == .full)
        #expect(chat.maxAge == 3 * 86_400_000_000_000 && !chat.allowsPrivate)
        #expect(pager.routingKey?.secret?.revealText() == Fixture.secret && pager.allowsHTTP)
        #expect(pager.group == .incident && chat.group == .alert)
        #expect(pager.url.host == "::1" && pager.url.port == 80 && !pager.url.isEncrypted)
        #expect(sinks[5].name == "bus" && sinks[5].routing.clients == ["web"])
        #expect(bus.cluster.brokers == ["k1:9093"] && bus.topic == "grantrail-alerts")
        #expect(bus.body == .cloudeventsBinary && bus.persons == .none && bus.inFlight == 16)
        #expect(bus.cluster.login?.mechanism == "PLAIN" && bus.cluster.login?.username == "gt")
        #expect(bus.cluster.login?.password.secret?.revealText() == Fixture.secret)
        #expect(bus.cluster.encryption?.verifiesHostname == true)
        #expect(bus.cluster.properties.map { $0.key + $0.value } == ["linger.ms5"])
        #expect(bus.timeout == 15_000_000_000 && bus.maxAge == 2 * 86_400_000_000_000)
    }

    @Test("A webhook has a budget; what it leaves out is that of all, or else the usual one")
    func budgets() throws {
        let usual = try Self.hook("body: ocsf, url: https://a").budget
        #expect(usual.pages == 5 && usual.tickets == 50)
        let text = Fixture.least + "budget: {pages_per_day: 8}\n"
            + "sinks: [{name: a, type: webhook, body: ocsf, url: https://a,"
            + " budget: {tickets_per_day: 3}}]"
        let variables = ["GRANTRAIL_SINKS__A__BUDGET__PAGES_PER_DAY": "2"]
        for (variables, pages) in [([:], 8), (variables, 2)] {
            let loaded = Fixture.load(text, variables)
            #expect(loaded.diagnostics.map(\.text) == [])
            let budget = try #require(loaded.outline?.hooks.first?.budget)
            #expect(budget.pages == pages && budget.tickets == 3)
            guard case .webhook(let hook) = try #require(loaded.configuration).sinks[0].kind
            else { throw Missing() }
            #expect(hook.budget == budget)
        }
        for wrong in ["0", "-1", "10001", "many", "{}"] {
            let marks = Fixture.marks(Fixture.least + "budget: {pages_per_day: \(wrong)}")
            #expect(marks == ["2:25 config.wrong_type"], "\(wrong)")
        }
    }

    @Test(
        "What cannot be is said at its place",
        arguments: [
            // 2:8 is the list, 2:9 the sink.
            ("type: webhook, url: https://a", "2:9 config.missing_key"),
            ("type: webhook, body: cloudevents, url: https://a", "2:9 config.missing_key"),
            ("type: webhook, body: pagerduty, url: https://a", "2:9 config.missing_key"),
            ("type: webhook, body: ocsf", "2:9 config.missing_key"),
            ("type: webhook, body: ocsf, url: http://a/b", "2:42 config.unsafe_url"),
            ("type: webhook, body: ocsf, url: ftp://a", "2:42 config.unknown_value"),
            ("type: webhook, body: ocsf, url: https://", "2:42 config.unknown_value"),
            ("type: webhook, body: ocsf, url: 'https://a b'", "2:42 config.unknown_value"),
            ("type: webhook, body: ocsf, url: 'https://a:0/'", "2:42 config.unknown_value"),
            ("type: webhook, body: ocsf, url: 'https://a:65536'", "2:42 config.unknown_value"),
            ("type: webhook, body: ocsf, url: 'https://a/#b'", "2:42 config.unknown_value"),
            ("type: webhook, body: ocsf, url: 'https://[a]/'", "2:42 config.unknown_value"),
            ("type: webhook, body: ocsf, url: {secret_env: NONE}", "2:55 config.missing_secret"),
            ("type: webhook, body: ocsf, url: {secret_env: KAFKA_PW}",
                "2:42 config.missing_secret"),
            ("type: webhook, body: slack, url: https://a", "2:43 config.literal_secret"),
            ("type: webhook, url: https://a, secret: {secret_env: KAFKA_PW}",
                "2:49 config.missing_secret"),
            ("type: webhook, url: https://a, secret: whsec_hunter2", "2:49 config.literal_secret"),
            ("type: webhook, body: ocsf, url: https://a, previous_secret: {secret_env: SOC_OLD}",
                "2:70 config.conflict"),
            ("type: webhook, body: ocsf, url: https://a, routing_key: {secret_env: PAGER_KEY}",
                "2:66 config.conflict"),
            ("type: webhook, body: ocsf, url: https://a, in_flight: 0", "2:64 config.wrong_type"),
            ("type: kafka, topic: a", "2:9 config.missing_key"),
            ("type: kafka, brokers: k1", "2:9 config.missing_key"),
            ("type: kafka, brokers: k1, topic: a, body: slack", "2:52 config.unknown_value"),
            ("type: kafka, brokers: k1, topic: [a]", "2:43 config.wrong_type"),
            ("type: kafka, brokers: k1, topic: a, group: b", "2:46 config.unknown_key"),
            ("type: kafka, brokers: k1, topic: a, secret: {secret_env: S}",
                "2:46 config.unknown_key"),
            ("type: kafka, brokers: k1, topic: a, security: {sasl: {username: u, "
                + "mechanism: PLAIN, password: hunter2}}", "2:105 config.literal_secret"),
            ("type: file", "2:9 config.missing_key"),
            ("type: file, path: a, rotate: 5", "2:39 config.wrong_type"),
            ("type: file, path: a, keep: 0", "2:37 config.wrong_type"),
            ("type: file, path: a}, {type: file, name: b, path: ./a", "2:60 config.conflict"),
            ("type: file, path: a}, {type: file, path: b", "2:32 config.duplicate_name"),
        ])
    func mistakes(sink: String, mark: String) {
        #expect(Self.marks(sink) == [mark], "\(sink)")
    }

    @Test("A missing secret comes with the way to one, with the place and a caret")
    func remedy() {
        let text = Fixture.least + "sinks: [{name: soc, type: webhook, url: https://a}]"
        let said = Fixture.load(text).diagnostics.map(\.text)
        #expect(said.count == 1)
        #expect(said[0].hasPrefix("/etc/gt/config.yaml:2:9: error: sink 'soc' has no 'secret'"))
        #expect(said[0].contains("\n            ^\n") && said[0].contains("grantrail hooks secret"))
    }

    @Test("A user in a URL is not shown; what variables say is blamed on them")
    func elsewhere() {
        let text = Fixture.least
            + "sinks: [{type: webhook, body: ocsf, url: 'https://me:hunter2@a/'}]"
        let said = Fixture.load(text).diagnostics.map(\.text)
        #expect(said.count == 1 && !said[0].contains("hunter2") && said[0].contains(":2:42:"))
        let sound = Fixture.least + "sinks: [{name: x, type: webhook, body: ocsf, url: https://a}]"
        func codes(_ variable: String, _ value: String) -> [String] {
            Fixture.load(sound, ["GRANTRAIL_SINKS__X__" + variable: value]).diagnostics.map {
                "\($0.path) \($0.code.rawValue)"
            }
        }
        #expect(codes("URL", "http://b") == ["GRANTRAIL_SINKS__X__URL config.unsafe_url"])
        #expect(codes("URL__SECRET_ENV", "CHAT_URL") == [])
        #expect(
            codes("URL__SECRET_ENV", "KAFKA_PW")
                == ["GRANTRAIL_SINKS__X__URL__SECRET_ENV config.missing_secret"])
    }

    @Test("The URL of Slack is shown nowhere, also when it is written out")
    func slack() {
        let text = Fixture.least
            + "sinks: [{type: webhook, body: slack, url: https://a.example/hunter2, keep: 1}]"
        let broken = text.replacing("s://", with: ":")
        for text in [text, text.replacing(", keep: 1", with: ""), broken] {
            let loaded = Fixture.load(text)
            #expect(!loaded.diagnostics.isEmpty)
            for diagnostic in loaded.diagnostics { #expect(!diagnostic.text.contains("hunter2")) }
            #expect(!loaded.effectiveText(showsOrigin: true).contains("hunter2"))
            #expect(!"\(loaded.settings)".contains("hunter2"))
        }
        #expect(Fixture.load(text).effectiveText(showsOrigin: false).contains("a.example/…"))
    }

    @Test("Commands learn of hooks also where secrets are missing, and of nothing secret")
    func outline() throws {
        let text = Fixture.least + """
            sinks:
              - {name: out, type: stdout}
              - {name: soc, type: webhook, url: "https://a/b?c=d", secret: {secret_env: NONE}}
              - {name: chat, type: webhook, body: slack, url: {secret_env: NONE}}
              - {name: talk, type: webhook, body: ocsf, url: {secret_env: CHAT_URL}}
              - {name: bus, type: kafka, body: ocsf, brokers: [k1, "k2:9093"], topic: alerts,
                 security: {sasl: {mechanism: PLAIN, username: u, password: {secret_env: NONE}}}}
            """
        let loaded = Fixture.load(text)
        #expect(loaded.configuration == nil)
        let outline = try #require(loaded.outline)
        #expect(outline.store == "/etc/gt/s.db" && outline.controlSocket == "/etc/gt/s.db.sock")
        #expect(outline.hooks.map(\.name) == ["soc", "chat", "talk", "bus"])
        #expect(
            outline.hooks.map(\.url) == [
                "https://a/b", nil, "https://chat.example/…", "kafka://k1,k2:9093/alerts",
            ])
        #expect(outline.hooks.map(\.body) == [.grantrail, .slack, .ocsf, .ocsf])
        #expect(Fixture.load(text + "\nx: 1").outline == nil)
    }

    // MARK: - Routing

    @Test("An alert goes where severity and every list of patterns let it")
    func routing() {
        let routing = SinkRouting(
            least: .medium, rules: ["REF-*", "GEO-02"], clients: ["*web*"], tenants: ["*"])
        func takes(_ rule: String, _ client: String?, _ severity: Severity = .high) -> Bool {
            routing.takes(rule: rule, client: client, tenant: nil, severity: severity)
        }
        #expect(takes("REF-01", "web") && takes("GEO-02", "my-web-2") && takes("REF-", "web"))
        #expect(takes("REF-01", "web", .medium) && !takes("REF-01", "web", .low))
        #expect(!takes("GEO-021", "web") && !takes("XREF-01", "web") && !takes("ref-01", "web"))
        #expect(!takes("REF-01", "api") && !takes("REF-01", nil))
        #expect(SinkRouting(least: .info).isBySeverity && !routing.isBySeverity)
        let all = SinkRouting(least: .info)
        #expect(all.takes(rule: "", client: nil, tenant: nil, severity: .info))
    }

    @Test("Patterns agree with trying every way, and long ones take no long time")
    func wildcards() {
        func matches(_ text: Substring, _ pattern: Substring) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "*" {
                return matches(text, pattern.dropFirst())
                    || (!text.isEmpty && matches(text.dropFirst(), pattern))
            }
            return text.first == first && matches(text.dropFirst(), pattern.dropFirst())
        }
        func words(_ letters: [String], _ length: Int) -> [String] {
            length == 0 ? [""] : words(letters, length - 1).flatMap { w in letters.map { w + $0 } }
        }
        for pattern in (0...4).flatMap({ words(["a", "b", "*"], $0) }) {
            let routing = SinkRouting(least: .info, rules: [pattern])
            for text in (0...5).flatMap({ words(["a", "b"], $0) }) {
                let taken = routing.takes(
                    rule: text, client: nil, tenant: nil, severity: .info)
                #expect(taken == matches(text[...], pattern[...]), "\(text) \(pattern)")
            }
        }
        let stars = SinkRouting(least: .info, rules: [String(repeating: "*a", count: 500) + "b"])
        let long = String(repeating: "a", count: 2_000)
        #expect(!stars.takes(rule: long, client: nil, tenant: nil, severity: .info))
    }

    // MARK: - Texts

    @Test("A secret has the form of Standard Webhooks and is accepted as one")
    func secrets() throws {
        #expect(
            WebhookSecretText.text(Array("standard webhooks secret".utf8))
                == "whsec_c3RhbmRhcmQgd2ViaG9va3Mgc2VjcmV0")
        for count in [24, 25, 26, 32, 64] {
            let secret = WebhookSecretText.text([UInt8](repeating: 0xFE, count: count))
            let sink = "type: webhook, url: https://a, secret: {secret_env: S}"
            #expect(Self.marks(sink, ["S": secret]) == [], "\(count)")
            #expect(Self.marks(sink, ["S": String(secret.dropFirst(6)) + "\n"]) == [])
            let short = String(secret.dropFirst(6).prefix(23))
            for wrong in [String(secret.dropLast()) + "!", secret + "A", short, "whsec_"] {
                #expect(Self.marks(sink, ["S": wrong]).count == 1, "\(wrong)")
            }
        }
        for count in [0, 23, 65] {
            let secret = WebhookSecretText.text([UInt8](repeating: 1, count: count))
            let sink = "type: webhook, url: https://a, secret: {secret_env: S}"
            #expect(Self.marks(sink, ["S": secret]).count == 1, "\(count)")
        }
    }

    @Test("Where to listen is an address and a port; a port alone is this machine's")
    func listen() throws {
        let sound = [
            "8088": "127.0.0.1:8088", ":1": "127.0.0.1:1", "localhost:65535": "127.0.0.1:65535",
            "127.0.0.1:80": "127.0.0.1:80", "[::1]:80": "[::1]:80", "0.0.0.0:80": "0.0.0.0:80",
        ]
        for (text, shown) in sound {
            let address = try #require(ListenAddress(text: text))
            #expect(address.text == shown && address.isLoopback == !shown.hasPrefix("0"))
        }
        for text in ["", "0", "65536", "a:80", "::1:80", "[127.0.0.1]:80", "1.2.3.4", "1.2.3.4:",
            "127.0.0.1:+80", "[::1]", "[fe80::1%eth0]:80"]
        {
            #expect(ListenAddress(text: text) == nil, "\(text)")
        }
        #expect(try #require(Fixture.load(Fixture.least).configuration).http == nil)
        let variables = ["GRANTRAIL_HTTP__LISTEN": "8088"]
        #expect(Fixture.load(Fixture.least, variables).configuration?.http?.port == 8088)
    }
}
