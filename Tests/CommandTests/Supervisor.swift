import Foundation
import TestSupport

/// What stands where systemd would: hears the datagrams of a service it starts and stops.
final class Supervisor {
    private let descriptor: Int32
    private let child: Child
    private let log: String
    private let output: String
    private var process: pid_t = 0
    private(set) var heard: [String] = []

    /// Starts the service; its log goes to the file `log` of the sandbox.
    ///
    /// - Parameters:
    ///   - isAbstract: whether it listens at a name in the abstract namespace.
    ///   - journal: whether the service is told that its log goes to the journal.
    init(
        _ sandbox: Sandbox, _ configuration: String, isAbstract: Bool = false,
        journal: Bool = false
    ) throws {
        let path = sandbox.path("notify")
        let name = isAbstract ? "@grantrail-test-" + UUID().uuidString : path
        let listening = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: bytes)
            if isAbstract { $0[0] = 0 }
        }
        let size = socklen_t(2 + bytes.count + (isAbstract ? 0 : 1))
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listening, $0, size) }
        }
        descriptor = listening
        guard bound == 0 else { throw Trouble("cannot listen at \(name)") }
        (log, output) = (sandbox.path("log"), sandbox.path("out"))
        var environment = [
            "NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000", "GRANTRAIL": Sandbox.program,
            "CONFIG": configuration,
        ]
        if journal { environment["IS_JOURNAL"] = "1" }
        let script = """
            [ -z "$IS_JOURNAL" ] || export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)
            exec "$GRANTRAIL" run --config "$CONFIG"
            """
        child = Child(program: "/bin/sh", arguments: ["-c", script], sandbox: sandbox)
        process = try child.spawn("/dev/null", output, log, environment)
    }

    deinit {
        close(descriptor)
        if process == 0 { return }
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// Waits for a line of a datagram that begins so, and gives the whole datagram.
    @discardableResult
    func hear(_ start: String, seconds: Double = 30) throws -> String {
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 200) > 0 else { continue }
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &piece, piece.count, 0)
            let text = String(decoding: piece.prefix(max(0, count)), as: UTF8.self)
            heard.append(text)
            if text.split(separator: "\n").contains(where: { $0.hasPrefix(start) }) { return text }
        }
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw Trouble("\(start) was not heard in time, but \(heard)\n\(said)")
    }

    func signal(_ number: Int32) { kill(process, number) }

    /// Waits for the end.
    func end() throws -> Int32 {
        let status = try child.wait(process)
        process = 0
        return status
    }

    var logText: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
}
