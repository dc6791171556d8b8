internal import AuditModel

/// Okta's words about failures in the common vocabulary.
enum OktaReasons {
    /// By what occurs in `outcome.reason`. More exact words come first.
    static let table = ReasonTexts([
        ("reuse", .reused), ("redirect_uri", .redirectURI),
        ("pkce", .pkce), ("code_verifier", .pkce), ("code_challenge", .pkce), ("dpop", .dpop),
        ("scope", .scope), ("expired", .expired), ("revoked", .revoked),
        ("invalid_client", .clientAuth), ("client_secret", .clientAuth),
        ("unauthorized_client", .clientAuth), ("client_authentication", .clientAuth),
        ("client_id", .wrongClient),
        ("rate_limit", .rateLimited), ("slow_down", .rateLimited),
        ("locked_out", .userDisabled), ("deactivated", .userDisabled),
        ("suspended", .userDisabled), ("user_disabled", .userDisabled),
        ("not_assigned", .policy), ("policy", .policy), ("denied", .policy),
        ("no_matching", .policy), ("consent", .policy),
        ("invalid_credentials", .unspecified), ("invalid_grant", .unspecified),
        ("verification_error", .unspecified), ("authorization_pending", .unspecified),
        ("session", .sessionInactive),
        ("not_found", .notFound), ("unknown", .notFound), ("does_not_exist", .notFound),
        ("signature", .signature), ("issuer", .issuer), ("audience", .audience),
        ("malformed", .malformed), ("invalid_request", .malformed),
    ])
}
