import AuditModel
import LogFormats
import Testing

@Suite("Entra's records in all their shapes")
struct EntraShapeTests {
    private static let inner = """
        "id":"i1","createdDateTime":"2026-03-02T10:15:30.1234567Z","userId":"u1","appId":"a1",\
        "userPrincipalName":"anna@acme.example","ipAddress":"198.51.100.23",\
        "status":{"errorCode":50126,"failureReason":"why"},"isInteractive":true,\
        "location":{"city":"Berlin","countryOrRegion":"DE"},"deviceDetail":{"isManaged":true},\
        "correlationId":"c1","sessionId":"s1","incomingTokenType":"none"
        """
    private static let stored = """
        {"time":"2026-03-02T10:17:00Z","category":"SignInLogs","tenantId":"t1",\
        "resultType":"50126","properties":{\(inner)}}
        """

    private func columns(_ decoded: Decoded) -> [String] {
        guard decoded.batch.count == 1 else { return ["\(decoded.batch.count) events"] }
        let batch = decoded.batch
        return [
            batch.id(.event, 0).hex, batch.kind[0].name, batch.outcome[0].name,
            batch.reason[0].name, batch.ipRole[0].name, "\(batch.time[0])",
            batch.text(.session, row: 0) ?? "", batch.text(.request, row: 0) ?? "",
            decoded.text(.client), decoded.text(.subject), decoded.text(.city),
            decoded.text(.vendorType), decoded.text(.reasonRaw), "\(batch.country[0])",
            "\(batch.id(.ip, 0))",
        ]
    }

