internal import AuditModel

/// What Okta's event types mean.
///
/// `app.oauth2.as.X` is a custom authorization server's, `app.oauth2.X` the organisation's; both
/// mean the same, so the table has X. A type that is not in a table is `other`, its name kept.
enum OktaTypes {
    /// By what follows `app.oauth2.` and `as.`.
    static let oauth = TypeTable(grants + consents + clients)
    /// By the whole name.
    static let others = TypeTable(sessions + factors + risks + administration)

    /// What a type means; nil for an unknown one.
    static func meaning(_ type: UnsafeRawBufferPointer) -> TypeMeaning? {
        guard let name = oauthName(type) else { return others.meaning(type) }
        return oauth.meaning(name) ?? others.meaning(type)
    }

    /// What follows `app.oauth2.` and `as.`; nil for other types.
    static func oauthName(_ type: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard ByteSearch.starts(type, "app.oauth2."), type.count > 11 else { return nil }
        let isCustom = type.count > 14 && type[11] == 0x61 && type[12] == 0x73 && type[13] == 0x2E
        return UnsafeRawBufferPointer(rebasing: type[(isCustom ? 14 : 11)...])
    }

    private static let grants: [TypeTable.Group] = [
        .init("authorize", .authorizationRequested, ip: .holder),
        .init("authorize.code interact.interaction_code", .codeIssued, ip: .holder),
        .init(
            "authorize.implicit.access_token authorize.implicit.id_token", .tokenIssued,
            ip: .holder),
        .init("authorize.scope_denied", .authorizationDenied, .failure, reason: .scope),
        .init("interact.interaction_handle", .authorizationRequested, ip: .holder),
        .init(
            "token.grant token.grant.access_token token.grant.id_token token.grant.refresh_token",
            .tokenIssued, ip: .holder),
        .init(
            "token.grant.device_secret token.grant.interclient_token token.grant.id_jag "
                + "token.grant.oauth_sts token.grant.service_account token.grant.vaulted_secret "
                + "token.oauth_sts.request_token",
            .tokenExchanged),
        .init(
            "token.detect_reuse", .refreshReuseDetected, .failure, ip: .holder, reason: .reused),
        .init(
            "token.revoke token.revoke.implicit.as token.revoke.implicit.client "
                + "token.revoke.implicit.user",
            .tokenRevoked),
        .init("evaluate.claim", .tokenIssueFailed, .failure),
        .init("signon", .sessionStarted, ip: .holder),
        .init("key.rollover", .keyRotated),
    ]

    private static let consents: [TypeTable.Group] = [
        .init("consent.grant admin.consent.grant", .consentGranted, ip: .holder),
        .init(
            "consent.revoke consent.revoke.implicit.as consent.revoke.implicit.client "
                + "consent.revoke.implicit.scope consent.revoke.implicit.user "
                + "consent.revoke.user consent.revoke.user.client admin.consent.revoke",
            .consentRevoked),
    ]

    private static let clients: [TypeTable.Group] = [
        .init("client.lifecycle.create", .clientRegistered),
        .init(
            "client.lifecycle.update client.lifecycle.activate client.lifecycle.deactivate",
            .clientUpdated),
        .init("client.lifecycle.delete", .clientDeleted),
        .init(
            "credentials.lifecycle.create credentials.lifecycle.activate "
                + "credentials.lifecycle.deactivate credentials.lifecycle.delete",
            .clientCredentialChanged),
        .init("client.read_client_secret", .clientSecretRead),
        .init(
            "resource_server.credentials.lifecycle.create "
                + "resource_server.credentials.lifecycle.activate "
                + "resource_server.credentials.lifecycle.deactivate "
                + "resource_server.credentials.lifecycle.delete",
            .keyChanged),
        .init(
            "client.privilege.grant client.privilege.revoke trusted_server.add "
                + "trusted_server.delete",
            .asConfigChanged),
        .init(
            "invalid_client_credentials", .clientAuthFailed, .failure, ip: .caller,
            reason: .clientAuth),
        .init("client_id_rate_limit_warning", .ratelimitHit, .unknown),
    ]

    private static let sessions: [TypeTable.Group] = [
        .init("user.session.start", .sessionStarted, ip: .holder),
        .init(
            "user.session.end user.session.clear user.session.expire "
                + "user.authentication.universal_logout "
                + "user.authentication.universal_logout.scheduled user.authentication.slo",
            .sessionEnded),
        .init("user.session.context.change", .sessionContextChanged, ip: .holder),
        .init(
            "user.session.impersonation.initiate user.session.impersonation.grant "
                + "user.session.impersonation.extend",
            .sessionImpersonated),
        .init(
            "user.session.impersonation.end user.session.impersonation.revoke", .sessionEnded),
        .init(
            "user.authentication.sso user.authentication.auth_via_IDP "
                + "user.authentication.auth_via_social user.authentication.auth_via_radius "
                + "user.authentication.auth_via_AD_agent user.authentication.auth_via_LDAP_agent "
                + "user.authentication.auth_via_inbound_SAML user.authentication.authenticate "
                + "user.authentication.verify policy.evaluate_sign_on",
            .authnSucceeded, ip: .holder),
    ]

