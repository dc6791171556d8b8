import AuditModel
import LogFormats
import Testing

@Suite("Auth0 event types")
struct Auth0TypeTests {
    /// `CODE kind outcome ip_role`, written apart from the decoder's own table: every type of the
    /// published schemas.
    static let expected = """
        acls_summary risk.signal unknown unknown
        actions_execution_failed other failure unknown
        acul_sdk_notice other unknown unknown
        appi ratelimit.hit unknown unknown
        api_limit ratelimit.hit unknown unknown
        api_limit_warning ratelimit.hit unknown unknown
        elevated_rate_limit ratelimit.hit unknown unknown
        ciba_start_succeeded ciba.started success unknown
        ciba_start_failed ciba.failed failure unknown
        ciba_exchange_succeeded ciba.redeemed success unknown
        ciba_exchange_failed ciba.failed failure unknown
        cls authn.challenged interrupted unknown
        cs authn.challenged interrupted unknown
        custom_domain_verification_failed as.config_changed failure unknown
        custom_domains_verification_failed as.config_changed failure unknown
        depnote other unknown unknown
        directory_sync_completed other unknown unknown
        directory_sync_failed other failure unknown
        directory_sync_started other unknown unknown
        f authn.failed failure holder
        fce account.changed failure unknown
        fco authn.failed failure holder
        fcoa authn.failed failure holder
        fcp account.changed failure unknown
        fcph account.changed failure unknown
        fcpn account.changed failure unknown
        fcpr account.changed failure unknown
        fcpro as.config_changed failure unknown
        fcu account.changed failure unknown
        fd token.exchange_failed failure unknown
        fdeac device_code.rejected failure unknown
        fdeaz device_code.rejected failure unknown
        fdecc device_code.denied denied unknown
        fdeleacft code.rejected failure holder
        fdelsa authn.failed failure holder
        fdu account.changed failure unknown
        feacft code.rejected failure holder
        feccft client.auth_failed failure caller
        fecte token.exchange_failed failure unknown
        failed_on_behalf_of_token_exchange token.exchange_failed failure unknown
        idjag_exchange_failed token.exchange_failed failure unknown
        feta token.exchange_failed failure unknown
        fede device_code.rejected failure unknown
        federated_logout_failed other failure unknown
        fens token.issue_failed failure unknown
        feoobft token.issue_failed failure unknown
        feotpft token.issue_failed failure unknown
        fepft token.issue_failed failure unknown
        fepotpft token.issue_failed failure unknown
        fercft token.issue_failed failure unknown
        ferrt refresh.rejected failure holder
        fertft refresh.rejected failure holder
        fi account.changed failure unknown
        flo other failure unknown
        fn other failure unknown
        flows_execution_completed other unknown unknown
        flows_execution_failed other failure unknown
        forms_submission_failed other failure unknown
        forms_submission_succeeded other unknown unknown
        fp authn.failed failure holder
        fpar par.failed failure unknown
        fpurh account.changed failure unknown
        fs account.changed failure unknown
        fsa authn.failed failure holder
        fscim account.changed failure unknown
        fu authn.failed failure holder
        fui account.changed failure unknown
        fv account.changed failure unknown
        fvr account.changed failure unknown
        gd_auth_email_verification authn.challenged interrupted unknown
        gd_auth_failed mfa.failed failure unknown
        gd_auth_rejected mfa.rejected denied unknown
        gd_auth_succeed mfa.succeeded success unknown
        gd_enrollment_complete account.changed success unknown
        gd_otp_rate_limit_exceed mfa.failed failure unknown
        gd_recovery_failed mfa.failed failure unknown
        gd_recovery_succeed mfa.succeeded success unknown
        gd_send_email authn.challenged interrupted unknown
        gd_send_email_verification authn.challenged interrupted unknown
        gd_send_pn authn.challenged interrupted unknown
        gd_send_pn_failure authn.challenged failure unknown
        gd_send_sms authn.challenged interrupted unknown
        gd_send_sms_failure authn.challenged failure unknown
        gd_send_voice authn.challenged interrupted unknown
        gd_send_voice_failure authn.challenged failure unknown
        gd_start_auth authn.challenged interrupted unknown
        gd_start_enroll account.changed success unknown
        gd_start_enroll_failed account.changed failure unknown
        gd_tenant_update as.config_changed success unknown
        gd_unenroll account.changed success unknown
        gd_update_device_account account.changed success unknown
        gd_webauthn_challenge_failed mfa.failed failure unknown
        gd_webauthn_enrollment_failed mfa.failed failure unknown
        jwt_bearer_exchange_failed token.issue_failed failure unknown
        kms_key_management_success key.changed success unknown
        kms_key_management_failure key.changed failure unknown
        kms_key_state_changed key.changed success unknown
        limit_delegation risk.signal unknown unknown
        limit_mu risk.signal unknown unknown
        limit_phone risk.signal unknown unknown
        limit_sul risk.signal unknown unknown
        limit_wc risk.signal unknown unknown
        mfar authn.challenged interrupted unknown
        mgmt_api_read admin.action success unknown
        my_account_authentication_method_failed account.changed failure unknown
        my_account_authentication_method_succeeded account.changed success unknown
        connected_accounts_connection_succeeded consent.granted success unknown
        connected_accounts_connection_failed consent.denied failure unknown
        connected_accounts_delete_succeeded consent.revoked success unknown
        connected_accounts_delete_failed other failure unknown
        oidc_backchannel_logout_failed other failure unknown
        oidc_backchannel_logout_succeeded session.ended success unknown
        organization_member_added account.changed success unknown
        pla risk.signal unknown unknown
        pwd_leak risk.signal unknown unknown
        passkey_challenge_started authn.challenged interrupted unknown
        passkey_challenge_failed mfa.failed failure unknown
        reset_pwd_leak risk.signal unknown unknown
        signup_pwd_leak risk.signal unknown unknown
        resource_cleanup refresh.evicted success unknown
        rich_consents_access_error consent.denied failure unknown
        s session.started success holder
        sapi admin.action success unknown
        sce account.changed success unknown
        scoa session.started success holder
        scp account.changed success unknown
        scpn account.changed success unknown
        scpr account.changed success unknown
        scu account.changed success unknown
        scv account.changed success unknown
        sd token.exchanged success unknown
        sdel session.started success holder
        sdeleacft code.redeemed success holder
        sdelsa token.issued success holder
        sdu account.deleted success unknown
        seacft code.redeemed success holder
        seccft token.issued success caller
        secte token.exchanged success unknown
        success_on_behalf_of_token_exchange token.exchanged success unknown
        idjag_exchange_succeeded token.exchanged success unknown
        seta token.exchanged success unknown
        sede device_code.redeemed success holder
        sens token.issued success holder
        seoobft token.issued success holder
        seotpft token.issued success holder
        sepkoobft token.issued success holder
        sepkotpft token.issued success holder
        sepkrcft token.issued success holder
        sepft token.issued success holder
        sercft token.issued success holder
        sertft refresh.succeeded success holder
        si account.changed success unknown
        slo session.ended success unknown
        srrt token.revoked success unknown
        ss account.changed success unknown
        ss_sso_success as.config_changed success unknown
        ss_sso_failure as.config_changed failure unknown
        ss_sso_info as.config_changed success unknown
        ssa token.issued success holder
        sscim account.changed success unknown
        sui account.changed success unknown
        sv account.changed success unknown
        svr account.changed success unknown
        ublkdu account.changed success unknown
        universal_logout_failed other failure unknown
        universal_logout_succeeded session.ended success unknown
        w other unknown unknown
        wum other unknown unknown
        wn other unknown unknown
        """.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

