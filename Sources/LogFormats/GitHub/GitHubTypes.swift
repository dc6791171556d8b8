internal import AuditModel
internal import WireFormat

/// What GitHub's audit log actions mean. An action that is not in the table is `other`, its name
/// kept, or the use of a token where one was used.
enum GitHubTypes {
    static let table = TypeTable(
        tokens + consents + clients + sessions + secrets + administration)

    private static let tokens: [TypeTable.Group] = [
        .init("oauth_access.create personal_access_token.create", .tokenIssued, ip: .holder),
        .init(
            "oauth_access.regenerate personal_access_token.credential_regenerated", .tokenIssued,
            effects: .tokenRevoked, ip: .holder),
        .init(
            "oauth_access.destroy oauth_access.revoke personal_access_token.destroy "
                + "personal_access_token.credential_revoked oauth_application.revoke_tokens "
                + "oauth_application.revoke_all_tokens integration.revoke_tokens "
                + "integration.revoke_all_tokens",
            .tokenRevoked),
    ]

    private static let consents: [TypeTable.Group] = [
        .init(
            "oauth_authorization.create personal_access_token.access_granted "
                + "personal_access_token.request_approved org.oauth_app_access_approved "
                + "org.oauth_app_access_unblocked integration_installation.create "
                + "integration_installation.unsuspend org_credential_authorization.grant",
            .consentGranted),
        .init(
            "oauth_authorization.update oauth_access.update personal_access_token.update "
                + "integration_installation.repositories_added "
                + "integration_installation.repositories_removed "
                + "integration_installation.version_updated",
            .consentUpdated),
        .init(
            "personal_access_token.request_denied personal_access_token.request_cancelled "
                + "org.oauth_app_access_denied integration_installation_request.close",
            .consentDenied, .denied),
        .init(
            "oauth_authorization.destroy personal_access_token.access_revoked "
                + "org.oauth_app_access_blocked integration_installation.destroy "
                + "integration_installation.suspend org_credential_authorization.revoke "
                + "org_credential_authorization.deauthorize",
            .consentRevoked),
        .init(
            "personal_access_token.request_created org.oauth_app_access_requested "
                + "integration_installation_request.create",
            .authorizationRequested, ip: .holder),
    ]

    private static let clients: [TypeTable.Group] = [
        .init("oauth_application.create integration.create", .clientRegistered),
        .init(
            "oauth_application.update oauth_application.transfer oauth_application.suspend "
                + "oauth_application.unsuspend integration.update integration.transfer "
                + "integration.suspend integration.unsuspend integration.manager_added "
                + "integration.manager_removed",
            .clientUpdated),
        .init("oauth_application.destroy integration.destroy", .clientDeleted),
        .init(
            "oauth_application.generate_client_secret oauth_application.remove_client_secret "
                + "oauth_application.reset_secret integration.generate_client_secret "
                + "integration.remove_client_secret integration.generate_private_key "
                + "integration.remove_private_key",
            .clientCredentialChanged),
    ]

    private static let sessions: [TypeTable.Group] = [
        .init("user.login", .sessionStarted, ip: .holder),
        .init("org.sso_response business.sso_response", .authnSucceeded, ip: .holder),
        .init("user.failed_login", .authnFailed, .failure, ip: .holder),
        .init("user.logout user.sign_out", .sessionEnded),
        .init("user.two_factor_requested", .authnChallenged, .interrupted, ip: .holder),
        .init("user.two_factor_challenge_success", .mfaSucceeded, ip: .holder),
        .init("user.two_factor_challenge_failure", .mfaFailed, .failure, ip: .holder),
        .init("user_session.country_change", .sessionContextChanged, ip: .holder),
        .init("staff.fake_login", .sessionImpersonated),
        .init(
            "user.change_password user.forgot_password user.reset_password passkey.register "
                + "passkey.remove public_key.create public_key.delete public_key.update "
                + "two_factor_authentication.enabled two_factor_authentication.disabled "
                + "two_factor_authentication.add_factor two_factor_authentication.remove_factor "
                + "two_factor_authentication.recovery_codes_regenerated",
            .accountChanged, ip: .holder),
        .init("user.suspend", .accountLocked),
        .init("user.delete user.destroy", .accountDeleted),
    ]

    /// A secret found in a repository; which one it is, no record says.
    private static let secrets: [TypeTable.Group] = [
        .init(
            "secret_scanning_alert.create secret_scanning_alert.public_leak "
                + "secret_scanning_alert.reopen secret_scanning_push_protection.bypass",
            .tokenLeaked),
        .init("secret_scanning_alert.revoke", .tokenRevoked),
        .init(
            "secret_scanning_alert.validate secret_scanning_alert.report "
                + "secret_scanning_alert.resolve",
            .riskSignal),
    ]

    private static let administration: [TypeTable.Group] = [
        .init(
            "org.enable_oauth_app_restrictions org.disable_oauth_app_restrictions "
                + "org.enable_saml org.disable_saml org.update_saml_provider_settings "
                + "business.enable_saml business.disable_saml "
                + "business.update_saml_provider_settings business.enable_oidc "
                + "business.disable_oidc org.enable_two_factor_requirement "
                + "org.disable_two_factor_requirement business.enable_two_factor_requirement "
                + "business.disable_two_factor_requirement ip_allow_list.enable "
                + "ip_allow_list.disable ip_allow_list_entry.create ip_allow_list_entry.update "
                + "ip_allow_list_entry.destroy personal_access_token.expiration_limit_set "
                + "personal_access_token.expiration_limit_unset "
                + "personal_access_token.auto_approve_grant_requests_enabled "
                + "personal_access_token.auto_approve_grant_requests_disabled "
                + "personal_access_token.access_restriction_enabled "
                + "personal_access_token.access_restriction_disabled",
            .asConfigChanged),
    ]
}

/// Who holds a token, by how GitHub calls its kind.
enum GitHubAccess {
    /// The tokens of people, and what people authenticate with. Those of an app's installation
    /// are its server's.
    private static let ofPeople = NameTable([
        "Personal access token (classic)", "Fine-grained personal access token",
        "OAuth access token", "GitHub App user-to-server token",
    ])

    static func role(_ type: UnsafeRawBufferPointer?) -> IPRole {
        guard let type else { return .unknown }
        return ofPeople.index(of: type, hash: KeyHash.of(type)) == nil ? .caller : .holder
    }
}
