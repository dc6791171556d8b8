internal import Glibc

/// What is wrong with one setting.
public struct KafkaSettingProblem: Sendable, Equatable {
    /// The setting's name, such as `brokers` or `tls.ca`.
    public var key: String
    /// What cannot be done: why; what to do. One line, without secrets.
    public var message: String
    /// Whether it lies with a file that the setting names.
    public var isFile = false
}

/// What is wrong with settings, as it is found.
public struct KafkaProblems {
    /// In the order in which they were found.
    public private(set) var all: [KafkaSettingProblem] = []

    public init() {}

    /// Notes one.
    ///
    /// - Parameter message: what it is, such as `is empty`.
    public mutating func add(_ key: String, _ message: String) {
        all.append(KafkaSettingProblem(key: key, message: message))
    }

    /// Notes it if a text is no topic's name.
    public mutating func checkTopic(_ topic: String) {
        if KafkaName.isTopic(topic) { return }
        add(
            "topic",
            "'\(KafkaName.shown(topic))' is no topic name; letters, digits, '.', '_', '-', "
                + "at most 249")
    }

    mutating func checkReadable(_ path: String?, _ key: String) {
        guard let path, access(path, R_OK) != 0 else { return }
        let reason = String(cString: strerror(errno))
        add(key, "cannot read \(KafkaName.shown(path)): \(reason); check the path and its rights")
        all[all.count - 1].isFile = true
    }

    mutating func require(_ feature: String, for key: String) {
        if KafkaLibrary.features.contains(feature) { return }
        add(
            key,
            "librdkafka \(KafkaLibrary.version) was built without \(feature); "
                + "install one that has it")
    }
}

extension KafkaCluster {
    /// Everything that is wrong, in the order of the settings; empty when all is well.
    ///
    /// Looks at files that are named and at what the linked library can do; asks no broker.
    ///
    /// - Parameter owned: properties that this kind of client sets itself, see
    ///   ``configuration(_:owned:)``.
    public func problems(owned: [String: String]) -> [KafkaSettingProblem] {
        var list = KafkaProblems()
        if brokers.isEmpty { list.add("brokers", "is empty; write one or more HOST:PORT") }
        for broker in brokers where !KafkaName.isBroker(broker) {
            list.add("brokers", "'\(KafkaName.shown(broker))' is no HOST or HOST:PORT")
        }
        checkSecurity(&list)
        checkProperties(owned, &list)
        return list.all
    }

    private func checkSecurity(_ list: inout KafkaProblems) {
        if let sasl {
            if sasl.username.isEmpty { list.add("sasl.username", "is empty") }
            if sasl.password.text.isEmpty { list.add("sasl.password", "is empty") }
            let feature = sasl.mechanism == .plain ? "sasl_plain" : "sasl_scram"
            list.require(feature, for: "sasl.mechanism")
        }
        guard let tls else { return }
        list.require("ssl", for: "tls")
        list.checkReadable(tls.authorityFile, "tls.ca")
        list.checkReadable(tls.certificateFile, "tls.certificate")
        list.checkReadable(tls.keyFile, "tls.key")
        if (tls.certificateFile == nil) != (tls.keyFile == nil) {
            list.add("tls.certificate", "a certificate and its key go together; set both")
        }
        if tls.keyPassword != nil && tls.keyFile == nil {
            list.add("tls.key_password", "is set without a key")
        }
    }

    private func checkProperties(_ owned: [String: String], _ list: inout KafkaProblems) {
        let owned = Self.owned.merging(owned) { $1 }
        for name in properties.keys.sorted() {
            if let setting = owned[name] {
                let remedy = setting.isEmpty ? "it has to stay as it is" : "use '\(setting)'"
                list.add("properties.\(name)", "is set by this program; \(remedy)")
            } else if let reason = Self.refusal(of: name, properties[name] ?? "") {
                list.add("properties.\(name)", reason)
            }
        }
    }
}
