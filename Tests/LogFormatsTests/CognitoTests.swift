import AuditModel
import LogFormats
import Testing

@Suite("Amazon Cognito in CloudTrail")
struct CognitoTests {
    private func event(
        _ name: String, source: String = "cognito-idp.amazonaws.com", parameters: String = "",
        status: String = "200", more: String = ""
    ) -> String {
        """
        {"eventVersion":"1.08","userIdentity":{"accountId":"111122223333"},\
        "eventTime":"2026-03-02T10:15:30Z","eventSource":"\(source)","eventName":"\(name)",\
        "awsRegion":"eu-central-1","sourceIPAddress":"198.51.100.23","userAgent":"Firefox",\
        "additionalEventData":{"responseParameters":{"status":\(status)},\
        "requestParameters":{\(parameters)},"userPoolId":"eu-central-1_Ab12Cd34E"},\
        "requestID":"2829f0c6-a3a9-4584-b046-11756dfe8a81",\
        "eventID":"12bd3464-59c7-44fa-b8ff-67e1cf092018","recipientAccountId":"111122223333"\(more)}
        """
    }

    private func token(_ grantType: String, status: String = "200", more: String = "") -> Decoded {
        decodeCognito(
            event(
                "Token_POST",
                parameters: #""grant_type":["\#(grantType)"],"client_id":["1example"],"#
                    + #""refresh_token":["HIDDEN_DUE_TO_SECURITY_REASONS"]"#,
                status: status, more: more))
    }

