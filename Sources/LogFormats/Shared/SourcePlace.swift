internal import AuditModel

/// Where a server's own log says that an address is.
enum SourcePlace {
    /// No server says how sure it is.
    static let radiusKm = 100

    /// The code of the point at some decimal degrees; 0 where they are none, and for the point
    /// 0,0, which stands for an unknown place.
    static func code(
        latitude: UnsafeRawBufferPointer?, longitude: UnsafeRawBufferPointer?,
        _ pool: inout StringPool
    ) -> UInt32 {
        guard let latitude = latitude.flatMap(hundredths),
            let longitude = longitude.flatMap(hundredths), latitude != 0 || longitude != 0,
            let point = GeoPoint(latitude: latitude, longitude: longitude, radiusKm: radiusKm)
        else { return 0 }
        return pool.code(of: point.text)
    }

    /// Decimal degrees as hundredths, further decimals cut; nil for anything else.
    private static func hundredths(_ text: UnsafeRawBufferPointer) -> Int? {
        var value = 0
        var decimals = -1
        let isNegative = text.first == 0x2D
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            if byte == 0x2E, decimals < 0 {
                decimals = 0
            } else if byte &- 0x30 < 10 {
                if decimals >= 2 { continue }
                if decimals >= 0 { decimals += 1 }
                value = value * 10 + Int(byte - 0x30)
                if value > 1_000_000 { return nil }
            } else {
                return nil
            }
        }
        for _ in max(decimals, 0)..<2 { value *= 10 }
        return isNegative ? -value : value
    }
}
