import AuditModel
import Detection
import MarkedText
import RuleBook
import Testing

@Suite("Vendors' log sources and fields")
struct SourceMapTests {
    private typealias Event = SigmaFixture.Event

    private func fires(_ logsource: String, _ field: String, _ event: Event) -> Bool {
        let text = SigmaFixture.rule(
            "sel: {\(field)}\ncondition: sel", logsource: "{\(logsource)}")
        let loaded = RuleBook.load(text: text, path: "v.yml")
        #expect(loaded.diagnostics.map(\.text) == [])
        return !SigmaFixture.alerts(loaded, [event]).isEmpty
    }

    @Test("A rule about a vendor's log sees that vendor's events only")
    func routing() {
        let okta = Event(dialect: "okta", columns: [.vendorType: "user.session.start"])
        for source in ["product: okta, service: okta", "service: okta", "product: Okta"] {
            #expect(fires(source, "eventType: user.session.start", okta), "\(source)")
        }
        var other = okta
        other.dialect = "keycloak"
        #expect(!fires("service: okta", "eventType: user.session.start", other))
        #expect(fires("product: oauth", "vendor_type: user.session.start", other))
    }

    @Test("Okta's names in any case, with underscores, in front or not")
    func okta() {
        let event = Event(
            dialect: "okta", columns: [.vendorType: "user.session.start"], ip: "192.0.2.1",
            payload: #"{"debugContext":{"debugData":{"behaviors":"{Velocity=POSITIVE}"}},"#
                + #""securityContext":{"isProxy":true},"target":[{"displayName":"A"},"#
                + #"{"displayName":"Okta Admin Console"}]}"#)
        let source = "product: okta, service: okta"
        for field in [
            "eventtype: user.session.start", "okta.event_type: user.session.start",
            "debugContext.debugData.behaviors|contains: Velocity=POSITIVE",
            "okta.debug_context.debug_data.behaviors|contains: velocity",
            "securitycontext.isproxy: 'true'", "target.displayname: Okta Admin Console",
            "target|contains: Admin", "client.ipAddress|cidr: 192.0.2.0/24", "published|year: 1970",
        ] {
            #expect(fires(source, field, event), "\(field)")
        }
        #expect(!fires(source, "target.displayName: B", event))
    }

    @Test("Entra's columns of Log Analytics are found in the envelope and below properties")
    func entra() {
        let event = Event(
            dialect: "entra",
            columns: [.userAgent: "BAV2ROPC", .client: "app", .city: "Berlin", .device: "d1"],
            payload: #"{"category":"SignInLogs","resultType":"50126","location":"DE","#
                + #""properties":{"category":"UserManagement","conditionalAccessStatus":"success","#
                + #""deviceDetail":{"isCompliant":false},"isInteractive":true}}"#)
        let source = "product: azure, service: signinlogs"
        for field in [
            "ResultType: 50126", "ResultType|startswith: '5'", "Location: de",
            "DeviceDetail.isCompliant: 'false'", "conditionalAccessStatus: success",
            "properties.conditionalAccessStatus: success", "IsInteractive: True", "AppId: app",
            "userAgent|contains: ROPC", "Category: UserManagement", "DeviceDetail.deviceId: d1",
            "LocationDetails.city: Berlin", "properties.location.city: Berlin",
        ] {
            #expect(fires(source, field, event), "\(field)")
        }
        #expect(!fires("product: azure, service: auditlogs", "Location: de", event))
        #expect(fires("product: azure, service: pim", "Location: de", event))
    }

    @Test("Keycloak's fields are found in whatever column its decoder puts them")
    func keycloak() {
        let failed = Event(
            columns: [.vendorType: "LOGIN_ERROR", .reasonRaw: "invalid_user_credentials"],
            payload: #"{"auth_method":"openid-connect"}"#)
        let both = Event(
            columns: [.vendorType: "REFRESH_TOKEN_ERROR", .reasonRaw: "Stale token"],
            payload: #"{"error":"invalid_token"}"#)
        let source = "product: keycloak"
        #expect(fires(source, "type: LOGIN_ERROR, error: invalid_user_credentials", failed))
        #expect(fires(source, "details.auth_method: openid-connect", failed))
        #expect(fires(source, "error: invalid_token, reason: Stale token", both))
        #expect(!fires(source, "error: Stale token", both))
        #expect(!fires(source, "error: null", both))
        #expect(fires(source, "clientId: null, error|neq: x", failed))
    }

    @Test("Words that servers use for something of their own mean the server's")
    func ownWords() {
        let event = Event(
            dialect: "duo", columns: [.client: "vpn"], payload: #"{"reason":"bypass_user"}"#)
        #expect(fires("product: cisco, service: duo", "reason: bypass_user", event))
        #expect(fires("product: cisco, service: duo", "client: vpn", event))
    }

    @Test("An unmapped source is blind, with the nearest one that is mapped")
    func unmapped() {
        let text = SigmaFixture.rule("s: {a: b}\ncondition: s", logsource: "{product: oktaa}")
        let loaded = RuleBook.load(text: text, path: "v.yml")
        #expect(loaded.diagnostics.map(\.code) == [.otherLogSource])
        #expect(loaded.diagnostics.first?.message.contains("did you mean 'okta'?") == true)
        #expect(!loaded.hasErrors && loaded.active.isEmpty)
    }
}
