public import AuditModel
public import WireFormat

/// One dialect: the bytes of records become events.
///
/// Called once a batch, so that the existential costs nothing an event. Total: any bytes give
/// events, a count of records that are no events, or named issues; nothing traps or is thrown.
public protocol LogFormat: Sendable {
    /// What `--dialect` and the `dialect` of events call it.
    var name: String { get }

    /// Whether the server writes secrets as the ids of an event's own tokens. Where it does not,
    /// each secret in a record is one that leaked into it, also the token that was presented.
    var expectsSecrets: Bool { get }

    /// Members of JSON that hold secrets under names of their own; usual names need not be here.
    var secretMembers: [SecretMember] { get }

    /// Whether the content of one record speaks for this dialect.
    ///
    /// - Parameter record: at least ``RecordBatch/tailPadding`` bytes are readable behind it.
    func matches(_ record: UnsafeRawBufferPointer) -> Bool

    /// Decodes every record of a batch, in order.
    ///
    /// - Parameters:
    ///   - batch: gets the events, and the texts of their codes in its own pool.
    ///   - issues: gets what could not be used; ``DecodeIssue/isPartial`` where an event came of
    ///     the record all the same.
    /// - Returns: what became of the records.
    @discardableResult
    func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally
}

extension LogFormat {
    public var expectsSecrets: Bool { true }

    /// None: the usual names suffice.
    public var secretMembers: [SecretMember] { [] }
}

/// A member of JSON that holds a secret, which is replaced by its fingerprint before records are
/// decoded.
public struct SecretMember: Sendable, Equatable {
    /// What the secret is; part of its fingerprint.
    public enum Token: String, Sendable, CaseIterable {
        case refresh, access, code
    }

    public var name: String
    public var token: Token

    public init(_ name: String, _ token: Token) {
        self.name = name
        self.token = token
    }
}

/// What a source's configuration says about its records.
public struct DecodeSettings: Sendable {
    /// The zone of times that name none.
    public var timeZone: ZoneTable
    /// Whose the records are, whatever they say themselves; nil leaves it to them. All events get
    /// it after they were decoded, see `EventBatch.assignTenant`.
    public var tenant: String?
    /// How many JSON containers may be open at once.
    public var maximumDepth: Int

    public init(timeZone: ZoneTable = .utc, tenant: String? = nil, maximumDepth: Int = 64) {
        self.timeZone = timeZone
        self.tenant = tenant
        self.maximumDepth = maximumDepth
    }
}

/// What became of the records of one batch. One record may give several events (an array), so the
/// numbers count different things; each record is in at least one of them.
public struct DecodeTally: Sendable, Equatable {
    /// Events appended.
    public var events = 0
    /// Records that are no events at all, such as a server's other log lines and blank lines.
    public var ignored = 0
    /// Records, or elements of one, that should have been events and are lost; each has an issue.
    public var failed = 0

    public init() {}
}
