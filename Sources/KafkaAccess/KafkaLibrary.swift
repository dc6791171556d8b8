internal import CRdKafka

/// The librdkafka that this process is linked with.
public enum KafkaLibrary {
    /// Such as `2.0.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }

    /// What people should know about this version; nil when there is nothing to say.
    public static var warning: String? { warning(for: Int(rd_kafka_version()), version) }

    /// What is to be said about a version, given as librdkafka counts it: `0xMMmmrrpp`.
    static func warning(for number: Int, _ name: String) -> String? {
        if number >= 0x0203_0000 { return nil }
        if number >= 0x0201_0000 {
            return "librdkafka \(name) may deliver messages twice and lose its place when a "
                + "broker changes; install 2.3 or newer"
        }
        return "librdkafka \(name) is old; its known faults are worked around, but some brokers "
            + "refuse it; 2.3 or newer is better"
    }

    /// What the library was built with, such as `ssl` and `sasl_scram`.
    static var features: Set<String> {
        guard let configuration = rd_kafka_conf_new() else { return [] }
        defer { rd_kafka_conf_destroy(configuration) }
        var size = 0
        guard rd_kafka_conf_get(configuration, "builtin.features", nil, &size) == RD_KAFKA_CONF_OK
        else { return [] }
        var text = [CChar](repeating: 0, count: size + 1)
        guard rd_kafka_conf_get(configuration, "builtin.features", &text, &size) == RD_KAFKA_CONF_OK
        else { return [] }
        let end = text.firstIndex(of: 0) ?? text.endIndex
        let list = String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return Set(list.split(separator: ",").map(String.init))
    }
}
