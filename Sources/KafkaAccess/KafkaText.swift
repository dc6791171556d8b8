public import CRdKafka

/// Texts that librdkafka gives, as one line of bounded length.
public enum KafkaText {
    /// A text that ends with a zero, or with the buffer.
    public static func bounded(_ text: [CChar]) -> String {
        let end = text.firstIndex(of: 0) ?? text.endIndex
        let whole = String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return KafkaName.shown(whole, 300)
    }

    /// A text of the library's own; empty for none.
    public static func bounded(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "" }
        return KafkaName.shown(String(cString: text), 300)
    }

    /// What the library says about an error.
    public static func of(_ error: rd_kafka_resp_err_t) -> String {
        bounded(rd_kafka_err2str(error))
    }
}
