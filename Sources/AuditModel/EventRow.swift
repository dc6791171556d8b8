/// One event outside a batch: what a decoder fills and what a fold reads.
///
/// Plain bits without references, so that copying one costs no reference count. Text fields are
/// codes of a ``StringPool``; 0 means absent, as does ``ID128/none``.
public struct EventRow: Sendable, BitwiseCopyable {
    /// Event time: what the server wrote, nanoseconds since 1970-01-01T00:00:00Z.
    public var time: Int64 = 0
    /// Significant fraction digits of `time`: 0, 3, 6 or 9.
    public var precision: UInt8 = 3
    public var kind: EventKind = .other
    public var effects: EffectSet = []
    public var outcome: Outcome = .unknown
    public var reason: Reason = .none
    public var ipRole: IPRole = .unknown
    public var flags: EventFlags = []

    public var id: ID128 = .none
    public var session: ID128 = .none
    public var family: ID128 = .none
    public var grant: ID128 = .none
    public var presented: ID128 = .none
    public var issuedRefresh: ID128 = .none
    public var issuedAccess: ID128 = .none
    public var code: ID128 = .none
    public var proofKey: ID128 = .none
    public var request: ID128 = .none
    public var ip: IPAddress = .none

    public var dialect: UInt32 = 0
    public var source: UInt32 = 0
    public var issuer: UInt32 = 0
    public var tenant: UInt32 = 0
    public var client: UInt32 = 0
    public var subject: UInt32 = 0
    public var grantType: UInt32 = 0
    public var scopes: UInt32 = 0
    public var audience: UInt32 = 0
    public var userAgent: UInt32 = 0
    public var device: UInt32 = 0
    public var tls: UInt32 = 0
    public var reasonRaw: UInt32 = 0
    public var vendorType: UInt32 = 0
    public var city: UInt32 = 0
    /// Where `ip` is, as ``GeoPoint`` text.
    public var place: UInt32 = 0
    /// The class of the network of `ip`, as a name of ``NetworkClass``.
    public var network: UInt32 = 0
    /// A token that stood in the record where none belongs, as ``LeakedToken`` text.
    public var leaked: UInt32 = 0

    /// Autonomous system number; 0 when unknown.
    public var asn: UInt32 = 0
    /// ISO 3166-1 alpha-2 as two ASCII bytes, the first in the upper half; 0 when unknown.
    public var country: UInt16 = 0
    /// The server's own counter of the presented token in its family; -1 when it writes none.
    public var generation: Int32 = -1
    /// Where the record starts in its stream: decompressed byte offset, or Kafka offset.
    public var at: Int64 = 0

    public init() {}

    /// See ``EventBatch/assignedTenant(_:)``.
    @inlinable public var assignedTenant: UInt32 {
        flags.contains(.tenantAssigned) ? tenant : 0
    }

    /// The key of the total order over all events.
    @inlinable public var orderKey: OrderKey {
        OrderKey(time: time, rank: kind.causalRank, id: id)
    }
}

extension EventRow {
    /// Sets one id.
    public mutating func set(_ column: IDColumn, _ id: ID128) {
        switch column {
        case .event: self.id = id
        case .session: session = id
        case .family: family = id
        case .grant: grant = id
        case .presented: presented = id
        case .issuedRefresh: issuedRefresh = id
        case .issuedAccess: issuedAccess = id
        case .code: code = id
        case .proofKey: proofKey = id
        case .request: request = id
        case .ip: ip = IPAddress(bits: id)
        }
    }

    /// Sets one text by its code.
    public mutating func set(_ column: CodedColumn, _ code: UInt32) {
        switch column {
        case .dialect: dialect = code
        case .source: source = code
        case .issuer: issuer = code
        case .tenant: tenant = code
        case .client: client = code
        case .subject: subject = code
        case .grantType: grantType = code
        case .scopes: scopes = code
        case .audience: audience = code
        case .userAgent: userAgent = code
        case .device: device = code
        case .tls: tls = code
        case .reasonRaw: reasonRaw = code
        case .vendorType: vendorType = code
        case .city: city = code
        case .place: place = code
        case .network: network = code
        case .leaked: leaked = code
        }
    }
}

/// The total order of events: event time, then causes before consequences, then the event id.
/// Nothing of arrival is in it.
public struct OrderKey: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var time: Int64
    public var rank: UInt8
    public var id: ID128

    @inlinable
    public init(time: Int64, rank: UInt8, id: ID128) {
        self.time = time
        self.rank = rank
        self.id = id
    }

    @inlinable
    public static func < (left: OrderKey, right: OrderKey) -> Bool {
        if left.time != right.time { return left.time < right.time }
        if left.rank != right.rank { return left.rank < right.rank }
        return left.id < right.id
    }

    /// Before every event.
    public static let lowest = OrderKey(time: .min, rank: 0, id: .none)
}
