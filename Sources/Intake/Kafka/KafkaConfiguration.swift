internal import CRdKafka
internal import KafkaAccess

/// The settings of a source as properties of librdkafka.
enum KafkaConfiguration {
    /// Properties that are not for people to set, beside those of every client, and the setting
    /// to use instead.
    static let owned: [String: String] = [
        "group.id": "group", "group.instance.id": "", "enable.auto.commit": "",
        "auto.commit.enable": "", "enable.auto.offset.store": "", "enable.partition.eof": "",
        "auto.offset.reset": "start", "partition.assignment.strategy": "assignment",
        "session.timeout.ms": "session_timeout",
    ]

    private static func properties(of settings: KafkaSettings) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = [
            // assign() without a group still needs a name; it is never sent with a commit.
            ("group.id", settings.group ?? "grantrail-reader"),
            ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
            ("enable.partition.eof", "true"), ("auto.offset.reset", "error"),
            ("partition.assignment.strategy", settings.assignment.rawValue),
            ("session.timeout.ms", milliseconds(settings.sessionTimeout)),
            ("heartbeat.interval.ms", milliseconds(min(3, settings.sessionTimeout / 3))),
            // A sink that blocks is no reason to give partitions away at once.
            ("max.poll.interval.ms", "\(max(120_000, Int(settings.sessionTimeout * 1000)))"),
            // An answer as soon as there is a message; a long poll when there is none.
            ("fetch.min.bytes", "1"), ("fetch.wait.max.ms", "500"),
            ("fetch.error.backoff.ms", "200"),
            // librdkafka 2.0 looks only once a second whether a full queue has room again, so that
            // a second's worth at full speed has to fit beside what waits to be decoded.
            ("queued.max.messages.kbytes", "131072"), ("queued.min.messages", "1000000"),
            ("fetch.max.bytes", "33554432"),
            // Some brokers answer with more than was asked for.
            ("receive.message.max.bytes", "1000000000"),
        ]
        if let staticID = settings.staticID, settings.group != nil {
            list.append(("group.instance.id", staticID))
        }
        return list
    }

    private static func milliseconds(_ seconds: Double) -> String {
        String(Int(max(0.1, min(seconds, 86_400)) * 1000))
    }

    /// librdkafka's own form of the settings; the caller hands it on or destroys it.
    static func make(_ settings: KafkaSettings) throws(SourceError) -> OpaquePointer {
        let configuration: OpaquePointer
        do throws(KafkaRefusal) {
            configuration = try settings.cluster.configuration(
                properties(of: settings), owned: owned)
        } catch {
            throw KafkaTrouble.setting(error.reason)
        }
        let events =
            RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE
            | RD_KAFKA_EVENT_OFFSET_COMMIT
        rd_kafka_conf_set_events(configuration, events)
        return configuration
    }
}
