/// A city of the simulated world.
struct City: Sendable {
    let name: String
    /// ISO 3166-1 alpha-2.
    let country: String
    /// Hundredths of a degree.
    let latitude: Int32
    let longitude: Int32
    /// Hours east of UTC.
    let zone: Int8
    /// The city whose name mobile carriers' address translators go by, an index of the atlas.
    let hub: UInt8

    init(
        _ name: String, _ country: String, _ latitude: Int32, _ longitude: Int32, zone: Int8,
        hub: UInt8
    ) {
        self.name = name
        self.country = country
        self.latitude = latitude
        self.longitude = longitude
        self.zone = zone
        self.hub = hub
    }
}

/// The cities of the simulated world, by number.
enum Atlas {
    /// People live in the first ``homes`` cities; in the next ``farPlaces`` there are homes too, of
    /// nobody who logs in. The rest have only servers and address translators.
    static let cities: [City] = [
        City("Berlin", "DE", 5252, 1341, zone: 1, hub: 26),
        City("Hamburg", "DE", 5355, 999, zone: 1, hub: 26),
        City("Munich", "DE", 4814, 1158, zone: 1, hub: 26),
        City("Vienna", "AT", 4821, 1637, zone: 1, hub: 3),
        City("Paris", "FR", 4886, 235, zone: 1, hub: 28),
        City("Madrid", "ES", 4042, -370, zone: 1, hub: 5),
        City("Milan", "IT", 4546, 919, zone: 1, hub: 29),
        City("Warsaw", "PL", 5223, 2101, zone: 1, hub: 7),
        City("Amsterdam", "NL", 5237, 490, zone: 1, hub: 8),
        City("Zurich", "CH", 4738, 854, zone: 1, hub: 9),
        City("Athens", "GR", 3798, 2373, zone: 2, hub: 10),
        City("Helsinki", "FI", 6017, 2494, zone: 2, hub: 11),
        City("London", "GB", 5151, -13, zone: 0, hub: 27),
        City("Lisbon", "PT", 3872, -914, zone: 0, hub: 13),
        City("Dublin", "IE", 5335, -626, zone: 0, hub: 14),
        City("New York", "US", 4071, -7401, zone: -5, hub: 30),
        City("Toronto", "CA", 4365, -7938, zone: -5, hub: 16),
        City("Los Angeles", "US", 3405, -11824, zone: -8, hub: 30),
        City("Seattle", "US", 4761, -12233, zone: -8, hub: 30),
        City("Tokyo", "JP", 3568, 13969, zone: 9, hub: 31),
        City("Seoul", "KR", 3757, 12698, zone: 9, hub: 32),
        City("Sao Paulo", "BR", -2355, -4663, zone: -3, hub: 21),
        City("Johannesburg", "ZA", -2620, 2805, zone: 2, hub: 22),
        City("Singapore", "SG", 135, 10382, zone: 8, hub: 23),
        City("Mumbai", "IN", 1908, 7288, zone: 5, hub: 24),
        City("Sydney", "AU", -3387, 15121, zone: 10, hub: 25),
        City("Frankfurt am Main", "DE", 5011, 868, zone: 1, hub: 26),
        City("Manchester", "GB", 5348, -224, zone: 0, hub: 27),
        City("Lyon", "FR", 4576, 484, zone: 1, hub: 28),
        City("Rome", "IT", 4190, 1250, zone: 1, hub: 29),
        City("Dallas", "US", 3278, -9680, zone: -6, hub: 30),
        City("Osaka", "JP", 3469, 13550, zone: 9, hub: 31),
        City("Busan", "KR", 3518, 12908, zone: 9, hub: 32),
        City("Ashburn", "US", 3904, -7749, zone: -5, hub: 30),
    ]

    static let homes = 21
    static let farPlaces = 5
    /// Cities with home lines.
    static var resorts: Int { homes + farPlaces }

    /// Where rented servers stand.
    static let serverCities = [8, 26, 33, 23, 11, 18, 24, 22]
    /// Where a commercial VPN lets its users out.
    static let exitCities = [8, 9, 15, 23, 12]
    /// A city far from Europe in which nobody of the company lives.
    static let farCities = [21, 22, 24, 25]

    /// The countries in order of first appearance; an index of them numbers providers.
    static let countries: [String] = {
        var seen: [String] = []
        for city in cities where !seen.contains(city.country) { seen.append(city.country) }
        return seen
    }()

    /// The cities people live in at one hour.
    static func homes(zone: Int8) -> [Int] {
        (0..<homes).filter { cities[$0].zone == zone }
    }

    /// Kilometres between two cities, rather more than the way over the sphere. Integers only, so
    /// that equal seeds give equal traffic on any machine.
    static func roughDistance(_ from: Int, _ to: Int) -> Int64 {
        let south = Int64(cities[from].latitude)
        let north = Int64(cities[to].latitude)
        var east = abs(Int64(cities[from].longitude) - Int64(cities[to].longitude))
        if east > 18_000 { east = 36_000 - east }
        // A degree is 111.2 km; one of longitude shrinks towards the poles, roughly by a parabola.
        let mean = abs(south + north) / 2
        let shrink = max(1500, 10_000 - mean * mean * 10_000 / 96_000_000)
        let high = abs(south - north)
        let wide = east * shrink / 10_000
        let longer = max(high, wide)
        return (longer + min(high, wide) / 2) * 1_112 / 1000 + 20
    }
}
