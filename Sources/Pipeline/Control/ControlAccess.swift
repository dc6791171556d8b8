/// What somebody may ask of a running service. Each role may what those before it may.
public enum ControlRole: String, Sendable, CaseIterable, Comparable {
    /// Asks how it fares.
    case viewer
    /// Decides about alerts, and what is to be silent.
    case responder
    /// Stops it, lets it read its rules again, changes what hooks get.
    case `operator`

    /// The least that a request takes; one that is not known takes the most.
    public static func needed(for request: String) -> ControlRole {
        switch String(request.prefix { $0 != " " }) {
        case "status": .viewer
        case TriageRequest.word, SilenceRequest.word, UnsilenceRequest.word: .responder
        default: .operator
        }
    }

    public static func < (left: ControlRole, right: ControlRole) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .responder: 1
        case .operator: 2
        }
    }
}

/// Who has which role at a control socket.
public struct ControlAccess: Sendable, Equatable {
    /// Somebody who is named.
    public enum Account: Sendable, Hashable {
        case user(UInt32)
        case group(UInt32)

        /// `anna` or `1000` for a user, `group:soc` or `group:1001` for a group; nil for a name
        /// that this machine does not know.
        public init?(text: String) {
            let mark = "group:"
            let number =
                text.hasPrefix(mark)
                ? SystemAccounts.number(ofGroup: String(text.dropFirst(mark.count)))
                : SystemAccounts.number(ofUser: text)
            guard let number else { return nil }
            self = text.hasPrefix(mark) ? .group(number) : .user(number)
        }
    }

    /// Users who are operators without being named.
    public var owners: Set<UInt32>
    public var viewers: Set<Account> = []
    public var responders: Set<Account> = []
    public var operators: Set<Account> = []
    /// The group whose members may connect; nil when only ``owners`` may.
    public var group: UInt32?

    /// Lets only some users connect: root, and who runs the service.
    public init(owners: Set<UInt32> = [0, ControlPeer.own.user]) { self.owners = owners }

    /// What the kernel calls every user and group that has no number where the service runs: in a
    /// user namespace of its own. Whoever has it may be anybody.
    static let anybody: UInt32 = 65_534

    /// The highest role that somebody has; nil for none.
    public func role(of peer: ControlPeer) -> ControlRole? {
        // Without a group the file's mode has said already that it is an owner.
        if peer.user == Self.anybody, group != nil { return nil }
        if owners.contains(peer.user) { return .operator }
        let groups = peer.groups.subtracting([Self.anybody])
        let accounts = Set(groups.map(Account.group)).union([.user(peer.user)])
        if !accounts.isDisjoint(with: operators) { return .operator }
        if !accounts.isDisjoint(with: responders) { return .responder }
        return accounts.isDisjoint(with: viewers) ? nil : .viewer
    }

    /// Why somebody may not ask for something; nil if they may.
    func refusal(of request: String, by peer: ControlPeer) -> ControlRefusal? {
        guard let role = role(of: peer) else { return refusal(of: peer) }
        let needed = ControlRole.needed(for: request)
        if role >= needed { return nil }
        let word = request.prefix { $0 != " " }.prefix(40)
        return ControlRefusal(
            error: "\(peer) may not ask for '\(word)': that takes the role \(needed.rawValue), and "
                + "\(role.rawValue) is what they have; control.\(needed.rawValue)s says who has it")
    }

    /// What somebody without a role is told, whatever they want.
    func refusal(of peer: ControlPeer) -> ControlRefusal {
        if peer.user == Self.anybody, group != nil {
            return ControlRefusal(
                error: "the service cannot tell who asks: the kernel names no other users where it "
                    + "runs; let it run without a user namespace (systemd: PrivateUsers=no)")
        }
        return ControlRefusal(
            error: "\(peer) may ask nothing of this service; control.viewers, control.responders "
                + "and control.operators say who may")
    }
}

/// What the service answers to somebody who may not ask.
struct ControlRefusal: Codable, Sendable, Equatable {
    var code = ControlError.Code.forbidden.rawValue
    /// What could not be done: why; what to do.
    var error: String
}
