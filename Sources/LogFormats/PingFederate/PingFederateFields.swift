/// The fields of an audit event that the mapping reads. All others go to the payload.
enum PingFederateField: Int, CaseIterable {
    case time, event, trackingID, transactionID, subject, address, client, status, description
    case grantType, session, role, userAgent, scope, category, message
    /// The server gives its events no ids.
    case id

    /// Its names: of the pattern, and of CEF's keys that say the same.
    private var paths: String {
        switch self {
        case .time: "time"
        case .event: "event"
        case .trackingID: "trackingid|tid|externalId"
        case .transactionID: "transactionid"
        case .subject: "subject|duid"
        case .address: "ip|src"
        case .client: "connectionid|clientid|client_id"
        case .status: "status|msg"
        case .description: "description"
        case .grantType: "granttype|grant_type"
        case .session: "sri"
        case .role: "role"
        case .userAgent: "useragent|user_agent|requestClientApplication"
        case .scope: "scope|scopes"
        case .category: "category"
        case .message: "message"
        case .id: ""
        }
    }

    static let tree = FieldTree(allCases.map(\.paths))

    /// The order of the default pattern behind the event's name.
    static let columns: [StaticString] = [
        "subject", "ip", "app", "connectionid", "protocol", "host", "role", "status", "adapterid",
        "description", "responsetime",
    ]

    /// The fields of CEF's numbered strings by their labels, of which only lower-case letters
    /// count here.
    static let labels: [(label: String, field: StaticString)] = [
        ("targetapplicationurl", "app"), ("connectionid", "connectionid"),
        ("protocol", "protocol"), ("role", "role"), ("splocaluserid", "localuserid"),
        ("attributes", "attributes"), ("granttype", "granttype"), ("sri", "sri"),
        ("sessionreferenceidentifier", "sri"), ("description", "description"),
        ("adapterid", "adapterid"), ("transactionid", "transactionid"),
        ("trackingid", "trackingid"), ("clientid", "clientid"), ("useragent", "useragent"),
        ("responsetime", "responsetime"), ("scope", "scope"),
    ]

    static let labelTable = NameTable(labels.map(\.label))
}
