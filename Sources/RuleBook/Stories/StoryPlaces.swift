internal import AuditModel

/// Where an actor of a story is: `berlin/telekom`, `berlin/telekom#2`, `berlin/hosting:ovh`, or
/// `?/hotspot` for an address that no database knows.
struct StoryPlace: Hashable, Sendable {
    /// Nil where the text says `?`.
    var city: StoryCity?
    /// City, network and number: equal texts are one /24.
    var prefix: String
    /// Networks of one name are one autonomous system, in any city; nil where the city is `?`.
    var network: String?
    /// Nil where nobody knows.
    var networkClass: NetworkClass?
}

/// Gives each place of a test its address, so that two places never share one by accident.
struct StoryNetworks {
    private var prefixes: [String: UInt32] = [:]
    private var systems: [String: UInt32] = [:]

    /// Places of one test; there are 512 ranges, some of them the prelude's.
    static let mostPlaces = 500

    /// 198.18.0.0/15 (RFC 2544), one /24 for each place in order of appearance.
    private static let firstPrefix: UInt32 = 198 << 24 | 18 << 16
    /// AS numbers for private use (RFC 6996), one for each network.
    private static let firstSystem: UInt32 = 4_200_000_000

    /// Fills in address, system, class, country, city and point, as a look-up at ingest would.
    ///
    /// - Parameter host: the last octet, 1 to 254.
    mutating func place(_ place: StoryPlace, host: UInt8, in event: inout TestEvent) {
        let prefix = prefixes[place.prefix] ?? UInt32(prefixes.count % 512)
        prefixes[place.prefix] = prefix
        event.row.ip = IPAddress(v4: Self.firstPrefix + prefix << 8 + UInt32(host))
        event.row.ipRole = .holder
        if let kind = place.networkClass { event.texts[.network] = kind.name }
        if let network = place.network, place.networkClass != .private {
            let system = systems[network] ?? UInt32(systems.count)
            systems[network] = system
            event.row.asn = Self.firstSystem + system
        }
        guard let city = place.city, place.networkClass?.hasPlace != false else { return }
        event.row.country = CountryCode.letters(city.country)
        event.texts[.city] = city.name
        let radius = max(StoryCity.radiusKm, place.networkClass?.radiusFloorKm ?? 0)
        event.texts[.place] =
            GeoPoint(latitude: city.latitude, longitude: city.longitude, radiusKm: radius)?.text
    }
}

/// ISO 3166-1 alpha-2 codes as events hold them.
enum CountryCode {
    /// Two ASCII letters, the first in the upper half; 0 for anything else.
    static func letters(_ text: String) -> UInt16 {
        let bytes = Array(text.uppercased().utf8)
        guard bytes.count == 2, bytes.allSatisfy({ (0x41...0x5A).contains($0) }) else { return 0 }
        return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    }
}
