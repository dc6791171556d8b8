import ArgumentParser
import Configuration
import Pipeline

struct ControlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control",
        abstract: "Ask a running service: status, reload (its rules), stop.",
        discussion: """
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

    func run() {
        perform { () throws(PipelineError) in
            do throws(ControlError) {
                let answer = try ControlClient.ask(request.rawValue, at: path())
                Terminal.write(answer + [0x0A])
            } catch {
                throw .control(error)
            }
        }
    }

    private func path() -> String {
        if let socket { return socket }
        let loaded = arguments.load()
        guard let configuration = loaded.configuration else {
            for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
            Terminal.fail("the configuration cannot be used; name the --socket", status: 78)
        }
        return configuration.controlSocket
    }
}
