/// Whether topics can be read, without reading them.
public enum KafkaProbe {
    /// What is wrong with a topic, as a sentence; nil when its brokers answer and it is there.
    ///
    /// - Parameters:
    ///   - settings: as for a source; nothing is subscribed or committed.
    ///   - milliseconds: how long brokers may take to answer.
    /// - Throws: ``SourceError`` when the settings cannot be used.
    public static func trouble(
        with topic: String, _ settings: KafkaSettings, within milliseconds: Int32
    ) throws(SourceError) -> String? {
        var settings = settings
        // Membership of a group is nothing to find out by joining it.
        settings.group = nil
        switch try KafkaClient(settings).state(of: topic, within: milliseconds) {
        case .present: return nil
        case .missing: return "there is no topic \(topic)"
        case .forbidden: return "this user may not read the topic \(topic)"
        case .unknown(let reason): return "no broker answers: \(reason)"
        }
    }
}
