internal import AuditModel
internal import WireFormat

/// What one record says became of a token.
struct AccessVerdict {
    var kind: EventKind
    var outcome: Outcome
    var reason: Reason = .none
    /// The server's words for a refusal.
    var text: UnsafeRawBufferPointer?

    /// The token was refused.
    static func refused(_ reason: Reason, _ text: UnsafeRawBufferPointer?) -> AccessVerdict {
        AccessVerdict(kind: .tokenValidationFailed, outcome: .failure, reason: reason, text: text)
    }

    /// The token was refused; the words say why.
    static func refused(_ text: UnsafeRawBufferPointer?) -> AccessVerdict {
        refused(AccessReasons.table.reason(text), text)
    }

    /// What a request's status, challenge and details say; nil where no token was presented.
    static func ofRequest(_ fields: borrowing JSONFields) -> AccessVerdict? {
        let status = status(fields)
        let sign = TokenSign(fields)
        if status == 0 || status >= 400 {
            // The filter's own words say more than its challenge.
            if let text = fields.known(.details), ByteSearch.containsFolded(text, "jwt_authn") {
                return AccessReasons.isMissing(text)
                    ? nil : refused(AccessReasons.table.reason(inBraces(text)), text)
            }
            let challenge = BearerChallenge(fields.known(.authenticate))
            if let challenge, challenge.error != nil {
                return answer(challenge, fields.known(.failure), sign)
            }
            if let text = fields.known(.failure) {
                return AccessReasons.isMissing(text) ? nil : refused(text)
            }
        }
        guard sign.isToken else {
            return sign.isLeak ? AccessVerdict(kind: .other, outcome: .unknown) : nil
        }
        return use(status, fields)
    }

    /// What Envoy puts into braces behind the name of the filter that refused.
    private static func inBraces(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let start = text.firstIndex(of: 0x7B), let end = text.lastIndex(of: 0x7D),
            start < end
        else { return text }
        return UnsafeRawBufferPointer(rebasing: text[(start + 1)..<end])
    }

    /// What became of a token that no challenge speaks of. Answers that a server gives to others,
    /// too, such as 404 or 500, leave open whether it was accepted.
    private static func use(_ status: Int, _ fields: borrowing JSONFields) -> AccessVerdict {
        switch status {
        case 101, 200..<400: AccessVerdict(kind: .tokenUsed, outcome: .success)
        case 401: refused(nil as UnsafeRawBufferPointer?)
        case 403:
            AccessVerdict(
                kind: .tokenUsed, outcome: .failure, reason: .policy, text: fields.known(.details))
        default: AccessVerdict(kind: .tokenUsed, outcome: .unknown)
        }
    }

    /// RFC 6750 §3.1, RFC 9449 §7.1 and §9, RFC 9470 §3.
    private static func answer(
        _ challenge: BearerChallenge, _ failure: UnsafeRawBufferPointer?, _ sign: TokenSign
    ) -> AccessVerdict? {
        let description = challenge.description ?? failure
        let text = description ?? challenge.error
        if challenge.isError("insufficient_scope") { return refused(.scope, text) }
        if challenge.isError("invalid_request") { return refused(.malformed, text) }
        if challenge.isError("invalid_dpop_proof") { return refused(.dpop, text) }
        if challenge.isError("use_dpop_nonce")
            || challenge.isError("insufficient_user_authentication")
        {
            guard sign.isToken else { return nil }
            return AccessVerdict(kind: .tokenUsed, outcome: .interrupted, text: text)
        }
        guard let words = description else { return refused(.unspecified, text) }
        return AccessReasons.isMissing(words) ? nil : refused(words)
    }

    /// A status of three digits; 0 for anything else, such as Envoy's for a request without answer.
    private static func status(_ fields: borrowing JSONFields) -> Int {
        guard let text = fields.known(.status), text.count == 3 else { return 0 }
        var status = 0
        for byte in text {
            guard byte &- 0x30 < 10 else { return 0 }
            status = status * 10 + Int(byte - 0x30)
        }
        return status
    }
}

/// Resource servers' words about tokens in the common vocabulary.
enum AccessReasons {
    /// By what occurs in the text. More exact words come first.
    static let table = ReasonTexts([
        ("invalid or has expired", .unspecified), ("invalid or expired", .unspecified),
        ("expired or invalid", .unspecified), ("fetch", .unspecified),
        ("expired", .expired), ("lifetime", .expired), ("exp claim", .expired),
        ("\"exp\"", .expired), ("'exp'", .expired), ("jwt not active", .notYetValid),
        ("not yet", .notYetValid), ("not_yet", .notYetValid), ("not valid before", .notYetValid),
        ("used before", .notYetValid), ("nbf", .notYetValid),
        ("issued in the future", .notYetValid),
        ("revoked", .revoked), ("blacklist", .revoked), ("blocklist", .revoked),
        ("denylist", .revoked),
        ("base64", .malformed), ("malformed", .malformed), ("in the form", .malformed),
        ("in_the_form", .malformed), ("json", .malformed), ("pars", .malformed),
        ("bad token format", .malformed), ("segments", .malformed),
        ("thumbprint", .dpop), ("dpop", .dpop), ("proof", .dpop), ("cnf", .dpop),
        ("audience", .audience), ("aud claim", .audience), ("'aud'", .audience),
        ("\"aud\"", .audience), ("resource id", .audience),
        ("issuer", .issuer), ("iss claim", .issuer), ("'iss'", .issuer), ("\"iss\"", .issuer),
        ("issued by a different", .issuer),
        ("scope", .scope), ("permission", .scope),
        ("kid", .signature), ("key", .signature), ("jwk", .signature), ("alg", .signature),
        ("signature", .signature), ("verification", .signature), ("verify", .signature),
        ("session", .sessionInactive), ("logged out", .sessionInactive),
        ("disabled", .userDisabled), ("locked", .userDisabled),
        ("client", .wrongClient), ("azp", .wrongClient),
        ("not found", .notFound), ("unknown", .notFound), ("not recognized", .notFound),
        ("rate limit", .rateLimited), ("denied", .policy), ("forbidden", .policy),
        ("not active", .unspecified), ("isn't active", .unspecified), ("inactive", .unspecified),
        ("invalid", .unspecified), ("unauthorized", .unspecified),
    ])

    private static let missing: [StaticString] = [
        "is missing", "is_missing", "missing token", "missing bearer", "missing auth",
        "token missing", "no token", "no bearer", "no auth", "no access token", "jwt missing",
        "missing jwt", "no jwt", "not provided",
    ]

    /// Whether a refusal says that there was no token at all.
    static func isMissing(_ text: UnsafeRawBufferPointer) -> Bool {
        missing.contains { ByteSearch.containsFolded(text, $0) }
            && !ByteSearch.containsFolded(text, "claim")
    }
}
