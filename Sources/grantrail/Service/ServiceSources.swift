import AuditModel
import Configuration
import Intake
import KafkaAccess
import LogFormats
import Pipeline
import WireFormat

/// From the configuration's sources to sources that run.
enum ServiceSources {
    /// - Parameter store: the store's identity, which gives members of Kafka groups lasting names.
    static func make(
        _ configuration: ServiceConfiguration, store: ID128
    ) -> [LiveSourceOptions] {
        configuration.sources.map { source in
            var options = LiveSourceOptions(
                source: make(source, store: store), lateness: source.lateness)
            options.idleAfter = source.idleAfter
            options.format = source.dialect.flatMap(format)
            options.settings = DecodeSettings(
                timeZone: SystemZone.table(named: source.timeZone) ?? .utc, tenant: source.tenant)
            return options
        }
    }

    private static func format(_ dialect: String) -> (any LogFormat)? {
        if let path = MapFile.path(in: dialect) { return MapFile.format(path) }
        return FormatRegistry.named(dialect)
    }

    private static func make(_ source: SourceConfiguration, store: ID128) -> any LiveSource {
        switch source.kind {
        case .kafka(let kafka): KafkaSource(settings(kafka, source, store))
        case .file(let file):
            FileFollower(settings(file, source))
        }
    }

    private static func settings(
        _ file: FileConfiguration, _ source: SourceConfiguration
    ) -> FollowSettings {
        var settings = FollowSettings(name: source.name, patterns: file.paths)
        settings.start = start(source.start)
        settings.isBounded = source.isBounded
        settings.pollInterval = .nanoseconds(file.poll)
        return settings
    }

    /// - Parameter store: the store's identity.
    static func settings(
        _ kafka: KafkaConfiguration, _ source: SourceConfiguration, _ store: ID128
    ) -> KafkaSettings {
        var settings = KafkaSettings(
            name: source.name, cluster: KafkaCluster(kafka.cluster), topics: kafka.topics)
        settings.group = kafka.group
        settings.start = start(source.start)
        settings.isBounded = source.isBounded
        settings.staticID = "grantrail-\(store.hex.prefix(16))-\(source.name)"
        settings.assignment = kafka.assignment == .eager ? .range : .cooperativeSticky
        return settings
    }

    private static func start(_ start: ReadingStart) -> SourceStart {
        switch start {
        case .beginning: .beginning
        case .end: .end
        case .time(let time): .time(time)
        }
    }
}
