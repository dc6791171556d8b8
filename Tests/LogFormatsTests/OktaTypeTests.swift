import AuditModel
import LogFormats
import Testing

@Suite("Okta event types")
struct OktaTypeTests {
    /// `TYPE kind failed-kind ip_role`, `=` for the same kind, `+` for `authorization.failed`;
    /// written apart from the decoder's own table: every published type of `app.oauth2`, and some
    /// others.
    static let expected = """
        app.oauth2.as.authorize authorization.requested authorization.failed holder
        app.oauth2.as.authorize.code code.issued authorization.failed holder
        app.oauth2.as.authorize.implicit.access_token token.issued token.issue_failed holder
        app.oauth2.as.authorize.implicit.id_token token.issued token.issue_failed holder
        app.oauth2.as.consent.grant consent.granted consent.denied holder
        app.oauth2.as.consent.revoke consent.revoked other unknown
        app.oauth2.as.consent.revoke.implicit.as consent.revoked other unknown
        app.oauth2.as.consent.revoke.implicit.client consent.revoked other unknown
        app.oauth2.as.consent.revoke.implicit.scope consent.revoked other unknown
        app.oauth2.as.consent.revoke.implicit.user consent.revoked other unknown
        app.oauth2.as.consent.revoke.user consent.revoked other unknown
        app.oauth2.as.consent.revoke.user.client consent.revoked other unknown
        app.oauth2.as.interact.interaction_code code.issued authorization.failed holder
        app.oauth2.as.interact.interaction_handle authorization.requested + holder
        app.oauth2.as.key.rollover key.rotated key.rotated unknown
        app.oauth2.as.resource_server.credentials.lifecycle.activate key.changed = unknown
        app.oauth2.as.resource_server.credentials.lifecycle.create key.changed = unknown
        app.oauth2.as.resource_server.credentials.lifecycle.deactivate key.changed = unknown
        app.oauth2.as.resource_server.credentials.lifecycle.delete key.changed = unknown
        app.oauth2.as.token.grant token.issued token.issue_failed holder
        app.oauth2.as.token.grant.access_token token.issued token.issue_failed holder
        app.oauth2.as.token.grant.device_secret token.exchanged token.exchange_failed unknown
        app.oauth2.as.token.grant.id_token token.issued token.issue_failed holder
        app.oauth2.as.token.grant.interclient_token token.exchanged token.exchange_failed unknown
        app.oauth2.as.token.grant.refresh_token token.issued token.issue_failed holder
        app.oauth2.as.token.revoke token.revoked token.revoke_failed unknown
        app.oauth2.admin.consent.grant consent.granted consent.denied holder
        app.oauth2.admin.consent.revoke consent.revoked other unknown
        app.oauth2.authorize authorization.requested authorization.failed holder
        app.oauth2.authorize.code code.issued authorization.failed holder
        app.oauth2.authorize.implicit.access_token token.issued token.issue_failed holder
        app.oauth2.authorize.implicit.id_token token.issued token.issue_failed holder
        app.oauth2.client.lifecycle.activate client.updated client.updated unknown
        app.oauth2.client.lifecycle.create client.registered client.registered unknown
        app.oauth2.client.lifecycle.deactivate client.updated client.updated unknown
        app.oauth2.client.lifecycle.delete client.deleted client.deleted unknown
        app.oauth2.client.lifecycle.update client.updated client.updated unknown
        app.oauth2.client.privilege.grant as.config_changed as.config_changed unknown
        app.oauth2.client.privilege.revoke as.config_changed as.config_changed unknown
        app.oauth2.client.read_client_secret client.secret_read = unknown
        app.oauth2.consent.grant consent.granted consent.denied holder
        app.oauth2.credentials.lifecycle.activate client.credential_changed = unknown
        app.oauth2.credentials.lifecycle.create client.credential_changed = unknown
        app.oauth2.credentials.lifecycle.deactivate client.credential_changed = unknown
        app.oauth2.credentials.lifecycle.delete client.credential_changed = unknown
        app.oauth2.interact.interaction_code code.issued authorization.failed holder
        app.oauth2.interact.interaction_handle authorization.requested + holder
        app.oauth2.key.rollover key.rotated key.rotated unknown
        app.oauth2.signon session.started authn.failed holder
        app.oauth2.token.grant token.issued token.issue_failed holder
        app.oauth2.token.grant.access_token token.issued token.issue_failed holder
        app.oauth2.token.grant.id_jag token.exchanged token.exchange_failed unknown
        app.oauth2.token.grant.id_token token.issued token.issue_failed holder
        app.oauth2.token.grant.interclient_token token.exchanged token.exchange_failed unknown
        app.oauth2.token.grant.oauth_sts token.exchanged token.exchange_failed unknown
        app.oauth2.token.grant.refresh_token token.issued token.issue_failed holder
        app.oauth2.token.grant.service_account token.exchanged token.exchange_failed unknown
        app.oauth2.token.grant.vaulted_secret token.exchanged token.exchange_failed unknown
        app.oauth2.token.oauth_sts.request_token token.exchanged token.exchange_failed unknown
        app.oauth2.token.revoke token.revoked token.revoke_failed unknown
        app.oauth2.token.revoke.implicit.as token.revoked token.revoke_failed unknown
        app.oauth2.token.revoke.implicit.client token.revoked token.revoke_failed unknown
        app.oauth2.token.revoke.implicit.user token.revoked token.revoke_failed unknown
        app.oauth2.trusted_server.add as.config_changed as.config_changed unknown
        app.oauth2.trusted_server.delete as.config_changed as.config_changed unknown
        user.session.start session.started authn.failed holder
        user.session.end session.ended other unknown
        user.session.clear session.ended other unknown
        user.session.context.change session.context_changed session.context_changed holder
        user.session.impersonation.initiate session.impersonated other unknown
        user.authentication.sso authn.succeeded authn.failed holder
        user.authentication.auth_via_mfa mfa.succeeded mfa.failed holder
        user.authentication.universal_logout session.ended other unknown
        system.api_token.create token.issued token.issue_failed unknown
        system.api_token.revoke token.revoked token.revoke_failed unknown
        system.api_token.update as.config_changed as.config_changed unknown
        system.idp.key.create key.changed = unknown
        workload_principal.ai_agent.credential.create client.credential_changed = unknown
        """.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

