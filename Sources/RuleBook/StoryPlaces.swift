internal import AuditModel

/// Where an actor of a story is: `berlin/telekom`, `berlin/telekom#2`, or `?/hotspot` for an
/// address that no database knows.
struct StoryPlace: Hashable, Sendable {
    /// ISO 3166-1 alpha-2; nil where the city is `?`.
    var country: String?
    /// City, network and number: equal texts are one /24.
    var prefix: String
    /// Networks of one name are one autonomous system, in any city; nil where the city is `?`.
    var network: String?
}

/// The cities that stories can name, each with its country.
enum StoryAtlas {
    static let cities: [String: String] = [
        "amsterdam": "NL", "athens": "GR", "bangalore": "IN", "bangkok": "TH", "barcelona": "ES",
        "beijing": "CN", "berlin": "DE", "bern": "CH", "bogota": "CO", "boston": "US",
        "brussels": "BE", "bucharest": "RO", "budapest": "HU", "buenosaires": "AR", "cairo": "EG",
        "capetown": "ZA", "chicago": "US", "copenhagen": "DK", "delhi": "IN", "dublin": "IE",
        "frankfurt": "DE", "geneva": "CH", "hamburg": "DE", "hanoi": "VN", "helsinki": "FI",
        "hongkong": "HK", "istanbul": "TR", "jakarta": "ID", "johannesburg": "ZA", "karachi": "PK",
        "kyiv": "UA", "lagos": "NG", "lima": "PE", "lisbon": "PT", "london": "GB",
        "losangeles": "US", "lyon": "FR", "madrid": "ES", "manila": "PH", "melbourne": "AU",
        "mexico": "MX", "miami": "US", "milan": "IT", "montreal": "CA", "moscow": "RU",
        "mumbai": "IN", "munich": "DE", "nairobi": "KE", "newyork": "US", "oslo": "NO",
        "paris": "FR", "porto": "PT", "prague": "CZ", "riga": "LV", "rio": "BR", "rome": "IT",
        "sanfrancisco": "US", "santiago": "CL", "saopaulo": "BR", "seattle": "US", "seoul": "KR",
        "shanghai": "CN", "singapore": "SG", "sofia": "BG", "stockholm": "SE", "sydney": "AU",
        "taipei": "TW", "tallinn": "EE", "telaviv": "IL", "tokyo": "JP", "toronto": "CA",
        "vienna": "AT", "vilnius": "LT", "warsaw": "PL", "zurich": "CH",
    ]

    enum Reading {
        case place(StoryPlace)
        case unknownCity(String)
        case malformed
    }

    static func read(_ text: String) -> Reading {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let city = parts.first.map(String.init), !city.isEmpty,
            let network = parts[1].split(separator: "#").first.map(String.init), !network.isEmpty
        else { return .malformed }
        if city == "?" {
            return .place(StoryPlace(country: nil, prefix: text, network: nil))
        }
        guard let country = cities[city] else { return .unknownCity(city) }
        return .place(StoryPlace(country: country, prefix: text, network: network))
    }
}

/// Gives each place of a story its address, so that two places never share one by accident.
struct StoryNetworks {
    private var prefixes: [String: UInt32] = [:]
    private var systems: [String: UInt32] = [:]

    /// Places of one story; there are 512 ranges, some of them the prelude's.
    static let mostPlaces = 500

    /// 198.18.0.0/15 (RFC 2544), one /24 for each place in order of appearance.
    private static let firstPrefix: UInt32 = 198 << 24 | 18 << 16
    /// AS numbers for private use (RFC 6996), one for each network.
    private static let firstSystem: UInt32 = 4_200_000_000

    /// Fills in address, system and country.
    ///
    /// - Parameter host: the last octet, 1 to 254.
    mutating func place(_ place: StoryPlace, host: UInt8, in row: inout EventRow) {
        let prefix = prefixes[place.prefix] ?? UInt32(prefixes.count % 512)
        prefixes[place.prefix] = prefix
        row.ip = IPAddress(v4: Self.firstPrefix + prefix << 8 + UInt32(host))
        row.ipRole = .holder
        if let network = place.network {
            let system = systems[network] ?? UInt32(systems.count)
            systems[network] = system
            row.asn = Self.firstSystem + system
        }
        row.country = place.country.map(CountryCode.letters) ?? 0
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
