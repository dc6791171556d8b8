internal import AuditModel

/// Which addresses a hook must not connect to unless its configuration allows private ones.
///
/// A URL in a configuration may come from somebody who may not reach what this machine reaches.
/// Sources: the IANA special-purpose address registries (RFC 6890), RFC 6598 (shared space),
/// RFC 6052 and 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).
enum AddressGuard {
    /// What kind of address it is if it must not be connected to; nil for a public one.
    static func refusal(of address: IPAddress) -> String? {
        if let inner = embedded(address) {
            return refusal(of: inner).map { "\($0), inside IPv6" }
        }
        for (kind, prefixes) in ranges where prefixes.contains(where: { $0.contains(address) }) {
            return kind
        }
        return nil
    }

    /// The IPv4 address that an IPv6 one leads to: NAT64, 6to4, and IPv4-translated.
    private static func embedded(_ address: IPAddress) -> IPAddress? {
        if translated.contains(where: { $0.contains(address) }) {
            return IPAddress(v4: UInt32(truncatingIfNeeded: address.bits.low))
        }
        if address.bits.high >> 48 == 0x2002 {
            return IPAddress(v4: UInt32(truncatingIfNeeded: address.bits.high >> 16))
        }
        return nil
    }

    private static let translated = ["64:ff9b::/96", "::ffff:0:0:0/96"].compactMap {
        IPPrefix($0)
    }

    /// Kinds with their ranges; the first that holds names an address.
    static let ranges: [(kind: String, prefixes: [IPPrefix])] = [
        ("a metadata service", ["169.254.169.254", "168.63.129.16", "100.100.100.200",
            "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"]),
        ("unspecified", ["0.0.0.0/8", "::/128"]),
        ("a loopback address", ["127.0.0.0/8", "::1/128"]),
        ("a private address", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]),
        ("a unique local address", ["fc00::/7"]),
        ("a link-local address", ["169.254.0.0/16", "fe80::/10"]),
        ("a shared address (CGNAT)", ["100.64.0.0/10"]),
        ("a multicast address", ["224.0.0.0/4", "ff00::/8"]),
        ("a reserved address", [
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
            "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
        ]),
    ].map { ($0.0, $0.1.compactMap { IPPrefix($0) }) }
}
