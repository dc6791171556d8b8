import AuditModel
import LogFormats
import Testing

private let actor = "11111111-aaaa-4bbb-8ccc-222222222222"
private let user = "7d0cf1a2-11aa-4c1e-8b11-0123456789ab"
private let session = "b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10"

@Suite("Keycloak's admin events")
struct KeycloakAdminTests {
    private func json(
        _ operation: String, _ resource: String, _ path: String, more: String = ""
    ) -> String {
        """
        {"id":"e1","time":1772446530123,"realmId":"r1","realmName":"acme","authDetails":\
        {"realmId":"master-id","realmName":"master","clientId":"security-admin-console",\
        "userId":"\(actor)","ipAddress":"198.51.100.23"},"resourceType":"\(resource)",\
        "resourceTypeAsString":"\(resource)","operationType":"\(operation)",\
        "resourcePath":"\(path)"\(more)}
        """
    }

    private func text(_ operation: String, _ resource: String, _ path: String) -> String {
        "2026-03-02 10:15:30,123 DEBUG [org.keycloak.events] (executor-thread-7) "
            + "operationType=\"\(operation)\", realmId=\"master-id\", realmName=\"master\", "
            + "clientId=\"security-admin-console\", userId=\"\(actor)\", "
            + "ipAddress=\"198.51.100.23\", resourceType=\"\(resource)\", resourcePath=\"\(path)\""
    }

    @Test("what an operation on a resource means, as JSON, as text, as older text", arguments: [
        ("CREATE", "CLIENT", "clients/c1", EventKind.clientRegistered),
        ("UPDATE", "CLIENT", "clients/c1", .clientUpdated),
        ("DELETE", "CLIENT", "clients/c1", .clientDeleted),
        ("ACTION", "CLIENT", "clients/c1/client-secret", .clientCredentialChanged),
        ("DELETE", "CLIENT", "clients/c1/client-secret/rotated", .clientCredentialChanged),
        ("ACTION", "CLIENT", "clients/c1/registration-access-token", .clientCredentialChanged),
        ("ACTION", "CLIENT", "clients/c1/certificates/a/generate", .clientCredentialChanged),
        ("ACTION", "CLIENT", "clients/c1/push-revocation", .adminAction),
        ("CREATE", "USER", "users/\(user)", .accountChanged),
        ("UPDATE", "USER", "users/\(user)", .accountChanged),
        ("DELETE", "USER", "users/\(user)", .accountDeleted),
        ("ACTION", "USER", "users/\(user)/reset-password", .accountChanged),
        ("DELETE", "USER", "users/\(user)/credentials/k1", .accountChanged),
        ("ACTION", "USER", "users/\(user)/logout", .sessionEnded),
        ("ACTION", "USER", "users/\(user)/impersonation", .sessionImpersonated),
        ("ACTION", "USER", "users/\(user)/consents/spa", .consentRevoked),
        ("DELETE", "USER_SESSION", "sessions/\(session)", .sessionEnded),
        ("DELETE", "USER_LOGIN_FAILURE", "attack-detection/users/\(user)", .accountChanged),
        ("UPDATE", "REALM", "", .asConfigChanged), ("ACTION", "REALM", "logout-all", .sessionEnded),
        ("ACTION", "REALM", "testLDAPConnection", .adminAction),
        ("UPDATE", "COMPONENT", "components/x", .adminAction),
        ("CREATE", "REALM_ROLE_MAPPING", "users/\(user)/role-mappings/realm", .adminAction),
        ("UPDATE", "IDENTITY_PROVIDER", "identity-provider/instances/google", .adminAction),
        ("CREATE", "ORGANIZATION_OF_LATER_SERVERS", "organizations/o1", .adminAction),
    ] as [(String, String, String, EventKind)])
    func meanings(operation: String, resource: String, path: String, kind: EventKind) {
        let old = text(operation, resource, path).replacing("\"", with: "")
            .replacing(", realmName=master", with: "")
        for line in [json(operation, resource, path), text(operation, resource, path), old] {
            let decoded = decode(line)
            #expect(decoded.issues == [])
            #expect(decoded.batch.kind == [kind])
            #expect(decoded.batch.outcome == [.success])
            #expect(decoded.text(.vendorType) == "admin.\(resource)-\(operation)")
            #expect(IPAddress(bits: decoded.batch.id(.ip, 0)).text == "198.51.100.23")
            #expect(path.isEmpty || decoded.payload().contains("\"resourcePath\":\"\(path)\""))
        }
    }

