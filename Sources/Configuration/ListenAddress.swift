internal import AuditModel

/// Where a server listens: an address of this machine and a port.
public struct ListenAddress: Sendable, Equatable {
    static let remedy = "an address and a port, such as 127.0.0.1:8088, or a port alone"

    /// An IPv4 or IPv6 address, without brackets.
    public let host: String
    public let port: UInt16
    /// Whether only this machine can connect.
    public let isLoopback: Bool

    /// The address as URLs have it, with brackets around IPv6.
    public var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads `127.0.0.1:8088`, `[::1]:8088`, `localhost:8088`, `:8088` or `8088`; nil for anything
    /// else. Names are not looked up.
    public init?(text: String) {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard let number = WholeNumber.read(digits), number > 0,
            let port = UInt16(exactly: number)
        else { return nil }
        var host = String(colon.map { text[..<$0] } ?? "")
        if host.isEmpty || host == "localhost" { host = "127.0.0.1" }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        guard let address = Self.address(host), address.isIPv4 != isBracketed else { return nil }
        self.host = host
        self.port = port
        isLoopback = Self.isLoopback(address)
    }

    static func address(_ text: String) -> IPAddress? {
        guard text.utf8.count <= 45 else { return nil }
        return IPAddress(text)
    }

    private static func isLoopback(_ address: IPAddress) -> Bool {
        if address.isIPv4 { return address.bits.low >> 24 & 0xFF == 127 }
        return address.bits.high == 0 && address.bits.low == 1
    }
}
