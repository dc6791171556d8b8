public import AuditModel

/// What the databases and tables say about one address.
public struct ResolvedPlace: Hashable, Sendable {
    /// As ``EventRow/country`` holds it; 0 when unknown.
    public var country: UInt16 = 0
    /// In English; nil when unknown.
    public var city: String?
    /// Nil when unknown, and for networks that are nowhere.
    public var point: GeoPoint?
    /// Autonomous system number; 0 when unknown.
    public var asn: UInt32 = 0
    public var networkClass: NetworkClass?
    /// The address is one of our own proxies: it holds no token and has no place.
    public var isTrustedProxy = false

    public init() {}
}
