import Configuration
import MarkedText
import Testing

@Suite("What is wrong with a configuration is said at once, at its place")
struct ConfigurationDiagnosticTests {
    @Test("Every mistake of a file is said")
    func allAtOnce() {
        let text = """
            store: {retentoin: 4d}
            mode: alarm
            sources:
              - {name: a, type: kafka, topic: t, topics: u}
              - {name: a, type: file, path: x, poll: 5}
              - {type: kafak}
              - {name: "b c", type: file, path: x, dialect: keyclaok, time_zone: Europe/Berlni}
            sinks: [{type: webhook, url: x}]
            geo: {trusted_proxies: [10.0.0.1/8, x]}
            jobs: 0
            http: {listen: x}
            """
        #expect(
            Fixture.marks(text) == [
                "1:8 config.missing_key", "1:9 config.unknown_key", "2:7 config.unknown_value",
                "4:5 config.missing_key", "4:38 config.duplicate_key",
                "5:12 config.duplicate_name", "5:42 config.wrong_type",
                "6:12 config.unknown_value", "7:12 config.unknown_value",
                "7:49 config.unknown_value", "7:70 config.unknown_value",
                "8:9 config.missing_key", "8:30 config.unknown_value", "9:25 config.unknown_value",
                "9:37 config.unknown_value", "10:7 config.wrong_type",
                "11:16 config.unknown_value",
            ])
    }

    @Test("A misspelt key is shown with a caret and the nearest name")
    func suggestion() {
        let text = Fixture.load("store: {path: s}\nmodes: alert").diagnostics.map(\.text)
        #expect(text.count == 1)
        #expect(text[0].hasPrefix("/etc/gt/config.yaml:2:1: error: unknown key of"))
        #expect(text[0].contains("did you mean 'mode'?"))
        #expect(text[0].contains("    modes: alert\n    ^~~~~\n"))
    }

    @Test("A wrong variable and a wrong flag are named")
    func outside() {
        let variables = ["GRANTRAIL_JOBS": "many", "GRANTRAIL_STORE__PAHT": "x"]
        let flags = [SettingOverride(path: "mode", flag: "--mode", values: ["loud"])]
        let loaded = Fixture.load(Fixture.least, variables, flags: flags)
        let found = loaded.diagnostics.map { "\($0.path) \($0.code.rawValue)" }
        #expect(
            found == [
                "--mode config.unknown_value", "GRANTRAIL_JOBS config.wrong_type",
                "GRANTRAIL_STORE__PAHT config.unknown_variable",
            ])
        #expect(loaded.diagnostics.last?.text.contains("'GRANTRAIL_STORE__PATH'") == true)
        #expect(loaded.diagnostics.last?.severity == .warning)
    }

    @Test("A client certificate wants its key")
    func certificate() {
        let text = """
            store: {path: s}
            sources:
              - {type: kafka, brokers: b, topic: t, security: {tls: {certificate: c}}}
            """
        #expect(Fixture.marks(text) == ["3:71 config.conflict"])
    }

    @Test("Whoever has a role can connect, and whoever can connect has one")
    func control() {
        func marks(_ control: String) -> [String] {
            Fixture.marks(Fixture.least + "control: {\(control)}")
        }
        #expect(marks("viewers: anna") == ["2:20 config.conflict"])
        #expect(marks("operators: [anna, ben]") == ["2:22 config.conflict"])
        #expect(marks("group: soc") == ["2:18 config.conflict"])
        #expect(marks("group: [soc], viewers: anna") == ["2:18 config.wrong_type"])
        #expect(marks("group: soc, responders: [group:soc]") == [])
        let variables = ["GRANTRAIL_CONTROL__GROUP": "soc"]
        #expect(Fixture.marks(Fixture.least + "control: {viewers: x}", variables) == [])
    }

    // MARK: - Secrets

    @Test(
        "A literal secret is refused and shown nowhere",
        arguments: [
            "fingerprint: hunter2hunter2",
            "fingerprint: {secret: hunter2hunter2}",
            "fingerprint: [hunter2hunter2]",
            "fingerprint: {secret_env: hunter2hunter2}",
            "fingerprint: {secret_env: [hunter2hunter2]}",
            "fingerprint: {hunter2hunter2: x, secret_env: y}",
            "pasword: hunter2hunter2",
            "password hunter2hunter2",
            "password: hunter2hunter2\npassword: x",
            "x: 'a\npassword: hunter2hunter2",
            "mode: {password: hunter2hunter2, loud: x}",
            """
            sources:
              - type: kafka
                brokers: b
                topic: t
                security: {sasl: {mechanism: LOUD, username: u, password: hunter2hunter2}}
                properties: {sasl.password: hunter2hunter2, ssl.key.password: [hunter2hunter2]}
            """,
            """
            sources:
              - {type: kafka, brokers: b, topic: t, security: {tls: {key_password: |-
               hunter2hunter2
               }}}
            """,
        ])
    func literals(_ text: String) {
        let loaded = Fixture.load(Fixture.least + text)
        #expect(loaded.hasErrors)
        for diagnostic in loaded.diagnostics {
            #expect(!diagnostic.text.contains("hunter2"), "\(diagnostic.text)")
        }
        #expect(!loaded.effectiveText(showsOrigin: true).contains("hunter2"))
        #expect(!"\(loaded.settings)".contains("hunter2"))
    }

    @Test("A literal secret in a variable is refused and not shown")
    func literalVariables() {
        for name in ["", "__SECRET_ENV"] {
            let variables = ["GRANTRAIL_FINGERPRINT" + name: "hunter2"]
            let loaded = Fixture.load(Fixture.least, variables)
            #expect(loaded.hasErrors)
            for diagnostic in loaded.diagnostics { #expect(!diagnostic.text.contains("hunter2")) }
        }
    }

    @Test("A secret that is not there is an error, one that everybody may read a warning")
    func missingSecrets() {
        #expect(
            Fixture.marks(Fixture.least + "fingerprint: {secret_env: NONE}")
                == ["2:27 config.missing_secret"])
        #expect(
            Fixture.marks(Fixture.least + "fingerprint: {secret_file: none}")
                == ["2:28 config.missing_secret"])
        let loose = ConfigurationEnvironment.File(bytes: [1], mode: 0o644)
        let loaded = ConfigurationFile.load(
            text: Fixture.least + "fingerprint: {secret_file: a}", path: "/c",
            in: Fixture.environment(files: ["/a": loose]))
        #expect(loaded.diagnostics.map(\.code) == [.looseSecret] && !loaded.hasErrors)
    }

    @Test("Nothing prints a secret")
    func masks() throws {
        let loaded = Fixture.load(Fixture.whole)
        let secret = try #require(loaded.configuration?.fingerprint)
        var dumped = ""
        dump(secret, to: &dumped)
        dump(loaded, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains(Fixture.secret))
        }
        let shown = loaded.settings.first { $0.name == "fingerprint" }
        #expect(shown?.value == "‹set›")
        #expect(secret.secret?.reveal().count == Fixture.secret.utf8.count + 1)
    }
}
