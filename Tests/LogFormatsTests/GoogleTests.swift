import AuditModel
import LogFormats
import Testing

@Suite("Google Workspace's token audit")
struct GoogleTests {
    private func activity(_ events: String, more: String = "") -> String {
        """
        {"kind":"admin#reports#activity","id":{"time":"2026-03-02T10:15:30.123Z",\
        "uniqueQualifier":"-5978355481608895050","applicationName":"token",\
        "customerId":"C01abcdef"},"actor":{"email":"anna@acme.example","profileId":"1012"},\
        "ipAddress":"198.51.100.23"\(more),"events":\(events)}
        """
    }

    private func event(_ name: String, _ parameters: String = "") -> String {
        #"{"type":"auth","name":"\#(name)","parameters":[\#(parameters)]}"#
    }

    private let client = #"{"name":"client_id","value":"c1"}"#

    @Test("a grant says client, person and scopes, however the scopes are written", arguments: [
        #"{"name":"scope","multiValue":["calendar","openid"]}"#,
        #"{"name":"scope","value":"calendar openid"}"#,
        #"{"name":"scope_data","multiMessageValue":[{"parameter":[{"name":"scope_name","#
            + #""value":"calendar"},{"name":"product_bucket","multiValue":["CALENDAR"]}]},"#
            + #"{"parameter":[{"name":"scope_name","value":"openid"}]}]}"#,
        #"{"name":"scope_data","multiMessageValue":[{"scope_name":"calendar"},"#
            + #"{"scope_name":"openid"}]}"#,
    ])
    func grants(scopes: String) {
        let decoded = decodeGoogle(activity("[\(event("authorize", client + "," + scopes))]"))
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind == [.consentGranted])
        #expect(decoded.text(.client) == "c1")
        #expect(decoded.text(.subject) == "anna@acme.example")
        #expect(decoded.text(.issuer) == "C01abcdef")
        #expect(decoded.text(.scopes) == "calendar openid")
        #expect(decoded.batch.ipRole == [.holder])
    }

    @Test("names of events", arguments: [
        ("authorize", "consent.granted"), ("revoke", "consent.revoked"),
        ("activity", "token.used"), ("request", "authorization.requested"), ("new", "other"),
    ])
    func names(name: String, kind: String) {
        let decoded = decodeGoogle(activity("[\(event(name))]"))
        #expect(decoded.batch.kind.first?.name == kind)
        let effects: EffectSet = name == "revoke" ? .tokenRevoked : []
        #expect(decoded.batch.effects == [effects])
        #expect(decoded.text(.vendorType) == name)
    }

    @Test("one record with several events gives them all, each with an id and a payload of its own")
    func several() {
        let one = event("authorize", client)
        let two = event("activity", #"{"name":"api_name","value":"drive"}"#)
        let decoded = decodeGoogle(activity("[\(one),\(two)]"))
        #expect(decoded.batch.kind == [.consentGranted, .tokenUsed])
        #expect(decoded.batch.id(.event, 0) != decoded.batch.id(.event, 1))
        #expect(decoded.text(.audience, 1) == "drive")
        #expect(decoded.text(.client, 1) == "")
        #expect(decoded.payload(0).contains("c1") && !decoded.payload(0).contains("drive"))
        #expect(decoded.payload(1).contains("drive") && !decoded.payload(1).contains("c1"))
        // Alone, in an answer and as an object it is the same event.
        let alone = decodeGoogle(activity("[\(one)]"))
        let flat = decodeGoogle(activity(one))
        let answer = decodeGoogle(
            #"{"kind":"admin#reports#activities","etag":"x","items":[\#(activity("[\(one)]"))]}"#)
        for other in [alone, flat, answer] {
            #expect(other.batch.count == 1)
            #expect(other.batch.id(.event, 0) == decoded.batch.id(.event, 0))
            #expect(other.text(.client) == "c1")
        }
    }

    @Test("the qualifier is one of its time and application only")
    func identity() {
        let base = activity("[\(event("authorize"))]")
        let ids = [
            base, base.replacing("10:15:30.123Z", with: "10:15:30.124Z"),
            base.replacing(#""token""#, with: #""login""#), base.replacing("-597", with: "-598"),
        ].map { decodeGoogle($0).batch.id(.event, 0) }
        #expect(Set(ids).count == ids.count)
    }

    @Test("who holds a token is told by the client's type", arguments: [
        ("WEB", IPRole.caller), ("NATIVE_ANDROID", .holder), ("CONNECTED_DEVICE", .holder),
        ("TYPE_UNSPECIFIED", .unknown),
    ])
    func roles(type: String, role: IPRole) {
        let parameter = #"{"name":"client_type","value":"\#(type)"}"#
        let decoded = decodeGoogle(activity("[\(event("activity", parameter))]"))
        #expect(decoded.batch.ipRole == [role])
    }

    @Test("activities of Drive and the like are counted, and no fault")
    func others() {
        let other = activity("[\(event("view"))]").replacing(#""token""#, with: #""drive""#)
        let decoded = decodeGoogle(#"{"items":[\#(other),\#(activity("[\(event("revoke"))]"))]}"#)
        #expect(decoded.issues == [])
        #expect(decoded.tally.ignored == 1)
        #expect(decoded.batch.kind == [.consentRevoked])
        #expect(decodeGoogle(activity("[]")).tally.ignored == 1)
    }

    @Test("too many events in one record are said, not taken")
    func bounds() {
        let many = Array(repeating: event("activity"), count: 300).joined(separator: ",")
        let decoded = decodeGoogle(activity("[\(many)]"))
        #expect(decoded.batch.count == 256)
        #expect(Set((0..<256).map { decoded.batch.id(.event, $0) }).count == 256)
        #expect(decoded.issues.map(\.code) == [.fieldTooLong])
    }

    @Test("a network's number and country are the record's where no database says better")
    func network() {
        let decoded = decodeGoogle(
            activity(
                "[\(event("authorize"))]",
                more: #","networkInfo":{"ipAsn":[64512],"regionCode":"DE"}"#))
        #expect(decoded.batch.asn == [64_512])
        #expect(decoded.batch.country == [0x4445])
        let odd = decodeGoogle(
            activity(
                "[\(event("authorize"))]",
                more: #","networkInfo":{"ipAsn":["x"],"regionCode":"Germany"}"#))
        #expect(odd.batch.asn == [0] && odd.batch.country == [0])
    }
}
