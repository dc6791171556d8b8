internal import AuditModel

/// The geography of the simulated world as files: two MaxMind databases and a list of classes.
enum PlaceFiles {
    /// Names within the output's directory `places`, and how each is made.
    static let all: [(name: String, content: @Sendable (_ buildTime: Int64) -> [UInt8])] = [
        ("city.mmdb", city), ("asn.mmdb", asn), ("networks.csv", { _ in classes }),
    ]

    /// Country, city and location of every network.
    ///
    /// - Parameter buildTime: seconds since 1970 UTC.
    private static func city(buildTime: Int64) -> [UInt8] {
        var file = DatabaseFile(
            type: "Grantrail-Simulated-City", description: "Places of simulated traffic",
            buildTime: buildTime)
        for network in NetworkTable.all {
            let city = Atlas.cities[network.city]
            file.insert(
                network.prefix, length: network.length,
                .map([
                    .init("city", .map([.init("names", .map([.init("en", .text(city.name))]))])),
                    .init("country", .map([.init("iso_code", .text(city.country))])),
                    .init(
                        "location",
                        .map([
                            .init("accuracy_radius", .uint16(network.radius)),
                            .init("latitude", .hundredths(network.latitude)),
                            .init("longitude", .hundredths(network.longitude)),
                        ])),
                ]))
        }
        return file.bytes()
    }

    /// Number and name of every network's autonomous system.
    ///
    /// - Parameter buildTime: seconds since 1970 UTC.
    private static func asn(buildTime: Int64) -> [UInt8] {
        var file = DatabaseFile(
            type: "Grantrail-Simulated-ASN", description: "Networks of simulated traffic",
            buildTime: buildTime)
        for network in NetworkTable.all {
            file.insert(
                network.prefix, length: network.length,
                .map([
                    .init("autonomous_system_number", .uint32(network.asn)),
                    .init("autonomous_system_organization", .text(network.organization)),
                ]))
        }
        return file.bytes()
    }

    /// `AS64512,residential` a line; prefixes for companies and for anonymisers, which have no
    /// system of their own.
    private static var classes: [UInt8] {
        var lines: [String] = []
        for network in NetworkTable.all {
            let line =
                switch network.kind {
                case .corporate, .tor:
                    "\(network.prefix.text)/\(network.length),\(network.kind.rawValue)\n"
                default: "AS\(network.asn),\(network.kind.rawValue)\n"
                }
            if !lines.contains(line) { lines.append(line) }
        }
        return Array(lines.joined().utf8)
    }
}
