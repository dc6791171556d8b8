internal import AuditModel
internal import WireFormat

/// Keycloak's errors and reason texts in the common vocabulary.
enum KeycloakReasons {
    /// What a failed event says about why.
    ///
    /// - Parameters:
    ///   - error: the `error` code, if any.
    ///   - text: `details.reason`, if any; more exact than the code.
    static func reason(error: UnsafeRawBufferPointer?, text: UnsafeRawBufferPointer?) -> Reason {
        if let text, let found = reason(ofText: text) { return found }
        guard let error else { return text == nil ? .unspecified : .unknown }
        if let index = codeTable.index(of: error, hash: KeyHash.of(error)) {
            let found = codes[index].reason
            return found == .unspecified && text != nil ? .unknown : found
        }
        return .unknown
    }

    private static func reason(ofText text: UnsafeRawBufferPointer) -> Reason? {
        for (prefix, reason) in texts where starts(text, prefix) { return reason }
        return nil
    }

    private static func starts(_ text: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard text.count >= count else { return false }
        return RawBytes.equal(
            UnsafeRawBufferPointer(rebasing: text[0..<count]),
            UnsafeRawBufferPointer(start: prefix.utf8Start, count: count))
    }

    /// Whether this is the text with which the server itself calls a refresh token reused.
    static func assertsReuse(_ text: UnsafeRawBufferPointer?) -> Bool {
        text.map { starts($0, "Maximum allowed refresh token reuse exceeded") } ?? false
    }

    /// By the start of the reason text. Longer prefixes come first.
    static let texts: [(prefix: StaticString, reason: Reason)] = [
        ("Maximum allowed refresh token reuse exceeded", .reused),
        // Also said after a not-before push and with rotation off: the ledger decides.
        ("Stale token", .policy),
        ("Session doesn't have required client", .sessionClientMissing),
        ("Session not active", .sessionInactive),
        ("Offline session not active", .sessionInactive),
        ("Offline user session not found", .sessionInactive),
        ("User session not found", .sessionInactive),
        ("Token is not active", .expired),
        ("Refresh token expired", .expired),
        ("Invalid refresh token. Token client and authorized client don't match", .wrongClient),
        ("Invalid refresh token", .malformed),
        ("Invalid token issuer", .issuer),
        ("Invalid token signature", .signature),
        ("Invalid token audience", .audience),
        ("Access token JWT check failed", .unspecified),
        ("Code is expired", .expired),
        ("Code not valid", .unspecified),
        ("PKCE", .pkce),
        ("DPoP", .dpop),
        ("User disabled", .userDisabled),
        ("Invalid scope", .scope),
        ("Client no longer has requested consent", .policy),
    ]

    /// By the error code. `invalid_code` does not say whether the code was used, unknown or late;
    /// `invalid_token` leaves it to the reason text.
    static let codes: [(code: String, reason: Reason)] = [
        ("invalid_token", .unspecified), ("invalid_code", .unspecified),
        ("invalid_user_credentials", .unspecified), ("invalid_request", .malformed),
        ("invalid_token_type", .malformed), ("invalid_form", .malformed),
        ("invalid_authn_request", .malformed), ("invalid_logout_request", .malformed),
        ("expired_code", .expired), ("session_expired", .expired), ("token_expired", .expired),
        ("expired_token", .expired), ("expired_oauth2_device_code", .expired),
        ("user_session_not_found", .sessionInactive), ("not_logged_in", .sessionInactive),
        ("user_not_found", .notFound), ("invalid_oauth2_device_code", .notFound),
        ("unknown_identity_provider", .notFound),
        ("user_disabled", .userDisabled), ("user_temporarily_disabled", .userDisabled),
        ("client_not_found", .clientAuth), ("client_disabled", .clientAuth),
        ("invalid_client", .clientAuth), ("invalid_client_credentials", .clientAuth),
        ("unauthorized_client", .clientAuth), ("different_user_authenticated", .policy),
        ("invalid_redirect_uri", .redirectURI), ("illegal_origin", .redirectURI),
        ("code_verifier_missing", .pkce), ("invalid_code_verifier", .pkce),
        ("pkce_verification_failed", .pkce), ("invalid_code_challenge_method", .pkce),
        ("invalid_dpop_proof", .dpop),
        ("invalid_signature", .signature), ("invalid_issuer", .issuer),
        ("invalid_scope", .scope), ("insufficient_scope", .scope),
        ("slow_down", .rateLimited), ("authorization_pending", .unspecified),
        ("consent_denied", .policy), ("access_denied", .policy), ("rejected_by_user", .policy),
        ("not_allowed", .policy), ("realm_disabled", .policy), ("ssl_required", .policy),
        ("registration_disabled", .policy), ("resolve_required_actions", .policy),
    ]

    static let codeTable = NameTable(codes.map(\.code))
}