    private static let factors: [TypeTable.Group] = [
        .init(
            "user.authentication.auth_via_mfa user.mfa.okta_verify user.mfa.attempt_bypass",
            .mfaSucceeded, ip: .holder),
        .init("user.mfa.okta_verify.deny_push", .mfaRejected, .denied),
        .init(
            "user.mfa.factor.activate user.mfa.factor.deactivate user.mfa.factor.reset_all "
                + "user.mfa.factor.update user.account.update_password "
                + "user.account.reset_password user.account.update_profile "
                + "user.account.unlock user.lifecycle.create user.lifecycle.activate "
                + "user.lifecycle.reactivate user.lifecycle.unsuspend",
            .accountChanged),
        .init(
            "user.account.lock user.account.lock.limit user.lifecycle.suspend "
                + "user.lifecycle.deactivate",
            .accountLocked),
        .init("user.lifecycle.delete.initiated user.lifecycle.delete.completed", .accountDeleted),
    ]

    private static let risks: [TypeTable.Group] = [
        .init(
            "system.oauth2.token.request_outside_allowed_range "
                + "system.api_token.request_outside_allowed_range "
                + "security.session.detect_client_roaming user.risk.detect user.risk.change "
                + "security.threat.detected security.attack.start security.attack.end "
                + "security.breached_credential.detected policy.auth_reevaluate.fail "
                + "policy.entity_risk.action policy.entity_risk.evaluate "
                + "policy.continuous_access.action policy.continuous_access.evaluate "
                + "security.events.provider.receive_event "
                + "user.account.report_suspicious_activity_by_enduser",
            .riskSignal, .unknown),
        .init(
            "system.org.rate_limit.violation system.org.rate_limit.warning "
                + "system.client.rate_limit.violation system.client.rate_limit.warning "
                + "system.operation.rate_limit.violation system.operation.rate_limit.warning",
            .ratelimitHit, .unknown),
    ]

    private static let administration: [TypeTable.Group] = [
        .init("system.api_token.create", .tokenIssued),
        .init("system.api_token.revoke", .tokenRevoked),
        .init(
            "system.api_token.update system.api_token.enable oauth2.as.created "
                + "oauth2.as.updated oauth2.as.deleted oauth2.as.activated "
                + "oauth2.as.deactivated oauth2.scope.created oauth2.scope.updated "
                + "oauth2.scope.deleted oauth2.claim.created oauth2.claim.updated "
                + "oauth2.claim.deleted app.cross_app_access.connection.create "
                + "app.cross_app_access.connection.update "
                + "app.cross_app_access.connection.delete",
            .asConfigChanged),
        .init(
            "system.idp.key.create system.idp.key.update system.idp.key.delete "
                + "app.keys.generate app.keys.rotate app.keys.clone system.hook.key.create "
                + "system.hook.key.update system.hook.key.delete",
            .keyChanged),
        .init(
            "workload_principal.ai_agent.credential.create "
                + "workload_principal.ai_agent.credential.activate "
                + "workload_principal.ai_agent.credential.deactivate "
                + "workload_principal.ai_agent.credential.delete",
            .clientCredentialChanged),
    ]
}

/// What a type's kind becomes when its outcome is a failure.
enum OktaFailures {
    static func kind(_ kind: EventKind, grantType: UnsafeRawBufferPointer?) -> EventKind {
        switch kind {
        case .tokenIssued: grant(grantType)
        case .authorizationRequested, .codeIssued: .authorizationFailed
        case .tokenExchanged: .tokenExchangeFailed
        case .tokenRevoked: .tokenRevokeFailed
        case .sessionStarted, .authnSucceeded: .authnFailed
        case .mfaSucceeded: .mfaFailed
        case .consentGranted: .consentDenied
        case .sessionEnded, .consentRevoked, .sessionImpersonated: .other
        default: kind
        }
    }

    private static func grant(_ type: UnsafeRawBufferPointer?) -> EventKind {
        guard let type else { return .tokenIssueFailed }
        if ByteSearch.equals(type, "refresh_token") { return .refreshRejected }
        if ByteSearch.equals(type, "authorization_code") { return .codeRejected }
        if ByteSearch.equals(type, "urn:ietf:params:oauth:grant-type:device_code") {
            return .deviceCodeRejected
        }
        return .tokenIssueFailed
    }
}
