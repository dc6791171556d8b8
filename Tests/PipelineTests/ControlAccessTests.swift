import Testing

@testable import Pipeline

@Suite("Who may ask a service for what")
struct ControlAccessTests {
    /// The service runs as 500; 10 is a viewer, group 20 responds, 30 and group 31 operate.
    static let access: ControlAccess = {
        var access = ControlAccess(owners: [0, 500])
        access.group = 99
        access.viewers = [.user(10), .group(65_534)]
        access.responders = [.group(20), .user(65_534)]
        access.operators = [.user(30), .group(31)]
        return access
    }()

    @Test("The highest role that a user or one of its groups has counts", arguments: [
        (0, [0], "operator"), (500, [500], "operator"), (10, [99], "viewer"),
        (11, [99, 20], "responder"), (10, [20, 99], "responder"), (30, [], "operator"),
        (12, [7, 31, 20], "operator"), (12, [99, 10, 30], nil), (20, [20], "responder"),
        (31, [99], nil), (65_534, [99, 20, 31], nil), (12, [65_534], nil), (.max, [.max], nil),
    ] as [(UInt32, Set<UInt32>, String?)])
    func roles(user: UInt32, groups: Set<UInt32>, role: String?) {
        let peer = ControlPeer(user: user, groups: groups)
        #expect(Self.access.role(of: peer)?.rawValue == role)
    }

    @Test("Without a group only those may who could connect anyway")
    func nobodyElse() {
        let plain = ControlAccess(owners: [0, 65_534])
        #expect(plain.role(of: ControlPeer(user: 65_534, groups: [])) == .operator)
        #expect(plain.role(of: ControlPeer(user: 10, groups: [0])) == nil)
        #expect(ControlAccess().role(of: .own) == .operator)
    }

    @Test("Each role may what those before it may; what is not known takes the most", arguments: [
        ("status", ControlRole.viewer), ("alerts.decide {}", .responder),
        ("alerts.silence {}", .responder), ("alerts.unsilence {}", .responder),
        ("hooks.replay {}", .operator), ("hooks.drop {}", .operator),
        ("hooks.enable {}", .operator), ("reload", .operator), ("stop", .operator),
        ("statuss", .operator), ("", .operator), ("STATUS", .operator), (" status", .operator),
        ("alerts.decide\t{}", .operator),
    ] as [(String, ControlRole)])
    func table(request: String, needed: ControlRole) {
        let peers: [(ControlRole, ControlPeer)] = [
            (.viewer, ControlPeer(user: 10, groups: [], name: "vi")),
            (.responder, ControlPeer(user: 1, groups: [20], name: "re")),
            (.operator, ControlPeer(user: 30, groups: [], name: "op")),
        ]
        for (role, peer) in peers {
            let refusal = Self.access.refusal(of: request, by: peer)
            #expect((refusal == nil) == (role >= needed), "\(role) \(request)")
            guard let refusal else { continue }
            #expect(refusal.code == "control.forbidden")
            #expect(refusal.error.hasPrefix("\(peer.name ?? "") (uid \(peer.user)) may not"))
            #expect(refusal.error.contains("role \(needed.rawValue)"))
            #expect(refusal.error.contains("control.\(needed.rawValue)s"))
        }
        let stranger = Self.access.refusal(of: request, by: ControlPeer(user: 77, groups: [78]))
        #expect(stranger?.error.hasPrefix("uid 77 may ask nothing") == true)
        let nameless = Self.access.refusal(of: request, by: ControlPeer(user: 65_534, groups: []))
        #expect(nameless?.error.contains("PrivateUsers") == true)
    }

    @Test("What is refused repeats no more than a word of what was asked")
    func bounded() {
        let peer = ControlPeer(user: 10, groups: [])
        let refusal = Self.access.refusal(
            of: String(repeating: "a", count: 60_000) + " hunter2", by: peer)
        #expect(refusal.map { $0.error.utf8.count < 300 && !$0.error.contains("hunter2") } == true)
    }

    @Test("Accounts are users, or groups behind their mark, by name or by number")
    func accounts() {
        typealias Account = ControlAccess.Account
        #expect(Account(text: "root") == .user(0) && Account(text: "group:root") == .group(0))
        #expect(Account(text: "4711") == .user(4711) && Account(text: "group:4711") == .group(4711))
        for nobody in [
            "", "group:", "no-such-user-here", "group:no-such-group-here", "99999999999", "-1",
            "+1", "GROUP:root", "1 ", "root\u{0}x",
        ] {
            #expect(Account(text: nobody) == nil, "\(nobody)")
        }
    }
}
