internal import AuditModel

extension ConfigurationBuilder {
    static func sink(_ section: SettingSection) -> SinkConfiguration? {
        guard let name = section.text("name"), let type = section.text("type"),
            let least = section.text("min").flatMap({ Severity(name: $0) }),
            let kind = kind(type, section)
        else { return nil }
        return SinkConfiguration(
            name: name, kind: kind,
            routing: SinkRouting(
                least: least, rules: section.list("rules"), clients: section.list("clients"),
                tenants: section.list("tenants")))
    }

    private static func kind(
        _ type: String, _ section: SettingSection
    ) -> SinkConfiguration.Kind? {
        switch type {
        case "file":
            section.text("path").map { path in
                .file(
                    FileSinkConfiguration(
                        path: path, format: section.choice("output") ?? .ndjson,
                        rotate: section.number("rotate") ?? 0,
                        keep: Int(section.number("keep") ?? 1)))
            }
        case "webhook": webhook(section).map { .webhook($0) }
        default: .standardOutput(.init(format: section.choice("output") ?? .ndjson))
        }
    }

    /// Nil also when the URL is in a secret's place and is not there.
    private static func webhook(_ section: SettingSection) -> WebhookConfiguration? {
        guard let text = section.urlText, let url = WebhookURL(text) else { return nil }
        return WebhookConfiguration(
            url: url, isURLSecret: section.secret("url") != nil,
            body: section.choice("body") ?? .grantrail,
            group: section.choice("group") ?? .alert, secret: section.secret("secret"),
            previousSecret: section.secret("previous_secret"),
            routingKey: section.secret("routing_key"), persons: section.choice("pii") ?? .full,
            allowsPrivate: section.truth("allow_private"),
            allowsHTTP: section.truth("allow_http"), authorities: section.text("ca"),
            timeout: section.number("timeout") ?? 15_000_000_000,
            inFlight: Int(section.number("in_flight") ?? 4),
            maxAge: section.number("max_age") ?? 0)
    }
}

extension SettingSection {
    /// The text of a webhook's URL, wherever it stands; nil if a secret's place lacks it.
    var urlText: String? { text("url") ?? secret("url")?.secret?.revealText() }
}