    @Test("the event is about whom it concerns; who acted is told beside it")
    func concerned() {
        let ended = decode(json("DELETE", "USER_SESSION", "sessions/\(session)"))
        #expect(ended.batch.id(.session, 0) == uuid(session))
        #expect(ended.text(.subject) == "" && ended.text(.client) == "")
        #expect(ended.payload().contains("\"authUserId\":\"\(actor)\""))
        #expect(ended.text(.issuer) == "r1" && ended.text(.tenant) == "acme")
        let logout = decode(text("ACTION", "USER", "users/\(user)/logout"))
        #expect(logout.text(.subject) == user)
        #expect(logout.payload().contains("\"authUserId\":\"\(actor)\""))
        let consent = decode(json("ACTION", "USER", "users/\(user)/consents/spa"))
        #expect(consent.text(.client) == "spa" && consent.text(.subject) == user)
        #expect(consent.batch.effects[0] == .grantRevoked)
        let role = decode(json("CREATE", "REALM_ROLE", "roles-by-id/x"))
        #expect(role.text(.subject) == actor)
        #expect(role.text(.client) == "security-admin-console")
    }

    @Test("keys are seen where the server shows what changed; what it shows is not kept")
    func representation() {
        let shown = #","representation":"{\"providerType\":\"org.keycloak.keys.KeyProvider\","#
            + #"\"config\":{\"secret\":[\"hush\"]}}""#
        let decoded = decode(json("CREATE", "COMPONENT", "components/x", more: shown))
        #expect(decoded.batch.kind == [.keyChanged])
        #expect(!decoded.payload().contains("hush"))
        let secret = #","representation":"{\"secret\":\"hush\"}""#
        let client = decode(json("CREATE", "CLIENT", "clients/x", more: secret))
        #expect(!client.lines.contains { $0.contains("hush") })
        #expect(client.issues == [])
    }

    @Test("what failed is an administrator's failed attempt")
    func failure() {
        let lines = [
            json("DELETE", "USER", "users/x", more: ",\"error\":\"not_allowed\""),
            text("DELETE", "USER", "users/x") + ", error=\"not_allowed\"",
        ]
        for line in lines {
            let decoded = decode(line)
            #expect(decoded.batch.kind == [.adminAction] && decoded.batch.outcome == [.failure])
            #expect(decoded.batch.reason == [.policy] && decoded.text(.reasonRaw) == "not_allowed")
            #expect(decoded.text(.subject) == actor)
        }
    }

    @Test("the same from a webhook and from the context of a log line")
    func otherForms() {
        let more = #","uid":"u","type":"admin.USER-DELETE""#
        let webhook = decode(json("DELETE", "USER", "users/\(user)", more: more))
        #expect(webhook.batch.kind == [.accountDeleted])
        #expect(webhook.text(.vendorType) == "admin.USER-DELETE")
        let context = decode("""
            {"message":"Event Logger","mdc":{"event.class":"ADMIN","event.id":"e1",\
            "event.time":"1772446530123","event.realmId":"r1","event.realmName":"acme",\
            "event.operationType":"DELETE","event.resourceType":"USER","event.resourcePath":\
            "users/\(user)","event.authUserId":"\(actor)","event.authIpAddress":"198.51.100.23"}}
            """)
        #expect(context.issues == [])
        #expect(context.batch.kind == [.accountDeleted])
        #expect(context.text(.subject) == user)
        #expect(context.batch.id(.event, 0) == webhook.batch.id(.event, 0))
    }
}