    @Test("there are the types of the published schemas, each once")
    func count() {
        #expect(Self.expected.count == 169)
        #expect(Set(Self.expected.map { $0[0] }).count == Self.expected.count)
    }

    @Test("every type means what the table says, with nothing but the members all events have")
    func types() {
        for row in Self.expected {
            let decoded = decodeAuth0(
                """
                {"log_id":"90020260302101530123000000000000000001","data":{"date":\
                "2026-03-02T10:15:30.123Z","type":"\(row[0])","description":"",\
                "log_id":"90020260302101530123000000000000000001","tenant_name":"acme"}}
                """)
            #expect(decoded.issues == [], "\(row[0])")
            guard decoded.batch.count == 1 else {
                Issue.record("no event: \(row[0])")
                continue
            }
            #expect(decoded.batch.kind[0].name == row[1], "\(row[0])")
            #expect(decoded.batch.outcome[0].name == row[2], "\(row[0])")
            #expect(decoded.batch.ipRole[0].name == row[3], "\(row[0])")
            #expect(decoded.text(.vendorType) == row[0])
        }
    }

    @Test("codes of older tenants and codes to come are kept by name")
    func others() {
        for code in ["du", "fapi", "coff", "fc", "sys_os_update_start", "teleported"] {
            let decoded = decodeAuth0(
                #"{"date":"2026-03-02T10:15:30.123Z","type":"\#(code)","log_id":"1"}"#)
            #expect(decoded.issues == [] && decoded.batch.count == 1, "\(code)")
            #expect(decoded.text(.vendorType) == code)
        }
    }

    @Test("changes through the Management API are told apart by their path", arguments: [
        ("post", "/api/v2/clients", "client.registered"),
        ("patch", "/api/v2/clients/abc", "client.updated"),
        ("DELETE", "/api/v2/clients/abc", "client.deleted"),
        ("post", "/api/v2/clients/abc/rotate-secret", "client.credential_changed"),
        ("post", "/api/v2/clients/abc/credentials", "client.credential_changed"),
        ("post", "/api/v2/keys/signing/rotate", "key.rotated"),
        ("put", "/api/v2/keys/signing/abc/revoke", "key.changed"),
        ("delete", "/api/v2/grants/abc", "grant.revoked"),
        ("delete", "/api/v2/refresh-tokens/abc", "token.revoked"),
        ("delete", "/api/v2/device-credentials/abc", "token.revoked"),
        ("delete", "/api/v2/sessions/abc", "session.ended"),
        ("patch", "/api/v2/attack-protection/brute-force-protection", "as.config_changed"),
        ("patch", "/api/v2/tenants/settings", "as.config_changed"),
        ("patch", "/api/v2/users/auth0|1", "admin.action"),
        ("get", "/api/v2/clients/abc", "admin.action"),
    ])
    func management(method: String, path: String, kind: String) {
        let decoded = decodeAuth0(
            """
            {"date":"2026-03-02T10:15:30.123Z","type":"sapi","log_id":"1","details":{"request":\
            {"method":"\(method)","path":"\(path)","auth":{"credentials":{"jti":"j1"}}}}}
            """)
        #expect(decoded.batch.kind.first?.name == kind)
    }

    @Test("reading a client's secret is said")
    func secretRead() {
        let read = { (secrets: String) in
            decodeAuth0(
                """
                {"date":"2026-03-02T10:15:30.123Z","type":"mgmt_api_read","log_id":"1",\
                "details":{"accessedSecrets":\(secrets)}}
                """).batch.kind.first?.name
        }
        #expect(read(#"["client_secret"]"#) == "client.secret_read")
        #expect(read("[]") == "admin.action")
        let rotated = decodeAuth0(
            """
            {"date":"2026-03-02T10:15:30.123Z","type":"sapi","log_id":"1","details":{\
            "accessedSecrets":["client_secret"],"request":{"method":"post",\
            "path":"/api/v2/clients/spa/rotate-secret"}}}
            """)
        #expect(rotated.batch.kind == [.clientCredentialChanged])
    }
}
