internal import AuditModel

/// What the records of one server can say: our own list, made from its documentation and its
/// records.
struct Vendor: Sendable {
    var dialect: String
    /// What people call it.
    var name: String
    /// Event types by the name that the server writes.
    var types: [String: VendorType]
    /// Canonical fields that any of its records may fill, beside those of ``VendorType/fields``.
    var fields: Set<Field>
    /// The member of a JSON record that holds the type.
    var typeMember: String
    /// The member of a JSON record that holds the time as milliseconds since 1970.
    var timeMember: String
    /// What stands between the time and the message of a record in text; nil for a server that
    /// writes none.
    var textPrefix: String?

    /// Every server whose records are known so well.
    static let all: [Vendor] = [keycloak]

    /// The server of this dialect; nil for one without such a list.
    static func named(_ dialect: String) -> Vendor? { all.first { $0.dialect == dialect } }

    /// Fields that are filled in after decoding, or belong to every event.
    static let everywhere: Set<Field> = [
        .id, .time, .kind, .effects, .outcome, .dialect, .source, .vendorType, .asn, .place,
        .country, .city, .network, .ipRole, .leaked,
    ]
}

/// One type of event of a server.
struct VendorType: Sendable {
    /// What its events can mean.
    var kinds: Set<EventKind>
    /// Canonical fields that its events may fill.
    var fields: Set<Field>
    /// Members that its records always have, at the top or one level below.
    var members: [String]
}
