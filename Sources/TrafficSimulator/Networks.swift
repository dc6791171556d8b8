internal import AuditModel

/// Addresses that look public and belong to nobody in particular: which kind of network an
/// address is from follows from its first byte, so that kinds never collide.
enum Networks {
    static let carriers = 8
    static let offices = 200

    /// A home's line: one address of a /24 in 11.0.0.0–90.255.255.0.
    static func homeIPv4(_ random: inout SeededRandom) -> IPAddress {
        let first = UInt32(11 + random.below(80))
        let rest = UInt32(random.below(65_536))
        return IPAddress(v4: first << 24 | rest << 8 | UInt32(2 + random.below(252)))
    }

    /// A home's line: one address of a /56 in 2a02::/16.
    static func homeIPv6(_ random: inout SeededRandom) -> IPAddress {
        let site = random.next() & 0xFFFF_FFFF_FF00
        return IPAddress(bits: ID128(high: 0x2A02 << 48 | site, low: interface(&random)))
    }

    /// Another device of the same home.
    static func sibling(of home: IPAddress, _ random: inout SeededRandom) -> IPAddress {
        home.isIPv4 ? home : IPAddress(bits: ID128(high: home.bits.high, low: interface(&random)))
    }

    /// A carrier's address translators: many subscribers behind the addresses of 48 /24s.
    static func mobile(carrier: Int, _ random: inout SeededRandom) -> IPAddress {
        let pool = UInt32(random.below(48))
        return IPAddress(
            v4: (91 + UInt32(carrier) / 4) << 24 | (UInt32(carrier) % 4 * 64 + pool) << 16
                | (pool * 5) << 8 | UInt32(1 + random.below(254)))
    }

    /// A company's egress: one /24, few addresses.
    static func office(_ office: Int, _ random: inout SeededRandom) -> IPAddress {
        IPAddress(v4: 93 << 24 | UInt32(office) << 16 | 7 << 8 | UInt32(1 + random.below(4)))
    }

    /// The servers of one web client.
    static func webServer(client: Int, _ random: inout SeededRandom) -> IPAddress {
        IPAddress(v4: 94 << 24 | UInt32(client & 255) << 16 | UInt32(20 + random.below(3)))
    }

    /// A rented server.
    static func hosting(_ random: inout SeededRandom) -> IPAddress {
        let prefix = UInt32(random.below(65_536))
        return IPAddress(v4: 185 << 24 | prefix << 8 | UInt32(2 + random.below(252)))
    }

    /// The low half of an IPv6 address, never zero.
    private static func interface(_ random: inout SeededRandom) -> UInt64 { random.next() | 1 }
}

/// Parts of user names.
enum PersonNames {
    static let given: [StaticString] = [
        "anna", "ben", "carla", "david", "elena", "felix", "greta", "hugo", "ines", "jonas",
        "katja", "leon", "maria", "nils", "olga", "paul", "rosa", "simon", "tanja", "viktor",
        "amara", "chen", "dilan", "farid", "hana", "ivan", "joana", "kofi", "lucia", "mehmet",
        "noor", "priya",
    ]
    static let family: [StaticString] = [
        "keller", "brandt", "silva", "novak", "rossi", "meyer", "jansen", "dubois", "kowalski",
        "nielsen", "lopez", "weber", "moreau", "fischer", "santos", "horvat", "lind", "okafor",
        "tanaka", "nguyen", "petrov", "haddad", "murphy", "costa", "wagner", "demir", "sharma",
        "larsen", "varga", "bauer", "ricci", "mendes",
    ]
}
