import AuditModel
import Testing

@testable import RuleBook

@Suite("What servers can write")
struct VendorTests {
    @Test("Every type of Keycloak's list is decoded to a kind that the list gives it")
    func agreement() {
        let types = Vendor.keycloak.types
        #expect(types.count > 100)
        for (name, type) in types {
            let members = type.members.map { $0 == "error" ? "error: invalid" : "\($0): x" }
            let record = (["type: \(name)", "realmId: main"] + members)
                .joined(separator: ", ")
            let kinds = type.kinds.map(\.name).sorted().joined(separator: ", ")
            let text = RuleFixture.tested(
                "found: {kind: [\(kinds)], vendor_type: \(name)}\ncondition: found",
                "key: [issuer]",
                "events: [{dialect: keycloak, time: '10:00', record: {\(record)}}]\n"
                    + "expect: {count: 1}")
            #expect(RuleFixture.failures(text) == [], "\(name)")
        }
    }
}
