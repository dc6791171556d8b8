import ArgumentParser
import Delivery
import Foundation
import Pipeline
import WireFormat

/// What hooks would send for alerts.
struct HooksRender: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Print what a hook would send for alerts.",
        discussion: """
            Reads alerts as NDJSON on standard input and prints one body a line; for \
            cloudevents-binary an object with headers and body, with --kafka one with key, \
            headers and value. Nothing is sent.

            EXAMPLES
              grantrail backtest logs --output ndjson | grantrail hooks render --body ocsf
              grantrail alerts list --store s.db --output ndjson |
                grantrail hooks render --body slack
            """)

    @Option(help: "grantrail, cloudevents, cloudevents-binary, ocsf, slack or pagerduty.")
    var body: HookBody

    @Option(help: "What is said of people: full, pseudonym or none.")
    var pii = PIIProfile.full

    @Flag(help: "As messages of a topic.")
    var kafka = false

    func run() {
        Terminal.ignoreBrokenPipes()
        let writer = BodyWriter(
            kind: body,
            context: BodyContext(
                store: "00000000-0000-0000-0000-000000000000",
                version: Grantrail.configuration.version, pii: pii, routingKey: "not-a-key",
                pseudonymKey: Array("pseudonyms of an example".utf8)),
            binding: kafka ? .kafka : .web)
        var number: Int64 = 0
        while let line = readLine(strippingNewline: true) {
            number += 1
            guard let rendered = writer.line(Array(line.utf8), sequence: number) else {
                Terminal.fail(
                    "line \(number) of standard input is no alert; give what `grantrail backtest "
                        + "--output ndjson` prints", status: 65)
            }
            Terminal.write(rendered + [0x0A])
        }
    }
}

/// Whether a message came from who has the secret.
struct HooksVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Say whether a received message was signed with a secret.",
        discussion: """
            The body comes on standard input, exactly as it was received. Ends with 1 for a \
            message that is not genuine or older than five minutes.

            EXAMPLES
              grantrail hooks verify --secret-file soc.secret --id "$ID" \
            --timestamp "$TIME" --signature "$SIGNATURE" < body.json
            """)

    @Option(help: "The file of the secret.")
    var secretFile: String?

    @Option(help: "The environment variable of the secret.")
    var secretEnv: String?

    @Option(help: "The header webhook-id.")
    var id: String

    @Option(help: "The header webhook-timestamp.")
    var timestamp: String

    @Option(help: "The header webhook-signature.")
    var signature: String

    @Flag(help: "Take messages of any age.")
    var anyAge = false

    func run() {
        let secret = secret()
        let body = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
        do throws(WebhookFault) {
            try WebhookSignature.verify(
                id: id, timestamp: timestamp, signatures: signature, body: body,
                secrets: [secret], now: Int64(Date().timeIntervalSince1970),
                tolerance: anyAge ? 1 << 40 : WebhookSignature.tolerance)
        } catch {
            Terminal.fail(error.message, status: 1)
        }
        Terminal.write("genuine\n")
    }

    private func secret() -> WebhookSecret {
        var text: [UInt8]?
        if let secretFile {
            text = FileManager.default.contents(atPath: secretFile).map { [UInt8]($0) }
        } else if let secretEnv {
            text = ProcessInfo.processInfo.environment[secretEnv].map { Array($0.utf8) }
        } else {
            Terminal.fail("name the secret with --secret-file or --secret-env", status: 64)
        }
        guard let text else {
            Terminal.fail(
                "cannot read the secret from \(secretFile ?? secretEnv ?? ""): it is not there; "
                    + "name another place", status: 66)
        }
        do throws(HookError) {
            return try WebhookSecret(text)
        } catch {
            Terminal.fail(error.message, status: 78)
        }
    }
}
