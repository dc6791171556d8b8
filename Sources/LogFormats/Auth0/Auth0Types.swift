internal import AuditModel

/// What Auth0's log event type codes mean.
///
/// The codes are those of Auth0's published schemas and older ones that archives still hold. Any
/// other code gives `other` with its name kept.
enum Auth0Types {
    static let table = TypeTable(tokens + sessions + factors + administration + account + others)

    private static let tokens: [TypeTable.Group] = [
        .init("seacft sdeleacft", .codeRedeemed, effects: .tokenIssued, ip: .holder),
        .init("feacft fdeleacft", .codeRejected, .failure, ip: .holder),
        .init("sertft", .refreshSucceeded, effects: .tokenIssued, ip: .holder),
        .init("fertft ferrt", .refreshRejected, .failure, ip: .holder),
        .init("srrt", .tokenRevoked),
        .init("resource_cleanup", .refreshEvicted),
        .init("seccft", .tokenIssued, ip: .caller),
        .init("feccft", .clientAuthFailed, .failure, ip: .caller, reason: .clientAuth),
        .init(
            "sepft seoobft seotpft sercft sepkoobft sepkotpft sepkrcft sens", .tokenIssued,
            ip: .holder),
        .init("ssa sdelsa", .tokenIssued, ip: .holder),
        .init("fepft feoobft feotpft fercft fepotpft fens", .tokenIssueFailed, .failure),
        .init("jwt_bearer_exchange_failed", .tokenIssueFailed, .failure),
        .init(
            "secte seta success_on_behalf_of_token_exchange idjag_exchange_succeeded sd",
            .tokenExchanged),
        .init(
            "fecte feta failed_on_behalf_of_token_exchange idjag_exchange_failed fd",
            .tokenExchangeFailed, .failure),
        .init("sede", .deviceCodeRedeemed, effects: .tokenIssued, ip: .holder),
        .init("fede fdeaz fdeac", .deviceCodeRejected, .failure),
        .init("fdecc", .deviceCodeDenied, .denied),
        .init("ciba_start_succeeded", .cibaStarted),
        .init("ciba_exchange_succeeded", .cibaRedeemed, effects: .tokenIssued),
        .init("ciba_start_failed ciba_exchange_failed", .cibaFailed, .failure),
        .init("fpar", .parFailed, .failure),
    ]

    private static let sessions: [TypeTable.Group] = [
        .init("s scoa sdel", .sessionStarted, ip: .holder),
        .init("f fp fco fcoa fsa fdelsa fc fdel", .authnFailed, .failure, ip: .holder),
        .init("fu", .authnFailed, .failure, ip: .holder, reason: .notFound),
        .init(
            "slo oidc_backchannel_logout_succeeded universal_logout_succeeded", .sessionEnded),
        .init(
            "flo oidc_backchannel_logout_failed federated_logout_failed universal_logout_failed",
            .other, .failure),
        .init("rich_consents_access_error", .consentDenied, .failure),
        .init("connected_accounts_connection_succeeded", .consentGranted),
        .init("connected_accounts_connection_failed", .consentDenied, .failure),
        .init("connected_accounts_delete_succeeded", .consentRevoked),
        .init("connected_accounts_delete_failed", .other, .failure),
    ]

    private static let factors: [TypeTable.Group] = [
        .init("gd_auth_succeed gd_recovery_succeed passkey_challenge_succeeded", .mfaSucceeded),
        .init(
            "gd_auth_failed gd_recovery_failed gd_webauthn_challenge_failed "
                + "gd_webauthn_enrollment_failed passkey_challenge_failed",
            .mfaFailed, .failure),
        .init(
            "gd_otp_rate_limit_exceed gd_recovery_rate_limit_exceed", .mfaFailed, .failure,
            reason: .rateLimited),
        .init("gd_auth_rejected", .mfaRejected, .denied),
        .init(
            "mfar gd_start_auth gd_send_sms gd_send_voice gd_send_email gd_send_pn "
                + "gd_send_email_verification gd_auth_email_verification cs cls "
                + "passkey_challenge_started",
            .authnChallenged, .interrupted),
        .init(
            "gd_send_sms_failure gd_send_voice_failure gd_send_email_failure gd_send_pn_failure "
                + "gd_send_email_verification_failure",
            .authnChallenged, .failure),
        .init(
            "gd_enrollment_complete gd_start_enroll gd_unenroll gd_update_device_account "
                + "gd_user_delete",
            .accountChanged),
        .init("gd_start_enroll_failed", .accountChanged, .failure),
    ]

