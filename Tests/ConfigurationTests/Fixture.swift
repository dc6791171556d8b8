import Configuration
import MarkedText

/// A world in memory, and configurations read in it.
enum Fixture {
    /// Every kind of setting once.
    static let whole = """
        store: {path: data/s.db, retention: 400d, low_water: 5%, snapshot_every: 10m}
        fingerprint: {secret_file: key}
        mode: observe
        sources:
          - name: kc
            type: kafka
            brokers: ["k1:9092", "k2:9092"]
            topic: keycloak-events
            group: no
            dialect: keycloak
            start: earliest
            tenant: 0123
            assignment: eager
            security:
              sasl: {mechanism: SCRAM-SHA-256, username: gt, password: {secret_env: KAFKA_PW}}
              tls: {ca: /etc/ca.pem, key_password: {secret_file: /run/pw}, verify_hostname: false}
            properties: {fetch.min.bytes: 1, client.id: a}
          - {name: gw, type: file, path: [logs/*.json, /var/log/b], start: end, until: end,
             time_zone: Europe/Berlin, lateness: 5m, idle_after: 2m, poll: 5s}
        rules: {dirs: rules.d, lateness: 1m, experimental: true}
        clients: clients.yml
        geo: {city: c.mmdb, asn: a.mmdb, networks: n.csv, trusted_proxies: [10.0.0.0/8, 192.0.2.7]}
        sinks:
          - {name: out, type: stdout, output: text, min: high}
          - {name: log, type: file, path: alerts.ndjson, rotate: 5MB, keep: 3, tenants: acme}
          - name: soc
            type: webhook
            url: https://soc.example:8443/in?key=1
            body: cloudevents-binary
            secret: {secret_env: SOC_NEW}
            previous_secret: {secret_env: SOC_OLD}
            min: medium
            rules: [REF-*, LEAK-01]
            clients: web
            pii: pseudonym
            allow_private: true
            ca: soc.pem
            timeout: 20s
            in_flight: 8
            max_age: 1d
            budget: {tickets_per_day: 9}
          - {name: chat, type: webhook, body: slack, url: {secret_env: CHAT_URL}}
          - {name: pager, type: webhook, body: pagerduty, url: "http://[::1]/v2",
             allow_http: true, routing_key: {secret_env: PAGER_KEY}, group: incident}
          - name: bus
            type: kafka
            brokers: k1:9093
            topic: grantrail-alerts
            body: cloudevents-binary
            pii: none
            clients: [web]
            security: {sasl: {mechanism: PLAIN, username: gt, password: {secret_env: KAFKA_PW}},
              tls: {}}
            properties: {linger.ms: 5}
            in_flight: 16
            max_age: 2d
        budget: {pages_per_day: 7, tickets_per_day: 70}
        http: {listen: "0.0.0.0:8088"}
        control: {socket: /run/gt.sock, group: soc, viewers: group:all, operators: 1000,
          responders: [anna, "group:soc"]}
        drain_timeout: 1m
        jobs: 4
        log: {format: json, level: debug}
        """

    static let least = "store: {path: s.db}\n"

    static let secret = "hunter2-is-no-secret"

    /// Secrets of webhooks, which have a form.
    static let hookSecrets = [
        "SOC_NEW": WebhookSecretText.text([UInt8](repeating: 7, count: 24)),
        "SOC_OLD": WebhookSecretText.text([UInt8](repeating: 8, count: 64)),
        "CHAT_URL": "https://chat.example/services/T0/hunter2",
    ]

    static func environment(
        _ variables: [String: String] = [:],
        files: [String: ConfigurationEnvironment.File] = [:]
    ) -> ConfigurationEnvironment {
        var known = files
        let secret = ConfigurationEnvironment.File(bytes: Array(secret.utf8) + [10], mode: 0o600)
        for path in ["/etc/gt/key", "/run/pw"] where known[path] == nil { known[path] = secret }
        let all = known
        return ConfigurationEnvironment(
            file: { path, count throws(ConfigurationEnvironment.Refusal) in
                guard let file = all[path] else {
                    throw .init(reason: "there is no such file", isMissing: true)
                }
                return .init(bytes: Array(file.bytes.prefix(count)), mode: file.mode)
            },
            variables: ["KAFKA_PW": self.secret, "PAGER_KEY": self.secret]
                .merging(hookSecrets) { _, new in new }.merging(variables) { _, new in new },
            workingDirectory: "/cwd", dialects: ["keycloak", "nginx"],
            isTimeZone: { ["UTC", "Europe/Berlin"].contains($0) })
    }

    static func load(
        _ text: String, _ variables: [String: String] = [:], flags: [SettingOverride] = []
    ) -> LoadedConfiguration {
        ConfigurationFile.load(
            text: text, path: "/etc/gt/config.yaml", overrides: flags, in: environment(variables))
    }

    /// `line:column code` of everything that is said.
    static func marks(_ text: String, _ variables: [String: String] = [:]) -> [String] {
        load(text, variables).diagnostics.map { "\($0.line):\($0.column) \($0.code.rawValue)" }
    }
}
