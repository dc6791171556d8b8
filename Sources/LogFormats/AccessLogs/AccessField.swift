/// The members of an access log's record that the mapping reads. All others go to the payload.
enum AccessField: Int, CaseIterable {
    case time, eventID, status, address, forwarded, userAgent, requestID
    /// What the token says of itself, and its hash.
    case subject, client, tokenID, tokenHash, session, issuer, audience, scope, proofKey
    /// The request's credentials and where else tokens stand, and the answer's challenge
    /// (RFC 6750 §3).
    case authorization, request, query, path, referrer, authenticate
    /// Why the server itself refused: Envoy's details, or any member of that sense.
    case details, failure
    /// What a resource server says of its own check.
    case success, errorCode
    /// Kong's: the credential it knew, and the two names of a consumer.
    case entity, consumerID, consumerName
    /// oauth2-proxy's: `AuthSuccess` and its like, and their message.
    case authStatus, message

    static let all = allCases

    /// A tree with the paths of one server, see ``FieldTree``.
    static func tree(_ paths: [AccessField: String]) -> FieldTree {
        FieldTree(allCases.map { paths[$0] ?? "" })
    }

    /// How what a token says of itself is called, in the record itself or in an object of it.
    static let claims: [AccessField: String] = [
        .subject: claim("sub") + "|subject|user_id|userId|user_sub|token_subject",
        .client: claim("client_id", "azp", "cid", "appid") + "|clientId|token_client",
        .tokenID: claim("jti", "uti") + "|token_id|tokenId|access_token_id|access_token_jti",
        .tokenHash: "token_sha256|token_hash|token_digest|token_fingerprint|access_token_sha256|"
            + "access_token_hash|hashed_token|sha256|tokenSha256|tokenHash",
        .session: claim("sid", "session_state") + "|session_id|sessionId",
        .issuer: claim("iss") + "|issuer",
        .audience: claim("aud") + "|audience",
        .scope: claim("scope", "scp") + "|scopes",
        .proofKey: "jkt|cnf_jkt|cnf.jkt|cnf.x5t#S256|claims.cnf.jkt|claims.cnf.x5t#S256|"
            + "jwt.cnf.jkt|jwt.cnf.x5t#S256",
    ]

    /// A claim's own name, with the prefixes of NGINX Plus and of other configurations, and in the
    /// objects that hold claims.
    private static func claim(_ names: String...) -> String {
        names.flatMap { name in
            ["", "jwt_claim_", "jwt_", "claim_", "token_", "claims.", "jwt.", "jwt_payload."]
                .map { $0 + name }
        }.joined(separator: "|")
    }
}
