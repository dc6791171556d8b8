import AuditModel
import Configuration
import MarkedText
import Testing

@Suite("Configurations are read")
struct ReadingTests {
    static let second: Int64 = 1_000_000_000

    @Test("Every setting reaches the structure")
    func whole() throws {
        let loaded = Fixture.load(Fixture.whole)
        #expect(loaded.diagnostics.map(\.text) == [])
        let it = try #require(loaded.configuration)
        #expect(it.store.path == "/etc/gt/data/s.db")
        #expect(it.store.retention == 400 * 86_400 * Self.second)
        #expect(it.store.lowWater == .percent(5))
        #expect(it.store.snapshotEvery == 600 * Self.second)
        #expect(it.fingerprint?.place == .file("/etc/gt/key"))
        #expect(it.mode == .observe)
        #expect(it.rules.directories == ["/etc/gt/rules.d"])
        #expect(it.rules.lateness == 60 * Self.second)
        #expect(it.rules.runsExperimental)
        #expect(it.clients == "/etc/gt/clients.yml")
        #expect(it.geography?.city == "/etc/gt/c.mmdb")
        #expect(it.geography?.asn == "/etc/gt/a.mmdb")
        #expect(it.geography?.networks == "/etc/gt/n.csv")
        #expect(it.geography?.trustedProxies.map(\.text) == ["10.0.0.0/8", "192.0.2.7/32"])
        #expect(it.controlSocket == "/run/gt.sock")
        let control = try #require(it.control)
        #expect(control.group == "soc" && control.viewers == ["group:all"])
        #expect(control.responders == ["anna", "group:soc"] && control.operators == ["1000"])
        #expect(it.drainTimeout == 60 * Self.second)
        #expect(it.jobs == 4)
        #expect(it.log.format == .json && it.log.level == .debug)
        #expect(it.sinks.map(\.name) == ["out", "log", "soc", "chat", "pager", "bus"])
        #expect(it.http?.text == "0.0.0.0:8088" && it.http?.isLoopback == false)
    }

    @Test("Sources reach the structure; text stays text whatever YAML would guess")
    func sources() throws {
        let sources = try #require(Fixture.load(Fixture.whole).configuration).sources
        try #require(sources.map(\.name) == ["kc", "gw"])
        let (first, last) = (sources[0], sources[1])
        #expect(first.dialect == "keycloak" && first.tenant == "0123" && first.start == .beginning)
        #expect(!first.isBounded && first.timeZone == "UTC" && first.lateness == 60 * Self.second)
        #expect(first.idleAfter == 60 * Self.second)
        guard case .kafka(let kafka) = first.kind, case .file(let file) = last.kind else {
            Issue.record("the kinds are wrong")
            return
        }
        #expect(kafka.cluster.brokers == ["k1:9092", "k2:9092"])
        #expect(kafka.topics == ["keycloak-events"])
        #expect(kafka.group == "no" && kafka.assignment == .eager)
        #expect(kafka.cluster.properties.map(\.key) == ["fetch.min.bytes", "client.id"])
        #expect(kafka.cluster.properties.map(\.value) == ["1", "a"])
        let login = try #require(kafka.cluster.login)
        #expect(login.mechanism == "SCRAM-SHA-256" && login.username == "gt")
        #expect(login.password.secret?.revealText() == Fixture.secret)
        let tls = try #require(kafka.cluster.encryption)
        #expect(tls.authorities == "/etc/ca.pem" && !tls.verifiesHostname)
        #expect(tls.keyPassword?.secret?.revealText() == Fixture.secret)
        #expect(file.paths == ["/etc/gt/logs/*.json", "/var/log/b"])
        #expect(file.poll == 5 * Self.second)
        #expect(last.start == .end && last.isBounded && last.timeZone == "Europe/Berlin")
        #expect(last.lateness == 300 * Self.second && last.idleAfter == 120 * Self.second)
    }

    @Test("What is not written has its default")
    func defaults() throws {
        let it = try #require(Fixture.load(Fixture.least).configuration)
        #expect(it.mode == .alert && it.jobs == 2 && it.store.retention == nil)
        #expect(it.store.lowWater == .standard)
        #expect(it.store.lowWater.bytes(of: 10_000_000_000) == 500_000_000)
        #expect(it.store.lowWater.bytes(of: 1 << 50) == 1_000_000_000)
        #expect(it.rules.lateness == 30 * Self.second && it.drainTimeout == 30 * Self.second)
        #expect(it.controlSocket == "/etc/gt/s.db.sock" && it.control == nil)
        #expect(it.geography == nil && it.sources.isEmpty && it.sinks.isEmpty)
    }

