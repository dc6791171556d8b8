internal import AuditModel

/// Codes of the places that a server names by coordinates: the texts of the few hundred that come
/// again and again are made once.
struct PlaceCodes: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var latitude = 0
        var longitude = 0
        var radiusKm = 0
        var code: UInt32 = 0
    }

    private static let capacity = 256
    private let entries: UnsafeMutablePointer<Entry>

    init() {
        entries = .allocate(capacity: Self.capacity)
        entries.initialize(repeating: Entry(), count: Self.capacity)
    }

    deinit { entries.deallocate() }

    /// The code of a place's text.
    ///
    /// - Parameter pool: the same in every call.
    @inline(__always)
    func code(of point: GeoPoint, _ pool: inout StringPool) -> UInt32 {
        let mixed = UInt64(bitPattern: Int64(point.latitude &* 36_001 &+ point.longitude))
            &* 0x9E37_79B9_7F4A_7C15
        let slot = Int(truncatingIfNeeded: mixed >> 56)
        let known = entries[slot]
        if known.code != 0, known.latitude == point.latitude, known.longitude == point.longitude,
            known.radiusKm == point.radiusKm
        {
            return known.code
        }
        let code = pool.code(of: point.text)
        entries[slot] = Entry(
            latitude: point.latitude, longitude: point.longitude, radiusKm: point.radiusKm,
            code: code)
        return code
    }
}
