import AuditModel
import Foundation
import LogFormats
import TestSupport
import Testing
import WireFormat

@Suite("PingFederate's lines")
struct PingFederateTests {
    private func decode(
        _ lines: String..., settings: DecodeSettings = DecodeSettings()
    ) -> Decoded {
        LogFormatsTests.decode(
            lines.map { Array($0.utf8) }, PingFederateFormat(), settings: settings)
    }

    private let date = "2026-03-02 10:15:30,123"

    private func pairs(
        _ event: String, status: String, grantType: String = "", description: String = ""
    ) -> String {
        date + " trackingid=\"tid:x1\"  event=\"\(event)\" subject=\"anna\" ip=\"198.51.100.23\" "
            + "app=\"\" connectionid=\"spa\" protocol=\"OAuth20\" host=\"id1\" role=\"AS\" "
            + "status=\"\(status)\" description=\"\(description)\" granttype=\"\(grantType)\" "
            + "sri=\"s-1\" attributes=\"A=B, C=D\" responsetime=7"
    }

    @Test("one event is read alike in each pattern")
    func patterns() throws {
        let columns = decode(
            date + "| tid:x1| OAuth| anna| 198.51.100.23 | | spa| OAuth20| id1| AS| success| "
                + "| | 7| refresh_token")
        let texts = decode(
            date + #" trackingid="tid:x1" event="OAuth" subject="anna" ip="198.51.100.23" "#
                + #"app="" connectionid="spa" protocol="OAuth20" host="id1" role="AS" "#
                + #"status="success" adapterid="" description="" granttype="refresh_token" "#
                + "responsetime=7")
        let cef = decode(
            "<134>Mar 2 10:15:30 id1 CEF:0|Ping Identity|PingFederate|12.1|OAuth|OAuth|0|"
                + "rt=Mar 02 2026 10:15:30.123 duid=anna src=198.51.100.23 msg=success "
                + "cs2Label=Connection ID cs2=spa cs3Label=Protocol cs3=OAuth20 dvchost=id1 "
                + "cs4Label=Role cs4=AS externalId=tid:x1 cs7Label=GrantType cs7=refresh_token")
        for decoded in [columns, texts, cef] {
            #expect(decoded.issues == [])
            try #require(decoded.batch.count == 1)
            #expect(decoded.batch.kind == [.refreshSucceeded])
            #expect(decoded.batch.effects == [.tokenIssued])
            #expect(decoded.batch.outcome == [.success])
            #expect(decoded.batch.ipRole == [.holder])
            #expect(decoded.batch.time == [1_772_446_530_123_000_000])
            #expect(decoded.batch.flags[0].contains(.timeZoneAssumed))
            #expect(decoded.text(.vendorType) == "OAuth")
            #expect(decoded.text(.client) == "spa")
            #expect(decoded.text(.subject) == "anna")
            #expect(decoded.batch.text(.request, row: 0) == "tid:x1")
            #expect(decoded.address() == IPAddress("198.51.100.23"))
            #expect(decoded.text(.grantType) == "refresh_token")
        }
    }

    @Test("grant type and status decide what an OAuth event is", arguments: [
        ("authorization_code", EventKind.codeRedeemed, EventKind.codeRejected),
        ("refresh_token", .refreshSucceeded, .refreshRejected),
        ("client_credentials", .tokenIssued, .tokenIssueFailed),
        ("urn:ietf:params:oauth:grant-type:device_code", .deviceCodeRedeemed, .deviceCodeRejected),
        ("urn:ietf:params:oauth:grant-type:token-exchange", .tokenExchanged, .tokenExchangeFailed),
        ("urn:openid:params:grant-type:ciba", .cibaRedeemed, .cibaFailed),
        ("urn:pingidentity.com:oauth2:grant_type:validate_bearer", .tokenValidated,
            .tokenValidationFailed),
        ("acme:own", .tokenIssued, .tokenIssueFailed), ("", .tokenIssued, .tokenIssueFailed),
    ])
    func grants(grantType: String, success: EventKind, failure: EventKind) {
        let good = decode(pairs("OAuth", status: "success", grantType: grantType))
        #expect(good.batch.kind == [success])
        #expect(good.batch.text(.session, row: 0) == "s-1")
        let bad = decode(pairs("OAuth", status: "failure", grantType: grantType))
        #expect(bad.batch.kind == [failure])
        let open = decode(pairs("OAuth", status: "", grantType: grantType))
        #expect(open.batch.kind == [.other])
        #expect(open.batch.outcome == [.unknown])
    }

