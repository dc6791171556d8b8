internal import AuditModel

/// The words of Cognito and AWS about failures in the common vocabulary.
enum CognitoReasons {
    /// By what occurs in an error's code or message. More exact words come first.
    private static let table = ReasonTexts([
        ("reuse", .reused), ("redirect", .redirectURI),
        ("code_verifier", .pkce), ("code verifier", .pkce), ("code_challenge", .pkce),
        ("pkce", .pkce), ("expired", .expired), ("has been revoked", .revoked),
        ("invalid_client", .clientAuth), ("unauthorized_client", .clientAuth),
        ("invalidclient", .clientAuth), ("unauthorizedclient", .clientAuth),
        ("secret hash", .clientAuth), ("secret_hash", .clientAuth), ("client secret", .clientAuth),
        ("pool client", .clientAuth), ("invalid_scope", .scope), ("invalidscope", .scope),
        ("disabled", .userDisabled), ("not confirmed", .policy), ("notconfirmed", .policy),
        ("attempts exceeded", .rateLimited), ("toomanyrequests", .rateLimited),
        ("toomanyfailed", .rateLimited), ("limitexceeded", .rateLimited),
        ("slowdown", .rateLimited), ("slow_down", .rateLimited), ("throttl", .rateLimited),
        ("usernotfound", .notFound), ("user does not exist", .notFound),
        ("passwordresetrequired", .policy), ("accessdenied", .policy), ("access_denied", .policy),
        ("forbidden", .policy), ("not authorized to perform", .policy),
        ("lambda", .policy), ("idprejectedclaim", .policy),
        ("signature", .signature), ("issuer", .issuer), ("audience", .audience),
        ("invalid refresh token", .notFound), ("invalid access token", .malformed),
        ("invalididentitytoken", .malformed), ("invalidparameter", .malformed),
        ("invalid_request", .malformed), ("invalidrequest", .malformed),
        ("invalid_grant", .unspecified), ("invalidgrant", .unspecified),
        ("incorrect username or password", .unspecified), ("codemismatch", .unspecified),
        ("notauthorized", .unspecified), ("pending", .unspecified),
        ("resourcenotfound", .notFound), ("not found", .notFound),
    ])

    /// The code's reason, or the message's where that says more.
    static func reason(_ fields: borrowing JSONFields) -> Reason {
        let code = code(fields)
        let reason = table.reason(code)
        let other = table.reason(fields.text(CognitoField.errorMessage))
        let isExact = other != .unknown && other != .unspecified
        switch reason {
        case .unspecified, .unknown, .notFound, .malformed:
            return isExact || code == nil ? other : reason
        default: return reason
        }
    }

    static func code(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        fields.text(CognitoField.errorCode) ?? fields.text(CognitoField.responseError)
    }

    /// Whether a device asked before its user has decided (RFC 8628 §3.5), which is no failure.
    static func isPolling(_ fields: borrowing JSONFields) -> Bool {
        guard let code = code(fields) else { return false }
        return ByteSearch.containsFolded(code, "pending")
            || ByteSearch.containsFolded(code, "slowdown")
            || ByteSearch.containsFolded(code, "slow_down")
    }

    /// What failed, by what would have been.
    static func kind(_ kind: EventKind, _ reason: Reason) -> EventKind {
        switch kind {
        case .authorizationRequested: .authorizationFailed
        case .sessionStarted, .authnSucceeded: .authnFailed
        case .codeRedeemed: .codeRejected
        case .deviceCodeRedeemed: .deviceCodeRejected
        case .refreshSucceeded: reason == .reused ? .refreshReuseDetected : .refreshRejected
        case .tokenIssued: reason == .clientAuth ? .clientAuthFailed : .tokenIssueFailed
        case .tokenExchanged: .tokenExchangeFailed
        case .tokenUsed: .tokenValidationFailed
        case .tokenRevoked: .tokenRevokeFailed
        case .sessionEnded: .other
        default: kind
        }
    }
}
