internal import AuditModel

/// Keycloak's user events up to 26.x.
extension Vendor {
    static let keycloak = Vendor(
        dialect: "keycloak", name: "Keycloak", types: KeycloakVendorTypes.all,
        fields: [
            .issuer, .tenant, .client, .subject, .session, .ip, .userAgent, .grantType, .scopes,
            .audience, .code,
        ],
        typeMember: "type", timeMember: "time",
        textPrefix: " DEBUG [org.keycloak.events] (executor-thread-1) ")
}

/// The types, one a line: name, kinds of a success, kinds of an error (`TYPE_ERROR`), how token
/// ids are used (`i` issued, `r` presented and issued, `p` presented), members that are always
/// there; `-` for nothing.
private enum KeycloakVendorTypes {
    static let all: [String: VendorType] = {
        var all: [String: VendorType] = [:]
        for line in table.split(separator: "\n") {
            let cells = line.split(separator: " ").map(String.init)
            guard cells.count >= 4 else { continue }
            let members = cells.count > 4 ? list(cells[4]) : []
            all[cells[0]] = VendorType(
                kinds: kinds(cells[1]), fields: fields(cells[3], isError: false), members: members)
            all[cells[0] + "_ERROR"] = VendorType(
                kinds: kinds(cells[2]), fields: fields(cells[3], isError: true),
                members: ["error"])
        }
        return all
    }()

    private static func list(_ cell: String) -> [String] {
        cell == "-" ? [] : cell.split(separator: ",").map(String.init)
    }

    private static func kinds(_ cell: String) -> Set<EventKind> {
        Set(list(cell).compactMap { EventKind(name: $0) })
    }

    private static func fields(_ use: String, isError: Bool) -> Set<Field> {
        var fields: Set<Field> = isError ? [.reason, .reasonRaw, .asserted] : []
        if use == "p" || use == "r" { fields.insert(.presented) }
        if !isError, use == "i" || use == "r" { fields.insert(.issued) }
        return fields
    }

    private static let table = """
        LOGIN session.started authn.failed,consent.denied,authorization.failed -
        LOGOUT session.ended other p
        USER_SESSION_DELETED session.ended other -
        IMPERSONATE session.impersonated other -
        USER_DISABLED_BY_PERMANENT_LOCKOUT account.locked other -
        USER_DISABLED_BY_TEMPORARY_LOCKOUT account.locked other -
        CODE_TO_TOKEN code.redeemed code.rejected i token_id
        REFRESH_TOKEN refresh.succeeded refresh.rejected,refresh.reuse_detected r \
        token_id,refresh_token_id,updated_refresh_token_id
        CLIENT_LOGIN token.issued token.issue_failed,client.auth_failed i token_id
        VALIDATE_ACCESS_TOKEN token.validated token.validation_failed p
        INTROSPECT_TOKEN token.introspected token.introspect_failed p
        USER_INFO_REQUEST token.used token.validation_failed p
        INVALID_SIGNATURE token.validation_failed token.validation_failed p
        TOKEN_EXCHANGE token.exchanged token.exchange_failed i
        OAUTH2_DEVICE_AUTH device_code.requested device_code.rejected,device_code.denied -
        OAUTH2_DEVICE_VERIFY_USER_CODE device_code.verified \
        device_code.rejected,device_code.denied -
        OAUTH2_DEVICE_CODE_TO_TOKEN device_code.redeemed device_code.rejected,device_code.denied i
        AUTHREQID_TO_TOKEN ciba.redeemed ciba.failed i
        PERMISSION_TOKEN token.issued token.issue_failed i
        JWT_BEARER token.issued token.issue_failed i
        JWT_AUTHORIZATION_GRANT token.issued token.issue_failed i
        OAUTH2_EXTENSION_GRANT token.issued token.issue_failed i
        VERIFIABLE_CREDENTIAL_PRE_AUTHORIZED_GRANT token.issued token.issue_failed i
        PUSHED_AUTHORIZATION_REQUEST par.pushed par.failed -
        REGISTER account.changed account.changed -
        UPDATE_EMAIL account.changed account.changed -
        UPDATE_PROFILE account.changed account.changed -
        UPDATE_PASSWORD account.changed account.changed -
        UPDATE_TOTP account.changed account.changed -
        REMOVE_TOTP account.changed account.changed -
        UPDATE_CREDENTIAL account.changed account.changed -
        REMOVE_CREDENTIAL account.changed account.changed -
        RESET_PASSWORD account.changed account.changed -
        VERIFY_EMAIL account.changed account.changed -
        VERIFY_PROFILE account.changed account.changed -
        DELETE_ACCOUNT account.deleted account.changed -
        FEDERATED_IDENTITY_LINK account.changed account.changed -
        REMOVE_FEDERATED_IDENTITY account.changed account.changed -
        FEDERATED_IDENTITY_OVERRIDE_LINK account.changed account.changed -
        IDENTITY_PROVIDER_LINK_ACCOUNT account.changed account.changed -
        CLIENT_INITIATED_ACCOUNT_LINKING account.changed account.changed -
        IDENTITY_PROVIDER_LOGIN authn.succeeded authn.failed -
        IDENTITY_PROVIDER_FIRST_LOGIN authn.succeeded authn.failed -
        IDENTITY_PROVIDER_POST_LOGIN authn.succeeded authn.failed -
        IDENTITY_PROVIDER_RESPONSE authn.succeeded authn.failed -
        IDENTITY_PROVIDER_RETRIEVE_TOKEN token.used token.validation_failed -
        GRANT_CONSENT consent.granted consent.denied -
        UPDATE_CONSENT consent.updated consent.denied -
        REVOKE_GRANT consent.revoked,token.revoked token.revoke_failed p
        CLIENT_INFO other client.auth_failed -
        CLIENT_REGISTER client.registered client.auth_failed -
        CLIENT_UPDATE client.updated client.auth_failed -
        CLIENT_DELETE client.deleted client.auth_failed -
        SEND_VERIFY_EMAIL other other -
        SEND_RESET_PASSWORD other other -
        SEND_IDENTITY_PROVIDER_LINK other other -
        INVITE_ORG other other -
        CUSTOM_REQUIRED_ACTION other other -
        EXECUTE_ACTIONS other other -
        EXECUTE_ACTION_TOKEN other other -
        RESTART_AUTHENTICATION other other -
        REGISTER_NODE other other -
        UNREGISTER_NODE other other -
        VERIFIABLE_CREDENTIAL_REQUEST other other -
        VERIFIABLE_CREDENTIAL_OFFER_REQUEST other other -
        VERIFIABLE_CREDENTIAL_NONCE_REQUEST other other -
        VERIFIABLE_CREDENTIAL_CREATE_OFFER other other -
        """
}
