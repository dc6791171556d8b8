import AuditModel
@testable import Delivery
import TestSupport
import Testing

@Suite("People in bodies")
struct PrivacyTests {
    private static let personal = [
        "anna.berg", "S-4711-abc", "203.0.113.9", "203.0.113.0", "2001:db8:7::1",
        "curl/8.5 (thief)", "Kiosk/2.1", "Anna Berg",
    ]

    private static func pseudonym(_ value: String) throws -> String {
        let hash = try #require(PseudonymHash(key: Sample.context.pseudonymKey))
        return hash.pseudonym(of: Array(value.utf8))
    }

    @Test("Nothing personal leaves, in any form", arguments: HookBody.allCases)
    func nothingLeaves(kind: HookBody) throws {
        for pii in [PIIProfile.pseudonym, .none] {
            let rendered = try #require(Sample.render(kind, Sample.alert(), pii))
            let headers = rendered.headers.map(\.value).joined(separator: "\n")
            let text = String(decoding: rendered.bytes, as: UTF8.self) + headers
            for value in Self.personal { #expect(!text.contains(value), "\(pii): \(value)") }
            #expect(text.contains("REF-01"))
        }
        let whole = try #require(Sample.render(.grantrail))
        let text = String(decoding: whole.bytes, as: UTF8.self)
        for value in Self.personal { #expect(text.contains(value)) }
    }

    @Test("Pseudonyms are stable, keyed, and the same inside texts")
    func pseudonyms() throws {
        let data = try #require(Sample.value(.grantrail, Sample.alert(), .pseudonym)?["data"])
        let subject = try Self.pseudonym("anna.berg")
        let session = try Self.pseudonym("S-4711-abc")
        let ip = try Self.pseudonym("203.0.113.9")
        let agent = try Self.pseudonym("curl/8.5 (thief)")
        let network = try Self.pseudonym("203.0.113.0")
        let name = try Self.pseudonym("Anna Berg")
        #expect(data["keys"]?["subject"]?.text == subject)
        #expect(data["attacker"]?["ip"]?.text == ip)
        #expect(
            data["message"]?.text
                == "\(subject)'s token of \(session) came back from \(ip) by \(agent)")
        #expect(data["why"]?[0]?["value"]?.text == ip)
        #expect(data["why"]?[0]?["compared_to"]?.text == network + "/24")
        #expect(data["why"]?[1]?["value"]?.text == name)
        #expect(data["actions"]?[0]?["title"]?.text == "End the session \(session)")
        #expect(data["actions"]?[0]?["command"] == nil)
        #expect(data["keys"]?["client"]?.text == "web-shop")
        #expect(data["attacker"]?["asn"]?.text == "64500")
        var other = Sample.hiding(.pseudonym)
        other.pseudonymKey = Array("another key".utf8)
        let changed = BodyWriter(kind: .grantrail, context: other)
            .render(Sample.json(Sample.alert()), sequence: 1)
        let keys = changed.flatMap { JSONValue($0.bytes) }?["data"]?["keys"]
        #expect(keys?["subject"]?.text?.hasPrefix("p_") == true)
        #expect(keys?["subject"]?.text != subject)
    }

    @Test("Without pseudonyms values are gone, and texts show that something was there")
    func none() throws {
        let data = try #require(Sample.value(.grantrail, Sample.alert(), .none)?["data"])
        #expect(data["keys"]?.keys == ["issuer", "client", "family"])
        #expect(data["attacker"]?.keys == ["asn", "place"])
        #expect(data["message"]?.text == "…'s token of … came back from … by …")
        #expect(data["why"]?[1]?["value"]?.text == "…")
    }

    @Test("Pseudonyms without a key could be guessed: they are not made")
    func noKey() throws {
        var context = Sample.hiding(.pseudonym)
        context.pseudonymKey = []
        let body = Sample.json(Sample.alert())
        let keyless = BodyWriter(kind: .slack, context: context).render(body, sequence: 1)
        #expect(keyless != nil && keyless == Sample.render(.slack, Sample.alert(), .none))
    }

    @Test("Addresses and mail addresses are found wherever they stand", arguments: [
        ("3 from 198.51.100.7.", "3 from #."),
        ("x198.51.100.7:443,198.51.100.70", "x#:443,#"),
        ("at 10:00:05 on 2026-02-25", "at 10:00:05 on 2026-02-25"),
        ("[2001:DB8::7]:443 and fe80::1%eth0", "[#]:443 and #%eth0"),
        ("2a02:3:caa2:1e00::/56", "#/56"), ("::ffff:198.51.100.7", "#"),
        ("1:2:3:4:5:6:7:8.", "#."), ("to eve+x@mail.example.", "to #."),
        ("user=joe.anna@corp.example;", "user=#;"), ("a @ b, @here, x@", "a @ b, @here, x@"),
        ("999.1.1.1 and 1.2.3", "999.1.1.1 and 1.2.3"), ("", ""),
        ("anna anna.b Joanna", "# #.b Jo#"), ("al, al. alb", "#, #. alb"),
    ])
    func scan(text: String, expected: String) {
        let texts = PersonalTexts(values: ["anna", "al", ""]) { _ in "#" }
        #expect(texts.replaced(in: text) == expected)
    }

    @Test("One address has one pseudonym, however it is written")
    func spelling() throws {
        var alert = Sample.alert()
        alert.message = "2001:db8:7:0::1, 2001:0db8:0007::0001 and 2001:db8:7::1"
        let data = try #require(Sample.value(.grantrail, alert, .pseudonym)?["data"])
        let name = try Self.pseudonym("2001:db8:7::1")
        #expect(data["message"]?.text == "\(name), \(name) and \(name)")
    }

    @Test("Values of facts stay only where they cannot be a person's", arguments: [
        ("count", "12", true), ("kind, outcome", "refresh.rejected, failure", true),
        ("presenter.new", "country", true), ("new_user_agent", "true", true),
        ("value", "65000", true), ("value", "BR", true), ("value", "anna", false),
        ("value", "Kiosk/2.1", false), ("user_agent", "Kiosk/2.1", false),
        ("kind, details.username", "refresh.rejected, anna", false), ("device", "x", false),
        ("new_email", "x", false), ("reason_raw", "no such user", false),
    ])
    func facts(fact: String, value: String, stays: Bool) {
        #expect(PersonalFacts.mayName(Alert.Why(fact: fact, value: value)) != stays)
    }

    @Test("A command that quotes a name in the shell's way goes too")
    func quotedCommand() throws {
        var alert = Sample.alert()
        alert.keys.subject = "o'neil"
        alert.actions = [
            Alert.Action(title: "Show", command: "kcadm.sh get realms/acme", reversible: true),
            Alert.Action(title: "Log out", command: #"logout 'o'\''neil'"#, reversible: false),
        ]
        let data = try #require(Sample.value(.grantrail, alert, .pseudonym)?["data"])
        #expect(data["actions"]?[0]?["command"]?.text == "kcadm.sh get realms/acme")
        #expect(data["actions"]?[1]?["command"] == nil)
    }

    @Test("The keyed hash is HMAC-SHA-256 (test cases 1, 2 and 6 of RFC 4231)", arguments: [
        ([UInt8](repeating: 0x0B, count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"),
        (Array("Jefe".utf8), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"),
        (
            [UInt8](repeating: 0xAA, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f"
        ),
    ])
    func vectors(key: [UInt8], message: String, expected: String) throws {
        let code = try #require(MessageCode.sha256(key: key, Array(message.utf8)))
        #expect(code.withUnsafeBytes { ID128(hex: expected) == id(of: $0) })
    }

    private func id(of bytes: UnsafeRawBufferPointer) -> ID128? {
        bytes.count == 32 ? bytes.baseAddress.map { ID128(bigEndianBytes: $0) } : nil
    }
}
