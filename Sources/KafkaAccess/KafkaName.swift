/// What names of Kafka may look like.
public enum KafkaName {
    /// Whether it is a topic's name: letters, digits, `.`, `_`, `-`, at most 249.
    public static func isTopic(_ text: String) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= 249, text != ".", text != ".." else { return false }
        return bytes.allSatisfy(isWord)
    }

    /// Whether a topic's name may have this byte.
    public static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`.
    public static func isBroker(_ text: String) -> Bool {
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

    /// Whether it has no control characters.
    public static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// A text for a message: one line of bounded length.
    public static func shown(_ text: String, _ limit: Int = 200) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            shown.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return text.unicodeScalars.count > limit ? shown + "…" : shown
    }
}
