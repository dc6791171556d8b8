internal import AuditModel

/// Where a server's own log says that addresses are. One for each batch, because it remembers the
/// codes of points: many events come from few places.
struct SourcePlaces: ~Copyable {
    /// No server says how sure it is.
    static let radiusKm = 100
    /// A power of two; a point has one slot and shares it with others.
    private static let slotCount = 64

    private struct Slot: BitwiseCopyable {
        /// Hundredths of a degree; no point has these.
        var latitude = Int.max
        var longitude = Int.max
        var code: UInt32 = 0
    }

    private let slots: UnsafeMutablePointer<Slot>

    init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(), count: Self.slotCount)
    }

    deinit { slots.deallocate() }

    /// The code of the point at some decimal degrees; 0 where they are none, and for the point
    /// 0,0, which stands for an unknown place.
    ///
    /// - Parameter pool: the same one in every call.
    mutating func code(
        latitude: UnsafeRawBufferPointer?, longitude: UnsafeRawBufferPointer?,
        _ pool: inout StringPool
    ) -> UInt32 {
        guard let latitude = latitude.flatMap(Self.hundredths),
            let longitude = longitude.flatMap(Self.hundredths), latitude != 0 || longitude != 0
        else { return 0 }
        let index = (latitude &* 31 &+ longitude) & (Self.slotCount - 1)
        if slots[index].latitude != latitude || slots[index].longitude != longitude {
            let point = GeoPoint(
                latitude: latitude, longitude: longitude, radiusKm: Self.radiusKm)
            slots[index] = Slot(
                latitude: latitude, longitude: longitude,
                code: point.map { pool.code(of: $0.text) } ?? 0)
        }
        return slots[index].code
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
