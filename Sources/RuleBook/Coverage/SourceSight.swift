public import AuditModel

/// What a source was seen to be capable of, under the names that `needs` uses.
extension SourceSurvey.Source {
    /// Fewer events than this prove no absence.
    static let telling = 20

    /// Whether there were enough events to call something absent.
    var isTelling: Bool { sampled >= Self.telling }

    /// Whether any attempt that went well was logged.
    var showsSuccesses: Bool { successes > 0 }

    /// Capabilities that were seen, of ``FieldSchema/capabilities``, in their order.
    public var capabilities: [String] { FieldSchema.capabilities.filter(has) }

    func has(_ capability: String) -> Bool {
        func field(_ field: Field) -> Bool { fields[field, default: 0] > 0 }
        switch capability {
        case "access_id": return accessNamed > 0
        case "asn": return field(.asn)
        case "client": return field(.client)
        // Where a server names no code, the ledger knows it by its session.
        case "code_id": return field(.code) || field(.session)
        case "country": return field(.country) || field(.place)
        case "device": return field(.device)
        case "failures": return failures > 0
        case "family": return field(.family) || field(.session)
        case "generation": return field(.generation)
        case "introspection": return saw([.tokenIntrospected, .tokenIntrospectFailed])
        case "ip": return field(.ip)
        case "parent_id": return refreshLinked > 0
        case "proof_key": return field(.proofKey)
        case "refresh_id": return refreshPresented + refreshIssued + refreshOpened > 0
        case "revocation":
            return saw([
                .tokenRevoked, .sessionEnded, .grantRevoked, .consentRevoked, .accountLocked,
            ])
        case "scopes": return field(.scopes)
        case "session": return field(.session)
        case "subject": return field(.subject)
        case "tls": return field(.tls)
        case "token_use":
            return saw([.tokenUsed, .tokenIntrospected, .tokenValidated, .tokenValidationFailed])
        case "user_agent": return field(.userAgent)
        default: return true
        }
    }

    /// How much of a grant's life the source shows.
    public var visibility: Visibility {
        let issues = saw([.codeRedeemed, .tokenIssued, .deviceCodeRedeemed, .cibaRedeemed])
        let refreshes = saw([.refreshSucceeded])
        if issues, refreshes, refreshLinked > 0, has("token_use"), has("revocation") { return .l4 }
        if refreshes, refreshPresented + refreshIssued > 0 || fields[.family, default: 0] > 0 {
            return .l3
        }
        if showsSuccesses, has("session") || has("subject") { return .l2 }
        if failures > 0, has("client") { return .l1 }
        return showsSuccesses && has("client") ? .l2 : .l0
    }
}
