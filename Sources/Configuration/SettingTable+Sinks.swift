/// Where alerts go.
extension SettingTable {
    static let sinks = [
        Variant(
            type: "stdout", help: "standard output of the service",
            settings: identity(["stdout"], "sink") + [alertForm] + routing),
        Variant(
            type: "file", help: "a file of alerts that is rotated",
            settings: identity(["file"], "sink") + file + routing),
        Variant(
            type: "webhook", help: "an HTTP endpoint that gets a request for each alert",
            settings: identity(["webhook"], "sink") + webhook + pace + routing),
        Variant(
            type: "kafka", help: "a topic of a Kafka cluster that gets a message for each alert",
            settings: identity(["kafka"], "sink") + topic + pace + connection + routing),
    ]

    private static let alertForm = Setting(
        "output", .choice(["ndjson", "text"]), "form of alerts", preset: "ndjson")

    /// What all kinds of sinks have.
    private static let routing: [Setting] = [
        Setting(
            "min", .choice(["info", "low", "medium", "high", "critical"]),
            "the least severity that is sent", preset: "low"),
        Setting(
            "rules", .list(.text), "only alerts of these rules, by name; * stands for any text"),
        Setting("clients", .list(.text), "only alerts about these clients; * stands for any text"),
        Setting("tenants", .list(.text), "only alerts about these tenants; * stands for any text"),
    ]

    private static let file: [Setting] = [
        Setting("path", .path, "the file; made, readable by its owner alone", isRequired: true),
        alertForm,
        Setting(
            "rotate", .size, "the file is put aside before it grows beyond this; 0B: never",
            preset: "100MB"),
        Setting(
            "keep", .count(1...1_000), "files put aside that are kept: PATH.1 is the newest",
            preset: "7"),
    ]

    private static let webhook: [Setting] = [
        Setting(
            "url", .url, "where to send; the place of a secret if whoever knows it may post",
            isRequired: true),
        Setting(
            "body", .choice(WebhookConfiguration.Body.allCases.map(\.rawValue)),
            "form of alerts", preset: "grantrail"),
        Setting(
            "secret", .secret,
            "signs requests (Standard Webhooks); `grantrail hooks secret` makes one; "
                + "required for grantrail and cloudevents"),
        Setting(
            "previous_secret", .secret, "signs beside it while the receiver changes its secret"),
        Setting(
            "group", .choice(["alert", "incident"]),
            "incident: one message for alerts about one grant or attacker, and then only what "
                + "changes about them", preset: "alert"),
        Setting("routing_key", .secret, "integration key of PagerDuty; required for pagerduty"),
        persons,
        Setting(
            "allow_private", .truth, "the host may be in a private network or this machine",
            preset: "false"),
        Setting("allow_http", .truth, "the URL may be http, unencrypted", preset: "false"),
        Setting("ca", .path, "certificates of the authorities that are believed (PEM)"),
        Setting(
            "budget", .section(budgets(pages: nil, tickets: nil), isAlways: false),
            "its own budget; what it leaves out is that of all webhooks"),
    ]

    private static let topic: [Setting] = [
        brokers,
        Setting("topic", .text, "the topic; it must be there", isRequired: true),
        Setting(
            "body",
            .choice(WebhookConfiguration.Body.allCases.filter(\.fitsTopics).map(\.rawValue)),
            "form of alerts", preset: "grantrail"),
        persons,
    ]

    private static let persons = Setting(
        "pii", .choice(["full", "pseudonym", "none"]),
        "what is said of persons: all, pseudonyms or nothing", preset: "full")

    /// What sinks have that try again.
    private static let pace: [Setting] = [
        Setting("timeout", .duration, "how long one attempt may take", preset: "15s"),
        Setting("in_flight", .count(1...64), "attempts under way at once", preset: "4"),
        Setting("max_age", .duration, "how long an alert is tried before it is dead", preset: "3d"),
    ]
}
