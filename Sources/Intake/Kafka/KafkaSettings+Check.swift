internal import Glibc

extension KafkaSettings {
    /// Everything that is wrong, in the order of the settings; empty when all is well.
    ///
    /// Looks at files that are named and at what the linked library can do; asks no broker.
    public func problems() -> [KafkaSettingProblem] {
        var list = ProblemList()
        checkPlaces(&list)
        checkGroup(&list)
        checkSecurity(&list)
        checkProperties(&list)
        return list.problems
    }

    private func checkPlaces(_ list: inout ProblemList) {
        if name.isEmpty { list.add("name", "is empty; name the source") }
        if brokers.isEmpty { list.add("brokers", "is empty; write one or more HOST:PORT") }
        for broker in brokers where !KafkaName.isBroker(broker) {
            list.add("brokers", "'\(KafkaName.shown(broker))' is no HOST or HOST:PORT")
        }
        if topics.isEmpty { list.add("topic", "is empty; name one or more topics") }
        for topic in topics where !KafkaName.isTopic(topic) {
            list.add(
                "topic",
                "'\(KafkaName.shown(topic))' is no topic name; letters, digits, '.', '_', '-', "
                    + "at most 249")
        }
        if Set(topics).count < topics.count { list.add("topic", "names a topic twice") }
    }

    private func checkGroup(_ list: inout ProblemList) {
        if let group, group.isEmpty || group.utf8.count > 255 || !KafkaName.isPlain(group) {
            list.add("group", "is empty, longer than 255 bytes or has control characters")
        }
        if let staticID, staticID.isEmpty || !KafkaName.isTopic(staticID) {
            list.add("static_id", "must be of letters, digits, '.', '_', '-', at most 249")
        }
        if !(sessionTimeout >= 1 && sessionTimeout <= 3600) {
            list.add("session_timeout", "is outside 1 s to 1 h")
        }
    }

    private func checkSecurity(_ list: inout ProblemList) {
        if let sasl {
            if sasl.username.isEmpty { list.add("sasl.username", "is empty") }
            if sasl.password.text.isEmpty { list.add("sasl.password", "is empty") }
            let feature = sasl.mechanism == .plain ? "sasl_plain" : "sasl_scram"
            list.require(feature, for: "sasl.mechanism")
        }
        guard let tls else { return }
        list.require("ssl", for: "tls")
        list.readable(tls.authorityFile, "tls.ca")
        list.readable(tls.certificateFile, "tls.certificate")
        list.readable(tls.keyFile, "tls.key")
        if (tls.certificateFile == nil) != (tls.keyFile == nil) {
            list.add("tls.certificate", "a certificate and its key go together; set both")
        }
        if tls.keyPassword != nil && tls.keyFile == nil {
            list.add("tls.key_password", "is set without a key")
        }
    }

    private func checkProperties(_ list: inout ProblemList) {
        for name in properties.keys.sorted() {
            if let setting = KafkaConfiguration.owned[name] {
                let remedy = setting.isEmpty ? "it has to stay as it is" : "use '\(setting)'"
                list.add("properties.\(name)", "is set by this program; \(remedy)")
            } else if let reason = KafkaConfiguration.refusal(of: name, properties[name] ?? "") {
                list.add("properties.\(name)", reason)
            }
        }
    }
}

private struct ProblemList {
    var problems: [KafkaSettingProblem] = []

    mutating func add(_ key: String, _ message: String) {
        problems.append(KafkaSettingProblem(key: key, message: message))
    }

    mutating func readable(_ path: String?, _ key: String) {
        guard let path, access(path, R_OK) != 0 else { return }
        let reason = String(cString: strerror(errno))
        add(key, "cannot read \(KafkaName.shown(path)): \(reason); check the path and its rights")
    }

    mutating func require(_ feature: String, for key: String) {
        if KafkaLibrary.features.contains(feature) { return }
        add(
            key,
            "librdkafka \(KafkaLibrary.version) was built without \(feature); "
                + "install one that has it")
    }
}

/// What names of Kafka may look like.
enum KafkaName {
    static func isTopic(_ text: String) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= 249, text != ".", text != ".." else { return false }
        return bytes.allSatisfy(isWord)
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`.
    static func isBroker(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 300 else { return false }
        var host = text[...]
        var port: Substring?
        if host.hasPrefix("[") {
            guard let close = host.firstIndex(of: "]") else { return false }
            let rest = host[host.index(after: close)...]
            host = host[host.index(after: host.startIndex)..<close]
            if !rest.isEmpty {
                guard rest.hasPrefix(":") else { return false }
                port = rest.dropFirst()
            }
            guard !host.isEmpty, host.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: ":") })
            else { return false }
        } else {
            if let colon = host.firstIndex(of: ":") {
                port = host[host.index(after: colon)...]
                host = host[..<colon]
            }
            guard !host.isEmpty, host.utf8.allSatisfy(isWord) else { return false }
        }
        guard let port else { return true }
        guard let number = UInt16(port) else { return false }
        return number > 0
    }

    static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// A text for a message: one line of bounded length.
    static func shown(_ text: String, _ limit: Int = 200) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            shown.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return text.unicodeScalars.count > limit ? shown + "…" : shown
    }
}
