internal import AuditModel

/// What Google's events mean. An event that is not in the table is `other`, its name kept.
enum GoogleTypes {
    static let table = TypeTable(tokens + signIns + administration)

    private static let tokens: [TypeTable.Group] = [
        .init("authorize", .consentGranted, ip: .holder),
        .init("revoke", .consentRevoked, effects: .tokenRevoked),
        .init("activity", .tokenUsed),
        .init("request", .authorizationRequested, ip: .holder),
    ]

    private static let signIns: [TypeTable.Group] = [
        .init("login_success", .sessionStarted, ip: .holder),
        .init("login_failure", .authnFailed, .failure, ip: .holder),
        .init("login_challenge", .authnChallenged, .interrupted, ip: .holder),
        .init("login_verification", .mfaSucceeded, ip: .holder),
        .init("logout", .sessionEnded),
        .init(
            "suspicious_login suspicious_login_less_secure_app suspicious_programmatic_login "
                + "risky_sensitive_action_allowed risky_sensitive_action_blocked "
                + "gov_attack_warning",
            .riskSignal),
        .init(
            "account_disabled_generic account_disabled_password_leak "
                + "account_disabled_spamming account_disabled_spamming_through_relay "
                + "account_disabled_hijacked",
            .accountLocked),
        .init(
            "2sv_enroll 2sv_disable password_edit recovery_email_edit recovery_phone_edit "
                + "recovery_secret_qa_edit titanium_enroll titanium_unenroll passkey_enrolled "
                + "passkey_removed email_forwarding_out_of_domain",
            .accountChanged),
    ]

    private static let administration: [TypeTable.Group] = [
        .init("AUTHORIZE_API_CLIENT_ACCESS", .consentGranted, ip: .caller),
        .init("REMOVE_API_CLIENT_ACCESS", .consentRevoked, ip: .caller),
        .init(
            "ADD_TO_TRUSTED_OAUTH2_APPS REMOVE_FROM_TRUSTED_OAUTH2_APPS "
                + "ADD_TO_LIMITED_OAUTH2_APPS REMOVE_FROM_LIMITED_OAUTH2_APPS "
                + "ADD_TO_BLOCKED_OAUTH2_APPS REMOVE_FROM_BLOCKED_OAUTH2_APPS "
                + "ALLOW_SERVICE_FOR_OAUTH2_ACCESS DISALLOW_SERVICE_FOR_OAUTH2_ACCESS "
                + "UNBLOCK_ALL_THIRD_PARTY_API_ACCESS BLOCK_ALL_THIRD_PARTY_API_ACCESS "
                + "TRUST_DOMAIN_OWNED_OAUTH2_APPS UNTRUST_DOMAIN_OWNED_OAUTH2_APPS",
            .asConfigChanged, ip: .caller),
        .init("REVOKE_3LO_TOKEN REVOKE_ASP", .tokenRevoked, ip: .caller),
        .init("LOG_OUT_USER RESET_SIGNIN_COOKIES", .sessionEnded, ip: .caller),
        .init("SUSPEND_USER", .accountLocked, ip: .caller),
        .init("DELETE_USER", .accountDeleted, ip: .caller),
        .init(
            "CREATE_USER UNSUSPEND_USER CHANGE_PASSWORD CHANGE_RECOVERY_EMAIL "
                + "CHANGE_RECOVERY_PHONE GRANT_ADMIN_PRIVILEGE REVOKE_ADMIN_PRIVILEGE "
                + "TURN_OFF_2_STEP_VERIFICATION",
            .accountChanged, ip: .caller),
    ]

    /// The applications of the Reports API that have events about tokens or sign-ins.
    static let applications = NameTable([
        "token", "login", "admin", "user_accounts", "saml", "context_aware_access",
    ])
    /// The services of Cloud Logging that have the same.
    static let services = NameTable([
        "oauth2.googleapis.com", "login.googleapis.com", "admin.googleapis.com",
    ])
}
