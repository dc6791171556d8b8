internal import AuditModel
internal import WireFormat

extension ConfigurationBuilder {
    static func sink(
        _ section: SettingSection, budget: BudgetConfiguration
    ) -> SinkConfiguration? {
        guard let name = section.text("name"), let type = section.text("type"),
            let least = section.text("min").flatMap({ Severity(name: $0) }),
            let kind = kind(type, section, budget)
        else { return nil }
        return SinkConfiguration(
            name: name, kind: kind,
            routing: SinkRouting(
                least: least, rules: section.list("rules"), clients: section.list("clients"),
                tenants: section.list("tenants")))
    }

    private static func kind(
        _ type: String, _ section: SettingSection, _ budget: BudgetConfiguration
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
        case "webhook": webhook(section, budget).map { .webhook($0) }
        case "kafka": topic(section).map { .kafka($0) }
        default: .standardOutput(.init(format: section.choice("output") ?? .ndjson))
        }
    }

    /// Nil also when the URL is in a secret's place and is not there.
    private static func webhook(
        _ section: SettingSection, _ budget: BudgetConfiguration
    ) -> WebhookConfiguration? {
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
            maxAge: section.number("max_age") ?? 0,
            budget: Self.budget(section.section("budget"), otherwise: budget))
    }

    /// The budget of all webhooks.
    static func budget(of root: SettingSection) -> BudgetConfiguration {
        budget(root.section("budget"), otherwise: BudgetConfiguration(pages: 5, tickets: 50))
    }

    static func budget(
        _ section: SettingSection?, otherwise standard: BudgetConfiguration
    ) -> BudgetConfiguration {
        BudgetConfiguration(
            pages: section?.number("pages_per_day").map { Int($0) } ?? standard.pages,
            tickets: section?.number("tickets_per_day").map { Int($0) } ?? standard.tickets)
    }

    private static func topic(_ section: SettingSection) -> TopicConfiguration? {
        guard let topic = section.text("topic") else { return nil }
        return TopicConfiguration(
            cluster: cluster(section), topic: topic, body: section.choice("body") ?? .grantrail,
            persons: section.choice("pii") ?? .full,
            timeout: section.number("timeout") ?? 15_000_000_000,
            inFlight: Int(section.number("in_flight") ?? 4),
            maxAge: section.number("max_age") ?? 0)
    }
}

extension SettingSection {
    /// The text of a webhook's URL, wherever it stands; nil if a secret's place lacks it.
    var urlText: String? { text("url") ?? secret("url")?.secret?.revealText() }
}
