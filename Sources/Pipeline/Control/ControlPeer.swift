public import EventStore
internal import Foundation
internal import WireFormat

/// Who is at the other end of a control socket, as the kernel says.
public struct ControlPeer: Sendable, Equatable, CustomStringConvertible {
    /// The number of the user.
    public var user: UInt32
    /// The numbers of all groups that the user's process is in.
    public var groups: Set<UInt32>
    /// The user's name; nil for one who has none.
    public var name: String?

    public init(user: UInt32, groups: Set<UInt32>, name: String? = nil) {
        self.user = user
        self.groups = groups
        self.name = name
    }

    /// Whoever runs this process.
    public static var own: ControlPeer {
        ControlPeer(
            user: geteuid(), groups: [getegid()], name: SystemAccounts.name(of: geteuid()))
    }

    /// Whoever connected; nil if the kernel does not say.
    init?(of descriptor: Int32) {
        // The kernel's `struct ucred`: process, user, group.
        var credentials: [UInt32] = [0, 0, 0]
        let size = socklen_t(credentials.count * 4)
        var length = size
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0,
            length == size
        else { return nil }
        user = credentials[1]
        groups = Self.groups(descriptor).union([credentials[2]])
        name = SystemAccounts.name(of: user)
    }

    /// The groups beside the first one; none where the kernel is too old to say.
    private static func groups(_ descriptor: Int32) -> Set<UInt32> {
        // A process is in 65,536 at most.
        for room in [64, 1 << 16] {
            var groups = [UInt32](repeating: 0, count: room)
            var length = socklen_t(room * 4)
            if getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, &groups, &length) == 0 {
                return Set(groups.prefix(Int(length) / 4))
            }
            if errno != ERANGE { break }
        }
        return []
    }

    public var description: String { name.map { "\($0) (uid \(user))" } ?? "uid \(user)" }

    /// Keeps in the audit trail that somebody asked for something, such as `control.stop`.
    public func record(
        _ kind: String, in store: EventStore, at time: Int64
    ) throws(StoreError) {
        var commit = LiveCommit()
        commit.controls = [.about(kind, at: time, in: store) { append(to: &$0) }]
        try store.commit(commit)
    }

    /// Writes who it is into the record of what they did, beside the name they gave themselves.
    func append(to writer: inout JSONWriter) {
        writer.member("user", name)
        writer.member("uid", Int64(user))
    }
}
