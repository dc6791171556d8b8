/// What kind of network an address belongs to. Names are stored: only append.
public enum NetworkClass: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case residential = 0
    case mobile, hosting, vpn, relay, tor, satellite, corporate, anycast
    case `private`
    case education

    public var name: String { Self.names[Int(rawValue)] }

    /// The class with this name; nil for an unknown one.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    /// Every name, by raw value.
    public static let names = [
        "residential", "mobile", "hosting", "vpn", "relay", "tor", "satellite", "corporate",
        "anycast", "private", "education",
    ]

    /// Whether an address of such a network is somewhere: private and anycast ones are not.
    public var hasPlace: Bool { self != .private && self != .anycast }

    /// Databases claim more than they know: kilometres below which no radius is believed.
    ///
    /// Carriers serve a country from few gateways, and a satellite's ground station may stand in
    /// another one.
    public var radiusFloorKm: Int {
        switch self {
        case .mobile: 300
        case .satellite: 1500
        default: 0
        }
    }
}
