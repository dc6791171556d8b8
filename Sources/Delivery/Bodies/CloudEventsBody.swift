internal import AuditModel
internal import WireFormat

/// An alert as a CloudEvents 1.0 event.
struct CloudEventsBody {
    private enum Value {
        case text(String)
        case number(Int64)
    }

    private let attributes: [(name: String, value: Value)]
    private let data: [UInt8]

    init(_ notice: AlertNotice, _ context: BodyContext, sequence: Int64) {
        let alert = notice.alert
        let grant = notice.grant.map { BodyText.plain($0, limit: 200) }
        let time = TimeText.string(alert.time, precision: alert.precision)
        let digits = String(max(0, sequence))
        var attributes: [(name: String, value: Value)] = [
            ("specversion", .text("1.0")),
            ("id", .text(notice.messageID)),
            ("source", .text("/grantrail/" + Self.segment(context.store))),
            ("type", .text("io.grantrail.alert.\(notice.change.rawValue).v1")),
            ("time", .text(time)),
            ("severitytext", .text(alert.severity.name)),
            ("severitynumber", .number(SeverityMap(alert.severity).cloudEvents)),
            ("partitionkey", .text(notice.partitionKey)),
            // Equal length, so that texts sort like numbers.
            ("sequence", .text(String(repeating: "0", count: 19 - digits.count) + digits)),
        ]
        if let grant { attributes.append(("subject", .text("grant/" + grant))) }
        self.attributes = attributes
        data = notice.json(limit: BodyWriter.alertBytes)
    }

    /// Structured content mode: attributes and data in one JSON object.
    func structured() -> RenderedBody {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in attributes {
            switch value {
            case .text(let text): writer.member(name, text)
            case .number(let number): writer.member(name, number)
            }
        }
        writer.member("datacontenttype", "application/json")
        writer.member("data", json: data)
        writer.endObject()
        return RenderedBody(
            headers: [("content-type", "application/cloudevents+json")], bytes: writer.bytes)
    }

    /// Binary content mode: attributes in headers, the alert alone as the body.
    ///
    /// - Parameter binding: the Kafka protocol binding (1.0.2, §3.2.3) has other names and leaves
    ///   values as they are.
    func binary(_ binding: BodyBinding) -> RenderedBody {
        let isWeb = binding == .web
        var headers = [(name: "content-type", value: "application/json")]
        for (name, value) in attributes {
            let name = (isWeb ? "ce-" : "ce_") + name
            switch value {
            case .text(let text): headers.append((name, isWeb ? Self.header(text) : text))
            case .number(let number): headers.append((name, String(number)))
            }
        }
        return RenderedBody(headers: headers, bytes: data)
    }

    /// HTTP protocol binding 1.0.2, §3.1.3.2: blanks, quotes, percent signs and what is not
    /// printable ASCII as percent signs and digits.
    private static func header(_ text: String) -> String {
        percentEncoded(text) { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x25 }
    }

    /// One segment of a URI's path (RFC 3986 §3.3): unreserved characters stand for themselves.
    private static func segment(_ text: String) -> String {
        percentEncoded(text) { byte in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte == 0x2E
                || byte == 0x5F || byte == 0x7E
        }
    }

    private static func percentEncoded(_ text: String, _ stands: (UInt8) -> Bool) -> String {
        let alphabet = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if stands(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, alphabet[Int(byte >> 4)], alphabet[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
