import AuditModel
import Testing

@Suite("What tells incidents apart")
struct IncidentTests {
    static func alert(_ change: (inout Alert) -> Void = { _ in }) -> Alert {
        var alert = Alert(
            id: ID128(high: 1, low: 2),
            rule: Alert.Rule(id: "r", name: "R", title: "", hash: ""), severity: .high, time: 50,
            precision: 9)
        change(&alert)
        return alert
    }

    @Test("The name of an incident follows from its first alert and can be read back")
    func names() {
        let id = IncidentID(first: ID128(high: 1, low: 2))
        #expect(id == IncidentID(first: ID128(high: 1, low: 2)))
        #expect(id != IncidentID(first: ID128(high: 1, low: 3)))
        #expect(id.text.hasPrefix("in_") && id.text.utf8.count == 19)
        #expect(IncidentID(id.text) == id)
    }

    @Test("Anything else is no name", arguments: [
        "", "in_", "in_3f1c", "in_3f1c9a0b7d2e4f6g", "in_3F1C9A0B7D2E4F68",
        "in_3f1c9a0b7d2e4f68a", "IN_3f1c9a0b7d2e4f68", "3f1c9a0b7d2e4f68", "inc-0007",
    ])
    func noNames(text: String) {
        #expect(IncidentID(text) == nil)
    }

    @Test("Clues are equal where issuer, value and tenant are")
    func clues() {
        let plain = Self.alert {
            $0.keys.issuer = "https://a"
            $0.keys.family = "f"
            $0.keys.session = "s"
            $0.keys.token = "t"
            $0.attacker = Alert.Presenter()
            $0.attacker?.ip = "203.0.113.9"
        }
        func other(_ change: (inout Alert) -> Void) -> IncidentClues {
            var alert = plain
            change(&alert)
            return alert.clues
        }
        #expect(plain.clues.grant.count == 2 && plain.clues.token != nil)
        #expect(Set(plain.clues.grant).count == 2, "a family is no session of the same text")
        let issuer = other { $0.keys.issuer = "https://b" }
        #expect(Set(issuer.grant).isDisjoint(with: plain.clues.grant))
        #expect(issuer.attacker == plain.clues.attacker, "an attacker goes from issuer to issuer")
        let tenant = other { $0.tenant = "acme" }
        #expect(Set(tenant.grant).isDisjoint(with: plain.clues.grant))
        #expect(tenant.attacker != plain.clues.attacker && tenant.token != plain.clues.token)
        let written = other { $0.attacker?.ip = "::ffff:203.0.113.9" }
        #expect(written.attacker == plain.clues.attacker, "one address in another spelling")
        #expect(other { $0.keys.family = "" }.grant.count == 1)
    }

    @Test("An address that many machines have identifies nobody", arguments: [
        "10.1.2.3", "192.168.0.1", "127.0.0.1", "100.64.9.9", "fd00::1", "fe80::1", "::1",
        "::ffff:10.0.0.1", "proxy", "",
    ])
    func sharedAddresses(ip: String) {
        let alert = Self.alert {
            $0.attacker = Alert.Presenter()
            $0.attacker?.ip = ip
        }
        #expect(alert.clues.attacker == nil)
    }

    @Test("An alert lasts from its first hit to its last")
    func span() {
        let alert = Self.alert {
            $0.firstSeen = 40
            $0.lastSeen = 70
        }
        #expect(alert.clues.first == 40 && alert.clues.last == 70)
    }
}
