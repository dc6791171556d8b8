/// A place on Earth with the radius within which it is believed.
///
/// Hundredths of a degree: 1.1 km, finer than any database of addresses.
public struct GeoPoint: Hashable, Sendable, BitwiseCopyable {
    /// Hundredths of a degree, -9000 to 9000, north positive.
    public var latitude: Int
    /// Hundredths of a degree, -18000 to 18000, east positive.
    public var longitude: Int
    /// Kilometres, 0 to 20,038.
    public var radiusKm: Int

    /// Half the way round the Earth, rounded up: no place is less certain.
    public static let largestRadiusKm = 20_038

    /// Nil when a value is out of range.
    public init?(latitude: Int, longitude: Int, radiusKm: Int) {
        guard (-9000...9000).contains(latitude), (-18000...18000).contains(longitude),
            (0...Self.largestRadiusKm).contains(radiusKm)
        else { return nil }
        self.latitude = latitude
        self.longitude = longitude
        self.radiusKm = radiusKm
    }

    /// For values that are known to be in range.
    @usableFromInline
    init(trusted latitude: Int, _ longitude: Int, _ radiusKm: Int) {
        self.latitude = latitude
        self.longitude = longitude
        self.radiusKm = radiusKm
    }

    /// Reads `lat,lon,radius_km` with up to two decimals; nil for anything else.
    public init?(text: String) {
        let parts = text.utf8.split(separator: 0x2C, omittingEmptySubsequences: false)
        guard parts.count == 3, let latitude = Self.hundredths(parts[0]),
            let longitude = Self.hundredths(parts[1]), let radius = Self.digits(parts[2])
        else { return nil }
        self.init(latitude: latitude, longitude: longitude, radiusKm: radius)
    }

    /// `lat,lon,radius_km` with two decimals, such as `52.52,13.41,20`: equal points have equal
    /// texts.
    public var text: String {
        "\(Self.decimal(latitude)),\(Self.decimal(longitude)),\(radiusKm)"
    }

    private static func decimal(_ hundredths: Int) -> String {
        let rest = hundredths.magnitude % 100
        return (hundredths < 0 ? "-" : "") + "\(hundredths.magnitude / 100)."
            + (rest < 10 ? "0" : "") + "\(rest)"
    }

    /// Decimal degrees as hundredths: at most three digits, then at most two decimals.
    private static func hundredths(_ text: Substring.UTF8View) -> Int? {
        let isNegative = text.first == 0x2D
        let unsigned = isNegative ? text.dropFirst() : text
        let parts = unsigned.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let whole = digits(first) else {
            return nil
        }
        var value = whole * 100
        if parts.count == 2 {
            guard parts[1].count <= 2, let rest = digits(parts[1]) else { return nil }
            value += parts[1].count == 1 ? rest * 10 : rest
        }
        return isNegative ? -value : value
    }

    private static func digits(_ text: Substring.UTF8View) -> Int? {
        guard !text.isEmpty, text.count <= 5 else { return nil }
        var value = 0
        for byte in text {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
