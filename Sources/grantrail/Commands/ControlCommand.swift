import ArgumentParser
import Configuration
import Pipeline

struct ControlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control",
        abstract: "Ask a running service: status, reload (its rules), stop.",
        discussion: """
            `reload` ends with 2 when the rules are not sound and the old ones stay in use.

            EXAMPLES
              grantrail control status --config config.yaml | jq .ready
              grantrail control reload --socket /var/lib/grantrail/s.db.sock
            """)

    /// What can be asked.
    enum Request: String, ExpressibleByArgument, CaseIterable {
        case status, reload, stop
    }

    @Argument(help: "status, reload or stop.")
    var request: Request

    @Option(help: "The service's socket; default: what its configuration says.")
    var socket: String?

    @OptionGroup var arguments: ConfigurationArguments

    /// What a service says that was asked to reload.
    private struct Reloaded: Decodable {
        var reloaded: String
    }

    func run() {
        perform { () throws(PipelineError) in
            do throws(ControlError) {
                let answer = try ControlClient.ask(request.rawValue, at: path())
                Terminal.write(answer + [0x0A])
                check(String(decoding: answer, as: UTF8.self))
            } catch {
                throw .control(error)
            }
        }
    }

    private func check(_ answer: String) {
        guard request == .reload, ControlJSON.value(Reloaded.self, answer[...])?.reloaded == "no"
        else { return }
        Terminal.fail(
            "the rules were not exchanged, because they are not sound; the old ones stay in use: "
                + "see the service's log, and `grantrail rules check`", status: 2)
    }

    private func path() -> String {
        if let socket { return socket }
        let loaded = arguments.load()
        // Secrets that only the service can read may be missing.
        guard let outline = loaded.outline else {
            for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
            Terminal.fail("the configuration cannot be used; name the --socket", status: 78)
        }
        return outline.controlSocket
    }
}