    /// Types that say a failure, or what is neither, whatever the result says.
    static let fixed = """
        app.oauth2.as.authorize.scope_denied authorization.denied failure
        app.oauth2.as.evaluate.claim token.issue_failed failure
        app.oauth2.as.token.detect_reuse refresh.reuse_detected failure
        app.oauth2.token.detect_reuse refresh.reuse_detected failure
        app.oauth2.invalid_client_credentials client.auth_failed failure
        app.oauth2.client_id_rate_limit_warning ratelimit.hit unknown
        system.oauth2.token.request_outside_allowed_range risk.signal unknown
        system.api_token.request_outside_allowed_range risk.signal unknown
        security.session.detect_client_roaming risk.signal unknown
        security.threat.detected risk.signal unknown
        user.risk.detect risk.signal unknown
        """.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

    private static func failed(_ row: [String]) -> String {
        row[2] == "=" ? row[1] : row[2] == "+" ? "authorization.failed" : row[2]
    }

    private func decoded(_ type: String, _ result: String) -> Decoded {
        decodeOkta(
            """
            {"eventType":"\(type)","published":"2026-03-02T10:15:30.123Z","uuid":"u1",\
            "outcome":{"result":"\(result)"}}
            """)
    }

    @Test("there are the 71 published types of app.oauth2, each once")
    func count() {
        let names = (Self.expected + Self.fixed).map { $0[0] }
        #expect(names.count { $0.hasPrefix("app.oauth2.") } == 71)
        #expect(Set(names).count == names.count)
    }

    @Test("every type means what the table says, gone well or failed")
    func types() {
        for row in Self.expected {
            for (result, kind, outcome) in [
                ("SUCCESS", row[1], Outcome.success),
                ("FAILURE", Self.failed(row), .failure),
            ] {
                let decoded = decoded(row[0], result)
                #expect(decoded.issues == [], "\(row[0])")
                #expect(decoded.batch.kind.first?.name == kind, "\(row[0]) \(result)")
                #expect(decoded.batch.outcome.first == outcome, "\(row[0]) \(result)")
                #expect(decoded.batch.ipRole.first?.name == row[3], "\(row[0])")
                #expect(decoded.text(.vendorType) == row[0])
            }
        }
    }

    @Test("types that are failures or signals are that whatever the result says")
    func fixedTypes() {
        for row in Self.fixed {
            let results = row[2] == "failure" ? ["SUCCESS", "FAILURE"] : ["SUCCESS"]
            for result in results {
                let decoded = decoded(row[0], result)
                #expect(decoded.batch.kind.first?.name == row[1], "\(row[0])")
                #expect(decoded.batch.outcome.first?.name == row[2], "\(row[0])")
            }
        }
        let reuse = decoded("app.oauth2.as.token.detect_reuse", "FAILURE").batch
        #expect(reuse.flags.first?.contains(.asserted) == true)
        #expect(reuse.reason == [.reused])
    }

    @Test("what a grant was follows from its grant type", arguments: [
        ("refresh_token", "SUCCESS", "refresh.succeeded"),
        ("authorization_code", "SUCCESS", "token.issued"),
        ("urn:ietf:params:oauth:grant-type:device_code", "SUCCESS", "device_code.redeemed"),
        ("refresh_token", "FAILURE", "refresh.rejected"),
        ("authorization_code", "FAILURE", "code.rejected"),
        ("urn:ietf:params:oauth:grant-type:device_code", "FAILURE", "device_code.rejected"),
        ("client_credentials", "FAILURE", "token.issue_failed"),
    ])
    func grants(grantType: String, result: String, kind: String) {
        let decoded = decodeOkta(
            """
            {"eventType":"app.oauth2.token.grant.refresh_token","uuid":"u1",\
            "published":"2026-03-02T10:15:30.123Z","outcome":{"result":"\(result)"},\
            "debugContext":{"debugData":{"grantType":"\(grantType)"}}}
            """)
        #expect(decoded.batch.kind.first?.name == kind)
        #expect(decoded.text(.grantType) == grantType)
    }

    @Test("a type of tomorrow is kept by name, with its outcome")
    func unknown() {
        let decoded = decodeOkta(
            #"{"eventType":"app.oauth2.teleport","published":"2026-03-02T10:15:30Z","uuid":"u","#
                + #""outcome":{"result":"FAILURE","reason":"scope mismatch"}}"#,
            #"{"eventType":"zone.update","published":"2026-03-02T10:15:30Z","uuid":"v"}"#)
        #expect(decoded.batch.kind == [.other, .other])
        #expect(decoded.batch.outcome == [.failure, .unknown])
        #expect(decoded.batch.reason == [.scope, .none])
        #expect(decoded.text(.vendorType) == "app.oauth2.teleport")
    }
}
