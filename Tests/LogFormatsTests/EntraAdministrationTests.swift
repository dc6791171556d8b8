import AuditModel
import LogFormats
import Testing

@Suite("Entra's audit log and risks")
struct EntraAdministrationTests {
    private func record(
        _ activity: String, result: String = "success", _ more: String = ""
    ) -> String {
        """
        {"time":"2026-03-02T10:17:00Z","category":"AuditLogs","tenantId":"t1",\
        "operationName":"\(activity)","callerIpAddress":"<null>","correlationId":"c1",\
        "properties":{"id":"Directory_c1_1","category":"ApplicationManagement",\
        "activityDateTime":"2026-03-02T10:15:30.1234567+00:00","result":"\(result)",\
        "resultReason":"why","activityDisplayName":"\(activity)",\
        "initiatedBy":{"user":{"id":"actor","userPrincipalName":"a@acme.example",\
        "ipAddress":"198.51.100.23"}},\
        "targetResources":[{"id":"object","type":"ServicePrincipal","modifiedProperties":[\
        {"displayName":"TargetId.ServicePrincipalNames","oldValue":null,"newValue":\
        "\\"b0000000-0000-4000-8000-000000000003;https://app.example\\""}]},\
        {"id":"person","type":"User"}]\(more)}}
        """
    }

    @Test("activities mean what they say, however they are written", arguments: [
        ("Consent to application", "consent.granted", "consent.denied"),
        ("Add OAuth2PermissionGrant", "consent.granted", "consent.denied"),
        ("Add delegated permission grant", "consent.granted", "consent.denied"),
        ("Remove OAuth2PermissionGrant.", "consent.revoked", "other"),
        ("Revoke consent", "consent.revoked", "other"),
        ("Add service principal credentials", "client.credential_changed", "="),
        ("Remove service principal credentials", "client.credential_changed", "="),
        (
            "Update application \u{2013} Certificates and secrets management ",
            "client.credential_changed", "="
        ),
        (
            "Update application - Certificates and secrets management",
            "client.credential_changed", "="
        ),
        ("Add application", "client.registered", "="),
        ("Update application", "client.updated", "="),
        ("Hard Delete application", "client.deleted", "="),
        ("Update StsRefreshTokenValidFrom Timestamp", "token.revoked", "token.revoke_failed"),
        ("Add Conditional Access policy", "as.config_changed", "="),
        ("Upload secret into policy key", "key.changed", "="),
        ("Reset password (self-service)", "account.changed", "="),
        ("Disable account", "account.locked", "="), ("Delete user", "account.deleted", "="),
        ("Add member to role", "admin.action", "="), ("Teleport user", "other", "="),
    ])
    func activities(activity: String, done: String, failed: String) {
        let success = decodeEntra(record(activity))
        #expect(success.issues == [])
        #expect(success.batch.kind.first?.name == done)
        #expect(success.batch.outcome == [.success])
        #expect(success.text(.vendorType) == activity)
        #expect(success.text(.reasonRaw) == "")
        let failure = decodeEntra(record(activity, result: "failure"))
        #expect(failure.batch.kind.first?.name == (failed == "=" ? done : failed))
        #expect(failure.batch.outcome == [.failure])
        #expect(failure.batch.reason == [.unspecified])
        #expect(failure.text(.reasonRaw) == "why")
    }

    @Test("who consented to which client, and whose account was changed")
    func parties() {
        let consent = decodeEntra(record("Consent to application"))
        #expect(consent.text(.subject) == "actor")
        #expect(consent.text(.client) == "b0000000-0000-4000-8000-000000000003")
        #expect(consent.batch.id(.ip, 0) == IPAddress("198.51.100.23")?.bits)
        #expect(consent.batch.time == [1_772_446_530_123_456_700])
        let detailed = decodeEntra(
            record(
                "Consent to application",
                #","additionalDetails":[{"key":"User-Agent","value":"x"},"#
                    + #"{"key":"AppId","value":"app"}]"#))
        #expect(detailed.text(.client) == "app")
        #expect(decodeEntra(record("Disable account")).text(.subject) == "person")
        let revoked = decodeEntra(record("Update StsRefreshTokenValidFrom Timestamp"))
        #expect(revoked.text(.subject) == "person")
        let without = decodeEntra(
            #"{"activityDateTime":"2026-03-02T10:15:30Z","activityDisplayName":"Delete user","#
                + #""category":"UserManagement","result":"success","targetResources":[]}"#)
        #expect(without.batch.kind == [.accountDeleted])
        #expect(without.text(.subject) == "" && without.text(.client) == "")
    }

    private func risk(_ changed: String = "2026-03-02T10:20:00Z") -> String {
        """
        {"time":"3/2/2026 10:21:00 AM","category":"UserRiskEvents","tenantId":"t1",\
        "correlationId":"hash","properties":{"id":"hash","correlationId":"c1",\
        "riskEventType":"anomalousToken","riskLevel":"high","riskState":"atRisk","userId":"u1",\
        "ipAddress":"198.51.100.23","location":{"city":"Berlin","countryOrRegion":"DE",\
        "geoCoordinates":{"latitude":52.52,"longitude":13.41}},\
        "activityDateTime":"2026-03-02T10:05:30Z","detectedDateTime":"2026-03-02T10:15:30.133Z",\
        "lastUpdatedDateTime":"\(changed)"}}
        """
    }

    @Test("a risk is a signal, and one that changes is another event")
    func risks() {
        let decoded = decodeEntra(risk())
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind == [.riskSignal])
        #expect(decoded.batch.outcome == [.unknown])
        #expect(decoded.batch.time == [1_772_446_530_133_000_000])
        #expect(decoded.text(.subject) == "u1")
        #expect(decoded.text(.reasonRaw) == "anomalousToken")
        #expect(decoded.text(.place) == "52.52,13.41,100")
        #expect(decoded.batch.text(.request, row: 0) == "c1")
        #expect(decoded.payload().contains(#""risk_level":"high""#))
        let later = decodeEntra(risk("2026-03-02T11:20:00Z"))
        #expect(later.batch.id(.event, 0) != decoded.batch.id(.event, 0))
        #expect(decodeEntra(risk()).batch.id(.event, 0) == decoded.batch.id(.event, 0))
        let user = decodeEntra(
            #"{"time":"2026-03-02T10:21:00Z","category":"RiskyUsers","properties":{"id":"u1","#
                + #""riskLevel":"medium","riskLastUpdatedDateTime":"2026-03-02T10:15:30Z"}}"#)
        #expect(user.batch.kind == [.riskSignal])
        #expect(user.text(.subject) == "u1")
        #expect(user.batch.time == [1_772_446_530_000_000_000])
        let application = decodeEntra(
            #"{"time":"2026-03-02T10:21:00Z","category":"ServicePrincipalRiskEvents","#
                + #""properties":{"id":"r","appId":"a1","riskEventType":"leakedCredentials"}}"#)
        #expect(application.text(.client) == "a1")
        #expect(application.text(.subject) == "")
    }
}