    @Test("a refresh says which client it was of, from where, and nothing of its token")
    func refresh() {
        let decoded = token("refresh_token")
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind == [.refreshSucceeded])
        #expect(decoded.batch.effects == [.tokenIssued])
        #expect(decoded.batch.ipRole == [.holder])
        #expect(decoded.text(.client) == "1example")
        #expect(decoded.text(.issuer) == "eu-central-1_Ab12Cd34E")
        #expect(decoded.text(.grantType) == "refresh_token")
        #expect(decoded.text(.subject) == "")
        #expect(decoded.batch.precision == [0])
        for column in [IDColumn.presented, .issuedRefresh, .issuedAccess, .code, .session] {
            #expect(decoded.batch.id(column, 0).isNone, "\(column)")
        }
        #expect(decoded.payload().contains(#""eventSource":"cognito-idp.amazonaws.com""#))
        #expect(!decoded.payload().contains("1example"))
    }

    @Test("what the token endpoint did is told by the grant type and the status", arguments: [
        ("authorization_code", "200", "code.redeemed", "holder"),
        ("authorization_code", "400", "code.rejected", "holder"),
        ("refresh_token", "200.0", "refresh.succeeded", "holder"),
        ("refresh_token", "400.0", "refresh.rejected", "holder"),
        ("client_credentials", "200", "token.issued", "caller"),
        ("client_credentials", "403", "token.issue_failed", "caller"),
        ("urn:ietf:params:oauth:grant-type:token-exchange", "200", "token.exchanged", "caller"),
        ("something", "200", "token.issued", "unknown"),
    ])
    func grants(grantType: String, status: String, kind: String, role: String) {
        let decoded = token(grantType, status: status)
        #expect(decoded.batch.kind.first?.name == kind)
        #expect(decoded.batch.ipRole.first?.name == role)
        #expect((decoded.batch.outcome == [.success]) == status.hasPrefix("200"))
    }

    @Test("errors have reasons, by their code and by their words", arguments: [
        ("RefreshTokenReuseException", "", "refresh.reuse_detected", Reason.reused),
        ("invalid_grant", "", "refresh.rejected", .unspecified),
        ("NotAuthorizedException", "Refresh Token has been revoked", "refresh.rejected", .revoked),
        ("NotAuthorizedException", "Refresh Token has expired", "refresh.rejected", .expired),
        ("NotAuthorizedException", "Invalid Refresh Token", "refresh.rejected", .notFound),
        ("NotAuthorizedException", "words of tomorrow", "refresh.rejected", .unspecified),
        ("invalid_client", "", "refresh.rejected", .clientAuth),
        ("ResourceNotFoundException", "User pool client x does not exist.", "refresh.rejected",
            .clientAuth),
        ("TooManyRequestsException", "", "refresh.rejected", .rateLimited),
        ("UserNotFoundException", "User does not exist.", "refresh.rejected", .notFound),
        ("NotAuthorizedException", "User is disabled.", "refresh.rejected", .userDisabled),
        ("NewException", "", "refresh.rejected", .unknown),
        ("", "Refresh Token has expired", "refresh.rejected", .expired),
    ])
    func reasons(code: String, message: String, kind: String, reason: Reason) {
        let decoded = token(
            "refresh_token", more: #","errorCode":"\#(code)","errorMessage":"\#(message)""#)
        #expect(decoded.batch.kind.first?.name == kind)
        #expect(decoded.batch.reason == [reason])
        #expect(decoded.batch.effects == [[]])
        #expect(decoded.text(.reasonRaw) == (code.isEmpty ? message : code))
        #expect(decoded.batch.flags.first?.contains(.asserted) == (reason == .reused))
    }

    @Test("empty errors are none")
    func noError() {
        let decoded = token("refresh_token", more: #","errorCode":"","errorMessage":"""#)
        #expect(decoded.batch.outcome == [.success])
        #expect(decoded.batch.reason == [.none])
    }

    @Test("operations that sign in are told apart by flow and answer", arguments: [
        ("InitiateAuth", "REFRESH_TOKEN_AUTH", "", "refresh.succeeded", "holder"),
        ("AdminInitiateAuth", "REFRESH_TOKEN", "", "refresh.succeeded", "caller"),
        ("InitiateAuth", "USER_PASSWORD_AUTH", "", "session.started", "holder"),
        ("InitiateAuth", "USER_PASSWORD_AUTH", "SMS_MFA", "authn.challenged", "holder"),
        ("InitiateAuth", "USER_SRP_AUTH", "", "authn.challenged", "holder"),
        ("AdminInitiateAuth", "ADMIN_USER_PASSWORD_AUTH", "", "session.started", "caller"),
        ("RespondToAuthChallenge", "", "", "session.started", "holder"),
        ("RespondToAuthChallenge", "", "SOFTWARE_TOKEN_MFA", "authn.challenged", "holder"),
        ("GetTokensFromRefreshToken", "", "", "refresh.succeeded", "holder"),
    ])
    func signIns(name: String, flow: String, challenge: String, kind: String, role: String) {
        let answer = challenge.isEmpty ? "null" : #"{"challengeName":"\#(challenge)"}"#
        let decoded = decodeCognito(
            """
            {"eventTime":"2026-03-02T10:15:30Z","eventSource":"cognito-idp.amazonaws.com",\
            "eventName":"\(name)","eventID":"e","requestParameters":{"authFlow":"\(flow)",\
            "authParameters":"HIDDEN_DUE_TO_SECURITY_REASONS","clientId":"1example"},\
            "responseElements":\(answer),"additionalEventData":{"sub":"704b1e47"},\
            "recipientAccountId":"111122223333"}
            """)
        #expect(decoded.batch.kind.first?.name == kind)
        #expect(decoded.batch.ipRole.first?.name == role)
        #expect(decoded.batch.outcome == [kind == "authn.challenged" ? .interrupted : .success])
        #expect(decoded.text(.client) == "1example")
        #expect(decoded.text(.subject) == "704b1e47")
        #expect(decoded.text(.issuer) == "111122223333")
    }

    @Test("a hosted page that is shown again is no login")
    func hostedPages() {
        let form = #""client_id":["c"],"response_type":["code"]"#
        let login = { (status: String, more: String) in
            decodeCognito(event("Login_POST", parameters: form, status: status, more: more)).batch
        }
        #expect(login("302", "").kind == [.sessionStarted])
        #expect(login("302", "").effects == [.codeIssued])
        #expect(login("200.0", "").kind == [.authnChallenged])
        #expect(login("200.0", "").outcome == [.interrupted])
        let refused = #","errorCode":"NotAuthorizedException","errorMessage":"Incorrect""#
        #expect(login("302", refused).kind == [.authnFailed])
    }

    @Test("what AWS hides is nobody's name", arguments: [
        "HIDDEN_DUE_TO_SECURITY_REASONS", "HIDDEN_FOR_SECURITY_REASONS", "***", "null",
    ])
    func hidden(text: String) {
        let decoded = decodeCognito(
            event(
                "Login_POST",
                parameters: #""client_id":["\#(text)"],"sub":["\#(text)"],"username":["\#(text)"]"#,
                status: "302", more: #","errorCode":"NotAuthorizedException""#))
        #expect(decoded.batch.kind == [.authnFailed])
        #expect(decoded.text(.client) == "" && decoded.text(.subject) == "")
        #expect(!decoded.payload().contains(#"}},"username":"#))
        let seen = decodeCognito(
            event(
                "Login_POST", parameters: #""username":["anna"]"#, status: "302",
                more: #","errorCode":"NotAuthorizedException""#))
        #expect(seen.payload().contains(#","username":"anna""#))
    }

    @Test("a refused redirect says its address in the words of rules for all servers")
    func redirect() {
        let decoded = decodeCognito(
            event(
                "Authorize_GET", parameters: #""redirect_uri":["https://evil.example"]"#,
                status: "302", more: #","errorCode":"","errorMessage":"redirect_mismatch""#))
        #expect(decoded.batch.kind == [.authorizationFailed])
        #expect(decoded.batch.reason == [.redirectURI])
        #expect(decoded.payload().contains(#""redirect_uri":"https://evil.example""#))
    }

    @Test("events of other services are counted, and no fault")
    func others() {
        let decoded = decodeCognito(
            """
            {"Records":[\(event("GetObject", source: "s3.amazonaws.com")),\
            \(event("GetCallerIdentity", source: "sts.amazonaws.com")),\
            \(event("ObjectCreated:Put", source: "aws:s3")),\(event("Logout_GET")),\
            \(event("AssumeRoleWithWebIdentity", source: "sts.amazonaws.com.cn"))]}
            """)
        #expect(decoded.issues == [])
        #expect(decoded.tally.ignored == 3)
        #expect(decoded.batch.kind == [.sessionEnded, .tokenExchanged])
    }

    @Test("operations about clients, users and settings", arguments: [
        ("CreateUserPoolClient", "client.registered"), ("UpdateUserPoolClient", "client.updated"),
        ("DeleteUserPoolClient", "client.deleted"), ("RevokeToken", "token.revoked"),
        ("DescribeUserPoolClient", "client.secret_read"), ("GlobalSignOut", "session.ended"),
        ("AddUserPoolClientSecret", "client.credential_changed"),
        ("AdminUserGlobalSignOut", "session.ended"), ("AdminDisableUser", "account.locked"),
        ("AdminDeleteUser", "account.deleted"), ("SignUp", "account.changed"),
        ("SetRiskConfiguration", "as.config_changed"), ("ListUsers", "admin.action"),
        ("GetUser", "token.used"), ("Revoke_POST", "token.revoked"), ("Unheard_GET", "other"),
        ("Authorize_GET", "authorization.requested"), ("OAuth2Response_GET", "authn.succeeded"),
    ])
    func operations(name: String, kind: String) {
        let decoded = decodeCognito(event(name, status: "302"))
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind.first?.name == kind)
        #expect(decoded.batch.outcome == [.success])
        #expect(decoded.text(.vendorType) == name)
    }

    @Test("a device that asks too early is interrupted, not refused")
    func polling() {
        let decoded = decodeCognito(
            """
            {"eventTime":"2026-03-02T10:15:30Z","eventSource":"sso.amazonaws.com","eventID":"e",\
            "eventName":"CreateToken","errorCode":"AuthorizationPendingException",\
            "requestParameters":{"grantType":"urn:ietf:params:oauth:grant-type:device_code"},\
            "userIdentity":{"onBehalfOf":{"userId":"93b4"},"credentialId":"c7"}}
            """)
        #expect(decoded.batch.kind == [.deviceCodeRejected])
        #expect(decoded.batch.outcome == [.interrupted])
        #expect(decoded.text(.subject) == "93b4")
        #expect(decoded.batch.text(.session, row: 0) == "c7")
    }
}
