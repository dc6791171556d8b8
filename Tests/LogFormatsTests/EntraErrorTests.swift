import AuditModel
import LogFormats
import Testing

@Suite("Entra's error codes")
struct EntraErrorTests {
    /// `CODE kind reason`, of a person at a browser; written apart from the decoder's own table, by
    /// what Microsoft says of each code.
    static let logins = """
        50126 authn.failed unspecified
        50034 authn.failed not_found
        50053 authn.failed user_disabled
        50055 authn.failed expired
        50057 authn.failed user_disabled
        50105 authn.failed policy
        53000 authn.failed policy
        53003 authn.failed policy
        530032 authn.failed policy
        500121 mfa.failed unspecified
        50011 authorization.failed redirect_uri
        500011 authorization.failed audience
        650057 authorization.failed audience
        70011 authorization.failed scope
        700016 authorization.failed not_found
        90014 authorization.failed malformed
        54005 code.replayed consumed
        70008 code.rejected expired
        70000 code.rejected malformed
        501481 code.rejected pkce
        500112 code.rejected redirect_uri
        70018 device_code.rejected not_found
        70020 device_code.rejected expired
        500131 token.exchange_failed audience
        500133 token.exchange_failed expired
        99999999 authn.failed unknown
        """

    /// The same of a refresh token, and of an application.
    static let refreshes = """
        70000 refresh.rejected malformed
        70008 refresh.rejected expired
        700082 refresh.rejected expired
        700084 refresh.rejected expired
        70043 refresh.rejected expired
        50173 refresh.rejected revoked
        50133 refresh.rejected revoked
        50057 refresh.rejected user_disabled
        53003 refresh.rejected policy
        65001 refresh.rejected policy
        50196 refresh.rejected rate_limited
        99999999 refresh.rejected unknown
        """
    static let applications = """
        7000215 client.auth_failed client_auth
        7000222 client.auth_failed expired
        700027 client.auth_failed signature
        700211 client.auth_failed issuer
        700212 client.auth_failed audience
        700213 client.auth_failed wrong_client
        700016 client.auth_failed not_found
        7000112 client.auth_failed client_auth
        90002 client.auth_failed not_found
        500011 token.issue_failed audience
        53003 token.issue_failed policy
        """

    private func decoded(_ category: String, _ code: String, _ more: String = "") -> Decoded {
        decodeEntra(
            """
            {"time":"2026-03-02T10:15:30Z","category":"\(category)","resultType":"\(code)",\
            "resultDescription":"words","properties":{"id":"i"\(more)}}
            """)
    }

    private func check(_ table: String, _ category: String, _ more: String = "") {
        for row in table.split(separator: "\n").map({ $0.split(separator: " ").map(String.init) }) {
            let decoded = decoded(category, row[0], more)
            #expect(decoded.issues == [], "\(row)")
            #expect(decoded.batch.kind.first?.name == row[1], "\(row)")
            #expect(decoded.batch.reason.first?.name == row[2], "\(row)")
            #expect(decoded.batch.outcome == [.failure], "\(row)")
            #expect(decoded.text(.reasonRaw) == "words")
        }
    }

    @Test("every code means what the table says, by what was asked for")
    func codes() {
        check(Self.logins, "SignInLogs")
        check(
            Self.refreshes, "NonInteractiveUserSignInLogs",
            #","incomingTokenType":"refreshToken""#)
        check(Self.applications, "ServicePrincipalSignInLogs")
    }

    @Test("what only interrupts a sign-in is no failure", arguments: [
        "50058", "50072", "50074", "50076", "50079", "50097", "50125", "50129", "50140", "50158",
        "50199", "16000",
    ])
    func interrupts(code: String) {
        for category in ["SignInLogs", "NonInteractiveUserSignInLogs"] {
            let decoded = decoded(category, code, #","incomingTokenType":"refreshToken""#)
            #expect(decoded.batch.kind == [.authnChallenged])
            #expect(decoded.batch.outcome == [.interrupted])
            #expect(decoded.batch.reason == [Reason.none])
        }
        let polling = decoded(
            "NonInteractiveUserSignInLogs", "70016", #","authenticationProtocol":"deviceCode""#)
        #expect(polling.batch.kind == [.deviceCodeRejected])
        #expect(polling.batch.outcome == [.interrupted])
    }

    @Test("what a person declines is denied, and a code redeemed twice is asserted")
    func decisions() {
        let declined = decoded(
            "SignInLogs", "500121",
            #","status":{"additionalDetails":"MFA denied; user declined the authentication"}"#)
        #expect(declined.batch.kind == [.mfaRejected])
        #expect(declined.batch.outcome == [.denied])
        let consent = decoded("SignInLogs", "65004")
        #expect(consent.batch.kind == [.consentDenied])
        #expect(consent.batch.outcome == [.denied])
        #expect(decoded("SignInLogs", "54005").batch.flags.first?.contains(.asserted) == true)
        #expect(decoded("SignInLogs", "70008").batch.flags.first?.contains(.asserted) == false)
    }

    @Test("the reason's text is the server's, or its code")
    func texts() {
        let own = decoded("SignInLogs", "50126", #","status":{"failureReason":"why"}"#)
        #expect(own.text(.reasonRaw) == "why")
        let bare = decodeEntra(
            """
            {"time":"2026-03-02T10:15:30Z","category":"SignInLogs","properties":\
            {"status":{"errorCode":50126}}}
            """)
        #expect(bare.text(.reasonRaw) == "50126")
    }
}