    @Test("every documented event has a kind for each status", arguments: [
        ("SSO", EventKind.sessionStarted, EventKind.authnFailed, EventKind.sessionStarted),
        ("SLO", .sessionEnded, .other, .sessionEnded),
        ("AUTHN_ATTEMPT", .authnSucceeded, .authnFailed, .other),
        ("AUTHN_REQUEST", .authnChallenged, .authnFailed, .authnChallenged),
        ("AUTHN_SESSION_CREATED", .sessionStarted, .authnFailed, .sessionStarted),
        ("AUTHN_SESSION_USED", .authnSucceeded, .authnFailed, .other),
        ("AUTHN_SESSION_DELETED", .sessionEnded, .other, .sessionEnded),
        ("AUTHN_SESSIONS_DELETED", .sessionEnded, .other, .sessionEnded),
        ("SRI_REVOKED", .sessionEnded, .other, .sessionEnded),
        ("STS", .tokenExchanged, .tokenExchangeFailed, .other),
        ("PAR", .parPushed, .parFailed, .other),
        ("PWD_CHANGE", .accountChanged, .accountChanged, .accountChanged),
        ("ACCOUNT_DELETE", .accountDeleted, .other, .accountDeleted),
        ("USER_KEY_AND_SRI_ASSOCIATED", .other, .other, .other),
        ("SOMETHING_NEW", .other, .other, .other),
    ])
    func events(name: String, success: EventKind, failure: EventKind, open: EventKind) {
        for (status, kind, outcome) in [
            ("success", success, Outcome.success), ("failure", failure, .failure),
            ("", open, .unknown),
        ] {
            let decoded = decode(pairs(name, status: status))
            #expect(decoded.batch.kind == [kind], "\(status)")
            #expect(decoded.batch.outcome == [outcome], "\(status)")
            #expect(decoded.text(.vendorType) == name)
        }
        let going = decode(pairs(name, status: "inprogress"))
        #expect(going.batch.outcome == [.interrupted])
    }

    @Test("without a grant type the server's words decide", arguments: [
        ("unknown, invalid, or expired refresh token", EventKind.refreshRejected,
            Reason.unspecified),
        ("Authorization code is invalid or expired.", .codeRejected, .unspecified),
        ("Invalid client or client credentials.", .clientAuthFailed, .clientAuth),
        ("Invalid redirect_uri", .authorizationFailed, .redirectURI),
        ("access_denied", .authorizationDenied, .policy),
        ("The requested scope(s) must not be blank", .tokenIssueFailed, .scope),
        ("", .tokenIssueFailed, .unspecified), ("?", .tokenIssueFailed, .unknown),
    ])
    func words(description: String, kind: EventKind, reason: Reason) {
        let decoded = decode(pairs("OAuth", status: "failure", description: description))
        #expect(decoded.batch.kind == [kind])
        #expect(decoded.batch.reason == [reason])
        #expect(decoded.text(.reasonRaw) == description)
    }

    @Test("times without a zone take the source's, times with one keep theirs")
    func zones() {
        let berlin = DecodeSettings(timeZone: ZoneTable(spans: [.init(start: .min, offset: 3600)]))
        let line = "| tid:x1| SSO| anna| 192.0.2.7 | | spa| SAML20| id1| IdP| success| | | 7"
        let local = decode(date + line, settings: berlin)
        #expect(local.text(.issuer) == "pingfederate")
        let named = decode(date + line, settings: DecodeSettings(tenant: "acme"))
        #expect(named.text(.issuer) == "acme")
        #expect(local.batch.time == [1_772_442_930_123_000_000])
        let zoned = decode("2026-03-02T10:15:30,123+02:00" + line, settings: berlin)
        #expect(zoned.batch.time == [1_772_439_330_123_000_000])
        #expect(!zoned.batch.flags[0].contains(.timeZoneAssumed))
    }

