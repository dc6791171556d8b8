import AuditModel
import LogFormats
import Testing

@Suite("Keycloak event types")
struct KeycloakTypeTests {
    /// `TYPE kind error-kind effects ip_role`, written apart from the decoder's own table.
    static let expected = """
        LOGIN session.started authn.failed - holder
        LOGOUT session.ended other - unknown
        USER_SESSION_DELETED session.ended other - unknown
        IMPERSONATE session.impersonated other - unknown
        USER_DISABLED_BY_PERMANENT_LOCKOUT account.locked other - unknown
        USER_DISABLED_BY_TEMPORARY_LOCKOUT account.locked other - unknown
        CODE_TO_TOKEN code.redeemed code.rejected token.issued holder
        REFRESH_TOKEN refresh.succeeded refresh.rejected token.issued holder
        CLIENT_LOGIN token.issued token.issue_failed - caller
        VALIDATE_ACCESS_TOKEN token.validated token.validation_failed - caller
        INTROSPECT_TOKEN token.introspected token.introspect_failed - caller
        USER_INFO_REQUEST token.used token.validation_failed - unknown
        INVALID_SIGNATURE token.validation_failed token.validation_failed - unknown
        TOKEN_EXCHANGE token.exchanged token.exchange_failed - unknown
        OAUTH2_DEVICE_AUTH device_code.requested device_code.rejected - unknown
        OAUTH2_DEVICE_VERIFY_USER_CODE device_code.verified device_code.rejected - unknown
        OAUTH2_DEVICE_CODE_TO_TOKEN device_code.redeemed device_code.rejected token.issued holder
        AUTHREQID_TO_TOKEN ciba.redeemed ciba.failed token.issued unknown
        PERMISSION_TOKEN token.issued token.issue_failed - unknown
        JWT_BEARER token.issued token.issue_failed - unknown
        JWT_AUTHORIZATION_GRANT token.issued token.issue_failed - unknown
        OAUTH2_EXTENSION_GRANT token.issued token.issue_failed - unknown
        VERIFIABLE_CREDENTIAL_PRE_AUTHORIZED_GRANT token.issued token.issue_failed - unknown
        PUSHED_AUTHORIZATION_REQUEST par.pushed par.failed - unknown
        REGISTER account.changed account.changed - unknown
        UPDATE_EMAIL account.changed account.changed - unknown
        UPDATE_PROFILE account.changed account.changed - unknown
        UPDATE_PASSWORD account.changed account.changed - unknown
        UPDATE_TOTP account.changed account.changed - unknown
        REMOVE_TOTP account.changed account.changed - unknown
        UPDATE_CREDENTIAL account.changed account.changed - unknown
        REMOVE_CREDENTIAL account.changed account.changed - unknown
        RESET_PASSWORD account.changed account.changed - unknown
        VERIFY_EMAIL account.changed account.changed - unknown
        VERIFY_PROFILE account.changed account.changed - unknown
        DELETE_ACCOUNT account.deleted account.changed - unknown
        FEDERATED_IDENTITY_LINK account.changed account.changed - unknown
        REMOVE_FEDERATED_IDENTITY account.changed account.changed - unknown
        FEDERATED_IDENTITY_OVERRIDE_LINK account.changed account.changed - unknown
        IDENTITY_PROVIDER_LINK_ACCOUNT account.changed account.changed - unknown
        CLIENT_INITIATED_ACCOUNT_LINKING account.changed account.changed - unknown
        IDENTITY_PROVIDER_LOGIN authn.succeeded authn.failed - holder
        IDENTITY_PROVIDER_FIRST_LOGIN authn.succeeded authn.failed - holder
        IDENTITY_PROVIDER_POST_LOGIN authn.succeeded authn.failed - holder
        IDENTITY_PROVIDER_RESPONSE authn.succeeded authn.failed - holder
        IDENTITY_PROVIDER_RETRIEVE_TOKEN token.used token.validation_failed - unknown
        GRANT_CONSENT consent.granted consent.denied - holder
        UPDATE_CONSENT consent.updated consent.denied - holder
        REVOKE_GRANT consent.revoked token.revoke_failed grant.revoked unknown
        CLIENT_INFO other client.auth_failed - unknown
        CLIENT_REGISTER client.registered client.auth_failed - unknown
        CLIENT_UPDATE client.updated client.auth_failed - unknown
        CLIENT_DELETE client.deleted client.auth_failed - unknown
        SEND_VERIFY_EMAIL other other - unknown
        SEND_RESET_PASSWORD other other - unknown
        SEND_IDENTITY_PROVIDER_LINK other other - unknown
        INVITE_ORG other other - unknown
        CUSTOM_REQUIRED_ACTION other other - unknown
        EXECUTE_ACTIONS other other - unknown
        EXECUTE_ACTION_TOKEN other other - unknown
        RESTART_AUTHENTICATION other other - unknown
        REGISTER_NODE other other - unknown
        UNREGISTER_NODE other other - unknown
        VERIFIABLE_CREDENTIAL_REQUEST other other - unknown
        VERIFIABLE_CREDENTIAL_OFFER_REQUEST other other - unknown
        VERIFIABLE_CREDENTIAL_NONCE_REQUEST other other - unknown
        VERIFIABLE_CREDENTIAL_CREATE_OFFER other other - unknown
        """.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

    @Test("there are the 66 types of today and one of older servers")
    func count() {
        #expect(Self.expected.count == 67)
        #expect(Set(Self.expected.map { $0[0] }).count == 67)
    }

    @Test("every type and its twin mean what the table says, in JSON and in text",
        arguments: expected)
    func type(row: [String]) {
        for (type, kind) in [(row[0], row[1]), (row[0] + "_ERROR", row[2])] {
            let facts = Facts(type: type)
            for line in [facts.json, facts.text] {
                let decoded = decode(line)
                #expect(decoded.issues == [])
                guard decoded.batch.count == 1 else {
                    Issue.record("no event: \(line)")
                    continue
                }
                let isError = type.hasSuffix("_ERROR")
                #expect(decoded.batch.kind[0].name == kind)
                #expect(decoded.batch.ipRole[0].name == row[4])
                #expect(decoded.text(.vendorType) == type)
                let effects = decoded.batch.effects[0].names
                #expect(effects == (isError || row[3] == "-" ? [] : [row[3]]))
                let denied = kind == "consent.denied"
                let failed = isError || row[0] == "INVALID_SIGNATURE"
                #expect(
                    decoded.batch.outcome[0] == (denied ? .denied : failed ? .failure : .success))
            }
        }
    }

    @Test("a type of a later server is kept by name")
    func unknown() {
        let decoded = decode(Facts(type: "TELEPORT").json, Facts(type: "TELEPORT_ERROR").json)
        #expect(decoded.batch.kind.map(\.name) == ["other", "other"])
        #expect(decoded.batch.outcome.map(\.name) == ["unknown", "failure"])
        #expect(decoded.text(.vendorType, 0) == "TELEPORT")
    }
}