    @Test("Start is a word of files or of Kafka, or a moment")
    func start() throws {
        let words: [(String, ReadingStart)] = [
            ("beginning", .beginning), ("earliest", .beginning), ("end", .end), ("latest", .end),
            ("2026-11-20T00:00:00Z", .time(1_795_132_800 * Self.second)),
        ]
        for (word, start) in words {
            let text = Fixture.least + "sources: [{type: file, path: a, start: '\(word)'}]"
            #expect(try #require(Fixture.load(text).configuration).sources[0].start == start)
        }
        let local = Fixture.least + "sources: [{type: file, path: a, start: 2026-11-20}]"
        #expect(Fixture.marks(local) == ["2:40 config.unknown_value"])
    }

    @Test("Flags stand above variables, variables above the file; each value knows its origin")
    func precedence() throws {
        let variables = [
            "GRANTRAIL_STORE__PATH": "from/env", "GRANTRAIL_RULES__LATENESS": "5m",
            "GRANTRAIL_SOURCES__KC__GROUP": "audit", "GRANTRAIL_SOURCES__GW__PATH": "x,/y",
            "GRANTRAIL_SOURCES__KC__PROPERTIES": "a=1,b=2=3",
            "GRANTRAIL_SOURCES__KC__SECURITY__SASL__PASSWORD__SECRET_FILE": "/run/pw",
        ]
        let flags = [SettingOverride(path: "rules.lateness", flag: "--lateness", values: ["7m"])]
        let loaded = Fixture.load(Fixture.whole, variables, flags: flags)
        #expect(loaded.diagnostics.map(\.text) == [])
        let it = try #require(loaded.configuration)
        #expect(it.store.path == "/cwd/from/env")
        #expect(it.rules.lateness == 420 * Self.second)
        guard case .kafka(let kafka) = it.sources[0].kind, case .file(let file) = it.sources[1].kind
        else { return }
        #expect(kafka.group == "audit" && file.paths == ["/cwd/x", "/y"])
        #expect(kafka.cluster.properties.map { $0.key + $0.value } == ["a1", "b2=3"])
        #expect(kafka.cluster.login?.password.place == .file("/run/pw"))
        let origins = Dictionary(
            uniqueKeysWithValues: loaded.settings.map { ($0.name, $0.origin) })
        #expect(origins["store.path"] == "GRANTRAIL_STORE__PATH")
        #expect(origins["rules.lateness"] == "--lateness")
        #expect(origins["mode"] == "/etc/gt/config.yaml:3")
        #expect(origins["sources.gw.dialect"] == "default")
    }

    @Test("Variables alone can make a configuration")
    func variablesAlone() throws {
        let variables = ["GRANTRAIL_STORE__PATH": "/s", "GRANTRAIL_GEO__CITY": "/c"]
        let it = try #require(Fixture.load("", variables).configuration)
        #expect(it.store.path == "/s" && it.geography?.city == "/c")
    }

    @Test("The file is the one that was named, or the first of the usual places")
    func places() {
        func places(_ path: String?, _ variables: [String: String]) -> [String] {
            ConfigurationFile.candidates(named: path, variables: variables)
        }
        #expect(places("a", ["GRANTRAIL_CONFIG": "b"]) == ["a"])
        #expect(places(nil, ["GRANTRAIL_CONFIG": "b", "HOME": "/h"]) == ["b"])
        #expect(
            places(nil, ["XDG_CONFIG_HOME": "/x", "HOME": "/h"])
                == ["/x/grantrail/config.yaml", "/etc/grantrail/config.yaml"])
        #expect(places(nil, ["HOME": "/h"])[0] == "/h/.config/grantrail/config.yaml")
        let file = ConfigurationEnvironment.File(bytes: Array(Fixture.least.utf8))
        let environment = Fixture.environment(files: ["/etc/grantrail/config.yaml": file])
        let loaded = ConfigurationFile.load(named: nil, in: environment)
        #expect(loaded.configuration?.store.path == "/etc/grantrail/s.db")
        let missing = ConfigurationFile.load(named: "nowhere", in: environment)
        #expect(missing.diagnostics.map(\.code) == [.unreadable] && missing.configuration == nil)
    }
}
