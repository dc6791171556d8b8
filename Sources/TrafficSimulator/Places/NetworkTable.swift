internal import AuditModel

/// Whom a network serves.
enum NetworkClass: String, Sendable {
    case residential, mobile, corporate, hosting, vpn, tor
}

/// One network of the simulated world: where it is and whose.
struct SimulatedNetwork: Sendable {
    var prefix: IPAddress
    /// Bits of the prefix: of 32 for IPv4, of 128 for IPv6.
    var length: Int
    /// An index of ``Atlas/cities``.
    var city: Int
    /// Hundredths of a degree.
    var latitude: Int32
    var longitude: Int32
    /// Kilometres around the place within which the holder most likely is.
    var radius: UInt16
    /// Private use, RFC 6996: 64512 to 65534.
    var asn: UInt32
    var organization: String
    var kind: NetworkClass

    init(
        _ prefix: IPAddress, _ length: Int, city: Int, radius: UInt16, asn: UInt32,
        organization: String, kind: NetworkClass
    ) {
        self.prefix = prefix
        self.length = length
        self.city = city
        latitude = Atlas.cities[city].latitude
        longitude = Atlas.cities[city].longitude
        self.radius = radius
        self.asn = asn
        self.organization = organization
        self.kind = kind
    }
}

/// All networks from which ``Networks`` draws addresses, none inside another.
enum NetworkTable {
    static let all: [SimulatedNetwork] =
        (0..<Networks.providers).flatMap(homes) + carriers + offices + servers + exits

    /// A provider's districts lie a little apart and are known more or less exactly.
    private static func homes(of provider: Int) -> [SimulatedNetwork] {
        let city = Networks.city(provider: provider)
        let country = Atlas.cities[city].country
        let choice = provider < 2 * Atlas.homes ? provider % 2 : 0
        let number = UInt32(Atlas.countries.firstIndex(of: country) ?? 0) * 4 + UInt32(choice)
        let radii: [UInt16] = [5, 10, 20, 50]
        let offsets: [(Int32, Int32)] = [(4, -3), (-5, 4), (11, 9), (-14, -16)]
        return (0..<Networks.districts).flatMap { district in
            let word =
                (Networks.FirstByte.home + UInt32(provider)) << 24 | UInt32(district) << 22
            let block =
                Networks.FirstByte.homeIPv6 << 48 | UInt64(provider) << 32
                | UInt64(district) << 30
            let prefixes = [
                (IPAddress(v4: word), 10), (IPAddress(bits: ID128(high: block, low: 0)), 34),
            ]
            return prefixes.map { prefix, length in
                var network = SimulatedNetwork(
                    prefix, length, city: city, radius: radii[district], asn: 64_512 + number,
                    organization: "\(country) Fixed Line \(choice + 1)", kind: .residential)
                network.latitude += offsets[district].0
                network.longitude += offsets[district].1
                return network
            }
        }
    }

    private static let carriers: [SimulatedNetwork] = {
        let hubs = Set(Atlas.cities[..<Atlas.resorts].map { Int($0.hub) }).sorted()
        return hubs.flatMap { hub in
            (0..<2).map { carrier in
                let country = Atlas.cities[hub].country
                let number = UInt32(Atlas.countries.firstIndex(of: country) ?? 0) * 4
                return SimulatedNetwork(
                    IPAddress(
                        v4: Networks.FirstByte.mobile << 24 | UInt32(hub << 2 | carrier) << 16),
                    16, city: hub, radius: country == "US" ? 1000 : 200,
                    asn: 64_514 + number + UInt32(carrier),
                    organization: "\(country) Mobile \(carrier + 1)", kind: .mobile)
            }
        }
    }()

    private static let offices: [SimulatedNetwork] =
        (0..<(Networks.offices + Networks.gatewayCities.count)).map { office in
            let isGateway = office >= Networks.offices
            let city =
                isGateway ? Networks.gatewayCities[office - Networks.offices] : office / 2
            return SimulatedNetwork(
                IPAddress(v4: Networks.FirstByte.office << 24 | UInt32(office) << 16), 16,
                city: city, radius: 20, asn: 65_200 + UInt32(office % 40),
                organization: isGateway
                    ? "Company Gateway \(Atlas.cities[city].name)" : "Company Office \(office + 1)",
                kind: .corporate)
        }

    private static let servers: [SimulatedNetwork] =
        Atlas.serverCities.enumerated().map { place, city in
            SimulatedNetwork(
                IPAddress(v4: Networks.FirstByte.hosting << 24 | UInt32(place) << 21), 11,
                city: city, radius: 20, asn: 65_000 + UInt32(place),
                organization: "Rented Servers \(Atlas.cities[city].name)", kind: .hosting)
        } + [
            SimulatedNetwork(
                IPAddress(v4: Networks.FirstByte.ownServers << 24), 8, city: 26, radius: 5,
                asn: 65_300, organization: "Acme Data Centre", kind: .corporate)
        ]

    private static let exits: [SimulatedNetwork] =
        Atlas.exitCities.enumerated().map { exit, city in
            SimulatedNetwork(
                IPAddress(v4: Networks.FirstByte.exit << 24 | UInt32(exit) << 16), 16, city: city,
                radius: 20, asn: 65_100, organization: "Quiet Tunnel VPN", kind: .vpn)
        } + [
            SimulatedNetwork(
                IPAddress(v4: Networks.FirstByte.tor << 24 | 96 << 16), 18, city: 8, radius: 100,
                asn: 65_020, organization: "Volunteers for Anonymity", kind: .tor)
        ]
}
