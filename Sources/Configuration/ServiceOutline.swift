internal import WireFormat

/// What commands beside the service need of its configuration. There also if secrets are missing,
/// which only the service's own environment may have.
public struct ServiceOutline: Sendable {
    /// A webhook or a topic by its name.
    public struct Hook: Sendable, Equatable {
        public var name: String
        public var body: WebhookConfiguration.Body
        /// Without what may be secret; nil if it stands in a secret's place that cannot be read.
        /// A topic's is `kafka://BROKERS/TOPIC`, as on a command line.
        public var url: String?
        /// Nil for a topic.
        public var budget: BudgetConfiguration?
    }

    public var store: String
    public var controlSocket: String
    /// Nil for the key of the user.
    public var fingerprint: SecretReference?
    /// In the order of the configuration.
    public var hooks: [Hook]

    init?(_ root: SettingSection) {
        guard let path = root.section("store")?.text("path") else { return nil }
        store = path
        controlSocket = ConfigurationBuilder.controlSocket(root, store: path)
        fingerprint = root.secret("fingerprint")
        let standard = ConfigurationBuilder.budget(of: root)
        hooks = root.sections("sinks").compactMap { section in
            guard let name = section.text("name"),
                let body = section.text("body").flatMap(WebhookConfiguration.Body.init(rawValue:))
            else { return nil }
            if let topic = section.text("topic") {
                let brokers = section.list("brokers").joined(separator: ",")
                return Hook(name: name, body: body, url: "kafka://\(brokers)/\(topic)")
            }
            let url = section.urlText.flatMap { WebhookURL($0) }
            let isSecret = section.secret("url") != nil || body == .slack
            return Hook(
                name: name, body: body, url: url?.shown(isSecret: isSecret),
                budget: ConfigurationBuilder.budget(
                    section.section("budget"), otherwise: standard))
        }
    }
}
