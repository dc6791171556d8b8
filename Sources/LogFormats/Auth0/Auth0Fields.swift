/// The members of an Auth0 event that the mapping reads. All others go to the payload.
enum Auth0Field: Int, CaseIterable {
    case type, date, logID, tenantName, hostname, clientID, userID, userName, ip, userAgent
    case audience, scope, description, failureReason, errorMessage, oauthError
    case sessionID, tokenSession, familyID, tokenCounter, latestCounter, accessTokenID
    case grantID, credentialID, certificate, ja4, ja3, request
    case apiMethod, apiPath, apiToken, accessedSecrets

    /// Its paths, see ``FieldTree``.
    private var paths: String {
        switch self {
        case .type: "type"
        case .date: "date"
        case .logID: "log_id|_id"
        case .tenantName: "tenant_name"
        case .hostname: "hostname"
        case .clientID: "client_id"
        case .userID: "user_id"
        case .userName: "user_name"
        case .ip: "ip"
        case .userAgent: "user_agent"
        case .audience: "audience"
        case .scope: "scope"
        case .description: "description"
        case .failureReason: "details.failure_reason"
        case .errorMessage: "details.error.message|details.error_description"
        case .oauthError: "details.error.oauthError|details.error.type"
        case .sessionID: "details.session_id|session_id"
        case .tokenSession: "details.refresh_token.session_id"
        case .familyID: "details.familyId"
        case .tokenCounter: "details.tokenCounter"
        case .latestCounter: "details.latestCounter"
        case .accessTokenID: "details.access_token_jti"
        case .grantID: "details.grant_id"
        case .credentialID: "details.credential_id"
        case .certificate: "mtls_thumbprint_sha256"
        case .ja4: "security_context.ja4"
        case .ja3: "security_context.ja3"
        case .request: "references.correlation_id|references.trace_id"
        case .apiMethod: "details.request.method"
        case .apiPath: "details.request.path"
        case .apiToken: "details.request.auth.credentials.jti"
        case .accessedSecrets: "details.accessedSecrets"
        }
    }

    static let tree = FieldTree(allCases.map(\.paths))
}
