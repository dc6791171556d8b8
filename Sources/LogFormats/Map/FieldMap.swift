public import AuditModel

/// What the members of a server's JSON mean, for servers that no dialect knows. docs/MAPS.md says
/// how people write one; ``MapFormat`` reads records by it.
public struct FieldMap: Sendable, Equatable {
    /// The dialect of its events.
    public var name: String
    /// Where a record's events are, from the record inwards; the first that is there counts. None
    /// for the envelopes that all dialects know.
    public var unwrap: [MapPath] = []
    /// Texts that hold JSON.
    public var open: [MapPath] = []
    /// What a record must be to be an event; all of it.
    public var when: [MapCondition] = []
    public var time: [MapPath] = []
    public var timeFormat = MapTimeFormat.auto
    /// The id that the server gives an event.
    public var id: [MapPath] = []
    /// Where columns come from: of several paths the first that has a value.
    public var columns: [Columns] = []
    /// Values of columns for which a record has none.
    public var constants: [Constant] = []
    /// What events mean: the first that matches counts.
    public var kinds: [KindRow] = []
    /// How attempts ended: the first that matches counts.
    public var outcomes: [OutcomeRow] = []
    /// Why attempts failed: the first that matches counts.
    public var reasons: [ReasonRow] = []
    /// Values that mean that there is none.
    public var absent = FieldMap.usuallyAbsent

    /// What servers write where they have nothing to say.
    public static let usuallyAbsent = ["null", "none", "-", "unknown", "undefined", "(null)"]

    public init(name: String) { self.name = name }

    /// Where one column comes from.
    public struct Columns: Sendable, Equatable {
        public var column: MapColumn
        public var sources: [MapSource]

        public init(_ column: MapColumn, _ sources: [MapSource]) {
            self.column = column
            self.sources = sources
        }
    }

    /// The value of a column for which a record has none.
    public struct Constant: Sendable, Equatable {
        public var column: MapColumn
        public var text: String

        public init(_ column: MapColumn, _ text: String) {
            self.column = column
            self.text = text
        }
    }

    /// What some events mean. Nil leaves it to what the kind says of itself.
    public struct KindRow: Sendable, Equatable {
        public var match: [MapCondition]
        public var kind: EventKind
        public var outcome: Outcome?
        public var reason: Reason?
        public var ipRole: IPRole?
        public var effects: EffectSet = []
        /// Columns that come from elsewhere in these events.
        public var columns: [Columns] = []

        public init(_ match: [MapCondition], _ kind: EventKind) {
            self.match = match
            self.kind = kind
        }
    }

    /// How some attempts ended.
    public struct OutcomeRow: Sendable, Equatable {
        public var match: [MapCondition]
        public var outcome: Outcome

        public init(_ match: [MapCondition], _ outcome: Outcome) {
            self.match = match
            self.outcome = outcome
        }
    }

    /// Why some attempts failed.
    public struct ReasonRow: Sendable, Equatable {
        public var match: [MapCondition]
        public var reason: Reason

        public init(_ match: [MapCondition], _ reason: Reason) {
            self.match = match
            self.reason = reason
        }
    }
}

/// What a value of a record must be.
public struct MapCondition: Sendable, Equatable {
    /// One value that fits.
    public enum Value: Sendable, Equatable {
        /// The member is missing, null or empty.
        case absent
        /// A text, number or truth as written; `*` stands for any text, letters for both cases.
        case pattern(String)
    }

    public var path: MapPath
    /// Any of them.
    public var values: [Value]

    public init(_ path: MapPath, _ values: [Value]) {
        self.path = path
        self.values = values
    }
}

/// One place that a column's value may come from.
public struct MapSource: Sendable, Equatable {
    /// What kind of name of a token the value is.
    public enum Form: String, Sendable, CaseIterable {
        /// An id that is no secret, such as `jti`.
        case id
        /// SHA-256 of the token, as hexadecimal digits or base64.
        case sha256
        /// The token itself, of which only the keyed fingerprint is kept.
        case secret
    }

    public var path: MapPath
    public var form: Form
    /// Of a secret: what token it is.
    public var token: SecretMember.Token

    public init(_ path: MapPath, form: Form = .id, token: SecretMember.Token = .refresh) {
        self.path = path
        self.form = form
        self.token = token
    }
}

/// How times are written.
public enum MapTimeFormat: String, Sendable, CaseIterable {
    /// RFC 3339 and its kin, or a number whose size tells its unit.
    case auto
    case rfc3339
    case seconds = "epoch_s"
    case milliseconds = "epoch_ms"
    case microseconds = "epoch_us"
    case nanoseconds = "epoch_ns"
}

/// The columns that a map can fill.
public enum MapColumn: String, Sendable, CaseIterable {
    case issuer, tenant, client, subject, session, grant, family, generation
    case presented
    case issuedRefresh = "issued_refresh"
    case issuedAccess = "issued_access"
    case code
    case grantType = "grant_type"
    case scopes, audience, ip, asn, country, city
    case userAgent = "user_agent"
    case device, tls
    case proofKey = "proof_key"
    case request
    case reasonRaw = "reason_raw"
    case vendorType = "vendor_type"

    /// Whether values are ids of tokens, which have a ``MapSource/Form``.
    public var isToken: Bool {
        switch self {
        case .presented, .issuedRefresh, .issuedAccess, .code: true
        default: false
        }
    }

    /// Whether it can be the same in every event.
    public var canBeConstant: Bool {
        switch self {
        case .issuer, .tenant, .client, .audience, .grantType, .scopes: true
        default: false
        }
    }
}
