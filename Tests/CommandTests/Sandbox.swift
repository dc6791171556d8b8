import Foundation

/// A directory of one test's own, in which the built program runs with a home, a state directory
/// and a temporary directory that nobody else uses. Gone with the test.
final class Sandbox: Sendable {
    let directory: String

    /// The program beside the test bundle.
    static let program: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(filePath: bundle ?? "").deletingLastPathComponent().path + "/grantrail"
    }()

    init() throws {
        guard FileManager.default.isExecutableFile(atPath: Self.program) else {
            throw Trouble("there is no program at \(Self.program); run: swift build")
        }
        var template = Array((NSTemporaryDirectory() + "/grantrail-test-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw Trouble("cannot make a directory") }
        directory = String(cString: made)
        for name in ["home", "state", "tmp"] {
            try FileManager.default.createDirectory(
                atPath: path(name), withIntermediateDirectories: false)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { directory + "/" + name }

    @discardableResult
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: URL(filePath: path(name)))
        return path(name)
    }

    @discardableResult
    func write(_ name: String, lines: [String]) throws -> String {
        try write(name, lines.map { $0 + "\n" }.joined().utf8)
    }

    func bytes(of name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path(name))))
    }

    func lines(of name: String) throws -> [String] {
        String(decoding: try bytes(of: name), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    /// Files below the sandbox whose path starts so, such as a store with its side files.
    func files(withPrefix prefix: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory).filter {
            $0.hasPrefix(prefix)
        }.sorted()
    }

    /// Runs the program.
    @discardableResult
    func run(
        _ arguments: String..., input: String? = nil, environment: [String: String] = [:]
    ) throws -> Finished {
        try run(arguments, input: input, environment: environment)
    }

    @discardableResult
    func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Finished {
        try Child(program: Self.program, arguments: arguments, sandbox: self)
            .run(input: input, environment: environment)
    }

    /// Runs a shell command in which `$GRANTRAIL` is the program.
    @discardableResult
    func shell(_ command: String) throws -> Finished {
        try Child(program: "/bin/sh", arguments: ["-c", command], sandbox: self)
            .run(input: nil, environment: ["GRANTRAIL": Self.program])
    }
}

/// Why a test could not do its work.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What a program left behind.
struct Finished: Sendable {
    let command: String
    let output: [UInt8]
    let error: [UInt8]
    /// The exit status; 128 and the signal's number if one ended it.
    let status: Int32

    var outputText: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: error, as: UTF8.self) }
    var outputLines: [String] { outputText.split(separator: "\n").map(String.init) }

    /// Itself if the status is the expected one; what the program said otherwise.
    @discardableResult
    func expecting(_ expected: Int32 = 0) throws -> Finished {
        guard status == expected else {
            throw Trouble("status \(status), not \(expected): \(command)\n\(errorText)")
        }
        return self
    }

    /// Lines of standard output that are JSON objects.
    var objectsIfAny: [String] { outputLines.filter { $0.hasPrefix("{") } }

    /// Every line of standard output as a JSON object.
    func objects() throws -> [[String: Any]] {
        try outputLines.map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            guard let object = value as? [String: Any] else { throw Trouble("no object: \(line)") }
            return object
        }
    }
}

/// One run of a program. Its outputs go to files, so that nothing can block on a full pipe.
struct Child {
    static let secondsAllowed = 100.0

    let program: String
    let arguments: [String]
    let sandbox: Sandbox

    func run(input: String?, environment: [String: String]) throws -> Finished {
        let name = "run-" + UUID().uuidString
        let output = sandbox.path("tmp/\(name).out")
        let error = sandbox.path("tmp/\(name).err")
        defer {
            unlink(output)
            unlink(error)
        }
        let status = try wait(spawn(input ?? "/dev/null", output, error, environment))
        return Finished(
            command: ([program] + arguments).joined(separator: " "),
            output: [UInt8](try Data(contentsOf: URL(filePath: output))),
            error: [UInt8](try Data(contentsOf: URL(filePath: error))), status: status)
    }

    func spawn(
        _ input: String, _ output: String, _ error: String, _ additions: [String: String]
    ) throws -> pid_t {
        var environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": sandbox.path("home"),
            "XDG_STATE_HOME": sandbox.path("state"), "TMPDIR": sandbox.path("tmp"),
        ]
        environment.merge(additions) { $1 }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT, 0o600)
        // A shell changes the directory, and then is the program.
        let shell = "/bin/sh"
        let start = [shell, "-c", "cd \"$0\" && exec \"$@\"", sandbox.directory, program]
        var words: [UnsafeMutablePointer<CChar>?] = (start + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, shell, &actions, nil, &words, &variables)
        guard failure == 0 else {
            throw Trouble("cannot run \(program): \(String(cString: strerror(failure)))")
        }
        return process
    }

    func wait(_ process: pid_t) throws -> Int32 {
        let deadline = Date().addingTimeInterval(Self.secondsAllowed)
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 {
            if Date() > deadline {
                kill(process, SIGKILL)
                waitpid(process, &status, 0)
                throw Trouble("it did not end: \(arguments.joined(separator: " "))")
            }
            usleep(2000)
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