    @Test("a name that somebody types becomes no other field", arguments: [
        #"x" ip="192.0.2.1" status="success"#, #"x" status="success" role="AS"#,
    ])
    func forgedPairs(name: String) {
        let decoded = decode(
            date + #" trackingid="tid:x1" event="AUTHN_ATTEMPT" subject="\#(name)" "#
                + #"ip="203.0.113.66" role="IdP" status="failure" description="no""#)
        #expect(decoded.batch.count == 1)
        #expect(decoded.batch.outcome == [.unknown])
        #expect(decoded.address() != IPAddress("192.0.2.1"))
        #expect(decoded.payload().contains(#""status":["success","failure"]"#))
    }

    @Test("bars in a name do not shift the columns")
    func forgedColumns() {
        let shifted = decode(
            date + "| tid:x1| AUTHN_ATTEMPT| bob|x| 203.0.113.66 | | spa| OIDC| id1| IdP| failure| "
                + "HTMLForm| no| 7")
        #expect(shifted.batch.kind == [.authnFailed])
        #expect(shifted.address() == IPAddress("203.0.113.66"))
        #expect(shifted.text(.subject) == "bob|x")
        let posing = decode(
            date + "| tid:x1| AUTHN_ATTEMPT| bob| 192.0.2.1 | | spa| OIDC| id1| IdP| success| a| | "
                + "1| 203.0.113.66 | | spa| OIDC| id1| IdP| failure| HTMLForm| no| 7")
        #expect(posing.batch.outcome == [.unknown])
        #expect(posing.address() == IPAddress.none)
    }

    @Test("CEF's escapes hold what a name has in it")
    func forgedCEF() {
        let decoded = decode(
            "CEF:0|Ping Identity|PingFederate|12.1|AUTHN_ATTEMPT|AUTHN_ATTEMPT|0|"
                + #"rt=Mar 02 2026 10:15:30.123 duid=x src\=192.0.2.1 c\|d\\ src=[2001:db8::7] "#
                + "msg=failure cs4Label=Role cs4=IdP")
        #expect(decoded.text(.subject) == #"x src=192.0.2.1 c|d\"#)
        #expect(decoded.address() == IPAddress("2001:db8::7"))
        #expect(decoded.batch.kind == [.authnFailed])
    }

    @Test("a server's other lines are other events with their time")
    func serverLog() {
        let decoded = decode(
            date + " tid:x1 DEBUG [org.sourceid.websso.servlet.X] GET https://id.acme.example/",
            date + "  ERROR [com.pingidentity.Y] | a | b",
            "\tat org.sourceid.websso.servlet.X.get(X.java:1)")
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind == [.other, .other])
        #expect(decoded.batch.time == [1_772_446_530_123_000_000, 1_772_446_530_123_000_000])
        #expect(decoded.text(.vendorType) == "org.sourceid.websso.servlet.X")
        #expect(decoded.batch.text(.request, row: 0) == "tid:x1")
        #expect(decoded.tally.ignored == 1)
    }

    @Test("lines are recognised behind what shippers put before them, others' are not",
        arguments: [
            ("%| tid:x| SSO| | | | | | | IdP| success| | | 1", "pingfederate"),
            ("pf-1  | %| tid:x| OAuth| | | | | | | AS| success| | | 1", "pingfederate"),
            ("2026-03-02T10:15:30.1Z stdout F %| tid:x| SLO| | | |", "pingfederate"),
            (#"% trackingid="t" event="X""#, "pingfederate"),
            ("<1>CEF:0|Ping Identity|PingFederate|1|SSO|SSO|0|rt=x", "pingfederate"),
            ("% tid:x INFO [org.sourceid.A] x", "pingfederate"),
            ("% INFO  [org.keycloak.services] (main) started", "keycloak"),
            (#"% DEBUG [org.keycloak.events] (e) type="LOGIN", realmId="r""#, "keycloak"),
            (#"% level=info event="x" user="y""#, nil), ("% | a | b | c", nil),
            ("CEF:0|Other|Thing|1|SSO|SSO|0|rt=x", nil),
        ] as [(String, String?)])
    func detection(record: String, name: String?) {
        let line = record.replacing("%", with: date)
        #expect(FormatRegistry.detect(records([Array(line.utf8)]))?.format.name == name)
    }

    @Test("any damage to good lines is survived, and every line is accounted for",
        arguments: ["pingfederate/columns", "pingfederate/pairs", "pingfederate/cef", "hydra/text"])
    func damage(corpus: String) throws {
        let seed: UInt64 = 0x9164
        var random = SeededGenerator(seed: seed)
        let input = try Data(
            contentsOf: GoldenTests.corpora.appending(path: corpus + ".log"))
        let good = input.split(separator: 0x0A).map(Array.init)
        let format: any LogFormat =
            corpus.hasPrefix("hydra") ? HydraFormat() : PingFederateFormat()
        for round in 0..<60 {
            let lines = good.map { line -> [UInt8] in
                var line = line
                for _ in 0..<random.below(4) where line.count > 1 {
                    let place = random.below(line.count)
                    switch random.below(4) {
                    case 0: line[place] = UInt8(truncatingIfNeeded: random.next())
                    case 1: line.remove(at: place)
                    case 2: line.removeSubrange(place...)
                    default: line.insert(Array("\"\\|=[] :\u{0}".utf8)[random.below(9)], at: place)
                    }
                }
                return line
            }
            let decoded = LogFormatsTests.decode(lines, format)
            let lost = decoded.issues.filter { !$0.isPartial }.count
            let place = "seed \(seed), round \(round), \(corpus)"
            #expect(decoded.tally.events == decoded.batch.count, "\(place)")
            #expect(decoded.tally.failed == lost, "\(place)")
            #expect(
                decoded.tally.events + decoded.tally.ignored + decoded.tally.failed == lines.count,
                "\(place)")
            #expect(decoded.lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, "\(place)")
        }
    }
}
