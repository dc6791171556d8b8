internal import MarkedText

/// Where metrics and health are served.
public struct HTTPConfiguration: Sendable, Equatable {
    /// A name or an address, without brackets.
    public var host: String
    /// 0 to 65535; 0 takes any that is free.
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`; an IPv6 address stands in brackets. Nil if it is something else.
    init?(listen text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65_535,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F })
        else { return nil }
        self.init(host: String(host), port: port)
    }
}

extension SettingReader {
    /// A place to listen at must be one.
    mutating func checkListening(_ root: SettingSection) {
        guard let entry = root.section("http")?["listen"], case .scalar(let text, _) = entry.value,
            HTTPConfiguration(listen: text) == nil
        else { return }
        report.error(
            .unknownValue, entry.place, "listen cannot be '\(text.prefix(60))'",
            remedy: "host:port such as 127.0.0.1:8088 or [::1]:8088")
    }
}
