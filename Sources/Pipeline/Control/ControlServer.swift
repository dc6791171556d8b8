internal import Foundation

/// Answers requests to a live run at a Unix socket: one line of text asks, one line of JSON
/// answers. The kernel says who asks, and ``ControlAccess`` what they may.
public final class ControlServer: @unchecked Sendable {
    /// Gives one JSON value to a request such as `status` of somebody who may make it.
    public typealias Answer = @Sendable (String, ControlPeer) -> [UInt8]

    private let path: String
    private let descriptor: Int32

    /// Listens at a path, with mode 0600, or 0660 and the group that may connect.
    ///
    /// - Parameters:
    ///   - log: is told who was refused what, each once.
    ///   - answer: called on threads of the server, one at a time.
    public init(
        path: String, access: ControlAccess, log: @escaping @Sendable (LiveLogLine) -> Void,
        answer: @escaping Answer
    ) throws(ControlError) {
        self.path = path
        descriptor = try ControlSocket.listen(path, group: access.group)
        let thread = Thread { [descriptor] in
            var desk = ControlDesk(access: access, log: log, answer: answer)
            while let peer = Self.accept(descriptor) {
                desk.serve(peer)
                Foundation.close(peer)
            }
            Foundation.close(descriptor)
        }
        thread.name = "control"
        thread.start()
    }

    /// Listens no more and removes the socket.
    public func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        unlink(path)
    }

    /// The next who connects; nil when nobody listens any more.
    private static func accept(_ descriptor: Int32) -> Int32? {
        while true {
            let peer = Foundation.accept(descriptor, nil, nil)
            if peer >= 0 { return peer }
            if errno != EINTR, errno != ECONNABORTED { return nil }
        }
    }
}

/// Serves one after the other.
private struct ControlDesk {
    let access: ControlAccess
    let log: @Sendable (LiveLogLine) -> Void
    let answer: ControlServer.Answer
    /// Refusals that were logged.
    private var said: Set<String> = []
    private static let mostSaid = 1000

    init(
        access: ControlAccess, log: @escaping @Sendable (LiveLogLine) -> Void,
        answer: @escaping ControlServer.Answer
    ) {
        self.access = access
        self.log = log
        self.answer = answer
    }

    mutating func serve(_ descriptor: Int32) {
        // One that asks nothing must not keep the others waiting.
        ControlSocket.setTimeouts(descriptor, seconds: 2)
        guard let peer = ControlPeer(of: descriptor) else { return }
        // Who has no role is not even listened to.
        if access.role(of: peer) == nil { return refuse(access.refusal(of: peer), descriptor) }
        guard let line = ControlSocket.readLine(descriptor) else { return }
        let request = String(decoding: line, as: UTF8.self)
        if let refusal = access.refusal(of: request, by: peer) {
            return refuse(refusal, descriptor)
        }
        ControlSocket.write(descriptor, answer(request, peer) + [0x0A])
    }

    private mutating func refuse(_ refusal: ControlRefusal, _ descriptor: Int32) {
        ControlSocket.write(descriptor, Array((ControlJSON.text(refusal) + "\n").utf8))
        if said.count < Self.mostSaid, said.insert(refusal.error).inserted {
            log(LiveLogLine(.warning, refusal.code, refusal.error))
        }
    }
}

/// Asks a live run.
public enum ControlClient {
    /// Sends one request and waits for its answer.
    ///
    /// - Throws: ``ControlError`` when nobody answers, or the service refuses to.
    public static func ask(_ request: String, at path: String) throws(ControlError) -> [UInt8] {
        let descriptor = try ControlSocket.connect(path)
        guard descriptor >= 0 else {
            throw ControlError(
                .unreachable,
                "cannot reach a running service at \(path): nobody listens there; start "
                    + "`grantrail run`, or name its socket with --socket")
        }
        defer { close(descriptor) }
        ControlSocket.write(descriptor, Array((request + "\n").utf8))
        guard let line = ControlSocket.readLine(descriptor) else {
            throw ControlError(
                .silent,
                "the service at \(path) did not answer in time; try again, or look at its log")
        }
        let text = String(decoding: line, as: UTF8.self)
        if let refusal = ControlJSON.value(ControlRefusal.self, text[...]),
            refusal.code == ControlError.Code.forbidden.rawValue
        {
            throw ControlError(.forbidden, refusal.error)
        }
        return line
    }
}
