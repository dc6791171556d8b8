/// Why a control socket could not be used.
public struct ControlError: Error, Sendable {
    /// Stable names for programs; docs/ERRORS.md explains them.
    public enum Code: String, CaseIterable, Sendable {
        case unreachable = "control.unreachable"
        case silent = "control.no_answer"
        case unreadable = "control.unreadable"
        case forbidden = "control.forbidden"
        case taken = "control.taken"
        case group = "control.group"
        case unusable = "control.unusable"
    }

    public let code: Code
    /// What could not be done: why; what to do.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// 69 when nobody answers, 77 when this user may not ask, 78 when the socket cannot be made.
    public var exitStatus: Int32 {
        switch code {
        case .unreachable, .silent, .unreadable: 69
        case .forbidden: 77
        case .taken, .group, .unusable: 78
        }
    }

    /// Whether nobody listens at the socket.
    public var isNobodyThere: Bool { code == .unreachable }
}