    private static let administration: [TypeTable.Group] = [
        .init("sapi mgmt_api_read my_organization_api_succeeded", .adminAction),
        .init("fapi my_organization_api_failed", .adminAction, .failure),
        .init(
            "kms_key_state_changed kms_key_management_success kms_key_management_succeeded",
            .keyChanged),
        .init(
            "kms_key_management_failure kms_key_management_failed", .keyChanged, .failure),
        .init(
            "ss_sso_success ss_sso_info gd_tenant_update gd_module_switch admin_update_launch "
                + "sys_os_update_start sys_os_update_end sys_update_start sys_update_end",
            .asConfigChanged),
        .init(
            "ss_sso_failure custom_domain_verification_failed custom_domains_verification_failed "
                + "fcpro",
            .asConfigChanged, .failure),
        .init(
            "limit_wc limit_mu limit_sul limit_delegation limit_phone pwd_leak reset_pwd_leak "
                + "signup_pwd_leak pla acls_summary",
            .riskSignal, .unknown),
        .init("api_limit api_limit_warning appi elevated_rate_limit", .ratelimitHit, .unknown),
    ]

    private static let account: [TypeTable.Group] = [
        .init("sdu", .accountDeleted),
        .init("du", .accountDeleted),
        .init(
            "ss si sv svr scv scp scph scpr sce scu scpn sui sscim organization_member_added "
                + "my_account_authentication_method_succeeded ublkdu",
            .accountChanged),
        .init(
            "fs fpurh fi fv fvr fcp fcph fcpr fce fcu fcpn fdu fui fscim "
                + "my_account_authentication_method_failed",
            .accountChanged, .failure),
    ]

    private static let others: [TypeTable.Group] = [
        .init(
            "acul_sdk_notice w wn wum depnote flows_execution_completed "
                + "forms_submission_succeeded directory_sync_started directory_sync_completed "
                + "coff con",
            .other, .unknown),
        .init(
            "actions_execution_failed fn flows_execution_failed forms_submission_failed "
                + "directory_sync_failed",
            .other, .failure),
    ]
}

/// What a change through the Management API means, by the path of the request.
struct Auth0Change {
    var path: StaticString
    /// One of the methods, joined by blanks; empty for any that changes something.
    var methods: String
    var kind: EventKind

    /// The first that fits decides.
    static let all: [Auth0Change] = [
        Auth0Change(path: "/rotate-secret", methods: "", kind: .clientCredentialChanged),
        Auth0Change(path: "/credentials", methods: "", kind: .clientCredentialChanged),
        Auth0Change(path: "/keys/signing/rotate", methods: "", kind: .keyRotated),
        Auth0Change(path: "/keys/", methods: "", kind: .keyChanged),
        Auth0Change(path: "/device-credentials", methods: "delete", kind: .tokenRevoked),
        Auth0Change(path: "/refresh-tokens", methods: "delete", kind: .tokenRevoked),
        Auth0Change(path: "/grants", methods: "delete", kind: .grantRevoked),
        Auth0Change(path: "/sessions", methods: "delete", kind: .sessionEnded),
        Auth0Change(path: "/attack-protection", methods: "", kind: .asConfigChanged),
        Auth0Change(path: "/tenants/settings", methods: "", kind: .asConfigChanged),
        Auth0Change(path: "/client-grants", methods: "", kind: .asConfigChanged),
        Auth0Change(path: "/clients", methods: "post", kind: .clientRegistered),
        Auth0Change(path: "/clients", methods: "patch put", kind: .clientUpdated),
        Auth0Change(path: "/clients", methods: "delete", kind: .clientDeleted),
    ]

    /// The kind of a request; nil for one that is any other administration.
    static func kind(
        path: UnsafeRawBufferPointer, method: UnsafeRawBufferPointer?
    ) -> EventKind? {
        let method = method.map { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
        return all.first { change in
            ByteSearch.containsFolded(path, change.path)
                && (change.methods.isEmpty
                    || change.methods.split(separator: " ").contains(method[...]))
        }?.kind
    }
}
