import Foundation

/// A program that runs while a test goes on. Killed with the object if it has not ended.
final class Running {
    private let child: Child
    private let process: pid_t
    private let output: String
    private let error: String
    private var hasEnded = false

    init(_ sandbox: Sandbox, _ arguments: [String]) throws {
        child = Child(program: Sandbox.program, arguments: arguments, sandbox: sandbox)
        let name = sandbox.path("tmp/follow-" + UUID().uuidString)
        output = name + ".out"
        error = name + ".err"
        process = try child.spawn("/dev/null", output, error, [:])
    }

    deinit {
        if hasEnded { return }
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// The lines of standard output so far, whole ones only.
    var lines: [String] {
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }

    /// Waits until there are so many lines.
    ///
    /// - Returns: the seconds that it took.
    @discardableResult
    func wait(lines count: Int, seconds: Double = 20) throws -> Double {
        let start = Date()
        while lines.count < count {
            let waited = Date().timeIntervalSince(start)
            if waited > seconds {
                let said = (try? String(contentsOfFile: error, encoding: .utf8)) ?? ""
                let command = child.arguments.joined(separator: " ")
                throw Trouble("\(lines.count) lines instead of \(count): \(command)\n\(said)")
            }
            usleep(5000)
        }
        return Date().timeIntervalSince(start)
    }

    /// Sends a signal and waits for the end.
    func end(by signal: Int32 = SIGINT) throws -> Finished {
        kill(process, signal)
        hasEnded = true
        let status = try child.wait(process)
        return Finished(
            command: child.arguments.joined(separator: " "),
            output: [UInt8](try Data(contentsOf: URL(filePath: output))),
            error: [UInt8](try Data(contentsOf: URL(filePath: error))), status: status)
    }
}

extension Sandbox {
    /// Starts the program.
    func start(_ arguments: String...) throws -> Running { try Running(self, arguments) }

    /// Adds text to a file.
    func append(_ name: String, _ text: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path(name)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
}
