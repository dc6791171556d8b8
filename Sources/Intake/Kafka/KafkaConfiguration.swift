internal import CRdKafka

/// The settings as properties of librdkafka.
enum KafkaConfiguration {
    /// Properties that are not for people to set, and the setting to use instead.
    static let owned: [String: String] = [
        "bootstrap.servers": "brokers", "metadata.broker.list": "brokers", "group.id": "group",
        "group.instance.id": "", "enable.auto.commit": "", "auto.commit.enable": "",
        "enable.auto.offset.store": "", "enable.partition.eof": "", "auto.offset.reset": "start",
        "partition.assignment.strategy": "assignment", "session.timeout.ms": "session_timeout",
        "security.protocol": "tls", "sasl.mechanism": "sasl.mechanism",
        "sasl.mechanisms": "sasl.mechanism", "sasl.username": "sasl.username",
        "sasl.password": "sasl.password", "ssl.ca.location": "tls.ca",
        "ssl.certificate.location": "tls.certificate", "ssl.key.location": "tls.key",
        "ssl.key.password": "tls.key_password", "ssl.key.pem": "tls.key",
        "ssl.keystore.password": "tls.key_password",
        "ssl.endpoint.identification.algorithm": "tls.verify_hostname",
        "enable.ssl.certificate.verification": "tls.ca", "allow.auto.create.topics": "",
        "log.queue": "", "log_level": "", "enabled_events": "", "plugin.library.paths": "",
    ]

    /// Everything that is set, in order; later ones win.
    static func properties(of settings: KafkaSettings) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = [
            ("bootstrap.servers", settings.brokers.joined(separator: ",")),
            ("client.id", "grantrail"),
            // assign() without a group still needs a name; it is never sent with a commit.
            ("group.id", settings.group ?? "grantrail-reader"),
            ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
            ("enable.partition.eof", "true"), ("auto.offset.reset", "error"),
            ("allow.auto.create.topics", "false"), ("log.connection.close", "false"),
            ("partition.assignment.strategy", settings.assignment.rawValue),
            ("session.timeout.ms", milliseconds(settings.sessionTimeout)),
            ("heartbeat.interval.ms", milliseconds(min(3, settings.sessionTimeout / 3))),
            // A sink that blocks is no reason to give partitions away at once.
            ("max.poll.interval.ms", "\(max(120_000, Int(settings.sessionTimeout * 1000)))"),
            // An answer as soon as there is a message; a long poll when there is none.
            ("fetch.min.bytes", "1"), ("fetch.wait.max.ms", "500"),
            ("fetch.error.backoff.ms", "200"), ("socket.nagle.disable", "true"),
            ("queued.max.messages.kbytes", "65536"), ("fetch.max.bytes", "33554432"),
            // Some brokers answer with more than was asked for.
            ("receive.message.max.bytes", "1000000000"),
            ("reconnect.backoff.ms", "100"), ("reconnect.backoff.max.ms", "5000"),
            ("topic.metadata.refresh.interval.ms", "60000"),
        ]
        if let staticID = settings.staticID, settings.group != nil {
            list.append(("group.instance.id", staticID))
        }
        list += security(of: settings)
        for name in settings.properties.keys.sorted() where owned[name] == nil {
            list.append((name, settings.properties[name] ?? ""))
        }
        return list
    }

    private static func milliseconds(_ seconds: Double) -> String {
        String(Int(max(0.1, min(seconds, 86_400)) * 1000))
    }

    private static func security(of settings: KafkaSettings) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        switch (settings.sasl != nil, settings.tls != nil) {
        case (false, false): break
        case (false, true): list.append(("security.protocol", "ssl"))
        case (true, false): list.append(("security.protocol", "sasl_plaintext"))
        case (true, true): list.append(("security.protocol", "sasl_ssl"))
        }
        if let sasl = settings.sasl {
            list.append(("sasl.mechanisms", sasl.mechanism.rawValue))
            list.append(("sasl.username", sasl.username))
            list.append(("sasl.password", sasl.password.text))
        }
        guard let tls = settings.tls else { return list }
        let files = [
            ("ssl.ca.location", tls.authorityFile),
            ("ssl.certificate.location", tls.certificateFile),
            ("ssl.key.location", tls.keyFile), ("ssl.key.password", tls.keyPassword?.text),
        ]
        for case (let name, let value?) in files { list.append((name, value)) }
        let check = tls.verifiesHostname ? "https" : "none"
        list.append(("ssl.endpoint.identification.algorithm", check))
        return list
    }

    /// Why librdkafka refuses a property; nil if it takes it.
    static func refusal(of name: String, _ value: String) -> String? {
        guard let configuration = rd_kafka_conf_new() else { return "out of memory" }
        defer { rd_kafka_conf_destroy(configuration) }
        return set(name, value, in: configuration)
    }

    private static func set(_ name: String, _ value: String, in configuration: OpaquePointer)
        -> String?
    {
        var reason = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(configuration, name, value, &reason, reason.count)
        return result == RD_KAFKA_CONF_OK ? nil : KafkaText.bounded(reason)
    }

    /// librdkafka's own form of the settings; the caller hands it on or destroys it.
    static func make(_ settings: KafkaSettings) throws(SourceError) -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else {
            throw KafkaTrouble.setting("out of memory")
        }
        for (name, value) in properties(of: settings) {
            if let reason = set(name, value, in: configuration) {
                rd_kafka_conf_destroy(configuration)
                throw KafkaTrouble.setting(reason)
            }
        }
        let events =
            RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE
            | RD_KAFKA_EVENT_OFFSET_COMMIT
        rd_kafka_conf_set_events(configuration, events)
        // What matters of the library's log also comes as an event.
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        return configuration
    }
}

/// Texts that librdkafka gives.
enum KafkaText {
    static func bounded(_ text: [CChar]) -> String {
        let end = text.firstIndex(of: 0) ?? text.endIndex
        let whole = String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return KafkaName.shown(whole, 300)
    }

    static func bounded(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "" }
        return KafkaName.shown(String(cString: text), 300)
    }

    static func of(_ error: rd_kafka_resp_err_t) -> String {
        bounded(rd_kafka_err2str(error))
    }
}
