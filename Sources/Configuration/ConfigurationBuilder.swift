internal import AuditModel

/// Checked values as the structures that the service works with.
enum ConfigurationBuilder {
    /// - Parameter root: read without errors.
    static func configuration(_ root: SettingSection) -> ServiceConfiguration? {
        guard let store = root.section("store"), let path = store.text("path"),
            let rules = root.section("rules"), let log = root.section("log")
        else { return nil }
        let lateness = rules.number("lateness") ?? 0
        let budget = budget(of: root)
        return ServiceConfiguration(
            store: .init(
                path: path, retention: store.number("retention"), lowWater: lowWater(store),
                snapshotEvery: store.number("snapshot_every") ?? 0),
            fingerprint: root.secret("fingerprint"),
            mode: root.choice("mode") ?? .alert,
            sources: root.sections("sources").compactMap { source($0, lateness: lateness) },
            rules: .init(
                directories: rules.list("dirs"), lateness: lateness,
                tokens: Int(rules.number("tokens") ?? 33_554_432),
                runsExperimental: rules.truth("experimental")),
            clients: root.text("clients"),
            geography: root.section("geo").map(geography),
            sinks: root.sections("sinks").compactMap { sink($0, budget: budget) },
            http: root.section("http")?.text("listen").flatMap(ListenAddress.init(text:)),
            controlSocket: controlSocket(root, store: path),
            control: root.section("control").flatMap(control),
            drainTimeout: root.number("drain_timeout") ?? 0,
            jobs: Int(root.number("jobs") ?? 1),
            log: .init(
                format: log.choice("format") ?? .text, level: log.choice("level") ?? .info))
    }

    static func controlSocket(_ root: SettingSection, store: String) -> String {
        root.section("control")?.text("socket") ?? store + ".sock"
    }

    private static func control(_ section: SettingSection) -> ServiceConfiguration.Control? {
        section.text("group").map {
            .init(
                group: $0, viewers: section.list("viewers"),
                responders: section.list("responders"), operators: section.list("operators"))
        }
    }

    private static func lowWater(_ store: SettingSection) -> LowWater {
        guard let text = store.text("low_water"), let number = store.number("low_water")
        else { return .standard }
        return text.hasSuffix("%") ? .percent(number) : .bytes(number)
    }

    private static func geography(_ geo: SettingSection) -> ServiceConfiguration.Geography {
        .init(
            city: geo.text("city"), asn: geo.text("asn"), networks: geo.text("networks"),
            trustedProxies: geo.list("trusted_proxies").compactMap { IPPrefix($0) })
    }

    // MARK: - Sources

    private static func source(
        _ section: SettingSection, lateness: Int64
    ) -> SourceConfiguration? {
        guard let type = section.text("type"), let name = section.text("name") else { return nil }
        let dialect = section.text("dialect") ?? "auto"
        return SourceConfiguration(
            name: name,
            kind: type == "kafka" ? .kafka(kafka(section)) : .file(file(section)),
            dialect: dialect == "auto" ? nil : dialect,
            start: start(section), isBounded: section.text("until") == "end",
            tenant: section.text("tenant"), timeZone: section.text("time_zone") ?? "UTC",
            lateness: section.number("lateness") ?? lateness,
            idleAfter: section.number("idle_after") ?? 0)
    }

    private static func start(_ section: SettingSection) -> ReadingStart {
        if let time = section.number("start") { return .time(time) }
        return section.text("start") == "end" ? .end : .beginning
    }

    private static func kafka(_ section: SettingSection) -> KafkaConfiguration {
        KafkaConfiguration(
            cluster: cluster(section), topics: section.list("topic"),
            group: section.text("group") ?? "", assignment: section.choice("assignment") ?? .eager)
    }

    private static func file(_ section: SettingSection) -> FileConfiguration {
        FileConfiguration(paths: section.list("path"), poll: section.number("poll") ?? 0)
    }
}

extension SettingSection {
    func choice<Word: RawRepresentable<String>>(_ name: String) -> Word? {
        text(name).flatMap { Word(rawValue: $0) }
    }
}
