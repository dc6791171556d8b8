internal import KafkaAccess

/// A place in Kafka as it is written on a command line:
/// `kafka://HOST[:PORT][,HOST…]/TOPIC[,TOPIC…][?group=NAME]`.
///
/// Without a group all partitions are read and nothing is committed, so that looking at a topic
/// disturbs nobody. There is no place for passwords; sources that need one are configured in a
/// file.
public struct KafkaLocation: Sendable, Equatable {
    /// `HOST:PORT`; 9092 where no port was written.
    public var brokers: [String]
    public var topics: [String]
    /// Nil for none.
    public var group: String?

    private static let scheme = "kafka://"
    private static let usage = "write kafka://HOST[:PORT][,HOST]/TOPIC[?group=NAME]"

    /// Whether a text is meant as one.
    public static func isMeant(by text: String) -> Bool { text.hasPrefix(scheme) }

    /// - Throws: ``SourceError`` with code `kafka.location` and exit status 64.
    public init(_ text: String) throws(SourceError) {
        guard Self.isMeant(by: text) else { throw Self.error(text, "it has another scheme") }
        let rest = text.dropFirst(Self.scheme.count)
        guard !rest.contains("@") else {
            let why = "names and passwords have no place in it; configure the source in a file"
            throw SourceError(
                code: "kafka.location",
                message: "cannot read a Kafka location: \(why)", exitStatus: 64)
        }
        guard let slash = rest.firstIndex(of: "/") else { throw Self.error(text, "no topic") }
        let path = rest[rest.index(after: slash)...]
        let question = path.firstIndex(of: "?")
        brokers = Self.list(rest[..<slash]).map(Self.withPort)
        topics = Self.list(path[..<(question ?? path.endIndex)])
        if brokers.isEmpty { throw Self.error(text, "no host") }
        for broker in brokers where !KafkaName.isBroker(broker) {
            throw Self.error(text, "'\(KafkaName.shown(broker))' is no HOST:PORT")
        }
        if topics.isEmpty { throw Self.error(text, "no topic") }
        for topic in topics where !KafkaName.isTopic(topic) {
            throw Self.error(text, "'\(KafkaName.shown(topic))' is no topic name")
        }
        guard let question else { return }
        for item in path[path.index(after: question)...].split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "group" else {
                throw Self.error(text, "'\(KafkaName.shown(String(item)))' is not known")
            }
            guard KafkaName.isTopic(String(parts[1])) else {
                throw Self.error(text, "a group is of letters, digits, '.', '_', '-'")
            }
            group = String(parts[1])
        }
    }

    /// The settings of a source that reads it.
    public func settings(name: String, start: SourceStart, isBounded: Bool) -> KafkaSettings {
        var settings = KafkaSettings(
            name: name, cluster: KafkaCluster(brokers: brokers), topics: topics)
        settings.group = group
        settings.start = start
        settings.isBounded = isBounded
        return settings
    }

    private static func list(_ text: Substring) -> [String] {
        text.split(separator: ",").map(String.init)
    }

    private static func withPort(_ broker: String) -> String {
        let hasPort =
            broker.hasPrefix("[") ? broker.contains("]:") : broker.contains(":")
        return hasPort ? broker : broker + ":9092"
    }

    private static func error(_ text: String, _ why: String) -> SourceError {
        SourceError(
            code: "kafka.location",
            message: "cannot read \(KafkaName.shown(text)): \(why); \(usage)", exitStatus: 64)
    }
}
