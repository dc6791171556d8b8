internal import AuditModel
internal import WireFormat

/// The members of an activity that the mapping reads. All others go to the payload.
enum GoogleField: Int, CaseIterable {
    case time, qualifier, application, customer, ownerDomain, events, protoPayload, service
    case email, profile, key, address, userAgent, region, systemNumber

    /// Its paths, see ``FieldTree``: of the Reports API, and of Cloud Logging.
    private var paths: String {
        switch self {
        case .time: "id.time|timestamp"
        case .qualifier: "id.uniqueQualifier|insertId"
        case .application: "id.applicationName"
        case .customer: "id.customerId|resource.labels.organization_id"
        case .ownerDomain: "ownerDomain"
        case .events: "events|protoPayload.metadata.event"
        case .protoPayload: "protoPayload"
        case .service: "protoPayload.serviceName"
        case .email: "actor.email|protoPayload.authenticationInfo.principalEmail"
        case .profile: "actor.profileId"
        case .key: "actor.key"
        case .address: "ipAddress|protoPayload.requestMetadata.callerIp"
        case .userAgent: "protoPayload.requestMetadata.callerSuppliedUserAgent"
        case .region: "networkInfo.regionCode"
        case .systemNumber: "networkInfo.ipAsn"
        }
    }

    static let tree = FieldTree(allCases.map(\.paths))
}

/// The members of one event of an activity.
enum GoogleEventField: Int, CaseIterable {
    case name, parameters

    static let tree = FieldTree(["name|eventName", "parameters|parameter"])
}

/// The parameters of an event that the mapping reads.
enum GoogleParameter: Int, CaseIterable {
    case client, clientType, scope, scopeData, api, failure, challenge
    case adminClient, adminScopes

    private var name: String {
        switch self {
        case .client: "client_id"
        case .clientType: "client_type"
        case .scope: "scope"
        case .scopeData: "scope_data"
        case .api: "api_name"
        case .failure: "login_failure_type"
        case .challenge: "login_challenge_status"
        case .adminClient: "API_CLIENT_NAME"
        case .adminScopes: "API_SCOPES"
        }
    }

    static let names = NameTable(allCases.map(\.name))
}

/// The event at hand, as nodes of the record: its name and its parameters, which are a list of
/// `{name, value}`, where `value` has other names for other types. Some exports write an object.
struct GoogleEvent: ~Copyable {
    private var nodes: InlineArray<9, Int32> = InlineArray(repeating: -1)
    private var finder = FieldFinder(GoogleEventField.tree)

    /// The node of the event's name; nil where it has none.
    var name: Int? {
        let node = finder[GoogleEventField.name]
        return node < 0 ? nil : node
    }

    /// The node of a parameter's value.
    func node(_ parameter: GoogleParameter) -> Int? {
        let node = Int(nodes[parameter.rawValue])
        return node < 0 ? nil : node
    }

    /// The text of a parameter; of a list that of its first element.
    func text(
        _ parameter: GoogleParameter, _ fields: borrowing JSONFields
    ) -> UnsafeRawBufferPointer? {
        node(parameter).flatMap { fields.firstText(at: $0) }
    }

    /// Looks at the event at hand; of several parameters of one name the first counts.
    mutating func read(_ fields: borrowing JSONFields) {
        for parameter in GoogleParameter.allCases { nodes[parameter.rawValue] = -1 }
        finder.find(in: fields.document, fields.part)
        let list = finder[GoogleEventField.parameters]
        guard list >= 0 else { return }
        let isList = fields.document[list].kind == .array
        guard isList || fields.document[list].kind == .object else { return }
        let end = Int(fields.document[list].next)
        var child = list + 1
        while child < end {
            let node = fields.document[child]
            if isList {
                if node.kind == .object { readParameter(child, fields) }
            } else {
                set(fields.document.key(node), node.keyHash, child)
            }
            child = Int(node.next)
        }
    }

    private mutating func readParameter(_ index: Int, _ fields: borrowing JSONFields) {
        let (name, value) = Self.member(index, fields)
        guard let name, value > 0 else { return }
        set(name, KeyHash.of(name), value)
    }

    private mutating func set(_ name: UnsafeRawBufferPointer, _ hash: UInt32, _ value: Int) {
        guard let index = GoogleParameter.names.index(of: name, hash: hash), nodes[index] < 0
        else { return }
        nodes[index] = Int32(truncatingIfNeeded: value)
    }

    /// `value`, or `intValue`, `multiValue`, `multiStrValue` and the like.
    private static func isValue(_ key: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.equals(key, "value") || key.suffix(5).elementsEqual("Value".utf8)
    }

    /// The name of a parameter, and the node of its value; 0 for none.
    static func member(
        _ index: Int, _ fields: borrowing JSONFields
    ) -> (name: UnsafeRawBufferPointer?, value: Int) {
        var name: UnsafeRawBufferPointer?
        var value = 0
        let end = Int(fields.document[index].next)
        var child = index + 1
        while child < end {
            let node = fields.document[child]
            let key = fields.document.key(node)
            if ByteSearch.equals(key, "name") {
                name = fields.text(at: child)
            } else if node.kind != .null, isValue(key) {
                value = child
            }
            child = Int(node.next)
        }
        return (name, value)
    }
}
