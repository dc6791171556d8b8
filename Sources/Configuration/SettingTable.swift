/// Every setting that there is. Reader, variables, schema and reference come from this table alone.
enum SettingTable {
    static let root: [Setting] = [
        Setting("store", .section(store, isAlways: true), "where events and alerts are kept"),
        Setting(
            "fingerprint", .secret,
            "the key of token fingerprints; without it the key of this user, made on first use"),
        Setting(
            "mode", .choice(["alert", "observe"]),
            "observe records and judges everything and sends nothing", preset: "alert"),
        Setting("sources", .variants(sources, of: "source"), "what is read"),
        Setting("rules", .section(rules, isAlways: true), "the rules that judge"),
        Setting("clients", .path, "file of what is known about OAuth clients"),
        Setting("geo", .section(geo, isAlways: false), "where addresses are"),
        Setting("sinks", .variants(sinks, of: "sink"), "where alerts go"),
        Setting(
            "budget", .section(budget, isAlways: true),
            "how much a webhook is told one by one before the rest is gathered"),
        Setting(
            "http", .section(http, isAlways: false),
            "metrics and health over HTTP; without it nothing listens"),
        Setting(
            "control", .section(control, isAlways: true),
            "how other commands reach a running service"),
        Setting(
            "drain_timeout", .duration, "how long a stopping service waits for what is under way",
            preset: "30s"),
        Setting("jobs", .count(1...256), "threads that decode", preset: "2"),
        Setting("log", .section(log, isAlways: true), "what the service says about itself"),
    ]

    static let store: [Setting] = [
        Setting("path", .path, "the store's file; made if it is not there", isRequired: true),
        Setting("retention", .duration, "how long events are kept; without it for ever"),
        Setting(
            "low_water", .lowWater,
            "free space below which the disk counts as nearly full; "
                + "without it 1 GB, or 5 % of the file system if that is less"),
        Setting(
            "snapshot_every", .duration, "how often the state of the rules is kept for a restart",
            preset: "5m"),
    ]

    static let rules: [Setting] = [
        Setting("dirs", .list(.path), "rule files and directories, added to the pack"),
        Setting("lateness", .span, "how far events may be out of order", preset: "30s"),
        Setting(
            "tokens", .count(10_000...1_000_000_000),
            "refresh tokens that are remembered, about 200 bytes each; the oldest make room",
            preset: "33554432"),
        Setting(
            "experimental", .truth, "also run rules that are experimental or deprecated",
            preset: "false"),
    ]

    static let geo: [Setting] = [
        Setting("city", .path, "database of places (.mmdb)"),
        Setting("asn", .path, "database of autonomous systems or of kinds of networks (.mmdb)"),
        Setting("networks", .path, "own networks (CSV)"),
        Setting(
            "trusted_proxies", .list(.prefix),
            "own proxies, addresses or prefixes: never a token's holder"),
    ]

    private static let budget = budgets(pages: "5", tickets: "50")

    /// - Parameter pages: what holds when nothing is written; nil for what holds for all sinks.
    static func budgets(pages: String?, tickets: String?) -> [Setting] {
        [
            Setting(
                "pages_per_day", .count(1...10_000),
                "alerts of severity high and critical within 24 hours", preset: pages),
            Setting(
                "tickets_per_day", .count(1...10_000), "less severe alerts within 24 hours",
                preset: tickets),
        ]
    }

    static let http: [Setting] = [
        Setting(
            "listen", .listen,
            "where to listen, such as 127.0.0.1:8088; a port alone means 127.0.0.1")
    ]

    static let control: [Setting] = [
        Setting("socket", .path, "path of the control socket; without it beside the store"),
        Setting(
            "group", .text,
            "group whose members may connect, name or number; without it the service's user and "
                + "root alone"),
        Setting("viewers", .list(.text), "who may ask for status: users, or group:NAME"),
        Setting(
            "responders", .list(.text), "who may also acknowledge, close, reopen and silence"),
        Setting("operators", .list(.text), "who may do everything"),
    ]

    static let log: [Setting] = [
        Setting("format", .choice(["text", "json"]), "form of the log", preset: "text"),
        Setting(
            "level", .choice(["debug", "info", "warning", "error"]), "the least that is logged",
            preset: "info"),
    ]

    // MARK: - Sources

    static let sources = [
        Variant(
            type: "kafka", help: "topics of a Kafka cluster",
            settings: identity(["kafka"], "source") + kafka + reading),
        Variant(
            type: "file", help: "files that grow, are rotated or come anew",
            settings: identity(["file"], "source") + file + reading),
    ]

    static func identity(_ types: [String], _ what: String) -> [Setting] {
        [
            Setting("type", .choice(types), "the kind of \(what)", isRequired: true),
            Setting(
                "name", .name, "names the \(what) for good; without it the type", preset: types[0]),
        ]
    }

    /// What all kinds of sources have.
    private static let reading: [Setting] = [
        Setting(
            "dialect", .dialect,
            "format of the records, auto, or {map: FILE} for a map of your own", preset: "auto"),
        Setting(
            "start", .start,
            "where reading starts the first time: beginning (earliest), end (latest) or a moment",
            preset: "beginning"),
        Setting(
            "until", .choice(["never", "end"]),
            "end: the source is done when what is there now was read", preset: "never"),
        Setting(
            "tenant", .text,
            "whose the events are, whatever they say themselves; tenants share nothing"),
        Setting("time_zone", .timeZone, "zone of log times that name none", preset: "UTC"),
        Setting(
            "lateness", .span, "how far events of this source may be out of order; "
                + "without it rules.lateness"),
        Setting(
            "idle_after", .duration,
            "how long a silent partition holds the others back in event time", preset: "1m"),
    ]

    private static let kafka: [Setting] = [
        brokers,
        Setting(
            "topic", .list(.text), "topic or topics to read", isRequired: true, alias: "topics"),
        Setting("group", .text, "consumer group", preset: "grantrail"),
        Setting(
            "assignment", .choice(["cooperative", "eager"]),
            "how partitions move between members of the group", preset: "cooperative"),
    ] + connection

    static let brokers = Setting(
        "brokers", .list(.text), "host:port of some brokers", isRequired: true)

    /// How brokers are talked to.
    static let connection: [Setting] = [
        Setting("security", .section(security, isAlways: false), "encryption and login"),
        Setting("properties", .map, "settings of librdkafka that have no name here; no secrets"),
    ]

    private static let security: [Setting] = [
        Setting("sasl", .section(sasl, isAlways: false), "login by user name and password"),
        Setting(
            "tls", .section(tls, isAlways: false), "encryption; {} for the system's authorities"),
    ]

    private static let sasl: [Setting] = [
        Setting(
            "mechanism", .choice(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]), "SASL mechanism",
            isRequired: true),
        Setting("username", .text, "user name", isRequired: true),
        Setting("password", .secret, "password", isRequired: true),
    ]

    private static let tls: [Setting] = [
        Setting("ca", .path, "certificates of the authorities that are believed (PEM)"),
        Setting("certificate", .path, "certificate of this client (PEM)"),
        Setting("key", .path, "private key of this client (PEM)"),
        Setting("key_password", .secret, "password of the private key"),
        Setting(
            "verify_hostname", .truth, "the broker's certificate must name its host",
            preset: "true"),
    ]

    private static let file: [Setting] = [
        Setting(
            "path", .list(.path), "files, directories or patterns with * and ?", isRequired: true),
        Setting(
            "poll", .duration, "how often to look where the system does not tell of changes",
            preset: "1s"),
    ]
}
