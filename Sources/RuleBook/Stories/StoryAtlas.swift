internal import AuditModel

/// A city that stories can name.
struct StoryCity: Hashable, Sendable {
    var name: String
    /// ISO 3166-1 alpha-2.
    var country: String
    /// Hundredths of a degree, north and east positive.
    var latitude: Int
    var longitude: Int

    /// Kilometres within which a database of addresses believes a city.
    static let radiusKm = 20
}

/// The cities that stories can name, with rounded coordinates.
enum StoryAtlas {
    static let cities: [String: StoryCity] = {
        var cities: [String: StoryCity] = [:]
        for line in table.split(separator: "\n") {
            let cells = line.split(separator: " ").map(String.init)
            guard cells.count >= 4, let latitude = Int(cells[2]), let longitude = Int(cells[3])
            else { continue }
            let key = cells[0]
            let name =
                cells.count > 4
                ? cells[4...].joined(separator: " ")
                : key.prefix(1).uppercased() + key.dropFirst()
            cities[key] = StoryCity(
                name: name, country: cells[1], latitude: latitude, longitude: longitude)
        }
        return cities
    }()

    enum Reading {
        case place(StoryPlace)
        case unknownCity(String)
        case unknownClass(String)
        case malformed
    }

    /// Reads `berlin/telekom#2`, `berlin/hosting:ovh` or `?/hotspot`.
    static func read(_ text: String) -> Reading {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let city = parts.first.map(String.init), !city.isEmpty,
            let network = parts[1].split(separator: "#").first.map(String.init), !network.isEmpty
        else { return .malformed }
        if city == "?" { return .place(StoryPlace(city: nil, prefix: text, network: nil)) }
        guard let found = cities[city] else { return .unknownCity(city) }
        let kind = network.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let named = NetworkClass(name: String(kind[0]))
        if kind.count == 2, named == nil { return .unknownClass(String(kind[0])) }
        return .place(
            StoryPlace(
                city: found, prefix: text, network: network, networkClass: named ?? .residential))
    }

    private static let table = """
        amsterdam NL 5237 490
        athens GR 3798 2373
        bangalore IN 1297 7759
        bangkok TH 1376 10050
        barcelona ES 4139 217
        beijing CN 3990 11641
        berlin DE 5252 1341
        bern CH 4695 745
        bogota CO 471 -7407 Bogotá
        boston US 4236 -7106
        brussels BE 5085 435
        bucharest RO 4443 2610
        budapest HU 4750 1904
        buenosaires AR -3460 -5838 Buenos Aires
        cairo EG 3004 3124
        capetown ZA -3392 1842 Cape Town
        chicago US 4188 -8763
        copenhagen DK 5568 1257
        delhi IN 2865 7722
        dublin IE 5335 -626
        frankfurt DE 5011 868
        geneva CH 4620 614
        hamburg DE 5355 999
        hanoi VN 2103 10585
        helsinki FI 6017 2494
        hongkong HK 2232 11417 Hong Kong
        istanbul TR 4101 2898
        jakarta ID -621 10685
        johannesburg ZA -2620 2805
        karachi PK 2486 6701
        kyiv UA 5045 3052
        lagos NG 652 338
        lima PE -1205 -7704
        lisbon PT 3872 -914
        london GB 5151 -13
        losangeles US 3405 -11824 Los Angeles
        lyon FR 4576 484
        madrid ES 4042 -370
        manila PH 1460 12098
        melbourne AU -3781 14496
        mexico MX 1943 -9913 Mexico City
        miami US 2576 -8019
        milan IT 4546 919
        montreal CA 4550 -7357 Montréal
        moscow RU 5576 3762
        mumbai IN 1908 7288
        munich DE 4814 1158
        nairobi KE -129 3682
        newyork US 4071 -7401 New York
        oslo NO 5991 1075
        paris FR 4886 235
        porto PT 4115 -861
        potsdam DE 5240 1306
        prague CZ 5008 1443
        riga LV 5695 2411
        rio BR -2291 -4317 Rio de Janeiro
        rome IT 4190 1250
        sanfrancisco US 3777 -12242 San Francisco
        santiago CL -3345 -7067
        saopaulo BR -2355 -4663 São Paulo
        seattle US 4761 -12233
        seoul KR 3757 12698
        shanghai CN 3123 12147
        singapore SG 135 10382
        sofia BG 4270 2332
        stockholm SE 5933 1807
        sydney AU -3387 15121
        taipei TW 2503 12156
        tallinn EE 5944 2475
        telaviv IL 3209 3478 Tel Aviv
        tokyo JP 3568 13969
        toronto CA 4365 -7938
        vienna AT 4821 1637
        vilnius LT 5469 2528
        warsaw PL 5223 2101
        zurich CH 4737 854 Zürich
        """
}
