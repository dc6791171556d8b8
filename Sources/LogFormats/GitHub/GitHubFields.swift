/// The members of an audit log event that the mapping reads. All others go to the payload.
enum GitHubField: Int, CaseIterable {
    case action, timestamp, createdAt, documentID, actor, user, address, country, userAgent
    case business, organisation, application, applicationName, integration, accessType
    case tokenHash, tokenID, tokenScopes, request, status

    /// Its paths, see ``FieldTree``.
    private var paths: String {
        switch self {
        case .action: "action"
        case .timestamp: "@timestamp"
        case .createdAt: "created_at"
        case .documentID: "_document_id"
        case .actor: "actor"
        case .user: "user"
        case .address: "actor_ip"
        case .country: "actor_location.country_code"
        case .userAgent: "user_agent"
        case .business: "business"
        case .organisation: "org"
        case .application: "oauth_application_id"
        case .applicationName: "oauth_application_name|oauth_application|application_name"
        case .integration: "integration"
        case .accessType: "programmatic_access_type"
        case .tokenHash: "hashed_token"
        case .tokenID: "token_id"
        case .tokenScopes: "token_scopes"
        case .request: "request_id"
        case .status: "status_code"
        }
    }

    static let tree = FieldTree(allCases.map(\.paths))
}