    @Test("a row of Log Analytics is what Event Hub has, also with JSON in its texts", arguments: [
        #"{"errorCode":50126,"failureReason":"why"}"#,
        #""{\"errorCode\":50126,\"failureReason\":\"why\"}""#,
    ])
    func rows(status: String) {
        let row = """
            {"TimeGenerated":"2026-03-02T10:17:00Z","Type":"SigninLogs","Category":"SignInLogs",\
            "TenantId":"workspace","AADTenantId":"t1","ResultType":"50126","Id":"i1",\
            "CreatedDateTime":"2026-03-02T10:15:30.1234567Z","UserId":"u1","AppId":"a1",\
            "UserPrincipalName":"anna@acme.example","IPAddress":"198.51.100.23",\
            "Status":\(status),"IsInteractive":"true","Location":"DE",\
            "LocationDetails":"{\\"city\\":\\"Berlin\\",\\"countryOrRegion\\":\\"DE\\"}",\
            "DeviceDetail":"{\\"isManaged\\":true}","CorrelationId":"c1","SessionId":"s1",\
            "IncomingTokenType":"none","UserAgent":"{\\"no\\":1}","Odd \\"name\\"":null}
            """
        let decoded = decodeEntra(row)
        #expect(decoded.issues == [])
        #expect(columns(decoded) == columns(decodeEntra(Self.stored)))
        #expect(decoded.text(.tenant) == "t1")
        #expect(decoded.text(.userAgent) == #"{"no":1}"#)
        #expect(decoded.payload() == """
            {"category":"SignInLogs","location":"DE","properties":{"category":"SignInLogs",\
            "deviceDetail":{"isManaged":true},"incomingTokenType":"none","isInteractive":"true",\
            "status":{"errorCode":50126,"failureReason":"why"},"tenantId":"workspace",\
            "userPrincipalName":"anna@acme.example"},"resultType":"50126",\
            "time":"2026-03-02T10:17:00Z","username":"anna@acme.example"}
            """)
        #expect(FormatRegistry.detect(records([Array(row.utf8)]))?.format.name == "entra")
    }

    @Test("an object of the Graph API is the properties alone")
    func objects() {
        let object = "{\(Self.inner)}"
        let stored = columns(decodeEntra(Self.stored))
        for record in [
            object, "[\(object)]",
            #"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns","#
                + #""@odata.nextLink":"n","value":[\#(object)]}"#,
        ] {
            let decoded = decodeEntra(record)
            #expect(decoded.issues == [])
            #expect(columns(decoded) == stored)
            #expect(FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == "entra")
        }
    }

    @Test("one record is read alike in every envelope, on one line or on many")
    func envelopes() {
        let stored = Self.stored
        let lowered = ["resultType", "tenantId"].reduce(stored) {
            $0.replacing("\"\($1)\"", with: "\"\($1.lowercased())\"")
        }
        for record in [
            #"{"records":[\#(stored)]}"#, "[\(stored)]", lowered,
            #"{"_source":\#(stored)}"#,
            stored.replacing(",\"", with: ",\n  \"").replacing("{\"", with: "{\r\n\t\""),
        ] {
            let decoded = decodeEntra(record)
            #expect(decoded.issues == [], "\(record)")
            #expect(columns(decoded) == columns(decodeEntra(stored)))
            #expect(decoded.text(.tenant) == "t1")
            #expect(FormatRegistry.detect(records([Array(record.utf8)]))?.format.name == "entra")
        }
    }

    @Test("which log a flat record is from follows from its table or its members", arguments: [
        (#""Type":"AADNonInteractiveUserSignInLogs""#, "NonInteractiveUserSignInLogs"),
        (#""Type":"AADServicePrincipalSignInLogs""#, "ServicePrincipalSignInLogs"),
        (#""Type":"AADManagedIdentitySignInLogs""#, "ManagedIdentitySignInLogs"),
        (#""Type":"AADUserRiskEvents""#, "UserRiskEvents"),
        (#""Type":"AADRiskyUsers","Category":"x""#, "RiskyUsers"),
        (#""Type":"MicrosoftGraphActivityLogs""#, "MicrosoftGraphActivityLogs"),
        (#""Category":"NonInteractiveUserSignInLogs""#, "NonInteractiveUserSignInLogs"),
        (#""isInteractive":false"#, "NonInteractiveUserSignInLogs"),
        (#""signInEventTypes":["nonInteractiveUser"]"#, "NonInteractiveUserSignInLogs"),
        (#""signInEventTypes":["servicePrincipal"]"#, "ServicePrincipalSignInLogs"),
        (#""signInEventTypes":["managedIdentity"]"#, "ManagedIdentitySignInLogs"),
        (#""signInEventTypes":[],"isInteractive":true"#, "SignInLogs"),
        (#""servicePrincipalId":"p","userId":null"#, "ServicePrincipalSignInLogs"),
        (#""riskEventType":"anonymizedIPAddress""#, "UserRiskEvents"),
        (#""riskLastUpdatedDateTime":"2026-03-02T10:15:30Z""#, "RiskyUsers"),
        (#""RequestUri":"https://graph.microsoft.com/v1.0/me""#, "MicrosoftGraphActivityLogs"),
    ])
    func logs(member: String, log: String) {
        let decoded = decodeEntra(#"{"TimeGenerated":"2026-03-02T10:15:30Z",\#(member)}"#)
        #expect(decoded.issues == [])
        #expect(decoded.text(.vendorType) == log)
    }

    @Test("the times of envelopes are read in the form in which they are written", arguments: [
        ("8/22/2026 6:07:16 PM", Int64(1_787_422_036), UInt8(0)),
        ("8/22/2026 12:07:16 AM", 1_787_357_236, 0),
        ("12/1/2026 9:41:00 AM +01:00", 1_796_114_460, 0),
        ("2026-09-09T9:54:27.739Z", 1_788_947_667, 3),
        ("2026-09-09T09:54:27.7390000-05:00", 1_788_965_667, 9),
        ("2026-09-09 09:54:27.739", 1_788_947_667, 3),
    ])
    func times(text: String, second: Int64, precision: UInt8) {
        let decoded = decodeEntra(#"{"time":"\#(text)","category":"ProvisioningLogs"}"#)
        #expect(decoded.issues == [])
        #expect(decoded.batch.time.first.map { $0 / 1_000_000_000 } == second)
        #expect(decoded.batch.precision == [precision])
        #expect(decoded.batch.kind == [.other])
        #expect(decoded.text(.vendorType) == "ProvisioningLogs")
    }

    @Test("what is no event, or none of a known shape, gives a named issue", arguments: [
        (#"{"category":"SignInLogs"}"#, IssueCode.fieldMissing),
        (#"{"time":"2026-03-02T10:15:30Z"}"#, .fieldMissing),
        (#"{"category":"SignInLogs","properties":{}}"#, .fieldMissing),
        (#"{"time":"13/13/2026 1:00:00 PM","category":"SignInLogs"}"#, .timeInvalid),
        (#"{"time":"1/1/2026 13:00:00 PM","category":"SignInLogs"}"#, .timeInvalid),
        (#"{"time":"1/1/2026 1:00:00 PM x","category":"SignInLogs"}"#, .timeInvalid),
        (#"{"time":"1/1/2026","category":"SignInLogs"}"#, .timeInvalid),
        (#"{"time":"1960-03-02T10:15:30Z","category":"SignInLogs"}"#, .timeRange),
        (
            #"{"TimeGenerated":"2026-03-02T10:15:30Z","Id":"1","ID":"2"}"#, .jsonDuplicateKey
        ),
    ])
    func issues(record: String, code: IssueCode) {
        let decoded = decodeEntra(record)
        #expect(decoded.issues.map(\.code) == [code])
        #expect(decoded.batch.count == 0)
    }

    @Test("a flat record as deep as allowed is read in its other shape, too")
    func depth() {
        let deep = String(repeating: "[", count: 62) + String(repeating: "]", count: 62)
        let decoded = decodeEntra(#"{"createdDateTime":"2026-03-02T10:15:30Z","x":\#(deep)}"#)
        #expect(decoded.issues == [])
        #expect(decoded.batch.count == 1)
        let mixed = decodeEntra(
            #"[{"createdDateTime":"2026-03-02T10:15:30Z","id":"1"},\#(Self.stored),"#
                + #"{"createdDateTime":"2026-03-02T10:15:31Z","id":"2"},7]"#)
        #expect(mixed.batch.count == 3)
        #expect(mixed.tally.failed == 1)
    }
}
