extension IPPrefix {
    /// Addresses that never cross the Internet. Source: the IANA registries of special-purpose
    /// addresses; RFC 1918, 6598, 4193, 3927, 4291 §2.5.3 and §2.5.6, 1122 §3.2.1.3.
    public static let privateUse: [IPPrefix] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
    ].compactMap { IPPrefix($0) }
}

extension IPAddress {
    /// Whether it lies in ``IPPrefix/privateUse``, so that machines in many networks may have it.
    public var isPrivate: Bool { IPPrefix.privateUse.contains { $0.contains(self) } }
}
