import ArgumentParser
import Configuration

struct HooksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks", abstract: "Look after webhooks and topics, and what waits for them.",
        subcommands: [
            List.self, Dead.self, Held.self, Replay.self, Drop.self, Enable.self, Secret.self,
            HooksTest.self, HooksRender.self, HooksVerify.self,
        ])

    struct Secret: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "secret",
            abstract: "Print a fresh secret for a webhook and its receiver.",
            discussion: """
                32 random bytes as Standard Webhooks 1.0 writes them. Both sides keep it; the \
                configuration names its place: secret: {secret_file: PATH}.

                EXAMPLES
                  (umask 077; grantrail hooks secret > /etc/grantrail/soc.secret)
                """)

        func run() {
            Terminal.ignoreBrokenPipes()
            var random = SystemRandomNumberGenerator()
            let bytes = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            Terminal.write(WebhookSecretText.text(bytes) + "\n")
        }
    }
}
