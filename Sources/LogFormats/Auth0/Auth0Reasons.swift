internal import AuditModel

/// Auth0's words about failures in the common vocabulary.
enum Auth0Reasons {
    /// By what occurs in the text. More exact words come first.
    static let table = ReasonTexts([
        ("reused", .reused), ("reuse detected", .reused),
        ("mismatch", .redirectURI), ("callback url", .redirectURI), ("redirect_uri", .redirectURI),
        ("code verifier", .pkce), ("code_verifier", .pkce), ("code challenge", .pkce),
        ("pkce", .pkce), ("dpop", .dpop),
        ("authorization code is expired", .expired), ("expired", .expired),
        ("revoked", .revoked),
        ("unknown or invalid refresh token", .notFound), ("missing in db", .notFound),
        ("unknown client", .clientAuth), ("client authentication", .clientAuth),
        ("client_secret", .clientAuth), ("client secret", .clientAuth),
        ("unauthorized client", .clientAuth), ("grant type", .clientAuth),
        ("service not found", .audience), ("audience", .audience),
        ("scope", .scope),
        ("too many", .rateLimited), ("rate limit", .rateLimited), ("slow_down", .rateLimited),
        ("blocked", .userDisabled), ("disabled", .userDisabled),
        ("authorization_pending", .unspecified), ("pending", .unspecified),
        ("wrong email or password", .unspecified), ("wrong username or password", .unspecified),
        ("invalid username or password", .unspecified), ("wrong password", .unspecified),
        ("invalid user or password", .unspecified),
        ("not exist", .notFound), ("not found", .notFound),
        ("invalid authorization code", .unspecified), ("signature", .signature),
        ("issuer", .issuer), ("malformed", .malformed), ("access denied", .policy),
        ("access_denied", .policy), ("denied", .policy), ("not authorized", .policy),
    ])

    /// The most exact text about a failure.
    static func text(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        fields.text(Auth0Field.failureReason) ?? fields.text(Auth0Field.description)
            ?? fields.text(Auth0Field.errorMessage) ?? fields.text(Auth0Field.oauthError)
    }

    /// The address that a text about a refused redirect names: the first one with a scheme, up to
    /// the next blank.
    static func address(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        guard let text = text(fields) else { return nil }
        let marks = text.indices.dropLast(2)
        guard let mark = marks.first(where: { text[$0...].starts(with: "://".utf8) }) else {
            return nil
        }
        let start = text[..<mark].lastIndex { $0 <= 0x20 }.map { $0 + 1 } ?? 0
        let end = text[mark...].firstIndex { $0 <= 0x20 } ?? text.endIndex
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    /// Whether a device asked before its user has decided (RFC 8628 §3.5), which is no failure.
    static func isPolling(_ fields: borrowing JSONFields) -> Bool {
        guard let text = text(fields) else { return false }
        return ByteSearch.containsFolded(text, "pending")
            || ByteSearch.containsFolded(text, "slow_down")
    }

    /// Whether a failed login failed for what its request asked, before anybody was asked.
    static func isAboutRequest(_ reason: Reason, _ fields: borrowing JSONFields) -> Bool {
        if reason == .redirectURI { return true }
        guard let text = text(fields) else { return false }
        return ByteSearch.containsFolded(text, "unknown client")
            || ByteSearch.containsFolded(text, "service not found")
    }
}
