internal import AuditModel

/// Addresses that look public and belong to nobody in particular: whose network an address is from
/// follows from its first byte or two. ``NetworkTable`` says the same as data.
enum Networks {
    /// Fixed-line providers, two in each city people live in and one in the far ones.
    static var providers: Int { 2 * Atlas.homes + Atlas.farPlaces }
    /// Parts of a city that each provider tells apart.
    static let districts = 4
    /// Offices with their own line, two in each city people live in; two gateways of companies
    /// that lead everybody out in one place come after them.
    static var offices: Int { 2 * Atlas.homes }
    static let gatewayCities = [26, 12]

    /// The first bytes of addresses by the kind of network.
    enum FirstByte {
        static let home: UInt32 = 11
        static let mobile: UInt32 = 91
        static let office: UInt32 = 93
        static let ownServers: UInt32 = 94
        static let hosting: UInt32 = 185
        static let exit: UInt32 = 193
        static let tor: UInt32 = 198
        static let homeIPv6: UInt64 = 0x2A02
    }

    /// One of the providers of a city with home lines.
    static func provider(city: Int, choice: Int) -> Int {
        city < Atlas.homes ? 2 * city + choice & 1 : 2 * Atlas.homes + city - Atlas.homes
    }

    static func city(provider: Int) -> Int {
        provider < 2 * Atlas.homes ? provider / 2 : provider - Atlas.homes
    }

    /// A home's line: one address of a /24 that few others have.
    static func homeIPv4(
        provider: Int, district: Int, _ random: inout SeededRandom
    ) -> IPAddress {
        let first = FirstByte.home + UInt32(provider)
        let rest = UInt32(district & 3) << 14 | UInt32(random.below(0x3F00))
        return IPAddress(v4: first << 24 | rest << 8 | UInt32(2 + random.below(252)))
    }

    /// A line behind the provider's translator: one of four /24s that many homes share.
    static func sharedIPv4(
        provider: Int, district: Int, _ random: inout SeededRandom
    ) -> IPAddress {
        let first = FirstByte.home + UInt32(provider)
        let rest = UInt32(district & 3) << 14 | 0x3F00 | UInt32(random.below(4))
        return IPAddress(v4: first << 24 | rest << 8 | UInt32(1 + random.below(254)))
    }

    /// A home's line: one address of a /56.
    static func homeIPv6(
        provider: Int, district: Int, _ random: inout SeededRandom
    ) -> IPAddress {
        let block = FirstByte.homeIPv6 << 48 | UInt64(provider) << 32 | UInt64(district & 3) << 30
        let site = UInt64(random.below(1 << 22)) << 8
        return IPAddress(bits: ID128(high: block | site, low: interface(&random)))
    }

    /// Another device of the same home.
    static func sibling(of home: IPAddress, _ random: inout SeededRandom) -> IPAddress {
        home.isIPv4 ? home : IPAddress(bits: ID128(high: home.bits.high, low: interface(&random)))
    }

    /// A carrier's address translators: many subscribers of a country behind 48 /24s.
    static func mobile(
        city: Int, carrier: Int, _ random: inout SeededRandom
    ) -> IPAddress {
        let block = UInt32(Atlas.cities[city].hub) << 2 | UInt32(carrier & 1)
        let pool = UInt32(random.below(48))
        return IPAddress(
            v4: FirstByte.mobile << 24 | block << 16 | pool * 5 << 8 | UInt32(1 + random.below(254))
        )
    }

    /// A company's egress: one /24, few addresses.
    static func office(_ office: Int, _ random: inout SeededRandom) -> IPAddress {
        IPAddress(
            v4: FirstByte.office << 24 | UInt32(office & 255) << 16 | 7 << 8
                | UInt32(1 + random.below(4)))
    }

    /// The servers of one web client.
    static func webServer(client: Int, _ random: inout SeededRandom) -> IPAddress {
        IPAddress(
            v4: FirstByte.ownServers << 24 | UInt32(client & 255) << 16
                | UInt32(20 + random.below(3)))
    }

    /// A rented server, in any of the places where there are some.
    static func hosting(_ random: inout SeededRandom) -> IPAddress {
        hosting(place: random.below(Atlas.serverCities.count), &random)
    }

    /// A rented server in one of ``Atlas/serverCities``, by its index there.
    static func hosting(place: Int, _ random: inout SeededRandom) -> IPAddress {
        let prefix = UInt32(place & 7) << 13 | UInt32(random.below(1 << 13))
        return IPAddress(
            v4: FirstByte.hosting << 24 | prefix << 8 | UInt32(2 + random.below(252)))
    }

    /// Where a commercial VPN lets its users out.
    static func exit(_ exit: Int, _ random: inout SeededRandom) -> IPAddress {
        IPAddress(
            v4: FirstByte.exit << 24 | UInt32(exit & 7) << 16 | UInt32(random.below(4)) << 8
                | UInt32(10 + random.below(40)))
    }

    /// An exit of an anonymising network.
    static func tor(_ random: inout SeededRandom) -> IPAddress {
        IPAddress(
            v4: FirstByte.tor << 24 | 96 << 16 | UInt32(random.below(64)) << 8
                | UInt32(2 + random.below(252)))
    }

    /// Another address of the same /24.
    static func neighbour(of address: IPAddress, _ choice: Int) -> IPAddress {
        guard address.isIPv4 else { return address }
        let last = UInt32(2 + choice % 252)
        return IPAddress(v4: UInt32(truncatingIfNeeded: address.bits.low) & ~255 | last)
    }

    /// The low half of an IPv6 address, never zero.
    private static func interface(_ random: inout SeededRandom) -> UInt64 { random.next() | 1 }
}
